"""Diversification of results, negative examples, and the similarity baseline of both."""

from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from embed import FakeEncoder
from index import ProductIndex
from index.store.points import PHOTO, TEXT
from search import SearchService
from search.pipeline.diversity import DIVERSITY, diversify
from search.pipeline.negative_examples import NEGATIVE_EXAMPLES
from search.retrieval.fusion import Candidate
from search.retrieval.similarity_baseline import BASELINE_SAMPLE_SIZE, BaselineSample
from shopwindow.values import Filters, Product, Query, SearchResponse
from shopwindow.values.errors import InvalidQueryError, ProductNotFoundError
from shopwindow.values.query import QueryImage
from shopwindow.values.settings import SearchSettings
from tests.conftest import COLORS
from tests.search.paging import collect_ids, get_all_ids, get_ids

DIVERSITIES = (0.1, 0.3, 0.6, 1.0)
MUGS = Query("mug", limit=100)


def compute_mean_similarity(service: SearchService, page: SearchResponse, first: int = 10) -> float:
    stored = [service.index.get_vectors(product_id) or {} for product_id in get_ids(page)[:first]]
    rows = [vectors_by_name[PHOTO] for vectors_by_name in stored]
    return float(np.mean([float(a @ b) for a, b in combinations(rows, 2)]))


def test_diversity_zero_keeps_the_order(service: SearchService) -> None:
    assert service.search(replace(MUGS, diversity=0.0)).hits == service.search(MUGS).hits
    diverse = SearchService(service.index, SearchSettings(diversity=0.4, relative_score_cutoff=0))
    expected = service.search(replace(MUGS, diversity=0.4))
    assert diverse.search(MUGS).hits == expected.hits
    assert diverse.search(replace(MUGS, diversity=0.0)).hits == service.search(MUGS).hits
    assert expected.hits != service.search(MUGS).hits


@pytest.mark.parametrize("diversity", DIVERSITIES)
def test_scores_never_rise_and_contributions_add_up(
    service: SearchService, diversity: float
) -> None:
    hits = service.search(replace(MUGS, diversity=diversity)).hits
    assert [hit.product.id for hit in hits] != get_all_ids(service, MUGS)
    assert sorted(hit.product.id for hit in hits) == sorted(get_all_ids(service, MUGS))
    for before, after in pairwise(hits):
        assert after.score <= before.score + 1e-12
    for hit in hits:
        assert sum(hit.contributions.values()) == hit.score
        assert -diversity <= hit.contributions.get(DIVERSITY, 0.0) <= 0
    assert DIVERSITY not in hits[0].contributions


def test_more_diversity_makes_the_top_ten_less_similar(service: SearchService) -> None:
    similarities = [
        compute_mean_similarity(
            service, service.search(replace(MUGS, text="red mug", diversity=diversity))
        )
        for diversity in (0.0, *DIVERSITIES)
    ]
    assert similarities == sorted(similarities, reverse=True)
    assert similarities[-1] < similarities[0] - 0.1


def test_pages_joined_equal_one_long_page_with_diversity(service: SearchService) -> None:
    query = replace(MUGS, diversity=0.5, limit=5)
    assert collect_ids(service, query) == get_all_ids(service, query)


SCORES = st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=8)


