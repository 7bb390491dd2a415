"""Score fusion: hand-computed cases, and properties that hold for any results."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.store.points import ScoredPoint
from search.retrieval.fusion import (
    FUSION_METHODS,
    FusionMethod,
    ScoreNormalization,
    fuse,
    normalize_min_max,
    normalize_theoretical_min_max,
)
from search.retrieval.query_plan import RetrievalInput, apply_image_weight, plan_queries
from shopwindow.ranking.candidate_set import CandidateSet
from shopwindow.values.setting_groups import SearchSettings

ids = st.sampled_from([f"p{n}" for n in range(12)])
scored_points = st.dictionaries(ids, st.floats(-1, 1, width=32), max_size=12).map(
    lambda scores: sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
)
results_by_retriever = st.dictionaries(st.sampled_from(["a", "b", "c"]), scored_points, min_size=1)
EVEN = {"a": 1.0, "b": 1.0, "c": 1.0}


def get_scores(candidates: CandidateSet) -> dict[str, float]:
    return dict(zip(candidates.ids, candidates.scores.tolist(), strict=True))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("theoretical_min_max", {"x": 0.5, "y": 0.5 * 0.8 / 0.9 + 0.5, "z": 0.5 * 0.7 / 0.9}),
        ("min_max", {"x": 0.5, "y": 0.5 * 0.5 + 0.5, "z": 0.0}),
        ("rrf", {"x": 0.5, "y": 0.5 * 61 / 62 + 0.5, "z": 0.5 * 61 / 63}),
    ],
)
def test_fusing_two_retrievers_matches_hand_computed_scores(
    name: str, expected: dict[str, float]
) -> None:
    results = {"a": [("x", 0.9), ("y", 0.8), ("z", 0.7)], "b": [("y", 5.0)]}
    fused = fuse(results, EVEN, FUSION_METHODS[name])
    assert get_scores(fused) == pytest.approx(expected)
    assert fused.ids[0] == max(expected, key=lambda point: expected[point])


@pytest.mark.parametrize("fusion", FUSION_METHODS.values(), ids=FUSION_METHODS)
def test_empty_results_fuse_to_nothing(fusion: FusionMethod) -> None:
    assert fuse({"a": [], "b": []}, EVEN, fusion).ids == ()
    assert fuse({}, EVEN, fusion).ids == ()


@pytest.mark.parametrize("fusion", FUSION_METHODS.values(), ids=FUSION_METHODS)
@given(results=results_by_retriever)
def test_contributions_add_up_and_stay_in_bounds(
    fusion: FusionMethod, results: dict[str, list[ScoredPoint]]
) -> None:
    fused = fuse(results, EVEN, fusion)
    assert set(fused.ids) == {point for scored in results.values() for point, _ in scored}
    for number, score in enumerate(fused.scores.tolist()):
        assert sum(fused.explain(number).values()) == score
        assert 0 <= score <= 1 + 1e-9
    assert fused.sort().ids == fused.ids
    for number, point in enumerate(fused.ids):
        finders = {name for name, scored in results.items() if point in dict(scored)}
        assert fused.explain(number).keys() == finders


@pytest.mark.parametrize("fusion", FUSION_METHODS.values(), ids=FUSION_METHODS)
@given(results=results_by_retriever)
def test_the_order_of_retrievers_does_not_matter(
    fusion: FusionMethod, results: dict[str, list[ScoredPoint]]
) -> None:
    reversed_results = dict(reversed(results.items()))
    one, other = (fuse(r, EVEN, fusion) for r in (results, reversed_results))
    assert [one.explain(n) for n in range(len(one))] == [other.explain(n) for n in range(len(one))]
    assert get_scores(one) == get_scores(other)


@pytest.mark.parametrize("fusion", FUSION_METHODS.values(), ids=FUSION_METHODS)
@given(scored=scored_points)
def test_one_retriever_keeps_its_own_order(fusion: FusionMethod, scored: list[ScoredPoint]) -> None:
    fused = get_scores(fuse({"a": scored}, EVEN, fusion))
    scores = [fused[point] for point, _ in scored]
    assert scores == sorted(scores, reverse=True)


@given(results=results_by_retriever, new=st.floats(0, 1, width=32))
def test_a_point_that_no_retriever_ranks_first_changes_no_other_score(
    results: dict[str, list[ScoredPoint]], new: float
) -> None:
    before = fuse(results, EVEN, normalize_theoretical_min_max)
    extended = {
        name: sorted([*scored, ("new", new * max(0.0, scored[0][1]))], key=lambda pair: -pair[1])
        for name, scored in results.items()
        if scored
    }
    after = fuse({**results, **extended}, EVEN, normalize_theoretical_min_max)
    others = {point: score for point, score in get_scores(after).items() if point != "new"}
    assert list(others.items()) == list(get_scores(before).items())


def test_weights_are_normalized_to_shares() -> None:
    results = {"a": [("x", 1.0), ("y", 0.0)], "b": [("y", 1.0), ("x", 0.0)]}
    fused = fuse(results, {"a": 3.0, "b": 1.0}, normalize_min_max)
    assert list(get_scores(fused).items()) == [("x", 0.75), ("y", 0.25)]


def test_the_limit_cuts_the_end() -> None:
    results = {"a": [("x", 1.0), ("y", 0.5), ("z", 0.25)]}
    assert fuse(results, EVEN, normalize_min_max, limit=2).ids == ("x", "y")
    assert fuse(results, EVEN, normalize_min_max, limit=9).ids == ("x", "y", "z")


SPREAD = np.array([0.9, 0.5, 0.1])


@pytest.mark.parametrize(
    ("method", "scores", "features"),
    [
        ("rrf", SPREAD, [1.0, 61 / 62, 61 / 63]),
        ("min_max", SPREAD, [1.0, 0.5, 0.0]),
        ("min_max", np.full(3, 0.7), [1.0, 1.0, 1.0]),
        # Mean 0.5, deviation 0.32660: three deviations on each side are 0 and 1.
        ("dbsf", SPREAD, [0.5 + 0.4 / (6 * 0.3265986), 0.5, 0.5 - 0.4 / (6 * 0.3265986)]),
        ("dbsf", np.full(3, 0.7), [0.5, 0.5, 0.5]),
        ("dbsf", np.array([10.0] + [0.0] * 99), [1.0] + [0.5 - 0.1 / (6 * 0.994987)] * 99),
        ("theoretical_min_max", SPREAD, [1.0, 5 / 9, 1 / 9]),
        ("theoretical_min_max", np.zeros(2), [0.0, 0.0]),
    ],
)
def test_features_by_hand(method: str, scores: np.ndarray, features: list[float]) -> None:
    assert FUSION_METHODS[method](scores, None) == pytest.approx(np.array(features), abs=1e-6)


def test_floor_and_ceiling_are_zero_and_one_and_all_beyond_them_is_cut() -> None:
    scores = np.array([0.95, 0.8, 0.5, 0.2, 0.1])
    fused = FUSION_METHODS["theoretical_min_max"](scores, ScoreNormalization(0.2, 0.8))
    assert fused == pytest.approx([1.0, 1.0, 0.5, 0.0, 0.0])
    same = FUSION_METHODS["theoretical_min_max"](scores, ScoreNormalization(0.4, 0.4))
    assert same.tolist() == [0.0] * 5


def test_photos_get_their_share_and_the_rest_keeps_its_proportions() -> None:
    weights = {"lexical": 0.6, "text": 0.2, "text_image": 0.8, "image": 0.5}
    shared = apply_image_weight(weights, 0.25, ("lexical", "text", "image"))
    assert shared["image"] == 0.25
    assert (shared["lexical"], shared["text"]) == pytest.approx((0.75 * 0.75, 0.75 * 0.25))
    assert apply_image_weight({"text": 0.0, "image": 1.0}, 0.5, ("text", "image"))["text"] == 0


def test_what_has_no_vector_or_no_weight_does_not_run() -> None:
    vector = np.eye(4, dtype=np.float32)[0]
    settings = SearchSettings(weight_text=0, candidates_per_retriever=17)
    queries = plan_queries(RetrievalInput(text_vector=vector), settings, (), ("x",))
    assert list(queries) == ["text_image"]
    assert (queries["text_image"].limit, queries["text_image"].exclude_ids) == (17, ("x",))
