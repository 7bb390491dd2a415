"""Exploration: how often, at which positions, and with exact propensities."""

from collections import Counter

import numpy as np
import pytest

from shopwindow.ranking import EngagementEstimate, plan_exploration
from shopwindow.ranking.weights import ExplorationSettings


def make_pool(n_products: int) -> EngagementEstimate:
    return EngagementEstimate.from_means(
        np.linspace(0.05, 0.2, n_products), np.full(n_products, 20.0)
    )


def test_nothing_is_explored_without_a_rate_a_pool_or_a_slot() -> None:
    rng = np.random.default_rng(0)
    for n_slots, n_pool, settings in [
        (10, 5, ExplorationSettings(rate=0)),
        (10, 0, ExplorationSettings()),
        (1, 5, ExplorationSettings()),
        (0, 5, ExplorationSettings(min_position=1)),
    ]:
        slots = plan_exploration(n_slots, make_pool(n_pool), settings, rng)
        assert [(slot.pool_index, slot.propensity) for slot in slots] == [(None, 1.0)] * n_slots


def test_slots_before_the_minimum_position_never_explore() -> None:
    rng = np.random.default_rng(1)
    for min_position in (1, 2, 4):
        settings = ExplorationSettings(rate=0.5, min_position=min_position)
        explored = Counter(
            position
            for _ in range(300)
            for position, slot in enumerate(plan_exploration(6, make_pool(40), settings, rng), 1)
            if slot.pool_index is not None
        )
        assert set(explored) == set(range(min_position, 7))
        assert all(100 < n < 200 for n in explored.values())


def test_no_product_is_explored_twice() -> None:
    rng = np.random.default_rng(2)
    for _ in range(200):
        slots = plan_exploration(12, make_pool(15), ExplorationSettings(rate=0.9), rng)
        explored = [slot.pool_index for slot in slots if slot.pool_index is not None]
        assert len(explored) == len(set(explored))


def test_propensities_are_exact() -> None:
    """Weighted by 1 / propensity, every product counts once per slot that it could have had."""
    rng, settings = np.random.default_rng(3), ExplorationSettings(rate=0.3)
    weight, n_pages, n_pool = [0.0] * 8, 6000, 8
    for _ in range(n_pages):
        for slot in plan_exploration(3, make_pool(n_pool), settings, rng):
            if slot.pool_index is not None:
                weight[slot.pool_index] += 1 / slot.propensity
    # Each product is dealt to one of the two open slots.
    for pool_index in range(n_pool):
        assert weight[pool_index] / n_pages == pytest.approx(1.0, rel=0.15)


def test_a_small_pool_leaves_the_last_slots_unexplored() -> None:
    rng = np.random.default_rng(4)
    slots = plan_exploration(10, make_pool(2), ExplorationSettings(rate=0.99), rng)
    assert [slot.propensity for slot in slots[3:]] == [1.0] * 7
