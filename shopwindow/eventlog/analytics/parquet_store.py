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
from shopwindow.eventlog.analytics.arrow_tables import EVENT_SCHEMA, events_to_table
from shopwindow.eventlog.analytics.event_store import ALL_TIME, EventBatch, Period
from shopwindow.eventlog.analytics.parquet_folder import ParquetPart, PartFolder
from shopwindow.eventlog.analytics.periods import to_time_bounds
from shopwindow.eventlog.analytics.rates import DailyCount, PositionClickRate, RankerPerformance
from shopwindow.eventlog.analytics.shared_folder_lock import SharedFolderLock
from shopwindow.eventlog.log_cursor import decode_cursor, encode_cursor
from shopwindow.eventlog.visitor_traces import NO_LINKED_IDS, LinkedIds
from shopwindow.values.closeable import Closeable
from shopwindow.values.errors import EventStoreError
from shopwindow.values.event import check_user_id

_LOCK = "lock.sqlite"
_OWN = ["user_id"]
_TRACED = ["user_id", "session_id", "query_id", "event_id"]
_log = logging.getLogger(__name__)


class ParquetEventStore(Closeable):
    """An `EventStore` that several threads and processes of one machine may use.

    A batch is one file, and the files' names are the position: a batch is there with its cursor, or
    not at all. Small files are merged as they come.

    Args:
        folder: The folder; it exists.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._parts = PartFolder(folder)
        self._lock = SharedFolderLock(folder / _LOCK)
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

    def get_cursor(self, log_id: str) -> str:
        """Return up to where a log was taken; see `EventStore`."""
        with self._held("read"):
            return self._position(log_id)

    def append_batch(self, batch: EventBatch) -> bool:
        """Return whether a batch is new, and add it; see `EventStore`."""
        with self._held("append"):
            if not batch.is_next(self._position(batch.log_id)):
                return False
            part = ParquetPart(
                batch.log_id, decode_cursor(batch.start_cursor), decode_cursor(batch.end_cursor)
            )
            self._parts.write(part, events_to_table(batch.events))
            is_to_merge = bool(self._parts.find_mergeable())
        if is_to_merge:
            self._merge()
        return True

    def count(self) -> int:
        """Return how many events there are."""
        with self._held("read"):
            paths = [self._parts.get_path(each) for each in self._parts.list_parts()]
            return sum(pq.read_metadata(each).num_rows for each in paths)

    def count_by_day(self, period: Period = ALL_TIME) -> list[DailyCount]:
        """Return events by day and kind."""
        with self._events() as events:
            return queries.count_by_day(events, to_time_bounds(period))

    def count_by_product(self, period: Period = ALL_TIME) -> pa.Table:
        """Return one row a product."""
        with self._events() as events:
            return queries.count_by_product(events, to_time_bounds(period))

    def compute_position_rates(self, period: Period = ALL_TIME) -> list[PositionClickRate]:
        """Return the position curves."""
        with self._events() as events:
            return queries.compute_position_rates(events, to_time_bounds(period))

    def compute_ranker_rates(self, period: Period = ALL_TIME) -> list[RankerPerformance]:
        """Return what came of the rankers."""
        with self._events() as events:
            return queries.compute_ranker_rates(events, to_time_bounds(period))

    def build_training_rows(self, period: Period = ALL_TIME) -> pa.Table:
        """Return one row an impression."""
        with self._events() as events:
            return queries.build_training_rows(events, to_time_bounds(period))

    def erase(self, user_id: str, linked_ids: LinkedIds = NO_LINKED_IDS) -> int:
        """Replace each file that has events of a visitor by one without; see `EventStore`.

        Returns:
            How many there were.
        """
        check_user_id(user_id)
        with self._held("replace"):
            linked_ids |= self._traces(user_id)
            # The traces go first: while one is left, so is what leads to it.
            n_traced = self._without(_TRACED, lambda table: _are_traces(table, linked_ids))
            return n_traced + self._without(_OWN, lambda table: pc.equal(table["user_id"], user_id))

    def erase_linked(self, linked_ids: LinkedIds) -> int:
        """Return how many events without a visitor were removed; see `EventStore`."""
        with self._held("replace"):
            return self._without(_TRACED, lambda table: _are_traces(table, linked_ids))

    def _traces(self, user_id: str) -> LinkedIds:
        named: list[tuple[str, str]] = []
        for part in self._parts.list_parts():
            table = self._parts.read(part, ["user_id", "session_id", "query_id"])
            theirs = table.filter(pc.equal(table["user_id"], user_id)).to_pydict()
            named += zip(theirs["session_id"], theirs["query_id"], strict=True)
        return LinkedIds.from_rows(named)

    def _without(self, columns: list[str], chosen: Callable[[pa.Table], pa.ChunkedArray]) -> int:
        """Replace each file that has chosen events by one without them.

        Args:
            columns: Those that are needed to choose.
            chosen: Which events are chosen, one value for each row.

        Returns:
            How many were removed.
        """
        n_removed = 0
        self._parts.remove_obsolete()
        for part in self._parts.list_parts():
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
        ends = [each.end for each in self._parts.list_parts() if each.log_id == log_id]
        return encode_cursor(*max(ends)) if ends else ""

    def _merge(self) -> None:
        try:
            with self._lock.acquire("replace"):
                while parts := self._parts.find_mergeable():
                    self._parts.merge(parts)
        except (sqlite3.Error, OSError, pa.ArrowException) as exc:
            # The batch itself is in; the next one merges.
            _log.warning("files of the event store %s were not merged: %s", self.folder, exc)

    @contextmanager
    def _events(self) -> Iterator[ds.Dataset]:
        with self._held("read"):
            paths = [str(self._parts.get_path(each)) for each in self._parts.list_parts()]
            yield ds.dataset(paths, schema=EVENT_SCHEMA, format="parquet")

    @contextmanager
    def _held(self, purpose: str) -> Iterator[None]:
        if self._is_closed:
            raise EventStoreError(f"the event store {self.folder} is closed. Open it again.")
        with _errors_named(self.folder), self._lock.acquire(purpose):
            yield


def _are_traces(table: pa.Table, traces: LinkedIds) -> pa.ChunkedArray:
    """Return which events name no visitor, and are traces; one value for each row."""
    found = [
        pc.is_in(table[name], pa.array(sorted(values), pa.string()))
        for name, values in (
            ("session_id", traces.session_ids),
            ("query_id", traces.query_ids),
            ("event_id", traces.event_ids),
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
