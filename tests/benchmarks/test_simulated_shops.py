from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from benchmarks.intervals import mean_interval
from benchmarks.new_products import exposure
from benchmarks.new_shop import Scene, Seen
from benchmarks.simulator import plant, synthetic_world, visits
from benchmarks.taste_persons import has_both, leads, ndcg, persons
from benchmarks.taste_shop import START_S, Shop, events_of
from embed.fake_encoder import FakeEncoder
from index import ProductIndex
from shopwindow.ranking.profile_settings import DAY_S
from shopwindow.values import Product
from shopwindow.values.event import Event


def test_clicks_become_events_with_the_pages_they_were_made_on() -> None:
    world = synthetic_world(np.random.default_rng(1))
    rng = np.random.default_rng(2)
    clicks = list(islice(visits(world, plant(world, rng), rng), 12))
    ids = [f"p{n}" for n in range(len(world))]
    events, last = events_of("visitor", clicks, ids)
    n_pages = sum(each.opens for each in clicks)
    assert sum(each.kind == "impression" for each in events) == 10 * n_pages
    done = [each for each in events if each.kind == "click"]
    assert [each.product_id for each in done] == [f"p{each.clicked}" for each in clicks]
    assert done[-1].query_id == last
    shown = {(e.query_id, e.position): e.product_id for e in events if e.kind == "impression"}
    assert all(shown[each.query_id, each.position] == each.product_id for each in done)
    times = {e.query_id: e.time for e in events if e.kind == "impression"}
    assert all(each.time > times[each.query_id] for each in done)


def test_what_was_clicked_is_worth_nothing_any_more() -> None:
    (person,) = persons(synthetic_world(np.random.default_rng(1)), 1, 1, 7)
    assert person.worth[person.clicked(30)].sum() > 0
    left = person.worth_left(30)
    assert not left[person.clicked(30)].any()
    assert left.sum() == person.worth.sum() - person.worth[person.clicked(30)].sum()
    assert all(person.new_taste.category != each.category for each in person.tastes)
    assert person.later[0].time_s > person.history[-1].time_s + 7 * DAY_S


def test_ndcg_and_shares_of_the_first_ten() -> None:
    worth = np.array([3, 0, 1, 0])
    assert ndcg([0, 2], worth) == pytest.approx(1.0)
    got = (1 + 3 / np.log2(3)) / (3 + 1 / np.log2(3))
    assert ndcg([2, 0], worth) == pytest.approx(got)
    assert ndcg([], worth) == ndcg([0], np.zeros(4, dtype=np.int64)) == 0
    world = synthetic_world(np.random.default_rng(1))
    tastes = plant(world, np.random.default_rng(3))
    one, other = (np.flatnonzero(world.categories == e.category).tolist() for e in tastes)
    assert has_both([*one[:8], *other[:2]], world, tastes)
    assert not has_both([*one[:9], *other[:9]], world, tastes)
    assert leads([*one[:6], *other[:4]], world, tastes[0])
    assert not leads([*one[:5], *other[:5]], world, tastes[0])


def test_intervals_hold_the_mean() -> None:
    found = mean_interval(np.random.default_rng(1).normal(1.0, 2.0, 400))
    assert found["low"] < found["mean"] < found["high"]
    assert found["error"] == pytest.approx(0.1, rel=0.2)


def test_an_even_share_of_looks_is_an_exposure_of_one() -> None:
    arrives = np.array([-1] * 10 + [0] * 10)
    what = Scene([], arrives, np.zeros((1, 20)), [], [[0]], 0)
    seen = Seen(pages=[(0, 0, list(range(10, 20)))])
    found = exposure(what, seen)
    assert found["0"]["mean"] == pytest.approx(2.0)  # all looks at half of the products
    assert found["old"]["mean"] == 0


def test_a_simulated_shop_learns_at_its_own_time(tmp_path: Path) -> None:
    encoder = FakeEncoder()
    with ProductIndex.open(":memory:", encoder) as index:
        index.add(Product(id=f"p{n}", title=f"thing {n}") for n in range(30))
        with Shop(index, tmp_path, "[exploration]\nrate = 0.0\n") as shop:
            when = datetime.fromtimestamp(START_S, UTC)
            shop.learn(Event("click", f"p{n}", "somebody", time=when) for n in range(3))
            first = shop.feed("somebody", START_S + 60)
            assert len(first) == 10
            assert not {"p0", "p1", "p2"} & set(first)
            weights = shop.service.personalization.get_user_context("somebody").profile
            assert weights is not None
            assert weights.n_interactions == 3
            shop.now_s = START_S + 14 * DAY_S
            then = datetime.fromtimestamp(shop.now_s, UTC)
            shop.learn([Event("click", "p9", "somebody else", time=then)])  # time goes on by deeds
            soon = weights.decay_to(
                START_S, shop.service.personalization.settings
            ).interests.long_term_weights.sum()
            later = weights.decay_to(
                shop.service.personalization.now(), shop.service.personalization.settings
            )
            assert later.interests.long_term_weights.sum() == pytest.approx(soon / 2)
