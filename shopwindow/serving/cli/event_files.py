"""The work of `shopwindow events`: the log opened, files in and out, what came of it."""

from pathlib import Path

from shopwindow.eventlog import EventLog, ImportReport, export_events, import_events
from shopwindow.personalization import erase_user
from shopwindow.serving.cli.event_store import erase_from_store, open_existing_log
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.output import get_stdout_console, print_notice, sanitize_line
from shopwindow.values.settings import EventSettings

MAX_REFUSED_SHOWN = 5


def show_import(settings: EventSettings, file: Path) -> ExitCode:
    """Take a file in, and write what came of it.

    Returns:
        OK, or FAILED when no row could be used.
    """
    with EventLog.open(settings.folder) as log:
        report = import_events(log, file)
    get_stdout_console().print(
        f"{report.written:,} events written, {report.duplicates:,} there before, "
        f"{report.n_rejected:,} rows refused."
    )
    _show_refused(report)
    useless = report.n_rejected and not (report.written or report.duplicates)
    return ExitCode.FAILED if useless else ExitCode.OK


def show_export(settings: EventSettings, file: Path, user: str) -> ExitCode:
    """Write a file, and how many events are in it.

    Returns:
        OK.
    """
    with open_existing_log(settings) as log:
        n_written = export_events(log, file, user)
    get_stdout_console().print(
        sanitize_line(f"{n_written:,} events written to {file}."), soft_wrap=True
    )
    return ExitCode.OK


def show_erasure(settings: EventSettings, user: str) -> ExitCode:
    """Erase a visitor from the log, then from the store behind it, and write how many events.

    Returns:
        OK, also when there were none: then nothing of theirs is in the log.
    """
    with open_existing_log(settings) as log:
        traces = log.find_linked_ids(user)
        n_erased = erase_user(log, user)
    get_stdout_console().print(f"{n_erased:,} events erased.")
    erase_from_store(settings, user, traces)
    return ExitCode.OK


def show_count(settings: EventSettings) -> ExitCode:
    """Write how many events there are.

    Returns:
        OK.
    """
    with open_existing_log(settings) as log:
        get_stdout_console().print(f"{log.count():,} events.")
    return ExitCode.OK


def _show_refused(report: ImportReport) -> None:
    for each in report.rejected[:MAX_REFUSED_SHOWN]:
        print_notice(f"line {each.line}: {each.reason}")
    if report.n_rejected > MAX_REFUSED_SHOWN:
        print_notice(f"... and {report.n_rejected - MAX_REFUSED_SHOWN:,} more")
