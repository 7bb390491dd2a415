import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopwindow.ranking import (
    MAX_PERSONAL_CONTRIBUTION,
    bound_contribution,
    standardize,
)
from shopwindow.values.errors import InvalidValueError
from shopwindow.values.setting_groups import SearchSettings
from tests.ranking.planted import EXAMPLES

UNIT = st.floats(0, 1)
AFFINITY = st.floats(-1, 1)
PAIRS = st.lists(st.tuples(UNIT, AFFINITY), min_size=2, max_size=12)


@EXAMPLES
@given(PAIRS, st.floats(0, 0.5))
def test_relevance_gaps_of_more_than_twice_the_bound_keep_their_order(
    pairs: list[tuple[float, float]], bound: float
) -> None:
    relevance, affinities = np.array(pairs).T
    scores = relevance + bound_contribution(affinities, bound)
    for first in range(len(pairs)):
        for second in range(len(pairs)):
            if relevance[first] - relevance[second] > 2 * bound + 1e-12:
                assert scores[first] > scores[second]


@EXAMPLES
@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=9), st.floats(0, 2))
def test_personal_contributions_never_exceed_the_bound(
    affinities: list[float], bound: float
) -> None:
    contribution = bound_contribution(affinities, bound)
    assert (np.abs(contribution) <= bound).all()


@EXAMPLES
@given(st.lists(AFFINITY, max_size=12), st.floats(-0.3, 0.3))
def test_standardizing_ignores_a_shift_and_keeps_the_order(
    affinities: list[float], shift: float
) -> None:
    values = np.array(affinities) / 2
    standardized = standardize(values)
    assert (np.abs(standardized) <= 1).all()
    assert np.allclose(standardized, standardize(values + shift))
    assert (np.diff(standardized[np.argsort(values)]) >= 0).all()


def test_the_common_part_of_affinities_does_not_use_up_the_bound() -> None:
    standardized = standardize([0.5, 0.6, 0.7])
    assert standardized.tolist() == pytest.approx([-0.5, 0.0, 0.5])  # 0.1 of twice the minimum
    assert np.abs(standardize([0.5, 0.501])).max() < 0.01
    wide = standardize([-1.0, 1.0])
    assert wide.tolist() == pytest.approx([-0.5, 0.5])  # one deviation each
    assert standardize([]).tolist() == []


def test_affinity_breaks_ties() -> None:
    assert bound_contribution([-1.0, 1.0]).argmax() == 1
    assert bound_contribution([0.2, 0.1]).argmax() == 0


def test_the_default_bound_never_outweighs_an_attribute_match() -> None:
    assert SearchSettings().attribute_match_boost >= 2 * MAX_PERSONAL_CONTRIBUTION


def test_invalid_bounds_are_refused() -> None:
    with pytest.raises(InvalidValueError, match="max_contribution: expected a number of zero"):
        bound_contribution([0.5], -0.1)
    with pytest.raises(InvalidValueError, match="max_contribution"):
        bound_contribution([0.5], float("nan"))
