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
import pytest

from shopwindow.eventlog.analytics import ALL_TIME, EventBatch, EventStore, Period, open_event_store
from shopwindow.eventlog.analytics.arrow_tables import PRODUCT_COUNT_SCHEMA, TRAINING_SCHEMA
from shopwindow.eventlog.visitor_traces import LinkedIds
from shopwindow.values import Event
from shopwindow.values.errors import EventStoreError, InvalidEventError
from tests.eventlog import naive

HAS_CHDB = all(find_spec(each) for each in ("chdb", "clickhouse_connect"))
SERVER = os.environ.get("CLICKHOUSE_URL", "")
PASSWORD = os.environ.get("CLICKHOUSE_PASSWORD", "")
START = datetime(2026, 3, 1, tzinfo=UTC)
QUESTIONS = (
    "count_by_day",
    "count_by_product",
    "compute_position_rates",
    "compute_ranker_rates",
    "build_training_rows",
)
Open = Callable[[], EventStore]


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
                pytest.mark.server,
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
    store._client.command(f"DROP TABLE {TABLE} SYNC")
    store.close()


@pytest.fixture
def open_again(address: str) -> Iterator[Open]:
    opened: list[EventStore] = []

    def again() -> EventStore:
        for each in opened:
            each.close()
        opened.append(open_event_store(address, PASSWORD))
        return opened[-1]

    yield again
    for each in opened:
        each.close()


@pytest.fixture
def store(open_again: Open) -> EventStore:
    return open_again()


def batch(events: list[Event], after: int = 0, log_id: str = "a") -> EventBatch:
    """Return a batch whose cursors count its events."""
    return EventBatch(log_id, f"1.{after}" if after else "", f"1.{after + len(events)}", events)


def history(n_events: int = 600, seed: int = 1) -> list[Event]:
    """Return events of three days that meet each other often."""
    rng = np.random.default_rng(seed)
    return [_event(rng, number) for number in range(n_events)]


def _event(rng: np.random.Generator, number: int) -> Event:
    kind = rng.choice(
        ["impression"] * 6 + ["click", "cart", "purchase", "purchase", "like", "hide"]
    )
    is_shown = kind == "impression"
    query = int(rng.integers(30))
    return Event(
        kind,
        f"sku-{rng.integers(12)}",
        user_id=str(rng.choice(["", "u1", "زائر", "u3"])),
        session_id=f"s{query}",
        query_id=f"q{query}" if rng.random() < 0.7 else "",
        surface=str(rng.choice(["search", "feed"])),  # type: ignore[arg-type]
        position=int(rng.integers(0, 5)) if is_shown else 0,
        propensity=float(rng.choice([0.1, 0.5, 1.0])) if is_shown and query % 2 else None,
        ranker=f"r{query % 3}" if is_shown else "",
        ranker_version="v1" if is_shown else "",
        features={"lexical": float(rng.random()), "نص": 1.0} if is_shown and query % 5 else {},
        value=float(rng.integers(1, 100)) if kind == "purchase" and rng.random() < 0.8 else None,
        currency=str(rng.choice(["AED", "AED", "AED", "SAR"])) if kind == "purchase" else "",
        time=START + timedelta(microseconds=int(rng.integers(0, 3 * 86_400_000_000))),
        event_id=f"e{number}",
    )


def plain(answer: Any) -> list[Any]:
    """Return an answer in values that can be compared nearly."""
    rows = answer.to_pylist() if hasattr(answer, "to_pylist") else answer
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
def test_the_answers_are_those_of_plain_python(store: EventStore, seed: int) -> None:
    events = history(seed=seed)
    for start in range(0, 600, 150):
        assert store.append_batch(batch(events[start : start + 150], start))
    assert store.count() == 600
    for period in PERIODS:
        for name in QUESTIONS:
            answer = getattr(store, name)(period)
            assert plain(answer) == plain(getattr(naive, name)(events, period)), (name, period)
    rows = store.build_training_rows()
    assert rows.schema == TRAINING_SCHEMA
    assert store.count_by_product().schema == PRODUCT_COUNT_SCHEMA
    for label in ("clicked", "carted", "purchased", "liked", "hidden"):  # nothing compared empty
        assert 0 < sum(rows[label].to_pylist()) < len(rows)


def test_an_empty_store_answers(store: EventStore) -> None:
    assert (store.count(), store.get_cursor("a"), store.erase("u1")) == (0, "", 0)
    assert [store.count_by_day(), store.compute_position_rates(), store.compute_ranker_rates()] == [
        [],
        [],
        [],
    ]
    assert (store.count_by_product().schema, store.build_training_rows().schema) == (
        PRODUCT_COUNT_SCHEMA,
        TRAINING_SCHEMA,
    )
    assert len(store.count_by_product()) == len(store.build_training_rows()) == 0


def test_a_repeated_batch_counts_once_also_after_opening_again(open_again: Open) -> None:
    events = history(40)
    store = open_again()
    assert store.append_batch(batch(events[:20]))
    assert not store.append_batch(batch(events[:20]))
    assert not store.append_batch(batch(events[:30]))  # begins at the same place, ends elsewhere
    assert (store.get_cursor("a"), store.count()) == ("1.20", 20)
    store = open_again()
    assert not store.append_batch(batch(events[:20]))
    assert store.append_batch(batch(events[20:], 20))
    assert (store.get_cursor("a"), store.count()) == ("1.40", 40)
    assert plain(store.count_by_day()) == plain(naive.count_by_day(events, ALL_TIME))


