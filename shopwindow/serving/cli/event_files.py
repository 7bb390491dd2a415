"""Import, export, erasure and counting of the events in the log."""

from pathlib import Path

from shopwindow.eventlog import EventLog, ImportReport, export_events, import_events
from shopwindow.personalization import erase_user
from shopwindow.serving.cli.event_store import erase_from_store, open_existing_log
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.output import get_stdout_console, print_line, print_notice
from shopwindow.values.setting_groups import EventSettings

MAX_REJECTED_SHOWN = 5


def show_import(settings: EventSettings, file: Path) -> ExitCode:
    """Import a file, and show how many events were written and rejected.

    Returns:
        OK, or FAILED when every row was rejected.

    Raises:
        EventFileError: The file cannot be read.
        EventLogError: The log cannot be opened or written.
    """
    with EventLog.open(settings.folder) as log:
        report = import_events(log, file)
    get_stdout_console().print(
        f"{report.written:,} events written, {report.duplicates:,} duplicates, "
        f"{report.n_rejected:,} rows rejected."
    )
    _show_rejected(report)
    all_rejected = report.n_rejected and not (report.written or report.duplicates)
    return ExitCode.FAILED if all_rejected else ExitCode.OK


def show_export(settings: EventSettings, file: Path, user: str) -> ExitCode:
    """Export events to a file, and show how many.

    Args:
        settings: Where the log is.
        file: The file to write.
        user: The visitor whose events are exported; everybody's when empty.

    Returns:
        OK.

    Raises:
        EventFileError: The file cannot be written.
        EventLogError: There is no log, or it cannot be read.
    """
    with open_existing_log(settings) as log:
        n_written = export_events(log, file, user)
    print_line(f"{n_written:,} events written to {file}.")
    return ExitCode.OK


def show_erasure(settings: EventSettings, user: str) -> ExitCode:
    """Erase a visitor from the log, then from the store behind it, and show how many events.

    Returns:
        OK, also when the visitor had no events.

    Raises:
        EventLogError: There is no log, or it still has their events.
        EventStoreError: The store still has their events.
    """
    with open_existing_log(settings) as log:
        traces = log.find_linked_ids(user)
        n_erased = erase_user(log, user)
    get_stdout_console().print(f"{n_erased:,} events erased.")
    erase_from_store(settings, user, traces)
    return ExitCode.OK


def show_count(settings: EventSettings) -> ExitCode:
    """Show how many events the log has.

    Returns:
        OK.

    Raises:
        EventLogError: There is no log, or it cannot be read.
    """
    with open_existing_log(settings) as log:
        get_stdout_console().print(f"{log.count():,} events.")
    return ExitCode.OK


def _show_rejected(report: ImportReport) -> None:
    for rejection in report.rejected[:MAX_REJECTED_SHOWN]:
        print_notice(f"line {rejection.line}: {rejection.reason}")
    if report.n_rejected > MAX_REJECTED_SHOWN:
        print_notice(f"... and {report.n_rejected - MAX_REJECTED_SHOWN:,} more")
