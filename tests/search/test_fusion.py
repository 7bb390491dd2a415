"""Legs into one order: hand-computed cases and what must hold for any legs."""

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

ids = st.sampled_from([f"p{n}" for n in range(12)])
leg = st.dictionaries(ids, st.floats(-1, 1, width=32), max_size=12).map(
    lambda scores: sorted(scores.items(), key=lambda each: (-each[1], each[0]))
)
legs = st.dictionaries(st.sampled_from(["a", "b", "c"]), leg, min_size=1)
EVEN = {"a": 1.0, "b": 1.0, "c": 1.0}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("theoretical_min_max", {"x": 0.5, "y": 0.5 * 0.8 / 0.9 + 0.5, "z": 0.5 * 0.7 / 0.9}),
        ("min_max", {"x": 0.5, "y": 0.5 * 0.5 + 0.5, "z": 0.0}),
        ("rrf", {"x": 0.5, "y": 0.5 * 61 / 62 + 0.5, "z": 0.5 * 61 / 63}),
    ],
)
def test_two_legs_by_hand(name: str, expected: dict[str, float]) -> None:
    found = {"a": [("x", 0.9), ("y", 0.8), ("z", 0.7)], "b": [("y", 5.0)]}
    fused = fuse(found, EVEN, FUSION_METHODS[name])
    assert {each.id: each.score for each in fused} == pytest.approx(expected)
    assert next(each.id for each in fused) == max(expected, key=lambda each: expected[each])


@pytest.mark.parametrize("fusion", FUSION_METHODS.values(), ids=FUSION_METHODS)
def test_nothing_found_is_fine(fusion: FusionMethod) -> None:
    assert fuse({"a": [], "b": []}, EVEN, fusion) == []
    assert fuse({}, EVEN, fusion) == []


@pytest.mark.parametrize("fusion", FUSION_METHODS.values(), ids=FUSION_METHODS)
@given(found=legs)
def test_parts_add_up_and_stay_in_bounds(
    fusion: FusionMethod, found: dict[str, list[ScoredPoint]]
) -> None:
    fused = fuse(found, EVEN, fusion)
    assert {each.id for each in fused} == {point for leg in found.values() for point, _ in leg}
    for each in fused:
        assert sum(each.contributions.values()) == each.score
        assert 0 <= each.score <= 1 + 1e-9
    assert [(-e.score, e.id) for e in fused] == sorted((-e.score, e.id) for e in fused)


@pytest.mark.parametrize("fusion", FUSION_METHODS.values(), ids=FUSION_METHODS)
@given(found=legs)
def test_the_order_of_legs_does_not_matter(
    fusion: FusionMethod, found: dict[str, list[ScoredPoint]]
) -> None:
    turned = dict(reversed(found.items()))
    assert fuse(found, EVEN, fusion) == fuse(turned, EVEN, fusion)


@pytest.mark.parametrize("fusion", FUSION_METHODS.values(), ids=FUSION_METHODS)
@given(found=leg)
def test_one_leg_keeps_its_own_order(fusion: FusionMethod, found: list[ScoredPoint]) -> None:
    fused = {each.id: each.score for each in fuse({"a": found}, EVEN, fusion)}
    scores = [fused[point] for point, _ in found]
    assert scores == sorted(scores, reverse=True)


@given(found=legs, new=st.floats(0, 1, width=32))
def test_what_is_in_no_leg_the_best_moves_nothing_else(
    found: dict[str, list[ScoredPoint]], new: float
) -> None:
    before = fuse(found, EVEN, normalize_theoretical_min_max)
    more = {
        name: sorted([*leg, ("new", new * max(0.0, leg[0][1]))], key=lambda each: -each[1])
        for name, leg in found.items()
        if leg
    }
    after = fuse({**found, **more}, EVEN, normalize_theoretical_min_max)
    kept = [(each.id, each.score) for each in after if each.id != "new"]
    assert kept == [(each.id, each.score) for each in before]


def test_weights_are_shares() -> None:
    found = {"a": [("x", 1.0), ("y", 0.0)], "b": [("y", 1.0), ("x", 0.0)]}
    fused = fuse(found, {"a": 3.0, "b": 1.0}, normalize_min_max)
    assert [(each.id, each.score) for each in fused] == [("x", 0.75), ("y", 0.25)]
