"""Events in ClickHouse: embedded (chDB) or on a server, through one client and one set of SQL."""

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
from shopwindow.values.closeable import Closeable
from shopwindow.values.errors import EventStoreError
from shopwindow.values.event import check_user_id

_CLEANED_S = 30.0
_DIGESTS_AT_ONCE = 1000
_TAKEN = pa.schema([("log_id", pa.string()), ("log_file", pa.int64()), ("log_seq", pa.int64())])


class ClickHouseEventStore(Closeable):
    """An `EventStore` in one table of a ClickHouse.

    A batch and its cursor are one block, which ClickHouse writes as a whole. The block's token is
    the cursor that it begins at, so of two that begin at the same place one is kept.

    Args:
        client: The open client.
        address: Where it is, for messages; without a password.
    """

    def __init__(self, client: Client, address: str) -> None:
        self.address = address
        self._client = client
        self._lock = RLock()
        self._is_closed = False
        with self._used():
            client.command(sql.CREATE_TABLE)

    def get_cursor(self, log_id: str) -> str:
        """Return up to where a log was taken; see `EventStore`."""
        rows = self._rows(sql.SELECT_CURSOR, {"log_id": log_id})
        return encode_cursor(*rows[0]) if rows else ""

    def append_batch(self, batch: EventBatch) -> bool:
        """Return whether a batch is new, and add it; see `EventStore`."""
        if not batch.is_next(self.get_cursor(batch.log_id)):
            return False
        token = f"{batch.log_id}/{batch.start_cursor}"
        settings = {**sql.INSERT_SETTINGS, "insert_deduplication_token": token}
        with self._used():
            self._client.insert_arrow(sql.TABLE, _block(batch), settings=settings)
        # Somebody else's block of the same token may have been first, with another end.
        return self.get_cursor(batch.log_id) == batch.end_cursor

    def count(self) -> int:
        """Return how many events there are."""
        return int(self._rows(sql.COUNT_EVENTS)[0][0])

    def count_by_day(self, period: Period = ALL_TIME) -> list[DailyCount]:
        """Return events by day and kind."""
        return [
            DailyCount(to_date(day), *rest) for day, *rest in self._in(sql.DAILY_COUNTS, period)
        ]

    def count_by_product(self, period: Period = ALL_TIME) -> pa.Table:
        """Return one row a product."""
        return self._table(sql.PRODUCT_COUNTS, period, PRODUCT_COUNT_SCHEMA)

    def compute_position_rates(self, period: Period = ALL_TIME) -> list[PositionClickRate]:
        """Return the position curves."""
        return [PositionClickRate(*row) for row in self._in(sql.POSITION_RATES, period)]

    def compute_ranker_rates(self, period: Period = ALL_TIME) -> list[RankerPerformance]:
        """Return what came of the rankers."""
        rows = self._in(sql.RANKER_RATES, period)
        return [
            RankerPerformance.from_sums((r[0], r[1], r[2]), (r[3], r[4], r[5]), (r[6], r[7], r[8]))
            for r in rows
        ]

    def build_training_rows(self, period: Period = ALL_TIME) -> pa.Table:
        """Return one row an impression."""
        return self._table(sql.TRAINING_ROWS, period, TRAINING_SCHEMA)

    def erase(self, user_id: str, linked_ids: LinkedIds = NO_LINKED_IDS) -> int:
        """Erase a visitor, and wait until the files that had them are removed; see `EventStore`.

        A server's own log of queries gets digests of the ids, not the ids.

        Returns:
            How many events there were.
        """
        check_user_id(user_id)
        who = {"user": _digest(user_id)}
        linked_ids |= LinkedIds.from_rows(
            (str(s), str(q)) for s, q in self._rows(sql.SELECT_LINKED_IDS, who)
        )
        n_traced = self.erase_linked(linked_ids)  # first: while one is left, so is what leads to it
        return n_traced + self._erased(sql.BY_USER, who)

    def erase_linked(self, linked_ids: LinkedIds) -> int:
        """Return how many events without a visitor were removed; see `EventStore`."""
        return sum(
            self._erased(sql.BY_LINKED_IDS[name], {"digests": some})
            for name in sql.BY_LINKED_IDS
            for some in _digests(getattr(linked_ids, name))
        )

    def _erased(self, condition: str, values: Mapping[str, Any]) -> int:
        n_erased = int(self._rows(sql.COUNT_WHERE.format(condition), values)[0][0])
        if n_erased:
            with self._used():
                self._client.command(sql.DELETE_WHERE.format(condition), parameters=dict(values))
        self._await_cleaning()
        return n_erased

    def close(self) -> None:
        """Let go of the store."""
        with self._lock:
            if not self._is_closed:
                self._is_closed = True
                self._client.close()

    def _await_cleaning(self) -> None:
        """Wait until the files that the erased events were in are removed.

        Raises:
            EventStoreError: They stay for long; the events are out of every answer already.
        """
        old = set(self._rows(sql.OLD_PARTS))
        until = time.monotonic() + _CLEANED_S
        while old := old & set(self._rows(sql.OLD_PARTS)):
            if time.monotonic() > until:
                raise EventStoreError(
                    f"the event store {self.address} keeps {len(old)} old files of the erased "
                    f"events after {_CLEANED_S:g} s; it answers without them. Erase again later."
                )
            time.sleep(0.1)

    def _rows(self, query: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        with self._used():
            rows = self._client.query(query, parameters=dict(values or {})).result_rows
        return [tuple(each) for each in rows]

    def _in(self, query: str, period: Period) -> list[tuple[Any, ...]]:
        return self._rows(query, _bound(period))

    def _table(self, query: str, period: Period, schema: pa.Schema) -> pa.Table:
        with self._used():
            found = self._client.query_arrow(
                query, parameters=_bound(period), settings=sql.READ_SETTINGS
            )
        return found.select(schema.names).cast(schema)

    @contextmanager
    def _used(self) -> Iterator[None]:
        with self._lock, wrap_client_errors(self.address):
            if self._is_closed:
                raise EventStoreError(f"the event store {self.address} is closed. Open it again.")
            yield


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest().upper()


def _digests(texts: Collection[str]) -> Iterator[list[str]]:
    """Yield digests, as many at a time as fit into one question."""
    every = [_digest(each) for each in sorted(texts)]
    for start in range(0, len(every), _DIGESTS_AT_ONCE):
        yield every[start : start + _DIGESTS_AT_ONCE]


def _bound(period: Period) -> dict[str, int]:
    return dict(zip(("since", "until"), to_time_bounds(period), strict=True))


def _block(batch: EventBatch) -> pa.Table:
    """Return a batch with the row that says up to where the log was taken with it."""
    events = events_to_table(batch.events)
    position = {field.name: _EMPTY.get(field.type) for field in EVENT_SCHEMA}
    position |= {"kind": sql.CURSOR_ROW_KIND, "propensity": None, "value": None}
    whole = pa.concat_tables([events, pa.Table.from_pylist([position], EVENT_SCHEMA)])
    file, seq = decode_cursor(batch.end_cursor)
    ends = {"log_id": (batch.log_id, ""), "log_file": (file, 0), "log_seq": (seq, 0)}
    for field in _TAKEN:
        at_end, before = ends[field.name]
        values = pa.array([before] * len(events) + [at_end], field.type)
        whole = whole.append_column(field, values)
    return whole


_EMPTY: Mapping[Any, Any] = {pa.string(): "", pa.int64(): 0, pa.map_(pa.string(), pa.float64()): []}


@contextmanager
def wrap_client_errors(address: str) -> Iterator[None]:
    """Turn what the client raises into errors of the store.

    Yields:
        Nothing.

    Raises:
        EventStoreError: With what to do.
    """
    try:
        yield
    except Error as exc:
        said = " ".join(str(exc).split())[:300]
        raise EventStoreError(
            f"the event store {address} cannot be used: {said}. Check the address, the password "
            "(SHOPWINDOW_EVENTS__STORE_PASSWORD), and that no other process has the folder open."
        ) from exc
