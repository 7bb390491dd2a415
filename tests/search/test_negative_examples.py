"""Negative examples: what is similar to them ranks lower."""

from dataclasses import replace

import pytest
from PIL import Image

from embed import FakeEncoder
from index import ProductIndex
from search import SearchService
from search.pipeline.negative_examples import NEGATIVE_EXAMPLES
from shopwindow.values import Product, Query
from shopwindow.values.errors import InvalidQueryError, ProductNotFoundError
from shopwindow.values.query import QueryImage
from tests.conftest import COLORS
from tests.search.paging import collect_ids, get_all_ids, get_ids

MUGS = Query("mug", limit=100)


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
