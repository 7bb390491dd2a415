"""Tries: how often, where, and with exactly the probability that is told."""

from collections import Counter

import numpy as np
import pytest

from shopwindow.ranking import EngagementEstimate, plan_exploration
from shopwindow.ranking.weights import ExplorationSettings


def pool(n_products: int) -> EngagementEstimate:
    return EngagementEstimate.from_means(
        np.linspace(0.05, 0.2, n_products), np.full(n_products, 20.0)
    )


def test_nothing_is_tried_without_a_share_a_pool_or_a_place() -> None:
    rng = np.random.default_rng(0)
    for n_places, n_pool, settings in [
        (10, 5, ExplorationSettings(rate=0)),
        (10, 0, ExplorationSettings()),
        (1, 5, ExplorationSettings()),
        (0, 5, ExplorationSettings(min_position=1)),
    ]:
        slots = plan_exploration(n_places, pool(n_pool), settings, rng)
        assert [(each.pool_index, each.propensity) for each in slots] == [(None, 1.0)] * n_places


def test_the_first_place_is_tried_only_when_asked() -> None:
    rng = np.random.default_rng(1)
    for from_place in (1, 2, 4):
        settings = ExplorationSettings(rate=0.5, min_position=from_place)
        tried = Counter(
            place
            for _ in range(300)
            for place, slot in enumerate(plan_exploration(6, pool(40), settings, rng), 1)
            if slot.pool_index is not None
        )
        assert set(tried) == set(range(from_place, 7))
        assert all(100 < n < 200 for n in tried.values())


def test_no_product_stands_twice() -> None:
    rng = np.random.default_rng(2)
    for _ in range(200):
        slots = plan_exploration(12, pool(15), ExplorationSettings(rate=0.9), rng)
        tried = [each.pool_index for each in slots if each.pool_index is not None]
        assert len(tried) == len(set(tried))


def test_propensities_weigh_what_is_seen_back_to_the_truth() -> None:
    """Weighted by 1 / propensity, each product counts as often as it could have come."""
    rng, settings = np.random.default_rng(3), ExplorationSettings(rate=0.3)
    weight, n_pages, n_pool = [0.0] * 8, 6000, 8
    for _ in range(n_pages):
        for slot in plan_exploration(3, pool(n_pool), settings, rng):
            if slot.pool_index is not None:
                weight[slot.pool_index] += 1 / slot.propensity
    # Each product is dealt to one of the two open places.
    for product in range(n_pool):
        assert weight[product] / n_pages == pytest.approx(1.0, rel=0.15)


def test_fewer_products_than_places_leave_the_rest_as_it_is() -> None:
    rng = np.random.default_rng(4)
    slots = plan_exploration(10, pool(2), ExplorationSettings(rate=0.99), rng)
    assert [each.propensity for each in slots[3:]] == [1.0] * 7
