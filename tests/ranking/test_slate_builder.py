"""Slates: their places, and the propensities of what is left to chance."""

import numpy as np
import pytest

from shopwindow.ranking.candidate_set import CandidateSet
from shopwindow.ranking.slate_builder import (
    EXPLORATION,
    SLATE_DIVERSITY,
    SlateBuilder,
    SlateCandidates,
)
from shopwindow.ranking.weights import ExplorationSettings, RankingWeights

N = 40
N_REQUESTS = 10_000


def make_weights(rate: float = 0.3, pool_size: int = 20) -> RankingWeights:
    exploration = ExplorationSettings(rate=rate, min_position=2, pool_size=pool_size)
    return RankingWeights(exploration=exploration)


def make_candidates(n: int = N, n_sampled: int = 0) -> SlateCandidates:
    """Return candidates of two categories; the last ones are sampled."""
    ids = [f"p{number:02}" for number in range(n)]
    scores = np.linspace(1.0, 0.1, n) if n else np.zeros(0)
    cold = np.stack([np.linspace(0.02, 0.1, n), np.full(n, 20.0)], axis=1)
    return SlateCandidates(
        CandidateSet.from_contributions(ids, {"popularity": scores}),
        np.arange(n) % 2,
        [1.0, 1.0],
        ["m"] * n,
        cold,
        np.arange(n) >= n - n_sampled,
    )


def test_without_exploration_the_order_is_by_rank_and_nothing_is_left_to_chance() -> None:
    slate = SlateBuilder(make_weights(rate=0.0)).build(make_candidates(), 6)
    assert slate.candidates.ids == tuple(f"p{n:02}" for n in range(7))  # one more than the page
    assert set(slate.propensities.values()) == {1.0}
    assert list(slate.propensities) == [f"p{n:02}" for n in range(6)]


def test_scores_never_rise_and_are_explained() -> None:
    candidates = make_candidates()
    for seed in range(30):
        builder = SlateBuilder(make_weights(), np.random.default_rng(seed))
        slate = builder.build(candidates, 10)
        assert (np.diff(slate.candidates.scores) <= 1e-12).all()
        assert slate.candidates.is_additive()
        assert set(slate.candidates.contributions) <= {
            "popularity", SLATE_DIVERSITY, EXPLORATION
        }  # fmt: skip


def test_what_is_sampled_is_shown_by_exploration_alone() -> None:
    candidates = make_candidates(n=12, n_sampled=6)
    shown = set()
    for seed in range(200):
        builder = SlateBuilder(make_weights(), np.random.default_rng(seed))
        slate = builder.build(candidates, 6)
        sampled = [p for p in slate.candidates.ids if p >= "p06"]
        assert all(slate.propensities[point_id] <= 0.3 for point_id in sampled)
        shown |= set(sampled)
    assert shown == {f"p{n:02}" for n in range(6, 12)}


@pytest.mark.parametrize("pool_size", [7, 20])
def test_propensities_are_the_frequencies_of_ten_thousand_slates(pool_size: int) -> None:
    """The mean of 1 / p over the slates that show a product is how often it might be shown."""
    candidates = make_candidates()
    builder = SlateBuilder(make_weights(pool_size=pool_size), np.random.default_rng(7))
    places, weights = 8, dict[tuple[int, str], list[float]]()
    for _ in range(N_REQUESTS):
        slate = builder.build(candidates, places)
        for place, point_id in enumerate(slate.candidates.ids[:places]):
            inverse = 1 / slate.propensities[point_id]
            weights.setdefault((place, point_id), []).append(inverse)
    n_open, n_checked = places - 1, 0
    for (place, _), values in weights.items():
        if place == 0:
            assert values == [1.0] * N_REQUESTS
            continue
        share = len(range(place - 1, pool_size, n_open)) / pool_size
        is_ranked = values[0] < 1 / 0.7 + 1e-9
        expected = 1.0 if is_ranked else share
        sample = np.zeros(N_REQUESTS)
        sample[: len(values)] = values
        error = max(sample.std() / np.sqrt(N_REQUESTS), 1e-12)
        assert abs(sample.mean() - expected) < 5 * error + 1e-9
        n_checked += not is_ranked
    assert n_checked > 20


@pytest.mark.parametrize("n", [0, 1, 3])
def test_few_candidates_make_a_short_slate(n: int) -> None:
    slate = SlateBuilder(make_weights(rate=0.9)).build(make_candidates(n), 6)
    assert set(slate.candidates.ids) <= {f"p{number:02}" for number in range(n)}
    assert len(slate.candidates) == n


def test_random_keys_come_from_the_one_generator() -> None:
    one, other = (SlateBuilder(make_weights(), np.random.default_rng(3)) for _ in range(2))
    assert one.draw_key() == other.draw_key()
    assert one.draw_key() != one.draw_key()
    assert SlateBuilder(make_weights()).explores
    assert not SlateBuilder(make_weights(rate=0.0)).explores
