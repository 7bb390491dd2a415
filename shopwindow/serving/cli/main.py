"""Where errors end: one line on stderr, an exit code, and the traceback in the log."""

import os
import sys
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from shopwindow.serving.cli.context import CliContext, Launch
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.output import escape_unencodable_output, print_notice
from shopwindow.serving.cli.program import PROGRAM_NAME, build_program

if TYPE_CHECKING:
    from search import SearchService
    from shopwindow.values.settings import Settings

_GLOBAL_OPTIONS = frozenset({"--index", "--encoder", "--debug", "--version"})


def main(arguments: Sequence[str] | None = None, launch: Launch | None = None) -> int:
    """Run one command and turn whatever goes wrong into a message and an exit code.

    Args:
        arguments: What follows the program's name; the process's own when None.
        launch: Serves the page; the web page of `shopwindow.serving.web` when None.

    Returns:
        The exit code; see `shopwindow.serving.cli.exit_codes`.
    """
    argv = list(sys.argv[1:] if arguments is None else arguments)
    context = CliContext(launch or open_page)
    escape_unencodable_output()
    try:
        code = build_program().main(
            argv, prog_name=PROGRAM_NAME, standalone_mode=False, obj=context
        )
        sys.stdout.flush()
    except typer.TyperException as exc:
        return _report_usage_error(exc, argv)
    except typer.Abort:
        return ExitCode.FAILED
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        return _end_quietly()
    except Exception as exc:  # noqa: BLE001 -- the edge: nothing may reach the user as a traceback
        return _report_failure(exc, context.debug)
    return int(code or ExitCode.OK)


def open_page(service: "SearchService", settings: "Settings") -> None:
    """Serve the web page until Ctrl-C."""
    from shopwindow.serving.web import launch  # noqa: PLC0415 -- no other command loads Gradio

    launch(service, settings)


def to_exit_code(error: Exception) -> ExitCode:
    """Return the exit code of an error."""
    from shopwindow.values.errors import (  # noqa: PLC0415 -- loads numpy; only a failure costs that
        EventFileError,
        FeedError,
        InvalidValueError,
        PhotoError,
        RuleError,
        ShopwindowError,
        UnknownEncoderError,
    )

    file_errors = FeedError | EventFileError | PhotoError | RuleError
    usage_errors = InvalidValueError | file_errors | UnknownEncoderError
    if isinstance(error, usage_errors):
        return ExitCode.USAGE
    return ExitCode.FAILED if isinstance(error, ShopwindowError) else ExitCode.UNEXPECTED


def _report_failure(error: Exception, debug: bool) -> ExitCode:
    from shopwindow.serving.cli.log_file import log_failure  # noqa: PLC0415 -- only a failure costs the import

    log = log_failure(error)
    if debug:
        traceback.print_exception(error)
    code = to_exit_code(error)
    if code is not ExitCode.UNEXPECTED:
        for line in getattr(error, "lines", (error,)):  # a file of rules may have several faults
            print_notice(f"error: {line}", style="red")
        return code
    location = f"; the traceback is in {log}" if log else ""
    hint = "" if debug else f". Run with --debug to see where it happened{location}"
    print_notice(f"unexpected error: {type(error).__name__}: {error}{hint}", style="red")
    return code


def _report_usage_error(error: "typer.TyperException", argv: Sequence[str]) -> ExitCode:
    message = error.format_message().rstrip(".")
    option = getattr(error, "option_name", None)
    if option in _GLOBAL_OPTIONS and argv:
        message += f"; it stands before the command: `{PROGRAM_NAME} {option} ...`"
    end = "" if message.endswith("?") else "."
    print_notice(f"error: {message}{end} See `{PROGRAM_NAME} --help`.", style="red")
    return ExitCode.USAGE


def _end_quietly() -> ExitCode:
    """Silence stdout, because whoever read our output has ended (`shopwindow ... | head`).

    Returns:
        The exit code.
    """
    # The interpreter flushes stdout once more at exit and would complain again.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ExitCode.FAILED
