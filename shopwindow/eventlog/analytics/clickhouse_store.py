"""An event store in ClickHouse, embedded (chDB) or on a server, through one client."""

import hashlib
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from threading import RLock
from typing import Any

import pyarrow as pa
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import Error

from shopwindow.eventlog.analytics import clickhouse_sql as sql
from shopwindow.eventlog.analytics.arrow_tables import (
    EVENT_SCHEMA,
    PRODUCT_COUNT_SCHEMA,
    TRAINING_SCHEMA,
    events_to_table,
)
from shopwindow.eventlog.analytics.event_store import ALL_TIME, EventBatch, Period
from shopwindow.eventlog.analytics.periods import to_time_bounds
from shopwindow.eventlog.analytics.rates import DailyCount, PositionClickRate, RankerPerformance
from shopwindow.eventlog.log_cursor import decode_cursor, encode_cursor
from shopwindow.eventlog.log_schema import to_date
from shopwindow.eventlog.visitor_traces import NO_LINKED_IDS, LinkedIds
from shopwindow.values import Closeable, check_user_id
from shopwindow.values.errors import EventStoreError

_CLEANUP_TIMEOUT_S = 30.0
_DIGESTS_PER_QUERY = 1000
_CURSOR_SCHEMA = pa.schema(
    [("log_id", pa.string()), ("log_file", pa.int64()), ("log_seq", pa.int64())]
)


