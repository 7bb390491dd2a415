"""An event store in a folder of Parquet files, queried with Arrow; needs no extra dependency."""

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
from shopwindow.values import Closeable, check_user_id
from shopwindow.values.errors import EventStoreError

_LOCK = "lock.sqlite"
_LINK_COLUMNS = ["user_id", "session_id", "query_id", "event_id"]
_log = logging.getLogger(__name__)


class ParquetEventStore(Closeable):
    """An `EventStore` for several threads and processes of one machine.

    A batch is one file, and the file names hold the cursors: a batch is there with its cursor, or
    not at all. Small files are merged over time.

    Args:
        folder: The existing folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._parts = PartFolder(folder)
        self._lock = SharedFolderLock(folder / _LOCK)
        self._is_closed = False

    @classmethod
    def open(cls, folder: str | Path) -> Self:
        """Open the store in a folder; both are created if missing.

        Returns:
            The open store.

        Raises:
            EventStoreError: The folder cannot be used.
        """
        folder = Path(folder)
        with _wrap_store_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            return cls(folder)

    def get_cursor(self, log_id: str) -> str:
        """Return the cursor up to which a log is in the store; see `EventStore`."""
        with self._hold_lock("read"):
            return self._find_cursor(log_id)

    def append_batch(self, batch: EventBatch) -> bool:
        """Append a batch if it is the next one; see `EventStore`.

        Returns:
            Whether it was appended.
        """
        with self._hold_lock("append"):
            if not batch.is_next(self._find_cursor(batch.log_id)):
                return False
            part = ParquetPart(
                batch.log_id, decode_cursor(batch.start_cursor), decode_cursor(batch.end_cursor)
            )
            self._parts.write(part, events_to_table(batch.events))
            needs_merge = bool(self._parts.find_mergeable())
        if needs_merge:
            self._merge_parts()
        return True

    def count(self) -> int:
        """Return the number of events."""
        with self._hold_lock("read"):
            paths = [self._parts.get_path(part) for part in self._parts.list_parts()]
            return sum(pq.read_metadata(path).num_rows for path in paths)

    def count_by_day(self, period: Period = ALL_TIME) -> list[DailyCount]:
        """Return event counts by day and kind."""
        with self._open_dataset() as events:
            return queries.count_by_day(events, to_time_bounds(period))

    def count_by_product(self, period: Period = ALL_TIME) -> pa.Table:
        """Return event counts by product."""
        with self._open_dataset() as events:
            return queries.count_by_product(events, to_time_bounds(period))

    def compute_position_rates(self, period: Period = ALL_TIME) -> list[PositionClickRate]:
        """Return click rates by position."""
        with self._open_dataset() as events:
            return queries.compute_position_rates(events, to_time_bounds(period))

    def compute_ranker_rates(self, period: Period = ALL_TIME) -> list[RankerPerformance]:
        """Return click rates by ranker."""
        with self._open_dataset() as events:
            return queries.compute_ranker_rates(events, to_time_bounds(period))

    def build_training_rows(self, period: Period = ALL_TIME) -> pa.Table:
        """Return one labelled row per impression."""
        with self._open_dataset() as events:
            return queries.build_training_rows(events, to_time_bounds(period))

    def erase(self, user_id: str, linked_ids: LinkedIds = NO_LINKED_IDS) -> int:
        """Rewrite the files that have events of a visitor without them; see `EventStore`.

        Returns:
            How many events were erased.
        """
        check_user_id(user_id)
        with self._hold_lock("replace"):
            linked_ids |= self._find_linked_ids(user_id)
            # Linked events first: as long as one is left, so are the events that link to it.
            n_linked = self._erase_matching(_LINK_COLUMNS, lambda table: _match(table, linked_ids))
            n_own = self._erase_matching(
                ["user_id"], lambda table: pc.equal(table["user_id"], user_id)
            )
            return n_linked + n_own

    def erase_linked(self, linked_ids: LinkedIds) -> int:
        """Erase the anonymous events that have one of the ids; see `EventStore`.

        Returns:
            How many events were erased.
        """
        with self._hold_lock("replace"):
            return self._erase_matching(_LINK_COLUMNS, lambda table: _match(table, linked_ids))

    def _find_linked_ids(self, user_id: str) -> LinkedIds:
        id_pairs: list[tuple[str, str]] = []
        for part in self._parts.list_parts():
            table = self._parts.read(part, ["user_id", "session_id", "query_id"])
            own_columns = table.filter(pc.equal(table["user_id"], user_id)).to_pydict()
            id_pairs += zip(own_columns["session_id"], own_columns["query_id"], strict=True)
        return LinkedIds.from_rows(id_pairs)

    def _erase_matching(
        self, columns: list[str], match: Callable[[pa.Table], pa.ChunkedArray]
    ) -> int:
        """Rewrite each part that has matching events without them.

        Args:
            columns: The columns that `match` needs.
            match: Returns which events to erase, shape (n_rows,), boolean.

        Returns:
            How many events were erased.
        """
        n_erased = 0
        self._parts.remove_obsolete()
        for part in self._parts.list_parts():
            n_matching = pc.sum(match(self._parts.read(part, columns))).as_py() or 0
            if n_matching:
                table = self._parts.read(part)
                self._parts.write(part, table.filter(pc.invert(match(table))))
            n_erased += n_matching
        return n_erased

    def close(self) -> None:
        """Close the store. Closing again does nothing."""
        if not self._is_closed:
            self._is_closed = True
            self._lock.close()

    def _find_cursor(self, log_id: str) -> str:
        ends = [part.end for part in self._parts.list_parts() if part.log_id == log_id]
        return encode_cursor(*max(ends)) if ends else ""

    def _merge_parts(self) -> None:
        try:
            with self._lock.acquire("replace"):
                while parts := self._parts.find_mergeable():
                    self._parts.merge(parts)
        except (sqlite3.Error, OSError, pa.ArrowException) as exc:
            # The batch itself is stored; the next one merges.
            _log.warning("files of the event store %s were not merged: %s", self.folder, exc)

    @contextmanager
    def _open_dataset(self) -> Iterator[ds.Dataset]:
        with self._hold_lock("read"):
            paths = [str(self._parts.get_path(part)) for part in self._parts.list_parts()]
            yield ds.dataset(paths, schema=EVENT_SCHEMA, format="parquet")

    @contextmanager
    def _hold_lock(self, mode: str) -> Iterator[None]:
        if self._is_closed:
            raise EventStoreError(f"the event store {self.folder} is closed. Open it again.")
        with _wrap_store_errors(self.folder), self._lock.acquire(mode):
            yield


def _match(table: pa.Table, linked_ids: LinkedIds) -> pa.ChunkedArray:
    """Return which events are anonymous and have one of the ids, shape (n_rows,), boolean."""
    has_session, has_query, has_event = (
        pc.is_in(table[name], pa.array(sorted(ids), pa.string()))
        for name, ids in (
            ("session_id", linked_ids.session_ids),
            ("query_id", linked_ids.query_ids),
            ("event_id", linked_ids.event_ids),
        )
    )
    is_linked = pc.or_(pc.or_(has_session, has_query), has_event)
    return pc.and_(pc.equal(table["user_id"], ""), is_linked)


@contextmanager
def _wrap_store_errors(folder: Path) -> Iterator[None]:
    """Translate errors of SQLite, Arrow and the file system into errors of the store.

    Yields:
        Nothing.

    Raises:
        EventStoreError: With a remedy.
    """
    prefix = f"the event store {folder} cannot be used: "
    try:
        yield
    except sqlite3.Error as exc:
        raise EventStoreError(f"{prefix}{exc}. Another process may hold it: try again.") from exc
    except OSError as exc:
        reason = exc.strerror or exc
        raise EventStoreError(f"{prefix}{reason}. A writable folder was expected.") from exc
    except pa.ArrowException as exc:
        raise EventStoreError(
            f"{prefix}{exc}. Move the damaged file away and sync the log into a new folder."
        ) from exc
