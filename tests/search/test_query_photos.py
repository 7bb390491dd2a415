"""Photos in queries: several photos, image weight, crops, limits; products with one photo."""

import base64
import io
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from embed import FakeEncoder, PhotoReader
from index import ProductIndex
from index.perceptual_hash import HASH_SIZE
from search import SearchService
from search.batch_matching import match_photos
from search.pipeline.collapse import PLACEHOLDER_MIN_COUNT, find_same_photos
from search.retrieval.query_encoder import QueryEncoder
from shopwindow.values import Product, Query, SearchResponse
from shopwindow.values.errors import InvalidQueryError, PhotoTooLargeError
from shopwindow.values.query import QueryImage
from shopwindow.values.setting_groups import PhotoLimits, SearchSettings
from tests.conftest import COLORS, WHOLE
from tests.search.paging import collect_ids, get_all_ids, get_ids


def make_photo(color: str, width: int = 40) -> Image.Image:
    return Image.new("RGB", (width, 50), COLORS[color][0])


def get_scores(page: SearchResponse) -> dict[str, float]:
    return {hit.product.id: hit.score for hit in page.hits}


ALL = Query(limit=100, facets=())


def test_a_repeated_photo_counts_once_and_order_does_not_matter(service: SearchService) -> None:
    red, blue = QueryImage(make_photo("red")), QueryImage(make_photo("blue"), weight=2)
    once = service.search(replace(ALL, image=red))
    twice = service.search(replace(ALL, image=[red, red]))
    assert get_scores(twice) == pytest.approx(get_scores(once), abs=1e-6)
    forward, backward = (
        service.search(replace(ALL, image=images)) for images in ([red, blue], [blue, red])
    )
    assert forward.hits == backward.hits
    assert forward.hits != once.hits


def test_the_order_of_photos_does_not_change_the_vector(encoder: FakeEncoder) -> None:
    photos = [QueryImage(make_noise(n), weight=0.1 + n / 3) for n in range(4)]
    query_encoder = QueryEncoder(encoder)
    vectors = {
        query_encoder.encode_photos(query_encoder.prepare_photos(images)).tobytes()
        for images in permutations(photos)
    }
    assert len(vectors) == 1


def test_the_heavier_photo_counts_more(service: SearchService) -> None:
    for heavy, light in (("red", "green"), ("green", "red")):
        photos = [QueryImage(make_photo(heavy), weight=3), QueryImage(make_photo(light))]
        hits = service.search(replace(ALL, image=photos, limit=16)).hits
        colors = [hit.product.attributes["color"] for hit in hits]
        assert colors == [heavy] * 8 + [light] * 8


def test_pages_continue_whatever_the_order_of_photos(service: SearchService) -> None:
    photos = [make_photo("red"), make_photo("green")]
    first = service.search(replace(ALL, image=photos, limit=5))
    reordered = replace(ALL, image=photos[::-1], limit=100, cursor=first.next_cursor)
    assert len({*get_ids(first), *get_ids(service.search(reordered))}) == 24


def test_too_many_photos_are_rejected() -> None:
    with pytest.raises(InvalidQueryError, match="image: expected at most 10 photos, got 11"):
        Query(image=["a.png"] * 11)


def test_only_the_crop_of_a_photo_counts(service: SearchService) -> None:
    halves = Image.new("RGB", (80, 50), COLORS["red"][0])
    halves.paste(COLORS["blue"][0], (40, 0, 80, 50))
    cropped = service.search(replace(ALL, image=QueryImage(halves, (0.5, 0, 1, 1))))
    assert get_scores(cropped) == pytest.approx(
        get_scores(service.search(replace(ALL, image=make_photo("blue"))))
    )


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_image_weight_zero_or_one_equals_text_or_photo_alone(
    shop: ProductIndex, weight: float
) -> None:
    service = SearchService(shop, SearchSettings(attribute_match_boost=0, relative_score_cutoff=0))
    query = replace(ALL, text="blue dress", image=make_photo("red"))
    mixed = service.search(replace(query, image_weight=weight))
    alone = service.search(replace(query, text="") if weight else replace(query, image=None))
    assert get_scores(mixed) == pytest.approx(get_scores(alone), abs=1e-6)
    unused = ("lexical", "text", "text_image") if weight else ("image",)
    assert all(not hit.contributions.get(name) for hit in mixed.hits for name in unused)


def test_image_weight_moves_the_results_from_text_to_photo(service: SearchService) -> None:
    query = replace(ALL, text="blue", image=make_photo("red"), limit=8)
    reds = [
        [hit.product.attributes["color"] for hit in page.hits].count("red")
        for page in (service.search(replace(query, image_weight=n / 10)) for n in range(11))
    ]
    assert (reds[0], reds[-1]) == (0, 8)
    assert reds == sorted(reds)


