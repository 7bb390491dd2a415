"""`SearchService` responses: retrieval, filters, explanations, paging."""

import dataclasses
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image

from embed import FakeEncoder
from index import ProductIndex
from search import SearchService
from shopwindow.values import Filters, Product, Query, SearchResponse
from shopwindow.values.errors import (
    InvalidQueryError,
    InvalidSettingError,
    PhotoUnreadableError,
    ProductNotFoundError,
)
from shopwindow.values.setting_groups import SearchSettings
from tests.conftest import COLORS, make_products

RED, GREEN = COLORS["red"][0], COLORS["green"][0]


def get_colors(page: SearchResponse) -> list[str]:
    return [hit.product.attributes["color"] for hit in page.hits]


def test_text_search_works_in_both_languages(service: SearchService) -> None:
    english = service.search(Query(text="red mugs", limit=4))
    arabic = service.search(Query(text="الكوب الأحمر", limit=4))
    for page in (english, arabic):
        assert get_colors(page) == ["red"] * 4
        assert {hit.product.category[-1] for hit in page.hits} == {"Mugs"}
    assert english.hits[0].matched_words == ("red", "mugs")
    assert arabic.hits[0].matched_words == ("الكوب", "الأحمر")


def test_photo_search_finds_similar_photos(service: SearchService) -> None:
    page = service.search(Query(image=Image.new("RGB", (50, 50), GREEN), limit=8))
    assert get_colors(page) == ["green"] * 8
    assert all(set(hit.contributions) == {"image"} for hit in page.hits)


def test_photo_and_text_are_combined(service: SearchService) -> None:
    page = service.search(Query(text="mug", image=Image.new("RGB", (50, 50), RED), limit=4))
    first = page.hits[0].product
    assert (first.category[-1], first.attributes["color"]) == ("Mugs", "red")
    assert set(page.hits[0].contributions) == {
        "lexical",
        "text",
        "text_image",
        "image",
        "attribute_match",
    }


def test_contributions_add_up_to_the_score_exactly(service: SearchService) -> None:
    page = service.search(Query(text="blue dress", image=Image.new("RGB", (9, 9), RED), limit=24))
    for hit in page.hits:
        assert sum(hit.contributions.values()) == hit.score
    scores = [hit.score for hit in page.hits]
    assert scores == sorted(scores, reverse=True)


FILTERS = {
    "category by name": (Filters(category="dresses"), lambda p: p.category[-1] == "Dresses"),
    "category by path": (Filters(category="Home > mugs"), lambda p: p.category[0] == "Home"),
    "brands": (Filters(brand=("brand 1", "Brand 2")), lambda p: p.brand in {"Brand 1", "Brand 2"}),
    "price": (Filters(price_min=50, price_max=90), lambda p: 50 <= p.price <= 90),
    "merchant": (Filters(merchant_id="m1"), lambda p: p.merchant_id == "m1"),
    "in stock": (Filters(in_stock=True), lambda p: p.in_stock),
    "out of stock": (Filters(in_stock=False), lambda p: not p.in_stock),
    "attribute": (Filters(attributes={"Color": "RED"}), lambda p: p.attributes["color"] == "red"),
}


@pytest.mark.parametrize(("filters", "passes"), FILTERS.values(), ids=FILTERS)
@pytest.mark.parametrize("text", ["", "red dress"])
def test_every_hit_passes_the_filters_and_none_is_lost(
    service: SearchService, products: list[Product], text: str, filters: Filters, passes: object
) -> None:
    assert callable(passes)
    page = service.search(Query(text=text, filters=filters, limit=100))
    assert {hit.product.id for hit in page.hits} == {p.id for p in products if passes(p)}


def test_another_querys_cursor_is_rejected_before_the_engine_is_queried(
    service: SearchService, monkeypatch: pytest.MonkeyPatch
) -> None:
    cursor = service.search(Query(text="dress", limit=2)).next_cursor
    monkeypatch.setattr(service.index, "query", lambda queries: pytest.fail("searched"))
    with pytest.raises(InvalidQueryError, match="of the same query"):
        service.search(Query(text="mug", cursor=cursor))


