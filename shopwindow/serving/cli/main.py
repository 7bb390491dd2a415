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
from shopwindow.serving.cli.program import PROGRAM_NAME, build_app

if TYPE_CHECKING:
    from search import SearchService
    from shopwindow.values.settings import Settings


def main(arguments: Sequence[str] | None = None, launch: Launch | None = None) -> int:
    """Run one command and turn whatever goes wrong into a message and an exit code.

    Args:
        arguments: What follows the program's name; the process's own when None.
        launch: Serves the page; the web page of `shopwindow.serving.web` when None.

    Returns:
        The exit code; see `shopwindow.serving.cli.exit_codes`.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    invocation = CliContext(launch or open_page)
    escape_unencodable_output()
    try:
        code = build_app().main(
            given, prog_name=PROGRAM_NAME, standalone_mode=False, obj=invocation
        )
        sys.stdout.flush()
    except typer.TyperException as exc:
        return _misused(exc, given)
    except typer.Abort:
        return ExitCode.FAILED
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        return _reader_gone()
    except Exception as exc:  # noqa: BLE001 -- the edge: nothing may reach the user as a traceback
        return _failed(exc, invocation.debug)
    return int(code or ExitCode.OK)


def open_page(service: "SearchService", settings: "Settings") -> None:
    """Serve the web page until Ctrl-C."""
    from shopwindow.serving.web import launch  # noqa: PLC0415 -- no other command loads Gradio

    launch(service, settings)


def to_exit_code(error: Exception) -> ExitCode:
    """Return the exit code of an error."""
    from shopwindow.values.errors import (  # noqa: PLC0415 -- `core` loads numpy; only failing costs that
        EventFileError,
        FeedError,
        InvalidValueError,
        PhotoError,
        RuleError,
        ShopwindowError,
        UnknownEncoderError,
    )

    refused_files = FeedError | EventFileError | PhotoError | RuleError
    bad_input = InvalidValueError | refused_files | UnknownEncoderError
    if isinstance(error, bad_input):
        return ExitCode.USAGE
    return ExitCode.FAILED if isinstance(error, ShopwindowError) else ExitCode.UNEXPECTED


def _failed(error: Exception, debug: bool) -> ExitCode:
    from shopwindow.serving.cli.log_file import log_failure  # noqa: PLC0415 -- only failing costs the import

    log = log_failure(error)
    if debug:
        traceback.print_exception(error)
    code = to_exit_code(error)
    if code is not ExitCode.UNEXPECTED:
        for line in getattr(error, "lines", (error,)):  # a file of rules may have several faults
            print_notice(f"error: {line}", style="red")
        return code
    where = f"; the traceback is in {log}" if log else ""
    hint = "" if debug else f". Run with --debug to see where it happened{where}"
    print_notice(f"unexpected error: {type(error).__name__}: {error}{hint}", style="red")
    return code


def _misused(error: "typer.TyperException", given: Sequence[str]) -> ExitCode:
    message = error.format_message().rstrip(".")
    option = getattr(error, "option_name", None)
    if option in {"--index", "--encoder", "--debug", "--version"} and given:
        message += f"; it stands before the command: `{PROGRAM_NAME} {option} ...`"
    end = "" if message.endswith("?") else "."
    print_notice(f"error: {message}{end} See `{PROGRAM_NAME} --help`.", style="red")
    return ExitCode.USAGE


def _reader_gone() -> ExitCode:
    """End quietly when whoever read our output has ended (`shopwindow ... | head`).

    Returns:
        The exit code.
    """
    # The interpreter flushes stdout once more at exit and would complain again.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ExitCode.FAILED
