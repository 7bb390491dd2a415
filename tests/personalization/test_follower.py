"""The log is learned from once, whatever happens to those who follow it."""

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
from shopwindow.personalization import CatalogItems, EventConsumer, OnlineStore, open_online_store
from shopwindow.ranking import ProfileSettings
from shopwindow.values.errors import OnlineStoreError, ProfileEncoderError
from tests.eventlog.conftest import made
from tests.personalization.conftest import NOON, Told

Follow = Callable[[EventLog, OnlineStore], EventConsumer]
NOW_S = NOON.timestamp()


def wanted(store: OnlineStore, n_products: int) -> list[float]:
    found = store.get_engagement_stats([f"sku-{n}" for n in range(n_products)], NOW_S)
    return [round(found[f"sku-{n}"].engagements, 6) for n in range(n_products)]


def test_each_event_is_learned_from_once(
    log: EventLog, catalogue: CatalogItems, follow: Follow
) -> None:
    log.append(made(24, user_id="u1", time=NOON))
    with open_online_store(log, catalogue) as store:
        assert follow(log, store).consume_pending() == 24
        assert follow(log, store).consume_pending() == 0
        log.append(made(24, user_id="u1", time=NOON))  # sent again: the log has them
        assert follow(log, store).consume_pending() == 0
        assert wanted(store, 24) == [1.0] * 24


def test_two_followers_take_turns(log: EventLog, catalogue: CatalogItems, follow: Follow) -> None:
    log.append(made(2000, time=NOON, product_id="sku-0"))
    with open_online_store(log, catalogue) as one, open_online_store(log, catalogue) as other:
        first, second = follow(log, one), follow(log, other)
        first.start()
        second.start()
        until = time.monotonic() + 20
        first.wake()
        second.wake()
        while time.monotonic() < until and one.get_total_engagement(NOW_S).engagements < 1999:
            time.sleep(0.02)
        first.close()
        second.close()
        assert wanted(other, 1) == [2000.0]


def test_learning_anew_gives_the_same(told: Told) -> None:
    for n in range(9):
        told("click", f"sku-{n}", minutes=n)
    before = told.store.get_profile("u1")
    counts = wanted(told.store, 9)
    assert told.follower.rebuild() == 9
    after = told.store.get_profile("u1")
    assert before is not None
    assert after is not None
    assert (after.n_interactions, after.interests.medoids) == (9, before.interests.medoids)
    # Vectors are rounded each time they are stored, here nine times and once.
    np.testing.assert_allclose(after.interests.centroids, before.interests.centroids, atol=2e-3)
    np.testing.assert_allclose(
        after.interests.long_term_weights, before.interests.long_term_weights, rtol=1e-6
    )
    assert wanted(told.store, 9) == counts


def test_profiles_of_another_encoder_stop_learning_until_they_are_made_anew(
    log: EventLog, catalogue: CatalogItems, follow: Follow
) -> None:
    log.append(made(3, user_id="u1", time=NOON))
    with open_online_store(log, catalogue) as store:
        follow(log, store).consume_pending()
    other = OnlineStore(log.folder / "people.sqlite", "another@1/photo")
    with other as store:
        follower = EventConsumer(log, store, _Renamed(catalogue), ProfileSettings())
        with pytest.raises(ProfileEncoderError, match="rebuild"):
            follower.consume_pending()
        assert follower.rebuild() == 3
        profile = store.get_profile("u1")
        assert profile is not None
        assert profile.encoder_id == "another@1/photo"


def test_another_log_is_refused_until_it_is_learned_anew(
    log: EventLog, catalogue: CatalogItems, follow: Follow, tmp_path: Path
) -> None:
    log.append(made(9, user_id="u1", time=NOON))
    with open_online_store(log, catalogue) as store, EventLog.open(tmp_path / "other") as other:
        follow(log, store).consume_pending()
        other.append(made(3, user_id="u2", time=NOON))
        follower = follow(other, store)
        with pytest.raises(OnlineStoreError, match="shopwindow profiles rebuild"):
            follower.consume_pending()
        assert follower.rebuild() == 3
        assert store.get_profile("u1") is None


def test_what_comes_while_it_catches_up_is_left_for_later(
    log: EventLog, catalogue: CatalogItems, follow: Follow
) -> None:
    log.append(made(700, time=NOON, product_id="sku-0"))
    with open_online_store(log, catalogue) as store:
        n_taken = follow(log, store).consume_pending(
            lambda n: log.append(made(600, first=10_000 * n, time=NOON)) and None
        )
        assert n_taken < 1400


class _Renamed(CatalogItems):
    """A catalogue whose vectors have another name."""

    def __init__(self, catalogue: CatalogItems) -> None:
        super().__init__(catalogue.index)

    @property
    def encoder(self) -> str:
        return "another@1/photo"


_KILLED = """
import sys
from events import EventLog
from people import Catalogue, Follower, opened_store
from rank import ProfileSettings
from embed import FakeEncoder
from index import ProductIndex
import shopwindow.personalization.event_consumer
shopwindow.personalization.event_consumer.BATCH = 7
with ProductIndex.open(":memory:", FakeEncoder()) as index, EventLog.open(sys.argv[1]) as log:
    catalogue = Catalogue(index)
    with opened_store(log, catalogue) as store:
        follower = Follower(log, store, catalogue, ProfileSettings())
        print("ready", flush=True)
        while True:
            follower.catch_up(lambda n: None)
"""


@pytest.mark.slow
def test_a_killed_follower_loses_nothing_and_counts_nothing_twice(
    log: EventLog, catalogue: CatalogItems, follow: Follow
) -> None:
    root = str(Path(__file__).resolve().parents[2])
    n_all = 0
    for after_s in (0.0, 0.01, 0.03, 0.05, 0.08, 0.02):
        log.append(made(400, first=n_all, time=NOON, product_id="sku-0"))
        n_all += 400
        with subprocess.Popen(
            [sys.executable, "-c", _KILLED, str(log.folder)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": root},
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            time.sleep(after_s)
            process.send_signal(signal.SIGKILL)
    with open_online_store(log, catalogue) as store:
        follow(log, store).consume_pending()
        assert wanted(store, 1) == [float(n_all)]
        assert store.get_total_engagement(NOW_S).engagements == pytest.approx(n_all)
