import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopwindow.ranking.co_engagement import (
    CoEngagementSettings,
    recency_weights,
    score_co_engagement,
)
from shopwindow.values.errors import InvalidValueError

PLAIN = CoEngagementSettings(asymmetry=0.5, shrinkage=0.0)


def test_the_score_is_the_weighted_mean_of_cosines() -> None:
    cooccurrences = {"a": {"x": 2.0, "y": 1.0}, "b": {"x": 3.0}}
    counts = {"a": 4.0, "b": 9.0, "x": 4.0, "y": 1.0}
    scores = score_co_engagement({"a": 1.0, "b": 0.5}, cooccurrences, counts, PLAIN)
    assert list(scores) == ["x", "y"]
    assert scores["x"] == pytest.approx((2 / 4 + 0.5 * 3 / 6) / 1.5)
    assert scores["y"] == pytest.approx((1 / 2) / 1.5)


def test_asymmetry_and_shrinkage_are_in_the_denominator() -> None:
    settings = CoEngagementSettings(asymmetry=0.75, shrinkage=3.0)
    scores = score_co_engagement({"a": 1.0}, {"a": {"x": 2.0}}, {"a": 16.0, "x": 81.0}, settings)
    assert scores["x"] == pytest.approx(2 / (8 * 3 + 3))


def test_newer_seeds_count_more_and_repeated_ones_once() -> None:
    settings = CoEngagementSettings(half_life_products=1.0, n_recent=3)
    weights = recency_weights(["c", "b", "c", "a", "d"], settings)
    assert list(weights.items()) == [("c", 1.0), ("b", 0.5), ("a", 0.25)]
    cooccurrences = {"a": {"x": 5.0}, "b": {"y": 5.0}, "c": {"z": 5.0}}
    counts = dict.fromkeys("abcxyz", 10.0)
    assert list(score_co_engagement(weights, cooccurrences, counts)) == ["z", "y", "x"]


def test_a_product_that_is_seen_with_everything_does_not_win() -> None:
    counts = {"a": 100.0, "bag": 100_000.0, "lens": 100.0}
    cooccurrences = {"a": {"bag": 90.0, "lens": 60.0}}
    assert list(score_co_engagement({"a": 1.0}, cooccurrences, counts)) == ["lens", "bag"]
    by_confidence = CoEngagementSettings(asymmetry=1.0)
    assert list(score_co_engagement({"a": 1.0}, cooccurrences, counts, by_confidence)) == [
        "bag",
        "lens",
    ]


def test_rare_pairs_score_lower_than_frequent_ones() -> None:
    counts = {"a": 50.0, "once": 1.0, "often": 50.0}
    cooccurrences = {"a": {"once": 1.0, "often": 5.0}}
    assert list(score_co_engagement({"a": 1.0}, cooccurrences, counts)) == ["often", "once"]
    assert list(score_co_engagement({"a": 1.0}, cooccurrences, counts, PLAIN)) == ["once", "often"]


def test_seeds_are_scored_only_if_included() -> None:
    cooccurrences = {"a": {"b": 5.0, "x": 5.0, "a": 9.0}, "b": {"a": 5.0}}
    counts = {"a": 9.0, "b": 9.0, "x": 9.0}
    seed_weights = {"b": 1.0, "a": 0.5}
    assert list(score_co_engagement(seed_weights, cooccurrences, counts)) == ["x"]
    with_seeds = score_co_engagement(seed_weights, cooccurrences, counts, PLAIN, include_seeds=True)
    assert with_seeds == pytest.approx(
        {"b": (1 + 0.5 * 5 / 9) / 1.5, "a": (0.5 + 5 / 9) / 1.5, "x": 0.5 * 5 / 9 / 1.5}
    )
    assert list(with_seeds) == ["b", "a", "x"]


@pytest.mark.parametrize("include_seeds", [False, True])
def test_an_empty_history_gives_nothing(include_seeds: bool) -> None:
    cooccurrences, counts = {"a": {"b": 1.0}}, {"a": 1.0, "b": 1.0}
    assert score_co_engagement({}, cooccurrences, counts, include_seeds=include_seeds) == {}
    assert score_co_engagement({"a": 0.0}, cooccurrences, counts, include_seeds=include_seeds) == {}
    assert recency_weights([]) == {}


