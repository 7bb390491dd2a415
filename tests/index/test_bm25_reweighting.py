"""Sparse vectors are weighted anew when documents became longer or shorter, and not before."""

from collections.abc import Mapping

import pytest

from embed import FakeEncoder
from index import ProductIndex
from index.bm25_reweighting import compute_mean_doc_length, reweight_on_drift
from index.store.exact import ExactStore
from index.store.points import FieldValue, Point
from shopwindow.values import Product

SHORT = [Product(f"p{n}", f"Red mug {n}") for n in range(6)]
LONG = [
    Product(f"p{n}", f"Red mug {n}", "A very large mug of heavy stoneware with a wooden handle.")
    for n in range(6)
]


@pytest.mark.parametrize(("before", "after"), [(SHORT, LONG), (LONG, SHORT)])
def test_longer_and_shorter_documents_are_weighted_by_the_new_mean(
    encoder: FakeEncoder, before: list[Product], after: list[Product]
) -> None:
    with (
        ProductIndex.open(":memory:", encoder) as index,
        ProductIndex.open(":memory:", encoder) as at_once,
    ):
        index.add(before)
        index.add(after[:5])  # the sixth is only weighted anew
        at_once.add([*after[:5], before[5]])
        for product in before:
            ids = [product.id]
            weights = index.get_entries(ids, (), vectors=True)[product.id].sparse_vector
            expected = at_once.get_entries(ids, (), vectors=True)[product.id].sparse_vector
            assert weights is not None
            assert expected is not None
            assert weights.values == pytest.approx(expected.values, rel=1e-5)


class MeasuredStore(ExactStore):
    """Says how long its documents are, and notes whether they are read to be rewritten."""

    def __init__(self, lengths: Mapping[str, int]) -> None:
        super().__init__()
        self.lengths = lengths
        self.n_scrolls = 0

    def facet(self, *_: object, **__: object) -> dict[FieldValue, int]:
        return {length: count for length, count in self.lengths.items()}

    def scroll(self, *_: object, **__: object) -> tuple[list[Point], str]:
        self.n_scrolls += 1
        return [], ""


def test_the_mean_length_counts_every_document() -> None:
    assert compute_mean_doc_length(MeasuredStore({"4": 3, "10": 1})) == 5.5
    assert compute_mean_doc_length(MeasuredStore({})) == 0


@pytest.mark.parametrize(
    ("current", "is_reweighted"),
    [(10.0, False), (9.93, False), (10.07, False), (9.85, True), (10.15, True), (20.0, True),
     (0.0, True)],
)  # fmt: skip
def test_a_drift_of_one_percent_is_left_alone(current: float, is_reweighted: bool) -> None:
    store = MeasuredStore({"10": 100})
    assert reweight_on_drift(store, current, 50) == (10.0 if is_reweighted else current)
    assert (store.n_scrolls > 0) == is_reweighted


def test_an_empty_store_keeps_the_mean_of_before() -> None:
    store = MeasuredStore({})
    assert reweight_on_drift(store, 7.0, 50) == 7.0
    assert store.n_scrolls == 0