class ClickHouseEventStore(Closeable):
    """An `EventStore` in one ClickHouse table.

    A batch and its cursor are one block, which ClickHouse writes atomically. The block's
    deduplication token is its start cursor, so of two batches with the same start one is kept.

    Args:
        client: The open client.
        address: The store's address, for messages; without a password.
    """

    def __init__(self, client: Client, address: str) -> None:
        self.address = address
        self._client = client
        self._lock = RLock()
        self._is_closed = False
        with self._guard():
            for statement in (sql.CREATE_TABLE, *sql.MIGRATIONS):
                client.command(statement)

    def get_cursor(self, log_id: str) -> str:
        """Return the cursor up to which a log is in the store; see `EventStore`."""
        rows = self._query_rows(sql.SELECT_CURSOR, {"log_id": log_id})
        return encode_cursor(*rows[0]) if rows else ""

    def append_batch(self, batch: EventBatch) -> bool:
        """Append a batch if it is the next one; see `EventStore`.

        Returns:
            Whether it was appended.
        """
        if not batch.is_next(self.get_cursor(batch.log_id)):
            return False
        token = f"{batch.log_id}/{batch.start_cursor}"
        settings = {**sql.INSERT_SETTINGS, "insert_deduplication_token": token}
        with self._guard():
            self._client.insert_arrow(sql.TABLE, _build_block(batch), settings=settings)
        # Another writer's block with the same token may have been first, with another end.
        return self.get_cursor(batch.log_id) == batch.end_cursor

    def count(self) -> int:
        """Return the number of events."""
        return int(self._query_rows(sql.COUNT_EVENTS)[0][0])

    def count_by_day(self, period: Period = ALL_TIME) -> list[DailyCount]:
        """Return event counts by day and kind."""
        return [
            DailyCount(to_date(day), *rest)
            for day, *rest in self._query_period(sql.DAILY_COUNTS, period)
        ]

    def count_by_product(self, period: Period = ALL_TIME) -> pa.Table:
        """Return event counts by product."""
        return self._query_table(sql.PRODUCT_COUNTS, period, PRODUCT_COUNT_SCHEMA)

    def compute_position_rates(self, period: Period = ALL_TIME) -> list[PositionClickRate]:
        """Return click rates by position."""
        return [PositionClickRate(*row) for row in self._query_period(sql.POSITION_RATES, period)]

    def compute_ranker_rates(self, period: Period = ALL_TIME) -> list[RankerPerformance]:
        """Return click rates by ranker."""
        rows = self._query_period(sql.RANKER_RATES, period)
        return [
            RankerPerformance.from_sums(
                (row[0], row[1], row[2]), (row[3], row[4], row[5]), (row[6], row[7], row[8])
            )
            for row in rows
        ]

    def build_training_rows(self, period: Period = ALL_TIME) -> pa.Table:
        """Return one labelled row per impression."""
        return self._query_table(sql.TRAINING_ROWS, period, TRAINING_SCHEMA)

    def erase(self, user_id: str, linked_ids: LinkedIds = NO_LINKED_IDS) -> int:
        """Erase a visitor, and wait until the replaced files are removed; see `EventStore`.

        A server's own query log gets digests of the ids, not the ids.

        Returns:
            How many events were erased.
        """
        check_user_id(user_id)
        parameters = {"user": _compute_digest(user_id)}
        linked_ids |= LinkedIds.from_rows(
            (str(session_id), str(query_id))
            for session_id, query_id in self._query_rows(sql.SELECT_LINKED_IDS, parameters)
        )
        # Linked events first: as long as one is left, so are the events that link to it.
        n_linked = self.erase_linked(linked_ids)
        return n_linked + self._delete_where(sql.BY_USER, parameters)

    def erase_linked(self, linked_ids: LinkedIds) -> int:
        """Erase the anonymous events that have one of the ids; see `EventStore`.

        Returns:
            How many events were erased.
        """
        return sum(
            self._delete_where(condition, {"digests": digests})
            for name, condition in sql.BY_LINKED_IDS.items()
            for digests in _iterate_digests(getattr(linked_ids, name))
        )

    def _delete_where(self, condition: str, parameters: Mapping[str, Any]) -> int:
        n_erased = int(self._query_rows(sql.COUNT_WHERE.format(condition), parameters)[0][0])
        if n_erased:
            with self._guard():
                statement = sql.DELETE_WHERE.format(condition)
                self._client.command(statement, parameters=dict(parameters))
        self._wait_for_cleanup()
        return n_erased

    def close(self) -> None:
        """Close the store. Closing again does nothing."""
        with self._lock:
            if not self._is_closed:
                self._is_closed = True
                self._client.close()

    def _wait_for_cleanup(self) -> None:
        """Wait until the files that held the erased events are removed.

        Raises:
            EventStoreError: They are still there after `_CLEANUP_TIMEOUT_S`; no query reads them.
        """
        old_parts = set(self._query_rows(sql.OLD_PARTS))
        deadline = time.monotonic() + _CLEANUP_TIMEOUT_S
        while old_parts := old_parts & set(self._query_rows(sql.OLD_PARTS)):
            if time.monotonic() > deadline:
                raise EventStoreError(
                    f"the event store {self.address} keeps {len(old_parts)} old files of the "
                    f"erased events after {_CLEANUP_TIMEOUT_S:g} s; no query reads them. Erase "
                    "again later."
                )
            time.sleep(0.1)

    def _query_rows(
        self, query: str, parameters: Mapping[str, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        with self._guard():
            rows = self._client.query(query, parameters=dict(parameters or {})).result_rows
        return [tuple(row) for row in rows]

    def _query_period(self, query: str, period: Period) -> list[tuple[Any, ...]]:
        return self._query_rows(query, _bind_period(period))

    def _query_table(self, query: str, period: Period, schema: pa.Schema) -> pa.Table:
        with self._guard():
            table = self._client.query_arrow(
                query, parameters=_bind_period(period), settings=sql.READ_SETTINGS
            )
        return table.select(schema.names).cast(schema)

    @contextmanager
    def _guard(self) -> Iterator[None]:
        with self._lock, wrap_client_errors(self.address):
            if self._is_closed:
                raise EventStoreError(f"the event store {self.address} is closed. Open it again.")
            yield


def _compute_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest().upper()


def _iterate_digests(texts: Collection[str]) -> Iterator[list[str]]:
    """Yield digests in chunks that fit into one query."""
    digests = [_compute_digest(text) for text in sorted(texts)]
    for start in range(0, len(digests), _DIGESTS_PER_QUERY):
        yield digests[start : start + _DIGESTS_PER_QUERY]


def _bind_period(period: Period) -> dict[str, int]:
    return dict(zip(("since", "until"), to_time_bounds(period), strict=True))


def _build_block(batch: EventBatch) -> pa.Table:
    """Return the table of a batch, whose last row holds the end cursor instead of an event."""
    events = events_to_table(batch.events)
    cursor_row = {field.name: _EMPTY_VALUES.get(field.type) for field in EVENT_SCHEMA}
    cursor_row |= {"kind": sql.CURSOR_ROW_KIND, "propensity": None, "value": None}
    block = pa.concat_tables([events, pa.Table.from_pylist([cursor_row], EVENT_SCHEMA)])
    segment, seq = decode_cursor(batch.end_cursor)
    cursor = {"log_id": batch.log_id, "log_file": segment, "log_seq": seq}
    for field in _CURSOR_SCHEMA:
        values = [_EMPTY_VALUES[field.type]] * len(events) + [cursor[field.name]]
        block = block.append_column(field, pa.array(values, field.type))
    return block


_EMPTY_VALUES: Mapping[Any, Any] = {
    pa.string(): "",
    pa.int64(): 0,
    pa.map_(pa.string(), pa.float64()): [],
}


@contextmanager
def wrap_client_errors(address: str) -> Iterator[None]:
    """Translate errors of the ClickHouse client into errors of the store.

    Yields:
        Nothing.

    Raises:
        EventStoreError: With a remedy.
    """
    try:
        yield
    except Error as exc:
        reason = " ".join(str(exc).split())[:300]
        raise EventStoreError(
            f"the event store {address} cannot be used: {reason}. Check the address, the password "
            "(SHOPWINDOW_EVENTS__STORE_PASSWORD), and that no other process has the folder open."
        ) from exc
