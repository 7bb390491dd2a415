"""Answers whose products differ, and answers unlike something; what likeness is chance."""

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
from tests.search.paging import ids, joined, whole

DIALS = (0.1, 0.3, 0.6, 1.0)
ASKED = Query("mug", limit=100)


def mean_likeness(service: SearchService, page: SearchResponse, first: int = 10) -> float:
    known = [service.index.get_vectors(each) or {} for each in ids(page)[:first]]
    rows = [each[PHOTO] for each in known]
    return float(np.mean([float(a @ b) for a, b in combinations(rows, 2)]))


def test_at_zero_nothing_changes(service: SearchService) -> None:
    assert service.search(replace(ASKED, diversity=0.0)).hits == service.search(ASKED).hits
    dialled = SearchService(service.index, SearchSettings(diversity=0.4, relative_score_cutoff=0))
    asked = service.search(replace(ASKED, diversity=0.4))
    assert dialled.search(ASKED).hits == asked.hits
    assert dialled.search(replace(ASKED, diversity=0.0)).hits == service.search(ASKED).hits
    assert asked.hits != service.search(ASKED).hits


@pytest.mark.parametrize("dial", DIALS)
def test_scores_never_rise_and_parts_add_up(service: SearchService, dial: float) -> None:
    hits = service.search(replace(ASKED, diversity=dial)).hits
    assert [hit.product.id for hit in hits] != whole(service, ASKED)
    assert sorted(hit.product.id for hit in hits) == sorted(whole(service, ASKED))
    for before, after in pairwise(hits):
        assert after.score <= before.score + 1e-12
    for hit in hits:
        assert sum(hit.contributions.values()) == hit.score
        assert -dial <= hit.contributions.get(DIVERSITY, 0.0) <= 0
    assert DIVERSITY not in hits[0].contributions


def test_the_first_ten_are_less_alike_the_higher_the_dial(service: SearchService) -> None:
    alike = [
        mean_likeness(service, service.search(replace(ASKED, text="red mug", diversity=dial)))
        for dial in (0.0, *DIALS)
    ]
    assert alike == sorted(alike, reverse=True)
    assert alike[-1] < alike[0] - 0.1


def test_pages_joined_equal_one_long_page_at_any_dial(service: SearchService) -> None:
    query = replace(ASKED, diversity=0.5, limit=5)
    assert joined(service, query) == whole(service, query)


SCORES = st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=8)


@given(SCORES, st.integers(0, 5), st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_any_candidates_are_put_in_an_order(
    shop: ProductIndex, scores: list[float], n_unknown: int, dial: float
) -> None:
    points = [each.id for each in shop.browse(Filters(), limit=8 - n_unknown)[0]]
    points += [f"00000000-0000-0000-0000-00000000000{n}" for n in range(n_unknown)]
    ranked = [
        Candidate(point, score, {"text": score})
        for point, score in zip(points, sorted(scores, reverse=True), strict=False)
    ]
    found = diversify(ranked, dial, shop, BaselineSample.draw(shop))
    assert sorted(each.id for each in found) == sorted(each.id for each in ranked)
    assert all(b.score <= a.score + 1e-12 for a, b in pairwise(found))
    assert all(sum(each.contributions.values()) == each.score for each in found)


def test_a_product_without_vectors_is_like_nothing(encoder: FakeEncoder) -> None:
    index = ProductIndex.open(":memory:", encoder)
    index.add(Product(f"p{n}", f"mug {n}") for n in range(4))
    rows = np.eye(3, 4, dtype=np.float32)
    # Two at random are opposite: chance is below 0, where a zero would be more than nothing.
    away = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0]], dtype=np.float32)
    likeness = BaselineSample(3, {PHOTO: away}).compute_similarities(
        PHOTO, np.vstack([rows, 0 * rows[:1]])[:, :3]
    )
    assert likeness[3].tolist() == [0.0] * 4
    assert likeness[:, 3].tolist() == [0.0] * 4
    assert likeness[0, 0] == 1.0


