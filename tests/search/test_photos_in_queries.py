"""Several photos, the photos' share, one photo in several products, ranges of prices."""

import base64
import io
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from embed import FakeEncoder, PhotoReader
from index import ProductIndex
from index.perceptual_hash import HASH_SIZE
from search import SearchService
from search.batch_matching import match_photos
from search.pipeline.collapse import PLACEHOLDER_MIN_COUNT, find_same_photos
from search.price_buckets import (
    N_PRICE_BUCKETS,
    build_price_buckets,
    compute_bucket_edges,
    make_price_counter,
)
from search.retrieval.query_encoder import QueryEncoder
from shopwindow.values import Filters, Product, Query, SearchResponse
from shopwindow.values.errors import InvalidQueryError, PhotoTooLargeError
from shopwindow.values.query import QueryImage
from shopwindow.values.settings import PhotoLimits, SearchSettings
from tests.conftest import COLORS, WHOLE
from tests.search.paging import ids, joined, whole


def picture(color: str, width: int = 40) -> Image.Image:
    return Image.new("RGB", (width, 50), COLORS[color][0])


def scores(page: SearchResponse) -> dict[str, float]:
    return {hit.product.id: hit.score for hit in page.hits}


ALL = Query(limit=100, facets=())


def test_one_photo_twice_equals_once_and_the_order_does_not_matter(service: SearchService) -> None:
    red, blue = QueryImage(picture("red")), QueryImage(picture("blue"), weight=2)
    once = service.search(replace(ALL, image=red))
    twice = service.search(replace(ALL, image=[red, red]))
    assert scores(twice) == pytest.approx(scores(once), abs=1e-6)
    both, turned = (service.search(replace(ALL, image=each)) for each in ([red, blue], [blue, red]))
    assert both.hits == turned.hits
    assert both.hits != once.hits


def test_the_order_of_photos_moves_no_digit(encoder: FakeEncoder) -> None:
    weighed = [QueryImage(noise(n), weight=0.1 + n / 3) for n in range(4)]
    asking = QueryEncoder(encoder)
    vectors = {
        asking.encode_photos(asking.prepare_photos(each)).tobytes()
        for each in permutations(weighed)
    }
    assert len(vectors) == 1


def test_the_heavier_photo_counts_more(service: SearchService) -> None:
    for heavy, light in (("red", "green"), ("green", "red")):
        photos = [QueryImage(picture(heavy), weight=3), QueryImage(picture(light))]
        hits = service.search(replace(ALL, image=photos, limit=16)).hits
        found = [hit.product.attributes["color"] for hit in hits]
        assert found == [heavy] * 8 + [light] * 8


def test_pages_of_several_photos_go_on_whatever_their_order(service: SearchService) -> None:
    photos = [picture("red"), picture("green")]
    first = service.search(replace(ALL, image=photos, limit=5))
    turned = replace(ALL, image=photos[::-1], limit=100, cursor=first.next_cursor)
    assert len({*ids(first), *ids(service.search(turned))}) == 24


def test_too_many_photos_are_refused() -> None:
    with pytest.raises(InvalidQueryError, match="image: expected at most 10 photos, got 11"):
        Query(image=["a.png"] * 11)


def test_the_part_of_a_photo_counts(service: SearchService) -> None:
    both = Image.new("RGB", (80, 50), COLORS["red"][0])
    both.paste(COLORS["blue"][0], (40, 0, 80, 50))
    part = service.search(replace(ALL, image=QueryImage(both, (0.5, 0, 1, 1))))
    assert scores(part) == pytest.approx(
        scores(service.search(replace(ALL, image=picture("blue"))))
    )


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_share_of_nothing_or_everything(shop: ProductIndex, share: float) -> None:
    service = SearchService(shop, SearchSettings(attribute_match_boost=0, relative_score_cutoff=0))
    query = replace(ALL, text="blue dress", image=picture("red"))
    mixed = service.search(replace(query, image_weight=share))
    alone = service.search(replace(query, text="") if share else replace(query, image=None))
    assert scores(mixed) == pytest.approx(scores(alone), abs=1e-6)
    silent = ("lexical", "text", "text_image") if share else ("image",)
    assert all(not hit.contributions.get(name) for hit in mixed.hits for name in silent)


