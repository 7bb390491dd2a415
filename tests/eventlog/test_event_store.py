"""The contract of `EventStore`: Parquet always, chDB where the extra is installed.

With CLICKHOUSE_URL set (`clickhouse://USER@HOST:PORT/DATABASE`, CLICKHOUSE_PASSWORD), a server too:
its table of events is dropped before each test.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import astuple, replace
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from shopwindow.eventlog.analytics import ALL_TIME, EventBatch, EventStore, Period, open_event_store
from shopwindow.eventlog.analytics.arrow_tables import PRODUCT_COUNT_SCHEMA, TRAINING_SCHEMA
from shopwindow.eventlog.visitor_traces import LinkedIds
from shopwindow.values import Event
from shopwindow.values.errors import EventStoreError, InvalidEventError
from tests.eventlog import naive

HAS_CHDB = all(find_spec(module) for module in ("chdb", "clickhouse_connect"))
SERVER = os.environ.get("CLICKHOUSE_URL", "")
PASSWORD = os.environ.get("CLICKHOUSE_PASSWORD", "")
START = datetime(2026, 3, 1, tzinfo=UTC)
QUERIES = (
    "count_by_day",
    "count_by_product",
    "compute_position_rates",
    "compute_ranker_rates",
    "build_training_rows",
)
OpenStore = Callable[[], EventStore]


@pytest.fixture(
    params=[
        "parquet",
        pytest.param(
            "chdb",
            marks=[
                pytest.mark.skipif(not HAS_CHDB, reason="the extra `clickhouse` is not installed"),
                pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of chdb itself
            ],
        ),
        pytest.param(
            "server",
            marks=[
                pytest.mark.clickhouse_server,
                pytest.mark.enable_socket,
                pytest.mark.skipif(not SERVER, reason="CLICKHOUSE_URL is not set"),
            ],
        ),
    ]
)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "server":
        _drop_table()
        return SERVER
    folder = str(tmp_path / "analysis")
    return folder if request.param == "parquet" else f"chdb:{folder}"


def _drop_table() -> None:
    from shopwindow.eventlog.analytics.clickhouse_sql import TABLE  # noqa: PLC0415 -- an optional library

    store: Any = open_event_store(SERVER, PASSWORD)
    store._client.command(f"DROP TABLE {TABLE}")
    store.close()


@pytest.fixture
def reopen(address: str) -> Iterator[OpenStore]:
    opened: list[EventStore] = []

    def close_and_open() -> EventStore:
        for store in opened:
            store.close()
        opened.append(open_event_store(address, PASSWORD))
        return opened[-1]

    yield close_and_open
    for store in opened:
        store.close()


@pytest.fixture
def store(reopen: OpenStore) -> EventStore:
    return reopen()


def make_batch(events: list[Event], start: int = 0, log_id: str = "a") -> EventBatch:
    """Return a batch after the first `start` events of a log with one segment."""
    return EventBatch(log_id, f"1.{start}" if start else "", f"1.{start + len(events)}", events)


def make_history(n_events: int = 600, seed: int = 1) -> list[Event]:
    """Return random events of three days that often share queries, products and visitors."""
    rng = np.random.default_rng(seed)
    return [_make_event(rng, number) for number in range(n_events)]


def _make_event(rng: np.random.Generator, number: int) -> Event:
    kinds = ["click", "click", "cart", "purchase", "purchase", "like", "hide", "return"]
    kind = rng.choice(["impression"] * 8 + kinds)
    is_sale = kind in {"purchase", "return"}
    is_impression = kind == "impression"
    query = int(rng.integers(30))
    return Event(
        kind,
        f"sku-{rng.integers(12)}",
        user_id=str(rng.choice(["", "u1", "زائر", "u3"])),
        session_id=f"s{query}",
        query_id=f"q{query}" if rng.random() < 0.7 else "",
        surface=str(rng.choice(["search", "feed"])),  # type: ignore[arg-type]
        position=int(rng.integers(0, 5)) if is_impression else 0,
        propensity=float(rng.choice([0.1, 0.5, 1.0])) if is_impression and query % 2 else None,
        ranker=f"r{query % 3}" if is_impression else "",
        ranker_version="v1" if is_impression else "",
        features={"lexical": float(rng.random()), "نص": 1.0} if is_impression and query % 5 else {},
        value=float(rng.integers(1, 100)) if is_sale and rng.random() < 0.8 else None,
        currency=str(rng.choice(["AED", "AED", "AED", "SAR"])) if is_sale else "",
        time=START + timedelta(microseconds=int(rng.integers(0, 3 * 86_400_000_000))),
        event_id=f"e{number}",
        dwell_ms=int(rng.integers(90_000)) if rng.random() < 0.6 else None,
    )


def to_rows(result: Any) -> list[Any]:
    """Convert a result to tuples whose floats compare approximately."""
    rows = result.to_pylist() if hasattr(result, "to_pylist") else result
    values = [tuple(row.values()) if isinstance(row, dict) else astuple(row) for row in rows]
    return [
        tuple(pytest.approx(v, rel=1e-9) if isinstance(v, float) else v for v in row)
        for row in values
    ]


PERIODS = (
    ALL_TIME,
    Period(since=START + timedelta(days=1)),
    Period(until=START + timedelta(hours=30)),
    Period(START + timedelta(hours=10), START + timedelta(hours=40)),
    Period(START + timedelta(days=90)),
)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_results_are_those_of_plain_python(store: EventStore, seed: int) -> None:
    events = make_history(seed=seed)
    for start in range(0, 600, 150):
        assert store.append_batch(make_batch(events[start : start + 150], start))
    assert store.count() == 600
    for period in PERIODS:
        for name in QUERIES:
            expected = getattr(naive, name)(events, period)
            assert to_rows(getattr(store, name)(period)) == to_rows(expected), (name, period)
    rows = store.build_training_rows()
    assert rows.schema == TRAINING_SCHEMA
    assert store.count_by_product().schema == PRODUCT_COUNT_SCHEMA
    for label in ("clicked", "carted", "purchased", "liked", "hidden"):  # no label is constant
        assert 0 < sum(rows[label].to_pylist()) < len(rows)


def test_an_empty_store_returns_empty_results(store: EventStore) -> None:
    assert (store.count(), store.get_cursor("a"), store.erase("u1")) == (0, "", 0)
    assert store.count_by_day() == []
    assert store.compute_position_rates() == []
    assert store.compute_ranker_rates() == []
    assert store.count_by_product().schema == PRODUCT_COUNT_SCHEMA
    assert store.build_training_rows().schema == TRAINING_SCHEMA
    assert len(store.count_by_product()) == len(store.build_training_rows()) == 0


def test_a_repeated_batch_is_stored_once_also_after_reopening(reopen: OpenStore) -> None:
    events = make_history(40)
    store = reopen()
    assert store.append_batch(make_batch(events[:20]))
    assert not store.append_batch(make_batch(events[:20]))
    assert not store.append_batch(make_batch(events[:30]))  # same start cursor, another end cursor
    assert (store.get_cursor("a"), store.count()) == ("1.20", 20)
    store = reopen()
    assert not store.append_batch(make_batch(events[:20]))
    assert store.append_batch(make_batch(events[20:], 20))
    assert (store.get_cursor("a"), store.count()) == ("1.40", 40)
    assert to_rows(store.count_by_day()) == to_rows(naive.count_by_day(events, ALL_TIME))


def test_a_gap_is_rejected_and_changes_nothing(store: EventStore) -> None:
    with pytest.raises(EventStoreError, match=r"up to none, the batch begins after 1\.5"):
        store.append_batch(make_batch(make_history(3), 5))
    assert (store.count(), store.get_cursor("a")) == (0, "")


def test_each_log_has_its_own_cursor(store: EventStore) -> None:
    events = make_history(30)
    assert store.append_batch(make_batch(events[:10], log_id="a"))
    assert store.append_batch(make_batch(events[10:], log_id="b"))
    assert [store.get_cursor(log_id) for log_id in "abc"] == ["1.10", "1.20", ""]
    assert store.count() == 30


def test_cursors_are_compared_as_numbers(store: EventStore) -> None:
    first, second, third = make_history(3)
    assert store.append_batch(EventBatch("a", "", "9.9", [first]))
    assert store.append_batch(EventBatch("a", "9.9", "9.10", [second]))
    assert store.append_batch(EventBatch("a", "9.10", "10.1", [third]))
    assert (store.get_cursor("a"), store.count()) == ("10.1", 3)


def test_erasing_removes_every_byte_and_keeps_the_cursor(reopen: OpenStore, tmp_path: Path) -> None:
    user_id = "visitor-whom-nobody-remembers"
    own = [replace(event, user_id=user_id) for event in make_history(30)]
    others = [
        replace(
            event,
            session_id=f"o{event.session_id}",
            query_id=event.query_id and f"o{event.query_id}",
        )
        for event in make_history(50, seed=2)
    ]
    store = reopen()
    store.append_batch(make_batch(own))
    store.append_batch(make_batch([*others, *own], 30))
    is_local = any(tmp_path.iterdir())  # and not on a server
    assert any(user_id.encode() in data for data in read_files(tmp_path)) == is_local
    assert store.erase(user_id) == 60
    assert not any(user_id.encode() in data for data in read_files(tmp_path))
    assert store.erase(user_id) == 0
    store = reopen()
    assert to_rows(store.build_training_rows()) == to_rows(
        naive.build_training_rows(others, ALL_TIME)
    )
    assert (store.get_cursor("a"), store.count()) == ("1.110", 50)
    assert not store.append_batch(make_batch(own))
    with pytest.raises(InvalidEventError, match="user_id: expected a text that is not empty"):
        store.erase("")


def test_anonymous_events_of_a_visitors_session_or_query_are_erased_too(store: EventStore) -> None:
    own = [Event("click", "p", user_id="u", session_id="s1", query_id="q1", time=START)]
    anonymous = [Event("click", "p", time=START) for _ in range(6)]
    linked = [
        replace(anonymous[0], session_id="s1"),
        replace(anonymous[1], query_id="q1"),
        replace(anonymous[2], session_id="s2"),  # linked by the log only
    ]
    others = [
        replace(anonymous[3], session_id="s3", query_id="q3"),
        anonymous[4],
        replace(anonymous[5], user_id="other", session_id="s1", query_id="q1"),
    ]
    events = [*own, *linked, *others]
    events = [replace(event, event_id=f"t{n}") for n, event in enumerate(events)]
    store.append_batch(make_batch(events))
    assert store.erase("u", LinkedIds(session_ids=frozenset({"s2"}))) == 4
    assert store.count() == 3
    assert store.erase("u", LinkedIds(session_ids=frozenset({"s2"}))) == 0
    remaining_ids = frozenset(event.event_id for event in events[4:])
    # The third one has a user id.
    assert store.erase_linked(LinkedIds(event_ids=remaining_ids)) == 2
    assert (store.count(), store.get_cursor("a")) == (1, f"1.{len(events)}")


def read_files(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


def test_times_of_every_year_are_stored(store: EventStore) -> None:
    times = [datetime(1, 1, 1, tzinfo=UTC), datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)]
    times += [START, datetime(9999, 12, 31, 23, 59, tzinfo=UTC)]
    events = [Event("impression", "p", time=time, event_id=f"e{n}") for n, time in enumerate(times)]
    store.append_batch(make_batch(events))
    assert store.count_by_day() == naive.count_by_day(events, ALL_TIME)
    assert len(store.build_training_rows(Period(since=times[1], until=times[3]))) == 2


def test_injected_sql_is_stored_as_a_value(store: EventStore) -> None:
    injection = "u' OR 1=1; DROP TABLE shopwindow_events_v1 --"
    values = dict.fromkeys(("user_id", "product_id", "session_id", "query_id"), injection)
    events = [replace(event, **values) for event in make_history(10)]  # type: ignore[arg-type]
    store.append_batch(make_batch([*events, *make_history(10)]))
    assert (store.get_cursor(injection), store.count()) == ("", 20)
    assert injection in store.count_by_product()["product_id"].to_pylist()
    assert (store.erase(injection), store.count()) == (10, 10)


def test_a_closed_store_is_rejected(store: EventStore) -> None:
    store.close()
    store.close()
    with pytest.raises(EventStoreError, match="is closed"):
        store.count()


@pytest.mark.parametrize(
    ("since", "until", "message"),
    [
        (datetime(2026, 1, 1), None, "since: expected a time with a zone"),
        (START, START, "until: expected a time after 2026-03-01"),
    ],
)
def test_an_invalid_period_is_rejected(
    since: datetime, until: datetime | None, message: str
) -> None:
    with pytest.raises(InvalidEventError, match=message):
        Period(since, until)


@pytest.mark.parametrize("log_id", ["", "A", "a/b", "a_b", "a" * 65, "\u0661"])
def test_a_log_id_unfit_for_a_file_name_is_rejected(log_id: str) -> None:
    with pytest.raises(InvalidEventError, match="log_id: expected up to 64 small letters"):
        EventBatch(log_id, "", "1.5", [])


def test_a_batch_whose_end_cursor_is_not_after_its_start_is_rejected() -> None:
    with pytest.raises(InvalidEventError, match=r"cursor: expected one that is after '1\.5'"):
        EventBatch("a", "1.5", "1.5", [])


def test_a_store_of_the_version_before_dwell_times_still_opens(
    store: EventStore, address: str, reopen: OpenStore
) -> None:
    events = [replace(event, dwell_ms=None) for event in make_history(40)]
    store.append_batch(make_batch(events[:10]))
    _drop_dwell_times(store, address)
    store = reopen()
    for start in range(10, 40, 10):  # enough for the parts to be merged
        assert store.append_batch(make_batch(events[start : start + 10], start))
    shown = Event("impression", "sku-1", query_id="new", time=START, event_id="n1")
    viewed = [replace(shown, kind="click", event_id=f"v{ms}", dwell_ms=ms) for ms in (5, 7, 0)]
    new = [shown, *viewed]
    assert store.append_batch(make_batch(new, 40))
    rows = to_rows(store.build_training_rows())
    assert rows == to_rows(naive.build_training_rows([*events, *new], ALL_TIME))
    assert 7 in {row[-1] for row in rows}


def _drop_dwell_times(store: Any, address: str) -> None:
    """Make a store what the version before would have written."""
    if hasattr(store, "_client"):
        from shopwindow.eventlog.analytics.clickhouse_sql import TABLE  # noqa: PLC0415 -- an optional library

        store._client.command(f"ALTER TABLE {TABLE} DROP COLUMN dwell_ms")
        return
    for path in Path(address).rglob("*.parquet"):
        table = pq.read_table(path, partitioning=None).drop_columns(["dwell_ms"])
        pq.write_table(table, path)
