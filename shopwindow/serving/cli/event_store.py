"""The work of `shopwindow events rollover` and `training`, and erasing behind the log."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.progress import Progress, SpinnerColumn, TextColumn

from shopwindow.eventlog import EventLog
from shopwindow.eventlog.analytics import EventStore, Period, sync_events
from shopwindow.eventlog.analytics.store_addresses import (
    erase_from_configured_store,
    open_configured_store,
    resolve_store_address,
    store_exists,
)
from shopwindow.eventlog.visitor_traces import LinkedIds
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.output import get_stderr_console, get_stdout_console, sanitize_line
from shopwindow.values.errors import EventLogError, EventStoreError
from shopwindow.values.settings import EventSettings


def show_sync(settings: EventSettings, to: str) -> ExitCode:
    """Roll the log over, and write how much that was.

    Args:
        settings: Where log and store are.
        to: Another store; empty for that of the settings.

    Returns:
        OK.

    Raises:
        EventLogError: There is no log, or it cannot be read.
        EventStoreError: The store cannot be used.
        InvalidSettingError: The address is none.
    """
    settings = settings.model_copy(update={"store": to or settings.store})
    with (
        open_existing_log(settings) as log,
        closing(open_configured_store(settings)) as store,
        _bar() as bar,
    ):
        task = bar.add_task("rolling over", total=None)
        done = sync_events(log, store, on_batch=lambda n_events: bar.advance(task, n_events))
        n_all = store.count()
    get_stdout_console().print(
        sanitize_line(
            f"{done.n_events:,} events taken into {resolve_store_address(settings)}, {n_all:,} in all."
        ),
        soft_wrap=True,
    )
    return ExitCode.OK


def show_training_export(
    settings: EventSettings, out: Path, since: datetime | None, until: datetime | None
) -> ExitCode:
    """Write the file of training rows, and how many there are.

    Returns:
        OK.

    Raises:
        EventFileError: The file cannot be written.
        EventStoreError: There is no store, or it cannot be used.
        InvalidEventError: The period ends before it begins.
    """
    from shopwindow.eventlog.analytics.training_file import export_training_rows  # noqa: PLC0415 -- Arrow

    period = to_period(since, until)
    with open_existing_store(settings) as store:
        n_rows = export_training_rows(store, out, period)
    get_stdout_console().print(
        sanitize_line(f"{n_rows:,} impressions written to {out}."), soft_wrap=True
    )
    return ExitCode.OK


def erase_from_store(settings: EventSettings, user: str, traces: LinkedIds) -> None:
    """Erase a visitor from the store, if there is one, and write how many events that were.

    Raises:
        EventStoreError: The store still has them.
    """
    n_erased = erase_from_configured_store(settings, user, traces)
    if n_erased is not None:
        get_stdout_console().print(f"{n_erased:,} events erased from the analytic store.")


def open_existing_log(settings: EventSettings) -> EventLog:
    """Return the log; asking one that is not there must not make it, and hide a mistyped folder.

    Raises:
        EventLogError: There is none.
    """
    if not Path(settings.folder).is_dir():
        raise EventLogError(
            f"there is no event log at {settings.folder}. Set SHOPWINDOW_EVENTS__FOLDER to where "
            "it is, or begin one: `shopwindow events import FILE`."
        )
    return EventLog.open(settings.folder)


@contextmanager
def open_existing_store(settings: EventSettings) -> Iterator[EventStore]:
    """Open the store, which is there already.

    Yields:
        The store; it is closed when the block ends.

    Raises:
        EventStoreError: There is none, or it cannot be used.
        InvalidSettingError: The address is none.
    """
    address = resolve_store_address(settings)
    if not store_exists(address):
        raise EventStoreError(
            f"there is no event store at {address}. Make it: `shopwindow events rollover`, or set "
            "SHOPWINDOW_EVENTS__STORE to where it is."
        )
    with closing(open_configured_store(settings)) as store:
        yield store


def to_period(since: datetime | None, until: datetime | None) -> Period:
    """Return the period between two times, which are in UTC.

    Raises:
        InvalidEventError: It ends before it begins.
    """
    return Period(since and since.replace(tzinfo=UTC), until and until.replace(tzinfo=UTC))


def _bar() -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description} {task.completed:,.0f} events"))
    return Progress(*columns, console=get_stderr_console(), transient=True)
