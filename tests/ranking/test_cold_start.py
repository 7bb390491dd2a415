import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopwindow.ranking import (
    EngagementEstimate,
    EngagementPrior,
    ProductAttributes,
    estimate_engagement,
    estimate_engagement_from_neighbors,
    round_robin,
    weigh_neighbors,
)
from shopwindow.values.errors import InvalidValueError
from tests.ranking.planted import EXAMPLES

PRIOR = EngagementPrior(mean=0.1, strength=10)
COUNTS = st.integers(0, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_counts_by_hand() -> None:
    estimate = estimate_engagement([0, 10, 0], [0, 10, 90], PRIOR)
    assert estimate.mean == pytest.approx([0.1, 11 / 20, 0.01])
    assert estimate.strength == pytest.approx([10, 20, 100])
    assert estimate.standard_deviation[0] == pytest.approx(np.sqrt(0.1 * 0.9 / 11))


@EXAMPLES
@given(st.lists(st.tuples(COUNTS, st.floats(0, 1)), min_size=1, max_size=8))
def test_a_borrowed_mean_lies_between_the_neighbours_and_the_prior(
    rows: list[tuple[tuple[int, int], float]],
) -> None:
    clicks, impressions = np.array([row[0] for row in rows], float).T
    weights = np.array([[row[1] for row in rows]])
    mean = estimate_engagement_from_neighbors(clicks, impressions, weights, PRIOR).mean[0]
    borrowed = float(weights[0] @ impressions)
    neighbor_rate = float(weights[0] @ clicks) / borrowed if borrowed > 0 else PRIOR.mean
    lower, upper = sorted([neighbor_rate, PRIOR.mean])
    assert lower - 1e-9 <= mean <= upper + 1e-9


@EXAMPLES
@given(st.integers(1, 6), st.floats(0.01, 1), st.integers(1, 9))
def test_more_neighbours_lower_the_uncertainty(n_neighbors: int, weight: float, tens: int) -> None:
    impressions = np.full(n_neighbors + 1, 10.0 * tens)
    weights = np.array([[weight] * n_neighbors + [0.0], [weight] * (n_neighbors + 1)])
    estimate = estimate_engagement_from_neighbors(
        impressions * PRIOR.mean, impressions, weights, PRIOR, max_impressions=1e9
    )
    assert estimate.standard_deviation[1] < estimate.standard_deviation[0]
    assert estimate.strength[1] > estimate.strength[0]


def test_borrowed_impressions_are_limited() -> None:
    estimate = estimate_engagement_from_neighbors(
        [9000], [10_000], [[1.0], [0.0]], PRIOR, max_impressions=90
    )
    assert estimate.mean == pytest.approx([0.82, 0.1])  # (81 + 1) / 100
    assert estimate.strength == pytest.approx([100, 10])


def test_planted_rates_are_found_through_neighbours() -> None:
    rng = np.random.default_rng(0)
    group_of = rng.integers(0, 2, 200)
    rates = np.where(group_of == 0, 0.02, 0.2)
    clicks = rng.binomial(100, rates)
    weights = (group_of[None, :] == np.array([[0], [1]])).astype(float)
    estimate = estimate_engagement_from_neighbors(clicks, np.full(200, 100), weights, PRIOR)
    assert estimate.mean[0] < 0.05
    assert estimate.mean[1] > 0.15
    shuffled = estimate_engagement_from_neighbors(
        rng.permutation(clicks), np.full(200, 100), weights, PRIOR
    )
    assert abs(shuffled.mean[0] - shuffled.mean[1]) < 0.06


@EXAMPLES
@given(st.lists(st.tuples(st.floats(0, 1), st.sampled_from("abc")), max_size=15))
def test_round_robin_takes_every_category_before_any_twice(rows: list[tuple[float, str]]) -> None:
    scores, categories = [row[0] for row in rows], [row[1] for row in rows]
    ranked = round_robin(scores, categories, len(rows))
    assert sorted(ranked) == list(range(len(rows)))
    first = [categories[index] for index in ranked[: len(set(categories))]]
    assert len(set(first)) == len(first)
    for name in set(categories):
        scores_in_category = [scores[index] for index in ranked if categories[index] == name]
        assert scores_in_category == sorted(scores_in_category, reverse=True)


def test_round_robin_begins_with_the_highest_score() -> None:
    assert round_robin([0.1, 0.9, 0.8, 0.5], ["a", "b", "b", "c"], 3) == [1, 3, 0]


def test_invalid_counts_are_refused() -> None:
    with pytest.raises(InvalidValueError, match="clicks"):
        estimate_engagement([5], [3], PRIOR)
    with pytest.raises(InvalidValueError, match="clicks"):
        estimate_engagement([-1], [3], PRIOR)
    with pytest.raises(InvalidValueError, match="weights: expected shape"):
        estimate_engagement_from_neighbors([1], [3], [[1.0, 1.0]], PRIOR)
    with pytest.raises(InvalidValueError, match="weights: expected values from 0 to 1"):
        estimate_engagement_from_neighbors([1], [3], [[1.5]], PRIOR)
    with pytest.raises(InvalidValueError, match="categories"):
        round_robin([1.0], [], 1)
    with pytest.raises(InvalidValueError, match="mean"):
        EngagementPrior(mean=0)
    with pytest.raises(InvalidValueError, match="strength"):
        EngagementPrior(strength=0)


def test_counting_in_two_steps_equals_counting_at_once() -> None:
    earlier = estimate_engagement([2, 0], [20, 5], PRIOR)
    updated, at_once = (
        earlier.with_counts([1, 3], [10, 5]),
        estimate_engagement([3, 3], [30, 10], PRIOR),
    )
    assert updated.mean == pytest.approx(at_once.mean)
    assert updated.standard_deviation == pytest.approx(at_once.standard_deviation)
    with pytest.raises(InvalidValueError, match="clicks"):
        earlier.with_counts([2, 0], [1, 0])


def test_thompson_sampling_prefers_the_best_and_excludes_none() -> None:
    estimate = EngagementEstimate.from_means(
        np.array([0.05, 0.5, 0.05]), np.array([400.0, 400.0, 4.0])
    )
    probabilities = estimate.estimate_selection_probabilities(
        np.random.default_rng(0), n_draws=2000
    )
    assert probabilities.sum() == pytest.approx(1)
    assert probabilities.argmax() == 1
    assert probabilities[0] == pytest.approx(0.1 / 3)  # never the best draw, but still possible
    assert probabilities[2] > probabilities[0]  # the same mean with less evidence


def test_neighbours_weigh_more_the_more_they_agree() -> None:
    product = ProductAttributes(category="Mugs", brand="a", price=10.0, currency="AED")
    neighbors = [
        product,
        ProductAttributes(category="Mugs", brand="b", price=15.0, currency="AED"),
        ProductAttributes(category="Mugs", brand="b", price=10.0, currency="USD"),
        ProductAttributes(category="Dresses", brand="b", price=90.0, currency="AED"),
        ProductAttributes(),
    ]
    weights = weigh_neighbors([0.8] * 5, product, neighbors)
    assert weights[0] == pytest.approx(((0.8 - 0.3) / 0.7) ** 2)
    assert weights[0] > weights[1] > weights[2] > weights[3] == weights[4] > 0
    assert weigh_neighbors([0.3, -1.0, 1.0], product, [product] * 3).tolist() == [0.0, 0.0, 1.0]