def test_facets_count_their_scope(service: SearchService) -> None:
    browsed = service.search(Query(filters=Filters(merchant_id="m0"), facets=("brand", "category")))
    assert browsed.facet_scope == "catalog"
    assert browsed.facets["brand"] == {"Brand 0": 6, "Brand 2": 6}
    assert browsed.facets["category"]["Clothing > Dresses"] == 8
    searched = service.search(Query(text="dress", filters=Filters(category="Dresses")))
    assert searched.facet_scope == "candidates"
    assert searched.facets["category"] == {"Clothing": 12, "Clothing > Dresses": 12}
    assert service.search(Query(text="dress", facets=())).facets == {}
    for query in (Query(facets=("in_stock",)), Query(text="dress", facets=("in_stock",))):
        assert service.search(query).facets == {"in_stock": {"true": 19, "false": 5}}


@pytest.mark.parametrize("query", [Query(text="dress", limit=5), Query(limit=5)])
def test_pages_joined_equal_one_long_page(service: SearchService, query: Query) -> None:
    pages = [service.search(query)]
    while pages[-1].next_cursor:
        pages.append(service.search(dataclasses.replace(query, cursor=pages[-1].next_cursor)))
    joined = [hit.product.id for page in pages for hit in page.hits]
    whole = service.search(dataclasses.replace(query, limit=100))
    assert joined == [hit.product.id for hit in whole.hits]
    assert len(joined) == 24
    assert whole.next_cursor == ""


def test_a_product_added_between_pages_repeats_nothing(
    encoder: FakeEncoder, products: list[Product]
) -> None:
    index = ProductIndex.open(":memory:", encoder)
    index.add(products[:20])
    service = SearchService(index, SearchSettings(relative_score_cutoff=0))
    query = Query(text="red dress", limit=8)
    first = service.search(query)
    index.add(products[20:])
    second = service.search(dataclasses.replace(query, cursor=first.next_cursor, limit=100))
    shown = [hit.product.id for page in (first, second) for hit in page.hits]
    assert len(shown) == len(set(shown)) == 24


def test_a_cursor_belongs_to_its_query(service: SearchService) -> None:
    cursor = service.search(Query(text="dress", limit=5)).next_cursor
    for other in (Query(text="mug", cursor=cursor), Query(text="dress", cursor=cursor + "!")):
        with pytest.raises(InvalidQueryError, match="cursor: expected the `next_cursor`"):
            service.search(other)
    filtered = Query(text="dress", filters=Filters(in_stock=True), cursor=cursor)
    with pytest.raises(InvalidQueryError, match="of the same query"):
        service.search(filtered)


@given(st.text(max_size=60))
@hypothesis_settings(max_examples=50)
def test_any_cursor_is_accepted_or_rejected(service: SearchService, cursor: str) -> None:
    with suppress(InvalidQueryError):
        service.search(Query(text="dress", cursor=cursor))


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60))
@hypothesis_settings(max_examples=50, deadline=None)
def test_any_text_gives_a_response_without_duplicates(service: SearchService, text: str) -> None:
    page = service.search(Query(text=text))
    assert len({hit.product.id for hit in page.hits}) == len(page.hits)


def test_similar_to_an_indexed_product(service: SearchService) -> None:
    page = service.similar("sku-3", limit=5)
    assert "sku-3" not in [hit.product.id for hit in page.hits]
    assert get_colors(page)[:3] == ["red"] * 3
    assert {hit.product.category[-1] for hit in page.hits[:3]} == {"Mugs"}


def test_similar_to_a_draft(service: SearchService, tmp_path: Path) -> None:
    photo = tmp_path / "new.png"
    Image.new("RGB", (30, 30), GREEN).save(photo)
    by_photo = service.similar(Product(id="new", image=str(photo)), limit=4)
    assert get_colors(by_photo) == ["green"] * 4
    by_title = service.similar(Product(id="new", title="blue mug"), limit=2)
    assert get_colors(by_title) == ["blue"] * 2


