"""The log is processed exactly once, whatever happens to its consumers."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from shopwindow.eventlog import EventLog
from shopwindow.eventlog.log_cursor import decode_cursor, encode_cursor
from shopwindow.personalization import CatalogItems, EventConsumer, OnlineStore, open_online_store
from shopwindow.personalization.consumer_progress import measure_lag
from shopwindow.ranking import ProfileSettings
from shopwindow.values import Event
from shopwindow.values.errors import OnlineStoreError, ProfileEncoderError
from tests.eventlog.conftest import made
from tests.personalization.conftest import NOON, EventRecorder

MakeConsumer = Callable[[EventLog, OnlineStore], EventConsumer]
NOW_S = NOON.timestamp()


def get_engagements(store: OnlineStore, n_products: int) -> list[float]:
    stats = store.get_engagement_stats([f"sku-{n}" for n in range(n_products)], NOW_S)
    return [round(stats[f"sku-{n}"].engagements, 6) for n in range(n_products)]


def test_each_event_is_processed_once(
    log: EventLog, catalog: CatalogItems, make_consumer: MakeConsumer
) -> None:
    log.append(made(24, user_id="u1", time=NOON))
    with open_online_store(log, catalog) as store:
        assert make_consumer(log, store).consume_pending() == 24
        assert make_consumer(log, store).consume_pending() == 0
        log.append(made(24, user_id="u1", time=NOON))  # sent again: the log has them already
        assert make_consumer(log, store).consume_pending() == 0
        assert get_engagements(store, 24) == [1.0] * 24


def test_two_consumers_take_turns(
    log: EventLog, catalog: CatalogItems, make_consumer: MakeConsumer
) -> None:
    log.append(made(2000, time=NOON, product_id="sku-0"))
    with open_online_store(log, catalog) as store, open_online_store(log, catalog) as other_store:
        first_consumer, second_consumer = make_consumer(log, store), make_consumer(log, other_store)
        first_consumer.start()
        second_consumer.start()
        deadline = time.monotonic() + 20
        first_consumer.wake()
        second_consumer.wake()
        while time.monotonic() < deadline and store.get_total_engagement(NOW_S).engagements < 1999:
            time.sleep(0.02)
        first_consumer.close()
        second_consumer.close()
        assert get_engagements(other_store, 1) == [2000.0]


def test_a_rebuild_gives_the_same_profiles(record: EventRecorder) -> None:
    for n in range(9):
        record("click", f"sku-{n}", minutes=n)
    before_rebuild = record.store.get_profile("u1")
    counts = get_engagements(record.store, 9)
    assert record.event_consumer.rebuild() == 9
    after_rebuild = record.store.get_profile("u1")
    assert before_rebuild is not None
    assert after_rebuild is not None
    assert (after_rebuild.n_interactions, after_rebuild.interests.medoids) == (
        9,
        before_rebuild.interests.medoids,
    )
    # Vectors are rounded each time they are stored, here nine times and once.
    np.testing.assert_allclose(
        after_rebuild.interests.centroids, before_rebuild.interests.centroids, atol=2e-3
    )
    np.testing.assert_allclose(
        after_rebuild.interests.long_term_weights,
        before_rebuild.interests.long_term_weights,
        rtol=1e-6,
    )
    assert get_engagements(record.store, 9) == counts


def test_profiles_of_another_encoder_are_refused_until_a_rebuild(
    log: EventLog, catalog: CatalogItems, make_consumer: MakeConsumer
) -> None:
    log.append(made(3, user_id="u1", time=NOON))
    with open_online_store(log, catalog) as store:
        make_consumer(log, store).consume_pending()
    other_store = OnlineStore(log.folder / "people.sqlite", "another@1/photo")
    with other_store as store:
        event_consumer = EventConsumer(
            log, store, _CatalogOfAnotherEncoder(catalog), ProfileSettings()
        )
        with pytest.raises(ProfileEncoderError, match="rebuild"):
            event_consumer.consume_pending()
        assert event_consumer.rebuild() == 3
        profile = store.get_profile("u1")
        assert profile is not None
        assert profile.encoder_id == "another@1/photo"


def test_another_log_is_refused_until_a_rebuild(
    log: EventLog, catalog: CatalogItems, make_consumer: MakeConsumer, tmp_path: Path
) -> None:
    log.append(made(9, user_id="u1", time=NOON))
    with open_online_store(log, catalog) as store, EventLog.open(tmp_path / "other") as other_log:
        make_consumer(log, store).consume_pending()
        other_log.append(made(3, user_id="u2", time=NOON))
        event_consumer = make_consumer(other_log, store)
        with pytest.raises(OnlineStoreError, match="shopwindow profiles rebuild"):
            event_consumer.consume_pending()
        assert event_consumer.rebuild() == 3
        assert store.get_profile("u1") is None


def test_events_that_arrive_meanwhile_are_left_for_later(
    log: EventLog, catalog: CatalogItems, make_consumer: MakeConsumer
) -> None:
    log.append(made(700, time=NOON, product_id="sku-0"))
    with open_online_store(log, catalog) as store:
        n_consumed = make_consumer(log, store).consume_pending(
            lambda n: log.append(made(600, first=10_000 * n, time=NOON)) and None
        )
        assert n_consumed < 1400


class _CatalogOfAnotherEncoder(CatalogItems):
    """A catalogue whose vectors have another identity."""

    def __init__(self, catalog: CatalogItems) -> None:
        super().__init__(catalog.index)

    @property
    def encoder_id(self) -> str:
        return "another@1/photo"


class ListSource:
    """Events in memory; the part of `EventSource` in the log that a consumer may rely on."""

    log_id = "a list"

    def __init__(self, events: list[Event]) -> None:
        self._events = events

    def read(self, after: str = "", limit: int = 1000) -> tuple[list[Event], str]:
        _, start = decode_cursor(after)
        events = self._events[start : start + limit]
        return events, encode_cursor(1, start + len(events)) if events else after

    def get_end_cursor(self) -> str:
        return encode_cursor(1, len(self._events)) if self._events else ""

    def count(self, after: str = "") -> int:
        return len(self._events) - decode_cursor(after)[1]


def test_a_consumer_needs_no_more_than_an_event_source(
    catalog: CatalogItems, tmp_path: Path
) -> None:
    source = ListSource(made(700, time=NOON, product_id="sku-0"))
    with OnlineStore(tmp_path / "store.sqlite", catalog.encoder_id) as store:
        consumer = EventConsumer(source, store, catalog, ProfileSettings())
        assert measure_lag(source, store, NOW_S + 5) == (700, 5.0)
        assert consumer.consume_pending() == 700
        assert measure_lag(source, store, NOW_S + 5) == (0, 0.0)
        assert get_engagements(store, 1) == [700.0]


def test_events_of_the_future_are_not_behind(catalog: CatalogItems, tmp_path: Path) -> None:
    source = ListSource(made(1, time=NOON))
    with OnlineStore(tmp_path / "store.sqlite", catalog.encoder_id) as store:
        assert measure_lag(source, store, NOW_S - 60) == (1, 0.0)


_CONSUMER_SCRIPT = """
import sys
from embed import FakeEncoder
from index import ProductIndex
from shopwindow.eventlog import EventLog
from shopwindow.personalization import CatalogItems, EventConsumer, open_online_store
from shopwindow.ranking import ProfileSettings
import shopwindow.personalization.event_consumer
shopwindow.personalization.event_consumer.BATCH_SIZE = 7
with ProductIndex.open(":memory:", FakeEncoder()) as index, EventLog.open(sys.argv[1]) as log:
    catalog = CatalogItems(index)
    with open_online_store(log, catalog) as store:
        consumer = EventConsumer(log, store, catalog, ProfileSettings())
        print("ready", flush=True)
        while True:
            consumer.consume_pending(lambda n: None)
"""


@pytest.mark.slow
def test_a_killed_consumer_loses_nothing_and_counts_nothing_twice(
    log: EventLog, catalog: CatalogItems, make_consumer: MakeConsumer
) -> None:
    root = str(Path(__file__).resolve().parents[2])
    n_events = 0
    for delay_s in (0.0, 0.01, 0.03, 0.05, 0.08, 0.02):
        log.append(made(400, first=n_events, time=NOON, product_id="sku-0"))
        n_events += 400
        with subprocess.Popen(
            [sys.executable, "-c", _CONSUMER_SCRIPT, str(log.folder)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": root},
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            time.sleep(delay_s)
            process.send_signal(signal.SIGKILL)
    with open_online_store(log, catalog) as store:
        make_consumer(log, store).consume_pending()
        assert get_engagements(store, 1) == [float(n_events)]
        assert store.get_total_engagement(NOW_S).engagements == pytest.approx(n_events)
