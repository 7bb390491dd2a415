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
    found = estimate_engagement([0, 10, 0], [0, 10, 90], PRIOR)
    assert found.mean == pytest.approx([0.1, 11 / 20, 0.01])
    assert found.strength == pytest.approx([10, 20, 100])
    assert found.standard_deviation[0] == pytest.approx(np.sqrt(0.1 * 0.9 / 11))


@EXAMPLES
@given(st.lists(st.tuples(COUNTS, st.floats(0, 1)), min_size=1, max_size=8))
def test_an_inherited_mean_lies_between_the_neighbours_and_the_prior(
    rows: list[tuple[tuple[int, int], float]],
) -> None:
    clicks, shown = np.array([each[0] for each in rows], float).T
    weights = np.array([[each[1] for each in rows]])
    mean = estimate_engagement_from_neighbors(clicks, shown, weights, PRIOR).mean[0]
    lent = float(weights[0] @ shown)
    own = float(weights[0] @ clicks) / lent if lent > 0 else PRIOR.mean
    low, high = sorted([own, PRIOR.mean])
    assert low - 1e-9 <= mean <= high + 1e-9


@EXAMPLES
@given(st.integers(1, 6), st.floats(0.01, 1), st.integers(1, 9))
def test_more_neighbours_less_uncertainty(count: int, weight: float, tens: int) -> None:
    shown = np.full(count + 1, 10.0 * tens)
    weights = np.array([[weight] * count + [0.0], [weight] * (count + 1)])
    found = estimate_engagement_from_neighbors(
        shown * PRIOR.mean, shown, weights, PRIOR, max_impressions=1e9
    )
    assert found.standard_deviation[1] < found.standard_deviation[0]
    assert found.strength[1] > found.strength[0]


def test_what_neighbours_lend_is_cut() -> None:
    found = estimate_engagement_from_neighbors(
        [9000], [10_000], [[1.0], [0.0]], PRIOR, max_impressions=90
    )
    assert found.mean == pytest.approx([0.82, 0.1])  # (81 + 1) / 100
    assert found.strength == pytest.approx([100, 10])


def test_planted_shares_are_found_through_neighbours() -> None:
    rng = np.random.default_rng(0)
    kinds = rng.integers(0, 2, 200)
    shares = np.where(kinds == 0, 0.02, 0.2)
    clicks = rng.binomial(100, shares)
    weights = (kinds[None, :] == np.array([[0], [1]])).astype(float)
    found = estimate_engagement_from_neighbors(clicks, np.full(200, 100), weights, PRIOR)
    assert found.mean[0] < 0.05
    assert found.mean[1] > 0.15
    shuffled = estimate_engagement_from_neighbors(
        rng.permutation(clicks), np.full(200, 100), weights, PRIOR
    )
    assert abs(shuffled.mean[0] - shuffled.mean[1]) < 0.06


@EXAMPLES
@given(st.lists(st.tuples(st.floats(0, 1), st.sampled_from("abc")), max_size=15))
def test_spreading_shows_every_category_before_any_twice(rows: list[tuple[float, str]]) -> None:
    scores, categories = [each[0] for each in rows], [each[1] for each in rows]
    order = round_robin(scores, categories, len(rows))
    assert sorted(order) == list(range(len(rows)))
    first = [categories[n] for n in order[: len(set(categories))]]
    assert len(set(first)) == len(first)
    for name in set(categories):
        own = [scores[n] for n in order if categories[n] == name]
        assert own == sorted(own, reverse=True)


def test_spreading_begins_with_the_most_popular() -> None:
    assert round_robin([0.1, 0.9, 0.8, 0.5], ["a", "b", "b", "c"], 3) == [1, 3, 0]


def test_bad_counts_are_refused() -> None:
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


def test_what_happens_later_moves_an_expectation_as_counting_it_at_once_does() -> None:
    before = estimate_engagement([2, 0], [20, 5], PRIOR)
    after, at_once = (
        before.with_counts([1, 3], [10, 5]),
        estimate_engagement([3, 3], [30, 10], PRIOR),
    )
    assert after.mean == pytest.approx(at_once.mean)
    assert after.standard_deviation == pytest.approx(at_once.standard_deviation)
    with pytest.raises(InvalidValueError, match="clicks"):
        before.with_counts([2, 0], [1, 0])


def test_thompson_sampling_prefers_the_better_and_leaves_nobody_out() -> None:
    found = EngagementEstimate.from_means(
        np.array([0.05, 0.5, 0.05]), np.array([400.0, 400.0, 4.0])
    )
    chances = found.estimate_selection_probabilities(np.random.default_rng(0), n_draws=2000)
    assert chances.sum() == pytest.approx(1)
    assert chances.argmax() == 1
    assert chances[0] == pytest.approx(0.1 / 3)  # it never wins, and still may come
    assert chances[2] > chances[0]  # as bad on average, but little is known of it


def test_neighbours_say_more_the_more_they_agree() -> None:
    product = ProductAttributes(category="Mugs", brand="a", price=10.0, currency="AED")
    others = [
        product,
        ProductAttributes(category="Mugs", brand="b", price=15.0, currency="AED"),
        ProductAttributes(category="Mugs", brand="b", price=10.0, currency="USD"),
        ProductAttributes(category="Dresses", brand="b", price=90.0, currency="AED"),
        ProductAttributes(),
    ]
    weights = weigh_neighbors([0.8] * 5, product, others)
    assert weights[0] == pytest.approx(((0.8 - 0.3) / 0.7) ** 2)
    assert weights[0] > weights[1] > weights[2] > weights[3] == weights[4] > 0
    assert weigh_neighbors([0.3, -1.0, 1.0], product, [product] * 3).tolist() == [0.0, 0.0, 1.0]