def test_unknown_ids_and_broken_photos_raise_their_own_errors(
    service: SearchService, tmp_path: Path
) -> None:
    with pytest.raises(ProductNotFoundError, match="no product has the id 'sku-99'"):
        service.similar("sku-99")
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"nothing")
    with pytest.raises(PhotoUnreadableError, match=r"broken\.jpg"):
        service.search(Query(image=broken))


def test_an_empty_index_gives_an_empty_response(encoder: FakeEncoder) -> None:
    service = SearchService(ProductIndex.open(":memory:", encoder))
    for query in (Query(text="dress"), Query()):
        page = service.search(query)
        assert (page.hits, page.next_cursor) == ((), "")


def test_a_retriever_of_weight_zero_does_not_run(shop: ProductIndex) -> None:
    lexical_only = SearchSettings(weight_text=0, weight_text_image=0, attribute_match_boost=0)
    page = SearchService(shop, lexical_only).search(Query(text="red dress", limit=30))
    assert all(set(hit.contributions) == {"lexical"} for hit in page.hits)
    no_weights = SearchSettings(weight_lexical=0, weight_text=0, weight_text_image=0)
    assert SearchService(shop, no_weights).search(Query(text="red dress")).hits == ()


def test_the_order_of_the_catalog_file_does_not_matter(
    encoder: FakeEncoder, tmp_path: Path
) -> None:
    products = make_products(tmp_path / "photos")
    rankings = []
    for ordering in (products, products[::-1]):
        index = ProductIndex.open(":memory:", encoder)
        index.add(ordering)
        page = SearchService(index).search(Query(text="red dress", limit=24))
        rankings.append([hit.product.id for hit in page.hits])
    assert rankings[0] == rankings[1]


def test_each_step_is_timed(service: SearchService) -> None:
    took = service.search(Query(text="red dress")).took_ms
    assert set(took) == {
        "interpret",
        "encode",
        "retrieve",
        "fuse",
        "cut",
        "fetch_fields",
        "boost",
        "penalize",
        "hide",
        "sort",
        "collapse",
        "personalize",
        "diversify",
        "rules",
        "fetch",
        "facets",
    }
    assert all(ms >= 0 for ms in took.values())