@given(SCORES, st.integers(0, 5), st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_diversify_reorders_any_candidates(
    shop: ProductIndex, scores: list[float], n_unknown: int, diversity: float
) -> None:
    points = [point.id for point in shop.browse(Filters(), limit=8 - n_unknown)[0]]
    points += [f"00000000-0000-0000-0000-00000000000{n}" for n in range(n_unknown)]
    ranked = [
        Candidate(point, score, {"text": score})
        for point, score in zip(points, sorted(scores, reverse=True), strict=False)
    ]
    diversified = diversify(ranked, diversity, shop, BaselineSample.draw(shop))
    assert sorted(candidate.id for candidate in diversified) == sorted(
        candidate.id for candidate in ranked
    )
    assert all(b.score <= a.score + 1e-12 for a, b in pairwise(diversified))
    assert all(
        sum(candidate.contributions.values()) == candidate.score for candidate in diversified
    )


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


def test_a_catalog_with_one_photo_for_everything_is_searchable(
    encoder: FakeEncoder, tmp_path: Path
) -> None:
    Image.new("RGB", (20, 20), (200, 0, 0)).save(tmp_path / "one.png")
    index = ProductIndex.open(":memory:", encoder)
    index.add(Product(f"p{n}", f"mug {n}", image=str(tmp_path / "one.png")) for n in range(6))
    same = np.array([[1, 0]] * 4, dtype=np.float32)
    assert (
        BaselineSample(4, {PHOTO: same}).compute_similarities(PHOTO, same).tolist() == [[0.0] * 4] * 4
    )
    hits = SearchService(index).search(replace(MUGS, diversity=1.0)).hits
    assert len(hits) == 6
    assert all(np.isfinite(hit.score) for hit in hits)


# Negative examples.


def test_similar_products_to_a_negative_example_rank_lower(service: SearchService) -> None:
    before = service.search(MUGS)
    after = service.search(replace(MUGS, negative_examples=("sku-3",)))  # a red mug
    assert set(get_ids(before)) - set(get_ids(after)) == {"sku-3"}
    for hit in after.hits:
        plain = next(old for old in before.hits if old.product.id == hit.product.id)
        assert sum(hit.contributions.values()) == hit.score
        assert hit.score == pytest.approx(
            plain.score + hit.contributions.get(NEGATIVE_EXAMPLES, 0.0)
        )
        is_red = hit.product.attributes["color"] == "red"
        assert (hit.contributions.get(NEGATIVE_EXAMPLES, 0.0) < -0.5) == is_red
    scores = [hit.score for hit in after.hits]
    assert scores == sorted(scores, reverse=True)


def test_a_negative_photo_counts_like_the_product_that_has_it(service: SearchService) -> None:
    red = QueryImage(Image.new("RGB", (43, 50), COLORS["red"][0]))
    hits = service.search(replace(MUGS, negative_examples=(red,))).hits
    by_id = service.search(replace(MUGS, negative_examples=("sku-3",))).hits
    assert "sku-3" in [hit.product.id for hit in hits]
    penalties = {hit.product.id: hit.contributions.get(NEGATIVE_EXAMPLES, 0.0) for hit in hits}
    assert all(
        penalties[hit.product.id]
        == pytest.approx(hit.contributions.get(NEGATIVE_EXAMPLES, 0.0), abs=1e-6)
        for hit in by_id
    )


def test_only_the_most_similar_negative_example_counts(service: SearchService) -> None:
    once = service.search(replace(MUGS, negative_examples=("sku-3",))).hits
    both = service.search(
        replace(MUGS, negative_examples=("sku-3", "sku-9"))
    ).hits  # another red mug
    assert min(hit.contributions.get(NEGATIVE_EXAMPLES, 0.0) for hit in both) >= -1.0
    assert len(both) == len(once) - 1


def test_a_negative_example_without_photo_counts_by_its_text(encoder: FakeEncoder) -> None:
    index = ProductIndex.open(":memory:", encoder)
    titles = ("steel mug", "steel mug big", "linen shirt", "linen trousers", "oak table")
    index.add(Product(f"p{n}", title) for n, title in enumerate(titles))
    hits = SearchService(index).search(Query("mug shirt", negative_examples=("p0",), limit=9)).hits
    penalties = {hit.product.id: hit.contributions.get(NEGATIVE_EXAMPLES, 0.0) for hit in hits}
    assert "p0" not in penalties
    assert penalties["p1"] == min(penalties.values()) < -0.3


def test_browsing_only_excludes_negative_examples(service: SearchService) -> None:
    all_ids = set(get_all_ids(service, Query()))
    query = Query(negative_examples=("sku-3", "sku-4"), limit=7)
    assert set(collect_ids(service, query)) == all_ids - {"sku-3", "sku-4"}
    assert [len(get_ids(service.search(query)))] == [7]


@pytest.mark.parametrize("text", ["", "mug"])
def test_an_unknown_negative_example_is_rejected(service: SearchService, text: str) -> None:
    with pytest.raises(ProductNotFoundError, match="no product has the id 'nowhere'"):
        service.search(Query(text, negative_examples=("sku-3", "nowhere")))


def test_negative_examples_must_be_ids_or_photos() -> None:
    for bad in ("sku-3", (b"photo",), (3,)):
        with pytest.raises(
            InvalidQueryError, match="negative_examples: expected a tuple of product ids and"
        ):
            Query("mug", negative_examples=bad)  # type: ignore[arg-type]


def test_equal_pixels_make_the_same_query(service: SearchService) -> None:
    def query(cursor: str = "") -> Query:
        photo = QueryImage(Image.new("RGB", (20, 20), COLORS["red"][0]))
        return replace(MUGS, negative_examples=(photo,), limit=10, cursor=cursor)

    first = service.search(query())
    second = service.search(query(first.next_cursor))
    assert not set(get_ids(first)) & set(get_ids(second))
    other = QueryImage(Image.new("RGB", (20, 20), COLORS["green"][0]))
    with pytest.raises(InvalidQueryError, match="of the same query"):
        service.search(replace(query(first.next_cursor), negative_examples=(other,)))


# The similarity baseline.


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


@given(st.text("abcdeو ", min_size=1, max_size=12), st.sampled_from([None, "red", "green"]))
@settings(max_examples=40, deadline=None)
def test_contributions_stay_within_their_weights(
    service: SearchService, text: str, color: str | None
) -> None:
    image = Image.new("RGB", (9, 9), COLORS[color][0]) if color else None
    for hit in service.search(Query(text, image=image)).hits:
        contributions = [
            hit.contributions.get(name, 0.0) for name in ("lexical", "text", "text_image", "image")
        ]
        assert all(0 <= contribution <= 1 for contribution in contributions)
        assert sum(contributions) <= 1 + 1e-9