@pytest.mark.parametrize("weight", [0.0, 0.3])
def test_image_weight_has_no_effect_without_text(service: SearchService, weight: float) -> None:
    query = replace(ALL, image=make_photo("red"))
    assert service.search(replace(query, image_weight=weight)).hits == service.search(query).hits


# Products with the same photo.


def make_noise(seed: int) -> Image.Image:
    rows = np.random.default_rng(seed).integers(0, 255, (8, 8, 3), dtype=np.uint8)
    return Image.fromarray(rows).resize((96, 96), Image.Resampling.BICUBIC)


def make_shop(encoder: FakeEncoder, folder: Path, photos: list[bytes]) -> SearchService:
    products = []
    for n, data in enumerate(photos):
        (folder / f"{n}.img").write_bytes(data)
        image = str(folder / f"{n}.img")
        products.append(Product(f"p{n}", f"mug number {n}", price=9.0 - n / 100, image=image))
    index = ProductIndex.open(":memory:", encoder)
    index.add(products)
    return SearchService(index, WHOLE)


def encode_jpeg(photo: Image.Image, quality: int = 90) -> bytes:
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


MUGS = Query("mug", limit=100)


def test_products_with_the_same_photo_recompressed_are_collapsed(
    encoder: FakeEncoder, tmp_path: Path
) -> None:
    same = [encode_jpeg(make_noise(1), quality) for quality in (95, 80, 60)]
    service = make_shop(
        encoder, tmp_path, [*same, encode_jpeg(make_noise(2)), encode_jpeg(make_noise(3))]
    )
    page = service.search(MUGS)
    uncollapsed = service.search(replace(MUGS, collapse=False))
    assert (len(page.hits), page.n_collapsed, len(uncollapsed.hits), uncollapsed.n_collapsed) == (
        3,
        2,
        5,
        0,
    )
    best = next(
        product_id for product_id in get_ids(uncollapsed) if product_id in {"p0", "p1", "p2"}
    )
    assert {hit.product.id: hit.n_variants for hit in page.hits} == {best: 3, "p3": 1, "p4": 1}
    cheapest = service.search(replace(MUGS, sort="price_asc"))
    assert get_ids(cheapest) == ["p4", "p3", "p2"]
    assert collect_ids(service, replace(MUGS, limit=1)) == get_all_ids(service, MUGS)


def test_blank_photos_are_not_collapsed(encoder: FakeEncoder, tmp_path: Path) -> None:
    service = make_shop(encoder, tmp_path, [encode_jpeg(Image.new("RGB", (50, 50), "white"))] * 4)
    assert (len(service.search(MUGS).hits), service.search(MUGS).n_collapsed) == (4, 0)


@pytest.mark.parametrize("surplus", [-1, 0])
def test_a_photo_of_many_products_counts_as_a_placeholder(
    encoder: FakeEncoder, tmp_path: Path, surplus: int
) -> None:
    n_products = PLACEHOLDER_MIN_COUNT + surplus
    service = make_shop(
        encoder, tmp_path, [encode_jpeg(make_noise(1))] * n_products + [encode_jpeg(make_noise(2))]
    )
    assert len(service.search(MUGS).hits) == (2 if surplus else n_products + 1)


def test_a_photo_near_a_placeholder_is_not_collapsed_with_it() -> None:
    grey = np.random.default_rng(1).integers(50, 200, HASH_SIZE)

    def make_hash(level: int) -> str:
        return base64.b64encode((grey + level).astype(np.uint8).tobytes()).decode()

    placeholders = {f"b{n}": make_hash(-1) for n in range(PLACEHOLDER_MIN_COUNT - 1)}
    assert find_same_photos({"a": make_hash(0), "x": make_hash(1)}) == {"a": ["x"], "x": ["a"]}
    assert find_same_photos({"a": make_hash(0), **placeholders, "x": make_hash(1)}) == {}


def test_query_photos_have_smaller_limits(tmp_path: Path) -> None:
    limits = PhotoLimits(query_max_pixels=2000)
    encoder = FakeEncoder(reader=PhotoReader(limits))
    path = tmp_path / "large.png"
    make_photo("red", 50).save(path)  # 2,500 pixels
    product = Product("1", "Mug", image=str(path))
    with ProductIndex.open(":memory:", encoder) as index:
        assert index.add([product]).n_encoded_photos == 1
        with SearchService(index) as service:
            for image in (path, path.read_bytes(), make_photo("red", 50)):
                with pytest.raises(PhotoTooLargeError, match="50 x 50 pixels, at most 2,000"):
                    service.search(Query(image=image))
            with pytest.raises(PhotoTooLargeError, match="at most 2,000"):
                service.similar(replace(product, id="2"))
            assert service.search(Query(image=make_photo("red", 40))).hits
            assert next(match_photos(service, [path])).hits  # the merchant's own photos