def test_the_share_moves_the_answer_from_words_to_photos(service: SearchService) -> None:
    query = replace(ALL, text="blue", image=picture("red"), limit=8)
    reds = [
        [hit.product.attributes["color"] for hit in page.hits].count("red")
        for page in (service.search(replace(query, image_weight=n / 10)) for n in range(11))
    ]
    assert (reds[0], reds[-1]) == (0, 8)
    assert reds == sorted(reds)


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_a_share_means_nothing_without_words(service: SearchService, share: float) -> None:
    query = replace(ALL, image=picture("red"))
    assert service.search(replace(query, image_weight=share)).hits == service.search(query).hits


# One photo in several products.


def noise(seed: int) -> Image.Image:
    rows = np.random.default_rng(seed).integers(0, 255, (8, 8, 3), dtype=np.uint8)
    return Image.fromarray(rows).resize((96, 96), Image.Resampling.BICUBIC)


def shop_with(encoder: FakeEncoder, folder: Path, photos: list[bytes]) -> SearchService:
    products = []
    for n, data in enumerate(photos):
        (folder / f"{n}.img").write_bytes(data)
        image = str(folder / f"{n}.img")
        products.append(Product(f"p{n}", f"mug number {n}", price=9.0 - n / 100, image=image))
    index = ProductIndex.open(":memory:", encoder)
    index.add(products)
    return SearchService(index, WHOLE)


def jpeg(photo: Image.Image, quality: int = 90) -> bytes:
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


MUGS = Query("mug", limit=100)


def test_the_same_photo_saved_otherwise_is_shown_once(encoder: FakeEncoder, tmp_path: Path) -> None:
    same = [jpeg(noise(1), quality) for quality in (95, 80, 60)]
    service = shop_with(encoder, tmp_path, [*same, jpeg(noise(2)), jpeg(noise(3))])
    page = service.search(MUGS)
    every = service.search(replace(MUGS, collapse=False))
    assert (len(page.hits), page.n_collapsed, len(every.hits), every.n_collapsed) == (3, 2, 5, 0)
    best = next(each for each in ids(every) if each in {"p0", "p1", "p2"})
    assert {hit.product.id: hit.n_variants for hit in page.hits} == {best: 3, "p3": 1, "p4": 1}
    cheapest = service.search(replace(MUGS, sort="price_asc"))
    assert ids(cheapest) == ["p4", "p3", "p2"]
    assert joined(service, replace(MUGS, limit=1)) == whole(service, MUGS)


def test_empty_pictures_are_not_one_thing(encoder: FakeEncoder, tmp_path: Path) -> None:
    service = shop_with(encoder, tmp_path, [jpeg(Image.new("RGB", (50, 50), "white"))] * 4)
    assert (len(service.search(MUGS).hits), service.search(MUGS).n_collapsed) == (4, 0)


@pytest.mark.parametrize("more", [-1, 0])
def test_what_many_products_show_is_a_placeholder(
    encoder: FakeEncoder, tmp_path: Path, more: int
) -> None:
    n_products = PLACEHOLDER_MIN_COUNT + more
    service = shop_with(encoder, tmp_path, [jpeg(noise(1))] * n_products + [jpeg(noise(2))])
    assert len(service.search(MUGS).hits) == (2 if more else n_products + 1)


def test_what_is_near_one_placeholder_alone_is_not_folded_with_it() -> None:
    grey = np.random.default_rng(1).integers(50, 200, HASH_SIZE)

    def text(level: int) -> str:
        return base64.b64encode((grey + level).astype(np.uint8).tobytes()).decode()

    placeholders = {f"b{n}": text(-1) for n in range(PLACEHOLDER_MIN_COUNT - 1)}
    assert find_same_photos({"a": text(0), "x": text(1)}) == {"a": ["x"], "x": ["a"]}
    assert find_same_photos({"a": text(0), **placeholders, "x": text(1)}) == {}


