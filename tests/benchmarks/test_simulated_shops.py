from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from benchmarks.intervals import mean_interval
from benchmarks.new_products import compute_exposure
from benchmarks.new_shop import ImpressionLog, Scene
from benchmarks.simulator import plant, synthetic_world, visits
from benchmarks.taste_persons import covers_both, dominates, ndcg, simulate_visitors
from benchmarks.taste_shop import START_S, Shop, make_events
from embed.fake_encoder import FakeEncoder
from index import ProductIndex
from shopwindow.ranking.profile_settings import DAY_S
from shopwindow.values import Product
from shopwindow.values.event import Event


def test_clicks_become_events_with_their_impressions() -> None:
    world = synthetic_world(np.random.default_rng(1))
    rng = np.random.default_rng(2)
    clicks = list(islice(visits(world, plant(world, rng), rng), 12))
    ids = [f"p{n}" for n in range(len(world))]
    events, last_query_id = make_events("visitor", clicks, ids)
    n_pages = sum(click.opens for click in clicks)
    assert sum(event.kind == "impression" for event in events) == 10 * n_pages
    clicks_made = [event for event in events if event.kind == "click"]
    assert [event.product_id for event in clicks_made] == [f"p{click.clicked}" for click in clicks]
    assert clicks_made[-1].query_id == last_query_id
    shown_products = {
        (event.query_id, event.position): event.product_id
        for event in events
        if event.kind == "impression"
    }
    assert all(
        shown_products[event.query_id, event.position] == event.product_id for event in clicks_made
    )
    times = {event.query_id: event.time for event in events if event.kind == "impression"}
    assert all(event.time > times[event.query_id] for event in clicks_made)


def test_clicked_products_have_no_grade_left() -> None:
    (visitor,) = simulate_visitors(synthetic_world(np.random.default_rng(1)), 1, 1, 7)
    assert visitor.grades[visitor.clicked(30)].sum() > 0
    remaining = visitor.remaining_grades(30)
    assert not remaining[visitor.clicked(30)].any()
    assert remaining.sum() == visitor.grades.sum() - visitor.grades[visitor.clicked(30)].sum()
    assert all(visitor.new_taste.category != taste.category for taste in visitor.tastes)
    assert visitor.drift_history[0].time_s > visitor.history[-1].time_s + 7 * DAY_S


def test_ndcg_and_tastes_of_the_first_ten() -> None:
    grades = np.array([3, 0, 1, 0])
    assert ndcg([0, 2], grades) == pytest.approx(1.0)
    expected = (1 + 3 / np.log2(3)) / (3 + 1 / np.log2(3))
    assert ndcg([2, 0], grades) == pytest.approx(expected)
    assert ndcg([], grades) == ndcg([0], np.zeros(4, dtype=np.int64)) == 0
    world = synthetic_world(np.random.default_rng(1))
    tastes = plant(world, np.random.default_rng(3))
    first, second = (
        np.flatnonzero(world.categories == taste.category).tolist() for taste in tastes
    )
    assert covers_both([*first[:8], *second[:2]], world, tastes)
    assert not covers_both([*first[:9], *second[:9]], world, tastes)
    assert dominates([*first[:6], *second[:4]], world, tastes[0])
    assert not dominates([*first[:5], *second[:5]], world, tastes[0])


def test_intervals_contain_the_mean() -> None:
    interval = mean_interval(np.random.default_rng(1).normal(1.0, 2.0, 400))
    assert interval["low"] < interval["mean"] < interval["high"]
    assert interval["error"] == pytest.approx(0.1, rel=0.2)


def test_an_even_share_of_impressions_is_an_exposure_of_one() -> None:
    arrives = np.array([-1] * 10 + [0] * 10)
    scene = Scene([], arrives, np.zeros((1, 20)), [], [[0]], 0)
    log = ImpressionLog(pages=[(0, 0, list(range(10, 20)))])
    exposure = compute_exposure(scene, log)
    assert exposure["0"]["mean"] == pytest.approx(2.0)  # all impressions on half of the products
    assert exposure["old"]["mean"] == 0


def test_a_simulated_shop_learns_at_its_own_time(tmp_path: Path) -> None:
    encoder = FakeEncoder()
    with ProductIndex.open(":memory:", encoder) as index:
        index.add(Product(id=f"p{n}", title=f"thing {n}") for n in range(30))
        with Shop(index, tmp_path, "[exploration]\nrate = 0.0\n") as shop:
            clicked_at = datetime.fromtimestamp(START_S, UTC)
            shop.learn(Event("click", f"p{n}", "somebody", time=clicked_at) for n in range(3))
            recommended = shop.recommend("somebody", START_S + 60)
            assert len(recommended) == 10
            assert not {"p0", "p1", "p2"} & set(recommended)
            profile = shop.service.personalization.get_user_context("somebody").profile
            assert profile is not None
            assert profile.n_interactions == 3
            shop.now_s = START_S + 14 * DAY_S
            later_time = datetime.fromtimestamp(shop.now_s, UTC)
            shop.learn([Event("click", "p9", "somebody else", time=later_time)])  # moves the time
            total_weight = profile.decay_to(
                START_S, shop.service.personalization.settings
            ).interests.long_term_weights.sum()
            drift_history = profile.decay_to(
                shop.service.personalization.now(), shop.service.personalization.settings
            )
            assert drift_history.interests.long_term_weights.sum() == pytest.approx(
                total_weight / 2
            )
