import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopwindow.ranking import diversify_slate
from shopwindow.values.errors import InvalidValueError
from tests.ranking.planted import EXAMPLES

AFFINITY = st.floats(-1, 1)


@EXAMPLES
@given(st.lists(st.tuples(AFFINITY, st.integers(0, 2)), max_size=15), st.integers(0, 20))
def test_a_slate_has_no_repetitions_and_keeps_the_order_within_an_interest(
    rows: list[tuple[float, int]], limit: int
) -> None:
    scores, groups = [row[0] for row in rows], [row[1] for row in rows]
    slate = diversify_slate(scores, groups, [1.0, 0.5, 0.0], limit)
    assert len(slate) == len(set(slate)) == min(limit, len(rows))
    for group in range(3):
        chosen = [scores[index] for index in slate if groups[index] == group]
        remaining = [
            score
            for index, score in enumerate(scores)
            if groups[index] == group and index not in slate
        ]
        assert chosen == sorted(chosen, reverse=True)
        assert not remaining or not chosen or min(chosen) >= max(remaining)


def test_interests_get_slots_in_proportion_to_their_weights() -> None:
    groups = [0] * 10 + [1] * 10 + [2] * 10
    slate = diversify_slate(np.linspace(1, 0, 30), groups, [0.6, 0.4, 0.0], 10)
    assert [sum(groups[index] == group for index in slate) for group in range(3)] == [6, 4, 0]
    assert diversify_slate([0.1, 0.3, 0.2], [0, 0, 0], [], 2) == [1, 2]
    with pytest.raises(InvalidValueError, match="groups: expected indices from 0 to 1"):
        diversify_slate([0.1], [2], [1.0, 1.0], 1)
    with pytest.raises(InvalidValueError, match="groups: expected shape"):
        diversify_slate([0.1, 0.2], [0], [1.0], 1)


@pytest.mark.parametrize(("n_first", "second"), [(50, 50), (51, 1)])
def test_another_merchant_is_looked_for_among_the_fifty_best(n_first: int, second: int) -> None:
    scores = np.linspace(1.0, 0.9, n_first + 1)
    merchants = ["a"] * n_first + ["b"]
    slate = diversify_slate(scores, [0] * len(scores), [1.0], 2, merchants, 0.5)
    assert slate == [0, second]


def test_a_product_of_no_merchant_pays_no_penalty() -> None:
    scores, merchants = [0.9, 0.8, 0.7, 0.6], ["", "", "a", "a"]
    assert diversify_slate(scores, [0] * 4, [1.0], 4, merchants, 0.5) == [0, 1, 2, 3]
    assert diversify_slate(scores, [0] * 4, [1.0], 4, ["a", "a", "", "b"], 0.15) == [0, 2, 1, 3]