def test_a_catalogue_with_one_photo_for_everything_is_answered(
    encoder: FakeEncoder, tmp_path: Path
) -> None:
    Image.new("RGB", (20, 20), (200, 0, 0)).save(tmp_path / "one.png")
    index = ProductIndex.open(":memory:", encoder)
    index.add(Product(f"p{n}", f"mug {n}", image=str(tmp_path / "one.png")) for n in range(6))
    one = np.array([[1, 0]] * 4, dtype=np.float32)
    assert (
        BaselineSample(4, {PHOTO: one}).compute_similarities(PHOTO, one).tolist() == [[0.0] * 4] * 4
    )
    hits = SearchService(index).search(replace(ASKED, diversity=1.0)).hits
    assert len(hits) == 6
    assert all(np.isfinite(hit.score) for hit in hits)


# To avoid.


def test_what_is_like_something_avoided_falls(service: SearchService) -> None:
    before = service.search(ASKED)
    after = service.search(replace(ASKED, negative_examples=("sku-3",)))  # a red mug
    assert set(ids(before)) - set(ids(after)) == {"sku-3"}
    for hit in after.hits:
        was = next(each for each in before.hits if each.product.id == hit.product.id)
        assert sum(hit.contributions.values()) == hit.score
        assert hit.score == pytest.approx(was.score + hit.contributions.get(NEGATIVE_EXAMPLES, 0.0))
        is_red = hit.product.attributes["color"] == "red"
        assert (hit.contributions.get(NEGATIVE_EXAMPLES, 0.0) < -0.5) == is_red
    scores = [hit.score for hit in after.hits]
    assert scores == sorted(scores, reverse=True)


def test_a_photo_is_avoided_like_the_product_that_has_it(service: SearchService) -> None:
    red = QueryImage(Image.new("RGB", (43, 50), COLORS["red"][0]))
    hits = service.search(replace(ASKED, negative_examples=(red,))).hits
    by_id = service.search(replace(ASKED, negative_examples=("sku-3",))).hits
    assert "sku-3" in [hit.product.id for hit in hits]
    taken = {hit.product.id: hit.contributions.get(NEGATIVE_EXAMPLES, 0.0) for hit in hits}
    assert all(
        taken[hit.product.id]
        == pytest.approx(hit.contributions.get(NEGATIVE_EXAMPLES, 0.0), abs=1e-6)
        for hit in by_id
    )


def test_of_several_the_likest_counts_once(service: SearchService) -> None:
    once = service.search(replace(ASKED, negative_examples=("sku-3",))).hits
    both = service.search(
        replace(ASKED, negative_examples=("sku-3", "sku-9"))
    ).hits  # another red mug
    assert min(hit.contributions.get(NEGATIVE_EXAMPLES, 0.0) for hit in both) >= -1.0
    assert len(both) == len(once) - 1


def test_a_product_without_photo_is_avoided_by_its_text(encoder: FakeEncoder) -> None:
    index = ProductIndex.open(":memory:", encoder)
    titles = ("steel mug", "steel mug big", "linen shirt", "linen trousers", "oak table")
    index.add(Product(f"p{n}", title) for n, title in enumerate(titles))
    hits = SearchService(index).search(Query("mug shirt", negative_examples=("p0",), limit=9)).hits
    taken = {hit.product.id: hit.contributions.get(NEGATIVE_EXAMPLES, 0.0) for hit in hits}
    assert "p0" not in taken
    assert taken["p1"] == min(taken.values()) < -0.3


def test_to_browse_only_leaves_the_products_out(service: SearchService) -> None:
    every = set(whole(service, Query()))
    query = Query(negative_examples=("sku-3", "sku-4"), limit=7)
    assert set(joined(service, query)) == every - {"sku-3", "sku-4"}
    assert [len(ids(service.search(query)))] == [7]


