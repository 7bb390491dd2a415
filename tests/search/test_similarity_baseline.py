"""The similarity baseline: a bounded random sample of the catalogue, and what is chance."""

from dataclasses import replace

import numpy as np
import pytest

from embed import FakeEncoder
from index import ProductIndex
from index.store.points import PHOTO, TEXT
from search import SearchService
from search.retrieval.similarity_baseline import BASELINE_SAMPLE_SIZE, BaselineSample
from shopwindow.values import Product, Query

MUGS = Query("mug", limit=100)


def add_products(index: ProductIndex, since: int, to: int) -> ProductIndex:
    index.add(Product(f"p{n}", f"mug number {n}") for n in range(since, to))
    return index


def test_a_sample_is_kept_until_a_tenth_of_the_catalog_has_changed(encoder: FakeEncoder) -> None:
    index = add_products(ProductIndex.open(":memory:", encoder), 0, 40)
    sample = BaselineSample().refresh(index)
    assert (sample.n_products, sample.vectors[TEXT].shape[0]) == (40, 40)
    assert sample.refresh(add_products(index, 40, 44)) is sample
    index.delete([f"p{n}" for n in range(8)])
    assert sample.refresh(index) is sample
    index.delete(["p8"])
    assert sample.refresh(index).n_products == 35
    assert sample.refresh(add_products(index, 0, 45)).n_products == 45


def test_the_sample_of_an_empty_catalog_is_refreshed(encoder: FakeEncoder) -> None:
    index = ProductIndex.open(":memory:", encoder)
    empty = BaselineSample().refresh(index)
    assert empty.n_products == 0
    assert empty.refresh(add_products(index, 0, 1)).n_products == 1


@pytest.mark.parametrize("n_products", [0, 1, 2, 3])
def test_too_few_products_give_no_baseline_but_are_searchable(
    encoder: FakeEncoder, n_products: int
) -> None:
    index = add_products(ProductIndex.open(":memory:", encoder), 0, n_products)
    sample = BaselineSample.draw(index)
    query = encoder.encode_texts(["mug"])[0]
    assert (sample.estimate_baseline(TEXT, query) is None) == (n_products < 3)
    assert sample.estimate_baseline(PHOTO, query) is None
    hits = SearchService(index).search(replace(MUGS, diversity=0.5)).hits
    assert len(hits) == n_products
    assert all(hit.score <= 1.2 for hit in hits)


def test_a_sample_is_bounded(encoder: FakeEncoder) -> None:
    index = add_products(ProductIndex.open(":memory:", encoder), 0, BASELINE_SAMPLE_SIZE + 20)
    assert BaselineSample.draw(index).vectors[TEXT].shape == (BASELINE_SAMPLE_SIZE, encoder.dim)


def test_a_product_without_vectors_has_zero_similarity(encoder: FakeEncoder) -> None:
    index = ProductIndex.open(":memory:", encoder)
    index.add(Product(f"p{n}", f"mug {n}") for n in range(4))
    rows = np.eye(3, 4, dtype=np.float32)
    # Two random vectors are opposite: the baseline is below 0, where a zero would be too much.
    opposite = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0]], dtype=np.float32)
    similarities = BaselineSample(3, {PHOTO: opposite}).compute_similarities(
        PHOTO, np.vstack([rows, 0 * rows[:1]])[:, :3]
    )
    assert similarities[3].tolist() == [0.0] * 4
    assert similarities[:, 3].tolist() == [0.0] * 4
    assert similarities[0, 0] == 1.0


UNIT = np.eye(3, dtype=np.float32)


def test_a_baseline_needs_three_products_and_has_some_deviation() -> None:
    few = BaselineSample(2, {"photo": UNIT[:2]})
    assert few.estimate_baseline("photo", UNIT[0]) is None
    assert few.estimate_baseline("text", UNIT[0]) is None
    baseline = BaselineSample(3, {"photo": UNIT}).estimate_baseline("photo", UNIT[0])
    assert baseline is not None
    assert (baseline.mean, baseline.std) == pytest.approx((1 / 3, np.sqrt(2) / 3), abs=1e-6)
    same = BaselineSample(3, {"photo": UNIT[[0, 0, 0]]}).estimate_baseline("photo", UNIT[0])
    assert same is not None
    assert (same.mean, same.std) == pytest.approx((1.0, 1e-4))


def test_similarities_start_at_those_of_random_pairs() -> None:
    sample = BaselineSample(
        3, {"photo": np.array([[1, 0, 0], [0.6, 0.8, 0], [0, 1, 0]], dtype=np.float32)}
    )
    chance = (0.6 + 0.0 + 0.8) / 3
    vectors = np.array([[1, 0, 0], [0.6, 0.8, 0], [0, 0, 1], [0, 0, 0]], dtype=np.float32)
    similarities = sample.compute_similarities("photo", vectors)
    assert similarities[0].tolist() == pytest.approx(
        [1.0, (0.6 - chance) / (1 - chance), 0.0, 0.0], abs=1e-6
    )
    assert not similarities[3].any()
    assert not similarities[:, 3].any()
    unknown = BaselineSample().compute_similarities("photo", vectors)
    assert unknown[0].tolist() == pytest.approx([1.0, 0.6, 0.0, 0.0], abs=1e-6)


def test_the_mean_vector_is_that_of_the_products_with_one() -> None:
    sample = BaselineSample(4, {"photo": UNIT[[0, 0, 1, 2]]})
    mean = sample.compute_mean("photo")
    assert mean is not None
    assert mean.tolist() == [0.5, 0.25, 0.25]
    assert sample.compute_mean("text") is None
