"""Score fusion: hand-computed cases, and properties that hold for any results."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.store.points import ScoredPoint
from search.retrieval.fusion import (
    FUSION_METHODS,
    FusionMethod,
    fuse,
    normalize_min_max,
    normalize_theoretical_min_max,
)
from shopwindow.ranking.candidate_set import CandidateSet

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