# Ranges of prices.

PRICES = st.lists(st.floats(0, 1e5).map(lambda price: round(price, 2)), max_size=60)


@given(PRICES)
def test_ends_are_round_and_ascend_inside(prices: list[float]) -> None:
    edges = compute_bucket_edges(prices)
    assert edges == sorted(set(edges))
    assert len(edges) < N_PRICE_BUCKETS
    assert all(min(prices) < each < max(prices) for each in edges)
    assert all(float(f"{each:.2g}") == each for each in edges)


@given(PRICES)
def test_ranges_cover_every_price(prices: list[float]) -> None:
    ranges = build_price_buckets(compute_bucket_edges(prices), make_price_counter(prices))
    assert all(each.count > 0 for each in ranges)
    if ranges:
        assert sum(each.count for each in ranges) >= len(prices)
        assert (ranges[0].low, ranges[-1].high) == (None, None)


@pytest.mark.parametrize("prices", [[], [5.0], [5.0] * 9, [0.0] * 3])
def test_prices_that_do_not_differ_have_no_ranges(prices: list[float]) -> None:
    assert build_price_buckets(compute_bucket_edges(prices), make_price_counter(prices)) == ()


def test_small_prices_have_short_ends() -> None:
    edges = compute_bucket_edges([0.1 * n for n in range(1, 11)])
    assert [str(each) for each in edges] == ["0.3", "0.5", "0.6", "0.8"]


FILTERS = [Filters(), Filters(price_min=30, price_max=150), Filters(merchant_id="m1")]


@pytest.mark.parametrize("text", ["", "red mug"])
@pytest.mark.parametrize("filters", FILTERS)
def test_counts_are_what_the_filter_leaves(
    service: SearchService, text: str, filters: Filters
) -> None:
    page = service.search(Query(text, filters=filters, facets=("price",), limit=1))
    assert len(page.price_buckets) > 1
    for each in page.price_buckets:
        low = max(each.low or 0.0, filters.price_min or 0.0)
        high = min(each.high or 1e9, filters.price_max or 1e9)
        assert service.index.count(replace(filters, price_min=low, price_max=high)) == each.count
    assert service.search(Query(text, facets=("brand",))).price_buckets == ()


def test_candidates_are_counted_when_searching(shop: ProductIndex) -> None:
    service = SearchService(shop, SearchSettings(weight_text=0, weight_text_image=0))
    query = Query("dress", facets=("price",), limit=100)
    page = service.search(query)
    prices = [hit.product.price or 0.0 for hit in page.hits]
    assert 0 < len(prices) < 24
    for each in page.price_buckets:
        low, high = each.low or 0.0, each.high or 1e9
        assert each.count == sum(low <= price <= high for price in prices)


def test_a_photo_in_a_query_has_the_smaller_limits(tmp_path: Path) -> None:
    limits = PhotoLimits(query_max_pixels=2000)
    encoder = FakeEncoder(reader=PhotoReader(limits))
    path = tmp_path / "large.png"
    picture("red", 50).save(path)  # 2,500 pixels
    product = Product("1", "Mug", image=str(path))
    with ProductIndex.open(":memory:", encoder) as index:
        assert index.add([product]).n_encoded_photos == 1
        with SearchService(index) as service:
            for image in (path, path.read_bytes(), picture("red", 50)):
                with pytest.raises(PhotoTooLargeError, match="50 x 50 pixels, at most 2,000"):
                    service.search(Query(image=image))
            with pytest.raises(PhotoTooLargeError, match="at most 2,000"):
                service.similar(replace(product, id="2"))
            assert service.search(Query(image=picture("red", 40))).hits
            assert next(match_photos(service, [path])).hits  # the merchant's own photos
