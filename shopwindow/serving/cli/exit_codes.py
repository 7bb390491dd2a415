"""Exit codes of the command line."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What every command returns to the shell.

    Attributes:
        OK: Done; a few rejected rows of a feed are reported and do not count as failure.
        FAILED: Valid input, but not possible: no index, no such product, no rows imported.
        USAGE: Bad input: an option, a setting, a feed or a photo that cannot be used.
        PARTIAL_FAILURE: Some of the photos failed, or too many of a feed's rows were rejected; the
            results of the others are written.
        UNEXPECTED: A bug of ours; the traceback is in the log. Source: EX_SOFTWARE, sysexits.h.
        INTERRUPTED: Ctrl-C. Source: 128 + SIGINT, the convention of shells.
    """

    OK = 0
    FAILED = 1
    USAGE = 2
    PARTIAL_FAILURE = 3
    UNEXPECTED = 70
    INTERRUPTED = 130
