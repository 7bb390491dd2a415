"""Events in a folder of Parquet files, asked with Arrow: needs nothing that is not installed."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from shopwindow.eventlog.analytics import arrow_queries as queries
from shopwindow.eventlog.analytics.arrow_tables import EVENTS, to_table
from shopwindow.eventlog.analytics.event_store import ALWAYS, Batch, Period
from shopwindow.eventlog.analytics.parquet_folder import Part, PartFolder
from shopwindow.eventlog.analytics.periods import bounds
from shopwindow.eventlog.analytics.rates import DayTotal, PositionRate, RankerRate
from shopwindow.eventlog.analytics.shared_folder_lock import FolderLock
from shopwindow.eventlog.log_cursor import cursor_of, place_of
from shopwindow.eventlog.visitor_traces import NO_TRACES, Traces
from shopwindow.values.closing import Closing
from shopwindow.values.errors import EventStoreError
from shopwindow.values.event import check_user

_LOCK = "lock.sqlite"
_OWN = ["user_id"]
_TRACED = ["user_id", "session_id", "query_id", "event_id"]
_log = logging.getLogger(__name__)


class ParquetEventStore(Closing):
    """An `EventStore` that several threads and processes of one machine may use.

    A batch is one file, and the files' names are the position: a batch is there with its cursor, or
    not at all. Small files are merged as they come.

    Args:
        folder: The folder; it exists.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._parts = PartFolder(folder)
        self._lock = FolderLock(folder / _LOCK)
        self._is_closed = False

    @classmethod
    def open(cls, folder: str | Path) -> Self:
        """Open the store of a folder; it is made when it is not there.

        Returns:
            The open store.

        Raises:
            EventStoreError: The folder cannot be used.
        """
        place = Path(folder)
        with _errors_named(place):
            place.mkdir(parents=True, exist_ok=True)
            return cls(place)

    def position(self, log_id: str) -> str:
        """Return up to where a log was taken; see `EventStore`."""
        with self._held("read"):
            return self._position(log_id)

    def take(self, batch: Batch) -> bool:
        """Return whether a batch is new, and add it; see `EventStore`."""
        with self._held("append"):
            if not batch.is_next(self._position(batch.log_id)):
                return False
            part = Part(batch.log_id, place_of(batch.after), place_of(batch.cursor))
            self._parts.write(part, to_table(batch.events))
            is_to_merge = bool(self._parts.to_merge())
        if is_to_merge:
            self._merge()
        return True

    def count(self) -> int:
        """Return how many events there are."""
        with self._held("read"):
            paths = [self._parts.path(each) for each in self._parts.parts()]
            return sum(pq.read_metadata(each).num_rows for each in paths)

    def totals(self, period: Period = ALWAYS) -> list[DayTotal]:
        """Return events by day and kind."""
        with self._events() as events:
            return queries.totals(events, bounds(period))

    def product_counts(self, period: Period = ALWAYS) -> pa.Table:
        """Return one row a product."""
        with self._events() as events:
            return queries.product_counts(events, bounds(period))

    def position_rates(self, period: Period = ALWAYS) -> list[PositionRate]:
        """Return the position curves."""
        with self._events() as events:
            return queries.position_rates(events, bounds(period))

    def ranker_rates(self, period: Period = ALWAYS) -> list[RankerRate]:
        """Return what came of the rankers."""
        with self._events() as events:
            return queries.ranker_rates(events, bounds(period))

    def training_rows(self, period: Period = ALWAYS) -> pa.Table:
        """Return one row an impression."""
        with self._events() as events:
            return queries.training_rows(events, bounds(period))

    def erase(self, user_id: str, traces: Traces = NO_TRACES) -> int:
        """Replace each file that has events of a visitor by one without; see `EventStore`.

        Returns:
            How many there were.
        """
        check_user(user_id)
        with self._held("replace"):
            traces |= self._traces(user_id)
            # The traces go first: while one is left, so is what leads to it.
            n_traced = self._without(_TRACED, lambda table: _are_traces(table, traces))
            return n_traced + self._without(_OWN, lambda table: pc.equal(table["user_id"], user_id))

    def forget(self, traces: Traces) -> int:
        """Return how many events without a visitor were removed; see `EventStore`."""
        with self._held("replace"):
            return self._without(_TRACED, lambda table: _are_traces(table, traces))

    def _traces(self, user_id: str) -> Traces:
        named: list[tuple[str, str]] = []
        for part in self._parts.parts():
            table = self._parts.read(part, ["user_id", "session_id", "query_id"])
            theirs = table.filter(pc.equal(table["user_id"], user_id)).to_pydict()
            named += zip(theirs["session_id"], theirs["query_id"], strict=True)
        return Traces.of(named)

    def _without(self, columns: list[str], chosen: Callable[[pa.Table], pa.ChunkedArray]) -> int:
        """Replace each file that has chosen events by one without them.

        Args:
            columns: Those that are needed to choose.
            chosen: Which events are chosen, one value for each row.

        Returns:
            How many were removed.
        """
        n_removed = 0
        self._parts.sweep()
        for part in self._parts.parts():
            n_chosen = pc.sum(chosen(self._parts.read(part, columns))).as_py() or 0
            if n_chosen:
                table = self._parts.read(part)
                self._parts.write(part, table.filter(pc.invert(chosen(table))))
            n_removed += n_chosen
        return n_removed

    def close(self) -> None:
        """Let go of the store."""
        if not self._is_closed:
            self._is_closed = True
            self._lock.close()

    def _position(self, log_id: str) -> str:
        ends = [each.end for each in self._parts.parts() if each.log_id == log_id]
        return cursor_of(*max(ends)) if ends else ""

    def _merge(self) -> None:
        try:
            with self._lock.held("replace"):
                while parts := self._parts.to_merge():
                    self._parts.merge(parts)
        except (sqlite3.Error, OSError, pa.ArrowException) as exc:
            # The batch itself is in; the next one merges.
            _log.warning("files of the event store %s were not merged: %s", self.folder, exc)

    @contextmanager
    def _events(self) -> Iterator[ds.Dataset]:
        with self._held("read"):
            paths = [str(self._parts.path(each)) for each in self._parts.parts()]
            yield ds.dataset(paths, schema=EVENTS, format="parquet")

    @contextmanager
    def _held(self, purpose: str) -> Iterator[None]:
        if self._is_closed:
            raise EventStoreError(f"the event store {self.folder} is closed. Open it again.")
        with _errors_named(self.folder), self._lock.held(purpose):
            yield


def _are_traces(table: pa.Table, traces: Traces) -> pa.ChunkedArray:
    """Return which events name no visitor, and are traces; one value for each row."""
    found = [
        pc.is_in(table[name], pa.array(sorted(values), pa.string()))
        for name, values in (
            ("session_id", traces.sessions),
            ("query_id", traces.queries),
            ("event_id", traces.events),
        )
    ]
    return pc.and_(pc.equal(table["user_id"], ""), pc.or_(pc.or_(found[0], found[1]), found[2]))


@contextmanager
def _errors_named(folder: Path) -> Iterator[None]:
    """Turn what SQLite, Arrow and the file system raise into errors of the store.

    Yields:
        Nothing.

    Raises:
        EventStoreError: With what to do.
    """
    begin = f"the event store {folder} cannot be used: "
    try:
        yield
    except sqlite3.Error as exc:
        raise EventStoreError(f"{begin}{exc}. Another process holds it? Try again.") from exc
    except OSError as exc:
        reason = exc.strerror or exc
        raise EventStoreError(f"{begin}{reason}. A writable folder was expected.") from exc
    except pa.ArrowException as exc:
        raise EventStoreError(
            f"{begin}{exc}. Move the damaged file away and roll the log over into a new folder."
        ) from exc