def test_a_seed_without_partners_adds_nothing() -> None:
    assert score_co_engagement({"new": 1.0}, {}, {}) == {}
    one_sided = score_co_engagement(
        {"a": 1.0, "new": 1.0}, {"a": {"x": 4.0}}, {"a": 4.0, "x": 4.0}, PLAIN
    )
    assert one_sided == {"x": pytest.approx(0.5)}


def test_ties_are_ordered_by_id() -> None:
    counts = dict.fromkeys(("a", "x", "y", "z"), 5.0)
    cooccurrences = {"a": {"z": 2.0, "x": 2.0, "y": 2.0}}
    assert list(score_co_engagement({"a": 1.0}, cooccurrences, counts)) == ["x", "y", "z"]


@given(
    n_visits_with_both=st.integers(0, 50),
    n_seed_visits=st.integers(1, 50),
    n_partner_visits=st.integers(1, 50),
    asymmetry=st.floats(0, 1),
    shrinkage=st.floats(0, 100),
)
def test_more_joint_visits_never_lower_a_score(
    n_visits_with_both: int,
    n_seed_visits: int,
    n_partner_visits: int,
    asymmetry: float,
    shrinkage: float,
) -> None:
    settings = CoEngagementSettings(asymmetry=asymmetry, shrinkage=shrinkage)
    n_seed_visits, n_partner_visits = (
        n_seed_visits + n_visits_with_both,
        n_partner_visits + n_visits_with_both,
    )

    def score(more_with_both: int, more_visits: int) -> float:
        cooccurrences = {"a": {"x": float(n_visits_with_both + more_with_both)}}
        counts = {
            "a": float(n_seed_visits + more_visits),
            "x": float(n_partner_visits + more_visits),
        }
        return score_co_engagement({"a": 1.0}, cooccurrences, counts, settings).get("x", 0.0)

    assert score(0, 0) < score(1, 0) <= 1 + 1e-9  # one more of the same visits has both
    assert score(0, 0) <= score(1, 1) + 1e-12  # one more visit, which has both


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0, 1), max_size=8),
    st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("fghxyz"), st.integers(0, 5))),
    st.booleans(),
)
def test_scores_lie_between_0_and_1_best_first(
    seed_weights: dict[str, float], pairs: list[tuple[str, str, int]], include_seeds: bool
) -> None:
    cooccurrences: dict[str, dict[str, float]] = {}
    for seed_id, partner_id, count in pairs:
        cooccurrences.setdefault(seed_id, {})[partner_id] = float(count)
    counts = dict.fromkeys("abcdefghxyz", 5.0)
    score_by_id = score_co_engagement(
        seed_weights, cooccurrences, counts, include_seeds=include_seeds
    )
    scores = list(score_by_id.values())
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 + 1e-9 for score in scores)
    assert include_seeds or not score_by_id.keys() & seed_weights.keys()


@pytest.mark.parametrize(
    ("pair_count", "counts"),
    [
        (3.0, {"a": 2.0, "x": 9.0}),
        (3.0, {"a": 9.0, "x": 2.0}),
        (1.0, {"a": 9.0}),
        (1.0, {"x": 9.0}),
        (0.0, {"a": 0.0, "x": 9.0}),
        (-1.0, {"a": 9.0, "x": 9.0}),
        (math.nan, {"a": 9.0, "x": 9.0}),
        (1.0, {"a": math.inf, "x": math.inf}),
        (1.0, {"a": math.nan, "x": 9.0}),
    ],
)
def test_invalid_counts_are_refused(pair_count: float, counts: dict[str, float]) -> None:
    with pytest.raises(InvalidValueError, match=r"cooccurrences\['a'\]\['x'\]: expected from 0 to"):
        score_co_engagement({"a": 1.0}, {"a": {"x": pair_count}}, counts)


@pytest.mark.parametrize("weight", [-0.1, math.nan, math.inf])
def test_invalid_weights_are_refused(weight: float) -> None:
    with pytest.raises(InvalidValueError, match=r"seed_weights\['a'\]: expected a weight"):
        score_co_engagement({"a": weight}, {}, {})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n_recent", 0),
        ("half_life_products", 0.0),
        ("asymmetry", 1.1),
        ("shrinkage", -1.0),
        ("shrinkage", math.nan),
    ],
)
def test_settings_out_of_range_are_refused(name: str, value: float) -> None:
    with pytest.raises(InvalidValueError, match=f"{name}: expected"):
        CoEngagementSettings(**{name: value})  # type: ignore[arg-type]
