"""The work of `shopwindow events rollover` and `training`, and erasing behind the log."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.progress import Progress, SpinnerColumn, TextColumn

from shopwindow.eventlog import EventLog
from shopwindow.eventlog.analytics import EventStore, Period, roll_over
from shopwindow.eventlog.analytics.store_addresses import (
    address_of,
    erase_configured,
    is_there,
    open_configured,
)
from shopwindow.eventlog.visitor_traces import Traces
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.output import answers, notices, printable
from shopwindow.values.errors import EventLogError, EventStoreError
from shopwindow.values.settings import EventSettings


def show_rollover(settings: EventSettings, to: str) -> ExitCode:
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
    with existing_log(settings) as log, closing(open_configured(settings)) as store, _bar() as bar:
        task = bar.add_task("rolling over", total=None)
        done = roll_over(log, store, on_batch=lambda n_events: bar.advance(task, n_events))
        n_all = store.count()
    answers().print(
        printable(f"{done.n_events:,} events taken into {address_of(settings)}, {n_all:,} in all."),
        soft_wrap=True,
    )
    return ExitCode.OK


def show_training(
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
    from shopwindow.eventlog.analytics.training_file import write_training  # noqa: PLC0415 -- Arrow

    period = period_of(since, until)
    with existing_store(settings) as store:
        n_rows = write_training(store, out, period)
    answers().print(printable(f"{n_rows:,} impressions written to {out}."), soft_wrap=True)
    return ExitCode.OK


def erase_from_store(settings: EventSettings, user: str, traces: Traces) -> None:
    """Erase a visitor from the store, if there is one, and write how many events that were.

    Raises:
        EventStoreError: The store still has them.
    """
    n_erased = erase_configured(settings, user, traces)
    if n_erased is not None:
        answers().print(f"{n_erased:,} events erased from the analytic store.")


def existing_log(settings: EventSettings) -> EventLog:
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
def existing_store(settings: EventSettings) -> Iterator[EventStore]:
    """Open the store, which is there already.

    Yields:
        The store; it is closed when the block ends.

    Raises:
        EventStoreError: There is none, or it cannot be used.
        InvalidSettingError: The address is none.
    """
    address = address_of(settings)
    if not is_there(address):
        raise EventStoreError(
            f"there is no event store at {address}. Make it: `shopwindow events rollover`, or set "
            "SHOPWINDOW_EVENTS__STORE to where it is."
        )
    with closing(open_configured(settings)) as store:
        yield store


def period_of(since: datetime | None, until: datetime | None) -> Period:
    """Return the period between two times, which are in UTC.

    Raises:
        InvalidEventError: It ends before it begins.
    """
    return Period(since and since.replace(tzinfo=UTC), until and until.replace(tzinfo=UTC))


def _bar() -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description} {task.completed:,.0f} events"))
    return Progress(*columns, console=notices(), transient=True)