def test_warming_up_loads_both_towers(shop: ProductIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []

    def record_calls(name: str) -> Callable[[Sequence[object]], object]:
        real = getattr(shop.encoder, name)

        def call(items: Sequence[object]) -> object:
            loaded.append(name)
            return real(items)

        return call

    for name in ("encode_texts", "encode_prepared"):
        monkeypatch.setattr(shop.encoder, name, record_calls(name))
    SearchService(shop).warm_up()
    assert loaded == ["encode_texts", "encode_prepared"]


def test_typing_errors_are_corrected_and_reported(service: SearchService) -> None:
    page = service.search(Query(text="blue dres", limit=3))
    assert [
        (interpretation.kind, interpretation.text, interpretation.value)
        for interpretation in page.interpretations
    ][:1] == [("spelling", "dres", "dress")]
    assert page.hits[0].product.category[-1] == "Dresses"
    verbatim = Query(text="blue dres", limit=3, verbatim=("dres",))
    uncorrected = service.search(verbatim)
    assert "spelling" not in {interpretation.kind for interpretation in uncorrected.interpretations}


def test_a_price_in_the_text_filters_unless_it_is_verbatim(service: SearchService) -> None:
    hits = service.search(Query(text="dress", limit=50)).hits
    prices = sorted(hit.product.price or 0.0 for hit in hits)
    text = f"dress under {prices[len(prices) // 2]:g}"
    filtered = service.search(Query(text=text, limit=50))
    assert filtered.interpretations[0].kind == "price"
    assert filtered.interpretations[0].is_filter
    assert all((hit.product.price or 0.0) <= prices[len(prices) // 2] for hit in filtered.hits)
    unfiltered = service.search(
        Query(text=text, limit=50, verbatim=(filtered.interpretations[0].text,))
    )
    assert len(unfiltered.hits) > len(filtered.hits)


def test_a_price_in_the_text_that_nothing_has_is_dropped(service: SearchService) -> None:
    page = service.search(Query(text="red dress over 99999", limit=5))
    assert page.hits
    assert (page.interpretations[0].kind, page.interpretations[0].is_filter) == ("price", False)
    strict = Query(text="red dress", filters=Filters(price_min=99999), relax=False)
    assert service.search(strict).hits == ()


def test_negated_attributes_are_demoted_or_excluded(service: SearchService) -> None:
    plain = [hit.product for hit in service.search(Query(text="dress", limit=50)).hits]
    assert any(product.attributes["color"] == "red" for product in plain[:10])
    demoted = service.search(Query(text="dress not red", limit=50)).hits
    reds = [hit.product.attributes["color"] == "red" for hit in demoted]
    assert sorted(reds) == reds
    assert any(reds)
    assert all(
        ("negation" in hit.contributions) == is_red
        for hit, is_red in zip(demoted, reds, strict=True)
    )
    excluded = service.search(Query(text="dress -red", limit=50)).hits
    assert not any(hit.product.attributes["color"] == "red" for hit in excluded)


def test_attribute_matches_are_boosted(service: SearchService) -> None:
    first = service.search(Query(text="red mug", limit=1)).hits[0]
    assert first.contributions["attribute_match"] == pytest.approx(
        SearchSettings().attribute_match_boost
    )
    assert sum(first.contributions.values()) == first.score


def test_text_and_photo_retrievers_score_each_others_candidates(shop: ProductIndex) -> None:
    service = SearchService(
        shop, SearchSettings(candidates_per_retriever=10, attribute_match_boost=0)
    )
    photo = Image.new("RGB", (50, 50), RED)
    contributions_by_hit = [
        hit.contributions for hit in service.search(Query(text="green", image=photo, limit=10)).hits
    ]
    assert all(
        {"image", "text", "text_image"} <= set(contributions)
        for contributions in contributions_by_hit
    )


def test_a_synonyms_file_of_the_shop_is_used(shop: ProductIndex, tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_text("# ours\nfrock, dress\n", encoding="utf-8")
    own = SearchService(shop, SearchSettings(synonyms_file=str(tmp_path / "own.txt")))
    assert own.search(Query(text="frock", limit=1)).hits[0].product.category[-1] == "Dresses"
    assert own.search(Query(text="frock", limit=1)).hits[0].contributions["lexical"] > 0
    (tmp_path / "bad.txt").write_text("alone\n", encoding="utf-8")
    with pytest.raises(InvalidSettingError, match="line 1"):
        SearchService(shop, SearchSettings(synonyms_file=str(tmp_path / "bad.txt")))
    with pytest.raises(InvalidSettingError, match="UTF-8"):
        SearchService(shop, SearchSettings(synonyms_file=str(tmp_path / "none.txt")))


def test_new_products_extend_the_vocabulary(encoder: FakeEncoder, tmp_path: Path) -> None:
    index = ProductIndex.open(":memory:", encoder)
    index.add([Product("1", "Red mug")])
    service = SearchService(index)
    assert service.search(Query(text="zanzibr")).interpretations == ()
    index.add([Product("2", "Zanzibar tunic")])
    for _ in range(100):
        if service.search(Query(text="zanzibr")).interpretations:
            break
        time.sleep(0.02)
    assert service.search(Query(text="zanzibr")).interpretations[0].value == "zanzibar"


@given(st.text("abcdeو ", min_size=1, max_size=12), st.sampled_from([None, "red", "green"]))
@hypothesis_settings(max_examples=40, deadline=None)
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
