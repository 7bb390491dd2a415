import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopwindow.ranking import (
    MAX_PERSONAL_CONTRIBUTION,
    bound_contribution,
    diversify_slate,
    standardize,
)
from shopwindow.values.errors import InvalidValueError
from shopwindow.values.settings import SearchSettings
from tests.ranking.planted import EXAMPLES

UNIT = st.floats(0, 1)
TASTE = st.floats(-1, 1)
PAIRS = st.lists(st.tuples(UNIT, TASTE), min_size=2, max_size=12)


@EXAMPLES
@given(PAIRS, st.floats(0, 0.5))
def test_what_differs_by_more_than_twice_the_bound_keeps_its_order(
    pairs: list[tuple[float, float]], bound: float
) -> None:
    relevance, taste = np.array(pairs).T
    scores = relevance + bound_contribution(taste, bound)
    for one in range(len(pairs)):
        for other in range(len(pairs)):
            if relevance[one] - relevance[other] > 2 * bound + 1e-12:
                assert scores[one] > scores[other]


@EXAMPLES
@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=9), st.floats(0, 2))
def test_the_personal_part_is_never_more_than_the_bound(taste: list[float], bound: float) -> None:
    part = bound_contribution(taste, bound)
    assert (np.abs(part) <= bound).all()


@EXAMPLES
@given(st.lists(TASTE, max_size=12), st.floats(-0.3, 0.3))
def test_only_differences_between_candidates_count(taste: list[float], more: float) -> None:
    values = np.array(taste) / 2
    found = standardize(values)
    assert (np.abs(found) <= 1).all()
    assert np.allclose(found, standardize(values + more))
    assert (np.diff(found[np.argsort(values)]) >= 0).all()


def test_what_all_candidates_have_in_common_does_not_use_up_the_bound() -> None:
    found = standardize([0.5, 0.6, 0.7])
    assert found.tolist() == pytest.approx([-0.5, 0.0, 0.5])  # 0.1 of twice the least spread
    assert np.abs(standardize([0.5, 0.501])).max() < 0.01
    wide = standardize([-1.0, 1.0])
    assert wide.tolist() == pytest.approx([-0.5, 0.5])  # one deviation each
    assert standardize([]).tolist() == []


def test_taste_decides_between_equals() -> None:
    assert bound_contribution([-1.0, 1.0]).argmax() == 1
    assert bound_contribution([0.2, 0.1]).argmax() == 0


def test_the_default_never_outweighs_a_named_colour() -> None:
    assert SearchSettings().attribute_match_boost >= 2 * MAX_PERSONAL_CONTRIBUTION


def test_bad_bounds_and_shapes_are_refused() -> None:
    with pytest.raises(InvalidValueError, match="bound: expected a number of zero or more"):
        bound_contribution([0.5], -0.1)
    with pytest.raises(InvalidValueError, match="bound"):
        bound_contribution([0.5], float("nan"))


@EXAMPLES
@given(st.lists(st.tuples(TASTE, st.integers(0, 2)), max_size=15), st.integers(0, 20))
def test_mixing_takes_each_place_once_and_keeps_the_order_within_an_interest(
    rows: list[tuple[float, int]], limit: int
) -> None:
    scores, groups = [each[0] for each in rows], [each[1] for each in rows]
    first = diversify_slate(scores, groups, [1.0, 0.5, 0.0], limit)
    assert len(first) == len(set(first)) == min(limit, len(rows))
    for group in range(3):
        chosen = [scores[n] for n in first if groups[n] == group]
        left = [s for n, s in enumerate(scores) if groups[n] == group and n not in first]
        assert chosen == sorted(chosen, reverse=True)
        assert not left or not chosen or min(chosen) >= max(left)


def test_mixing_gives_places_by_weight() -> None:
    groups = [0] * 10 + [1] * 10 + [2] * 10
    first = diversify_slate(np.linspace(1, 0, 30), groups, [0.6, 0.4, 0.0], 10)
    assert [sum(groups[n] == g for n in first) for g in range(3)] == [6, 4, 0]
    assert diversify_slate([0.1, 0.3, 0.2], [0, 0, 0], [], 2) == [1, 2]
    with pytest.raises(InvalidValueError, match="groups: expected numbers from 0 to 1"):
        diversify_slate([0.1], [2], [1.0, 1.0], 1)
    with pytest.raises(InvalidValueError, match="groups: expected shape"):
        diversify_slate([0.1, 0.2], [0], [1.0], 1)
