import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopwindow.ranking.candidate_set import CandidateSet
from shopwindow.ranking.ranker import AdditiveRanker, FeatureMatrix
from shopwindow.values import hash_product_id
from shopwindow.values.errors import InvalidValueError

NAN = float("nan")
VALUES = st.one_of(st.just(NAN), st.floats(-2, 2))


def make() -> CandidateSet:
    return CandidateSet.from_contributions(
        ["b", "a", "c"], {"text": [0.5, 0.5, NAN], "lexical": [0.25, 0.25, 0.875]}
    )


def test_scores_are_sums_and_absent_contributions_are_not_zero() -> None:
    candidates = make()
    assert candidates.scores.tolist() == [0.75, 0.75, 0.875]
    assert candidates.explain(0) == {"text": 0.5, "lexical": 0.25}
    assert candidates.explain(2) == {"lexical": 0.875}
    assert candidates.is_additive()


def test_sorting_is_best_first_with_ties_by_id() -> None:
    assert make().sort().ids == ("c", "a", "b")
    assert CandidateSet().sort().ids == ()


def test_a_contribution_changes_the_scores_it_applies_to_and_no_order() -> None:
    moved = make().add("rules", [NAN, 1.0, NAN])
    assert moved.ids == ("b", "a", "c")
    assert moved.scores.tolist() == [0.75, 1.75, 0.875]
    assert moved.explain(1) == {"text": 0.5, "lexical": 0.25, "rules": 1.0}
    assert "rules" not in moved.explain(0)


def test_a_contribution_of_the_same_name_takes_its_place_where_it_applies() -> None:
    moved = make().add("text", [NAN, 0.0, 0.125])
    assert moved.scores.tolist() == [0.75, 0.25, 1.0]
    assert moved.explain(0)["text"] == 0.5


def test_nothing_to_add_returns_the_same_set() -> None:
    candidates = make()
    assert candidates.add("rules", [NAN] * 3) is candidates
    assert candidates.add_by_id("rules", {}) is candidates
    assert candidates.drop(()) is candidates


def test_named_values_reach_their_candidates_alone() -> None:
    moved = make().add_by_id("rules", {"c": -1.0, "unknown": 5.0})
    assert moved.scores.tolist() == [0.75, 0.75, -0.125]


def test_some_are_kept_dropped_or_taken_with_all_their_columns() -> None:
    candidates = make()
    assert candidates.keep({"c", "b"}).ids == ("b", "c")
    assert candidates.drop({"b"}).explain(1) == {"lexical": 0.875}
    assert candidates.take([2, 0]).scores.tolist() == [0.875, 0.75]
    assert candidates.take(np.array([False, True, False])).ids == ("a",)
    assert candidates.take([]).ids == ()
    assert candidates.positions == {"b": 0, "a": 1, "c": 2}


def test_sets_are_joined_and_lack_what_the_others_have() -> None:
    both = make().concat(CandidateSet.from_contributions(["d"], {"image": [0.5]}))
    assert both.ids == ("b", "a", "c", "d")
    assert both.explain(3) == {"image": 0.5}
    assert "image" not in both.explain(0)
    assert both.is_additive()


def test_a_score_that_is_no_sum_is_noticed() -> None:
    learned = CandidateSet(("a",), np.array([0.5]), {"lexical": np.array([0.25])})
    assert not learned.is_additive()


@pytest.mark.parametrize("column", [[1.0], [1.0] * 4, [[1.0] * 3]])
def test_a_column_of_another_length_is_refused(column: list[float]) -> None:
    with pytest.raises(InvalidValueError, match=r"rules: expected shape \(3,\)"):
        make().add("rules", column)
    with pytest.raises(InvalidValueError, match=r"scores: expected shape \(1,\)"):
        CandidateSet(("a",), np.zeros(2))


@given(st.lists(st.tuples(VALUES, VALUES, VALUES), max_size=12))
def test_the_order_of_additions_is_that_of_plain_python(rows: list[tuple[float, ...]]) -> None:
    ids = [f"{n:02}" for n in range(len(rows))]
    candidates = CandidateSet(tuple(ids), np.zeros(len(ids)))
    for number, name in enumerate(("one", "two", "three")):
        candidates = candidates.add(name, [row[number] for row in rows])
    expected = [sum((v for v in row if not math.isnan(v)), 0.0) for row in rows]
    assert candidates.scores.tolist() == expected
    assert candidates.is_additive()
    by_hand = sorted(
        zip(expected, ids, strict=True), key=lambda item: (-item[0], hash_product_id(item[1]))
    )
    assert list(candidates.sort().ids) == [candidate_id for _, candidate_id in by_hand]


def test_the_additive_ranker_explains_its_scores_exactly() -> None:
    features = FeatureMatrix(("x", "y", "unused"), np.array([[1.0, NAN, 9.0], [0.5, 0.25, 9.0]]))
    scores, contributions = AdditiveRanker({"x": 0.3, "y": 0.2}).score(features)
    assert scores.tolist() == [0.3, 0.3 * 0.5 + 0.2 * 0.25]
    assert list(contributions) == ["x", "y"]
    assert np.isnan(contributions["y"][0])


def test_a_feature_that_is_missing_is_named() -> None:
    features = FeatureMatrix(("x",), np.zeros((2, 1)))
    with pytest.raises(InvalidValueError, match="features: expected columns for y"):
        AdditiveRanker({"x": 1.0, "y": 1.0}).score(features)
    with pytest.raises(InvalidValueError, match=r"values: expected shape \(n_candidates, 2\)"):
        FeatureMatrix(("x", "y"), np.zeros((2, 3)))


def test_ties_favour_nobody_whatever_the_order_they_came_in() -> None:
    ids = [f"{merchant}-{n}" for merchant in "abcd" for n in range(500)]
    for ordering in (ids, ids[::-1]):
        tied = CandidateSet(tuple(ordering), np.ones(len(ids))).sort()
        assert list(tied.ids) == sorted(ids, key=hash_product_id)
    first_merchants = Counter(product_id[0] for product_id in tied.ids[:1000])
    assert all(211 <= first_merchants[merchant] <= 289 for merchant in "abcd")  # 4 sigma


def test_one_tie_among_others_moves_none_of_them() -> None:
    scores = np.array([0.3, 0.9, 0.5, 0.5, 0.1])
    ranked = CandidateSet(tuple("abcde"), scores).sort()
    tied = sorted("cd", key=hash_product_id)
    assert list(ranked.ids) == ["b", *tied, "a", "e"]


def test_scores_that_rise_down_the_list_are_lowered_to_the_least_before_them() -> None:
    candidates = CandidateSet.from_contributions("abcd", {"text": [0.5, 0.6, 0.4, 0.45]})
    lowered = candidates.enforce_monotonic_scores("order")
    assert lowered.scores.tolist() == pytest.approx([0.5, 0.5, 0.4, 0.4])
    assert [lowered.explain(n).get("order") for n in range(4)] == [
        None, pytest.approx(-0.1), None, pytest.approx(-0.05)
    ]  # fmt: skip
