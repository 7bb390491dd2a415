"""What the command line returns to the shell."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of every command.

    Attributes:
        OK: Done; rows of a feed that were rejected are reported and do not count as failure.
        FAILED: Asked rightly and not possible: no index, no such product, nothing could be taken.
        USAGE: Bad input: an option, a setting, a feed or a photo that cannot be used.
        PARTIAL_FAILURE: Done, but for some of the photos; what came of the others is written.
        UNEXPECTED: A fault of ours; the traceback is in the log. Source: EX_SOFTWARE, sysexits.h.
        INTERRUPTED: Ctrl-C. Source: 128 + SIGINT, as shells say it.
    """

    OK = 0
    FAILED = 1
    USAGE = 2
    PARTIAL_FAILURE = 3
    UNEXPECTED = 70
    INTERRUPTED = 130