def test_a_gap_is_refused_and_leaves_no_trace(store: EventStore) -> None:
    with pytest.raises(EventStoreError, match=r"up to none, the batch begins after 1\.5"):
        store.append_batch(batch(history(3), 5))
    assert (store.count(), store.get_cursor("a")) == (0, "")


def test_logs_have_positions_of_their_own(store: EventStore) -> None:
    events = history(30)
    assert store.append_batch(batch(events[:10], log_id="a"))
    assert store.append_batch(batch(events[10:], log_id="b"))
    assert (store.get_cursor("a"), store.get_cursor("b"), store.get_cursor("c")) == (
        "1.10",
        "1.20",
        "",
    )
    assert store.count() == 30


def test_cursors_are_compared_as_numbers(store: EventStore) -> None:
    first, second, third = history(3)
    assert store.append_batch(EventBatch("a", "", "9.9", [first]))
    assert store.append_batch(EventBatch("a", "9.9", "9.10", [second]))
    assert store.append_batch(EventBatch("a", "9.10", "10.1", [third]))
    assert (store.get_cursor("a"), store.count()) == ("10.1", 3)


def test_erasing_is_for_good_and_keeps_the_position(open_again: Open, tmp_path: Path) -> None:
    secret = "visitor-whom-nobody-remembers"
    theirs = [replace(each, user_id=secret) for each in history(30)]
    others = [
        replace(
            each, session_id=f"o{each.session_id}", query_id=each.query_id and f"o{each.query_id}"
        )
        for each in history(50, seed=2)
    ]
    store = open_again()
    store.append_batch(batch(theirs))
    store.append_batch(batch([*others, *theirs], 30))
    is_here = any(tmp_path.iterdir())  # and not on a server
    assert any(secret.encode() in data for data in files(tmp_path)) == is_here
    assert store.erase(secret) == 60
    assert not any(secret.encode() in data for data in files(tmp_path))
    assert store.erase(secret) == 0
    store = open_again()
    assert plain(store.build_training_rows()) == plain(naive.build_training_rows(others, ALL_TIME))
    assert (store.get_cursor("a"), store.count()) == ("1.110", 50)
    assert not store.append_batch(batch(theirs))
    with pytest.raises(InvalidEventError, match="user_id: expected a text that is not empty"):
        store.erase("")


def test_what_names_only_a_session_or_an_answer_goes_too(store: EventStore) -> None:
    own = [Event("click", "p", user_id="u", session_id="s1", query_id="q1", time=START)]
    nobody = [Event("click", "p", time=START) for _ in range(6)]
    traced = [
        replace(nobody[0], session_id="s1"),
        replace(nobody[1], query_id="q1"),
        replace(nobody[2], session_id="s2"),  # which only the log knows to be theirs
    ]
    others = [
        replace(nobody[3], session_id="s3", query_id="q3"),
        nobody[4],
        replace(nobody[5], user_id="other", session_id="s1", query_id="q1"),
    ]
    events = [*own, *traced, *others]
    events = [replace(each, event_id=f"t{n}") for n, each in enumerate(events)]
    store.append_batch(batch(events))
    assert store.erase("u", LinkedIds(session_ids=frozenset({"s2"}))) == 4
    assert store.count() == 3
    assert store.erase("u", LinkedIds(session_ids=frozenset({"s2"}))) == 0
    kept = frozenset(each.event_id for each in events[4:])
    assert store.erase_linked(LinkedIds(event_ids=kept)) == 2  # not that of another visitor
    assert (store.count(), store.get_cursor("a")) == (1, f"1.{len(events)}")


def files(folder: Path) -> list[bytes]:
    return [each.read_bytes() for each in folder.rglob("*") if each.is_file()]


def test_times_of_all_years_are_kept(store: EventStore) -> None:
    times = [datetime(1, 1, 1, tzinfo=UTC), datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)]
    times += [START, datetime(9999, 12, 31, 23, 59, tzinfo=UTC)]
    events = [Event("impression", "p", time=time, event_id=f"e{n}") for n, time in enumerate(times)]
    store.append_batch(batch(events))
    assert store.count_by_day() == naive.count_by_day(events, ALL_TIME)
    assert len(store.build_training_rows(Period(since=times[1], until=times[3]))) == 2


def test_injected_words_stay_values(store: EventStore) -> None:
    evil = "u' OR 1=1; DROP TABLE shopwindow_events_v1 --"
    names = {"user_id": evil, "product_id": evil, "session_id": evil, "query_id": evil}
    events = [replace(each, **names) for each in history(10)]  # type: ignore[arg-type]
    store.append_batch(batch([*events, *history(10)]))
    assert (store.get_cursor(evil), store.count()) == ("", 20)
    assert evil in store.count_by_product()["product_id"].to_pylist()
    assert (store.erase(evil), store.count()) == (10, 10)


def test_a_closed_store_says_so(store: EventStore) -> None:
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
def test_a_period_must_make_sense(since: datetime, until: datetime | None, message: str) -> None:
    with pytest.raises(InvalidEventError, match=message):
        Period(since, until)


@pytest.mark.parametrize("name", ["", "A", "a/b", "a_b", "a" * 65, "\u0661"])
def test_a_log_has_a_name_that_files_can_have(name: str) -> None:
    with pytest.raises(InvalidEventError, match="log_id: expected up to 64 small letters"):
        EventBatch(name, "", "1.5", [])


def test_a_batch_must_move_on() -> None:
    with pytest.raises(InvalidEventError, match=r"cursor: expected one that is after '1\.5'"):
        EventBatch("a", "1.5", "1.5", [])