@pytest.mark.parametrize("text", ["", "mug"])
def test_an_unknown_product_cannot_be_avoided(service: SearchService, text: str) -> None:
    with pytest.raises(ProductNotFoundError, match="no product has the id 'nowhere'"):
        service.search(Query(text, negative_examples=("sku-3", "nowhere")))


def test_what_is_avoided_is_ids_and_photos() -> None:
    for bad in ("sku-3", (b"photo",), (3,)):
        with pytest.raises(InvalidQueryError, match="avoid: expected a tuple of product ids and"):
            Query("mug", negative_examples=bad)  # type: ignore[arg-type]


def test_the_same_picture_in_another_object_is_the_same_query(service: SearchService) -> None:
    def query(cursor: str = "") -> Query:
        photo = QueryImage(Image.new("RGB", (20, 20), COLORS["red"][0]))
        return replace(ASKED, negative_examples=(photo,), limit=10, cursor=cursor)

    first = service.search(query())
    second = service.search(query(first.next_cursor))
    assert not set(ids(first)) & set(ids(second))
    other = QueryImage(Image.new("RGB", (20, 20), COLORS["green"][0]))
    with pytest.raises(InvalidQueryError, match="of the same query"):
        service.search(replace(query(first.next_cursor), negative_examples=(other,)))


# What is chance.


def grown(index: ProductIndex, since: int, to: int) -> ProductIndex:
    index.add(Product(f"p{n}", f"mug number {n}") for n in range(since, to))
    return index


def test_a_sample_is_kept_until_a_tenth_has_changed(encoder: FakeEncoder) -> None:
    index = grown(ProductIndex.open(":memory:", encoder), 0, 40)
    drawn = BaselineSample().refresh(index)
    assert (drawn.n_products, drawn.vectors[TEXT].shape[0]) == (40, 40)
    assert drawn.refresh(grown(index, 40, 44)) is drawn
    index.delete([f"p{n}" for n in range(8)])
    assert drawn.refresh(index) is drawn
    index.delete(["p8"])
    assert drawn.refresh(index).n_products == 35
    assert drawn.refresh(grown(index, 0, 45)).n_products == 45


def test_an_empty_catalogue_is_looked_at_again(encoder: FakeEncoder) -> None:
    index = ProductIndex.open(":memory:", encoder)
    empty = BaselineSample().refresh(index)
    assert empty.n_products == 0
    assert empty.refresh(grown(index, 0, 1)).n_products == 1


@pytest.mark.parametrize("n_products", [0, 1, 2, 3])
def test_too_few_tell_nothing_of_chance_and_are_answered(
    encoder: FakeEncoder, n_products: int
) -> None:
    index = grown(ProductIndex.open(":memory:", encoder), 0, n_products)
    drawn = BaselineSample.draw(index)
    query = encoder.encode_texts(["mug"])[0]
    assert (drawn.estimate_baseline(TEXT, query) is None) == (n_products < 3)
    assert drawn.estimate_baseline(PHOTO, query) is None
    hits = SearchService(index).search(replace(ASKED, diversity=0.5)).hits
    assert len(hits) == n_products
    assert all(hit.score <= 1.2 for hit in hits)


def test_a_sample_is_bounded(encoder: FakeEncoder) -> None:
    index = grown(ProductIndex.open(":memory:", encoder), 0, BASELINE_SAMPLE_SIZE + 20)
    assert BaselineSample.draw(index).vectors[TEXT].shape == (BASELINE_SAMPLE_SIZE, encoder.dim)


@given(st.text("abcdeو ", min_size=1, max_size=12), st.sampled_from([None, "red", "green"]))
@settings(max_examples=40, deadline=None)
def test_parts_stay_within_their_weights(
    service: SearchService, text: str, color: str | None
) -> None:
    image = Image.new("RGB", (9, 9), COLORS[color][0]) if color else None
    for hit in service.search(Query(text, image=image)).hits:
        legs = [
            hit.contributions.get(name, 0.0) for name in ("lexical", "text", "text_image", "image")
        ]
        assert all(0 <= part <= 1 for part in legs)
        assert sum(legs) <= 1 + 1e-9
