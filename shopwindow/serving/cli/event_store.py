"""The analytic store behind the event log: sync, export of training data, and erasure."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.progress import Progress, SpinnerColumn, TextColumn

from shopwindow.eventlog import EventLog, LinkedIds
from shopwindow.eventlog.analytics import (
    EventStore,
    Period,
    erase_from_configured_store,
    open_configured_store,
    resolve_store_address,
    store_exists,
    sync_events,
)
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.output import get_stderr_console, get_stdout_console, print_line
from shopwindow.values.errors import EventLogError, EventStoreError
from shopwindow.values.setting_groups import EventSettings


def show_sync(settings: EventSettings, to: str) -> ExitCode:
    """Copy new events of the log into the store, and show how many.

    Args:
        settings: Where log and store are.
        to: Another store; empty for that of the settings.

    Returns:
        OK.

    Raises:
        EventLogError: There is no log, or it cannot be read.
        EventStoreError: The store cannot be used.
        InvalidSettingError: The address is not valid.
    """
    settings = settings.model_copy(update={"store": to or settings.store})
    with (
        open_existing_log(settings) as log,
        closing(open_configured_store(settings)) as store,
        _build_progress() as progress,
    ):
        task = progress.add_task("copying", total=None)
        report = sync_events(log, store, on_batch=lambda n_events: progress.advance(task, n_events))
        n_total = store.count()
    address = resolve_store_address(settings)
    print_line(f"{report.n_events:,} new events copied into {address}, {n_total:,} in all.")
    return ExitCode.OK


def show_training_export(
    settings: EventSettings, out: Path, since: datetime | None, until: datetime | None
) -> ExitCode:
    """Export training data, and show how many rows.

    Args:
        settings: Where the store is.
        out: The file to write.
        since: Start of the period in UTC, inclusive; None for no bound.
        until: End of the period in UTC, exclusive; None for no bound.

    Returns:
        OK.

    Raises:
        EventFileError: The file cannot be written.
        EventStoreError: There is no store, or it cannot be used.
        InvalidEventError: The period ends before it begins.
    """
    from shopwindow.eventlog.analytics import export_training_rows  # noqa: PLC0415 -- Arrow

    period = to_period(since, until)
    with open_existing_store(settings) as store:
        n_rows = export_training_rows(store, out, period)
    print_line(f"{n_rows:,} impressions written to {out}.")
    return ExitCode.OK


def erase_from_store(settings: EventSettings, user: str, traces: LinkedIds) -> None:
    """Erase a visitor from the store, if there is one, and show how many events.

    Raises:
        EventStoreError: The store still has their events.
    """
    n_erased = erase_from_configured_store(settings, user, traces)
    if n_erased is not None:
        get_stdout_console().print(f"{n_erased:,} events erased from the analytic store.")


def open_existing_log(settings: EventSettings) -> EventLog:
    """Return a log that exists: creating a missing one would hide a mistyped folder.

    Raises:
        EventLogError: There is no log there, or it cannot be opened.
    """
    if not Path(settings.folder).is_dir():
        raise EventLogError(
            f"there is no event log at {settings.folder}. Set SHOPWINDOW_EVENTS__FOLDER to where "
            "it is, or create one: `shopwindow events import FILE`."
        )
    return EventLog.open(settings.folder)


@contextmanager
def open_existing_store(settings: EventSettings) -> Iterator[EventStore]:
    """Open a store that exists.

    Yields:
        The store; it is closed when the block ends.

    Raises:
        EventStoreError: There is no store there, or it cannot be used.
        InvalidSettingError: The address is not valid.
    """
    address = resolve_store_address(settings)
    if not store_exists(address):
        raise EventStoreError(
            f"there is no event store at {address}. Create it: `shopwindow events sync`, or set "
            "SHOPWINDOW_EVENTS__STORE to where it is."
        )
    with closing(open_configured_store(settings)) as store:
        yield store


def to_period(since: datetime | None, until: datetime | None) -> Period:
    """Return the half-open period between two times in UTC; None for no bound.

    Raises:
        InvalidEventError: It ends before it begins.
    """
    return Period(since and since.replace(tzinfo=UTC), until and until.replace(tzinfo=UTC))


def _build_progress() -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description} {task.completed:,.0f} events"))
    return Progress(*columns, console=get_stderr_console(), transient=True)
