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
    partners = {"a": {"x": 2.0, "y": 1.0}, "b": {"x": 3.0}}
    counts = {"a": 4.0, "b": 9.0, "x": 4.0, "y": 1.0}
    found = score_co_engagement({"a": 1.0, "b": 0.5}, partners, counts, PLAIN)
    assert list(found) == ["x", "y"]
    assert found["x"] == pytest.approx((2 / 4 + 0.5 * 3 / 6) / 1.5)
    assert found["y"] == pytest.approx((1 / 2) / 1.5)


def test_share_and_shrinkage_stand_in_the_divisor() -> None:
    settings = CoEngagementSettings(asymmetry=0.75, shrinkage=3.0)
    found = score_co_engagement({"a": 1.0}, {"a": {"x": 2.0}}, {"a": 16.0, "x": 81.0}, settings)
    assert found["x"] == pytest.approx(2 / (8 * 3 + 3))


def test_newer_touches_count_more_and_double_ones_once() -> None:
    settings = CoEngagementSettings(half_life_products=1.0, n_recent=3)
    weights = recency_weights(["c", "b", "c", "a", "d"], settings)
    assert list(weights.items()) == [("c", 1.0), ("b", 0.5), ("a", 0.25)]
    partners = {"a": {"x": 5.0}, "b": {"y": 5.0}, "c": {"z": 5.0}}
    counts = dict.fromkeys("abcxyz", 10.0)
    assert list(score_co_engagement(weights, partners, counts)) == ["z", "y", "x"]


def test_a_product_that_is_seen_with_everything_does_not_win_by_that() -> None:
    counts = {"a": 100.0, "bag": 100_000.0, "lens": 100.0}
    partners = {"a": {"bag": 90.0, "lens": 60.0}}
    assert list(score_co_engagement({"a": 1.0}, partners, counts)) == ["lens", "bag"]
    by_share = CoEngagementSettings(asymmetry=1.0)
    assert list(score_co_engagement({"a": 1.0}, partners, counts, by_share)) == ["bag", "lens"]


def test_what_was_seen_together_once_is_believed_less_than_what_often_was() -> None:
    counts = {"a": 50.0, "once": 1.0, "often": 50.0}
    partners = {"a": {"once": 1.0, "often": 5.0}}
    assert list(score_co_engagement({"a": 1.0}, partners, counts)) == ["often", "once"]
    assert list(score_co_engagement({"a": 1.0}, partners, counts, PLAIN)) == ["once", "often"]


def test_touched_products_come_back_only_when_asked_for() -> None:
    partners = {"a": {"b": 5.0, "x": 5.0, "a": 9.0}, "b": {"a": 5.0}}
    counts = {"a": 9.0, "b": 9.0, "x": 9.0}
    touches = {"b": 1.0, "a": 0.5}
    assert list(score_co_engagement(touches, partners, counts)) == ["x"]
    kept = score_co_engagement(touches, partners, counts, PLAIN, include_seeds=True)
    assert kept == pytest.approx(
        {"b": (1 + 0.5 * 5 / 9) / 1.5, "a": (0.5 + 5 / 9) / 1.5, "x": 0.5 * 5 / 9 / 1.5}
    )
    assert list(kept) == ["b", "a", "x"]


@pytest.mark.parametrize("keep_touched", [False, True])
def test_an_empty_history_gives_nothing(keep_touched: bool) -> None:
    partners, counts = {"a": {"b": 1.0}}, {"a": 1.0, "b": 1.0}
    assert score_co_engagement({}, partners, counts, include_seeds=keep_touched) == {}
    assert score_co_engagement({"a": 0.0}, partners, counts, include_seeds=keep_touched) == {}
    assert recency_weights([]) == {}


def test_a_touched_product_without_partners_adds_nothing() -> None:
    assert score_co_engagement({"new": 1.0}, {}, {}) == {}
    with_one = score_co_engagement(
        {"a": 1.0, "new": 1.0}, {"a": {"x": 4.0}}, {"a": 4.0, "x": 4.0}, PLAIN
    )
    assert with_one == {"x": pytest.approx(0.5)}


def test_equal_scores_stand_by_id() -> None:
    counts = dict.fromkeys(("a", "x", "y", "z"), 5.0)
    partners = {"a": {"z": 2.0, "x": 2.0, "y": 2.0}}
    assert list(score_co_engagement({"a": 1.0}, partners, counts)) == ["x", "y", "z"]


@given(
    joint=st.integers(0, 50),
    own=st.integers(1, 50),
    other=st.integers(1, 50),
    share=st.floats(0, 1),
    shrink=st.floats(0, 100),
)
def test_more_joint_visits_never_lower_a_score(
    joint: int, own: int, other: int, share: float, shrink: float
) -> None:
    settings = CoEngagementSettings(asymmetry=share, shrinkage=shrink)
    own, other = own + joint, other + joint

    def score(more_joint: int, more_visits: int) -> float:
        partners = {"a": {"x": float(joint + more_joint)}}
        counts = {"a": float(own + more_visits), "x": float(other + more_visits)}
        return score_co_engagement({"a": 1.0}, partners, counts, settings).get("x", 0.0)

    assert score(0, 0) < score(1, 0) <= 1 + 1e-9  # one more visit of those there are has both
    assert score(0, 0) <= score(1, 1) + 1e-12  # one visit more, which has both


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0, 1), max_size=8),
    st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("fghxyz"), st.integers(0, 5))),
    st.booleans(),
)
def test_scores_lie_between_0_and_1_best_first(
    touches: dict[str, float], pairs: list[tuple[str, str, int]], keep: bool
) -> None:
    partners: dict[str, dict[str, float]] = {}
    for one, other, joint in pairs:
        partners.setdefault(one, {})[other] = float(joint)
    counts = dict.fromkeys("abcdefghxyz", 5.0)
    found = score_co_engagement(touches, partners, counts, include_seeds=keep)
    scores = list(found.values())
    assert scores == sorted(scores, reverse=True)
    assert all(0 < each <= 1 + 1e-9 for each in scores)
    assert keep or not found.keys() & touches.keys()


@pytest.mark.parametrize(
    ("joint", "counts"),
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
def test_counts_without_sense_are_refused(joint: float, counts: dict[str, float]) -> None:
    with pytest.raises(InvalidValueError, match=r"partners\['a'\]\['x'\]: expected from 0 to"):
        score_co_engagement({"a": 1.0}, {"a": {"x": joint}}, counts)


@pytest.mark.parametrize("weight", [-0.1, math.nan, math.inf])
def test_weights_without_sense_are_refused(weight: float) -> None:
    with pytest.raises(InvalidValueError, match=r"touches\['a'\]: expected a weight"):
        score_co_engagement({"a": weight}, {}, {})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n_touches", 0),
        ("half_life", 0.0),
        ("own_share", 1.1),
        ("shrink", -1.0),
        ("shrink", math.nan),
    ],
)
def test_settings_without_sense_are_refused(name: str, value: float) -> None:
    with pytest.raises(InvalidValueError, match=f"{name}: expected"):
        CoEngagementSettings(**{name: value})  # type: ignore[arg-type]
