"""Batch matching: the same matches as one by one, lazily, with an entry for every photo."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from embed import FakeEncoder
from index import ProductIndex
from search import SearchService
from search.batch_matching import BATCH_SIZE, match_photos
from search.match_confidence import (
    CONFIDENCE_BOUNDS,
    clamp_similarity,
    is_calibrated,
    label_confidence,
)
from shopwindow.values import Filters, Product, Query
from shopwindow.values.errors import InvalidQueryError
from shopwindow.values.query import ImageSource
from shopwindow.values.response import Hit

BLUE = (30, 30, 200)


@pytest.fixture
def photos(products: list[Product]) -> list[str]:
    return [product.image for product in products]


def _get_ids(hits: tuple[Hit, ...]) -> list[str]:
    return [hit.product.id for hit in hits]


def test_each_photo_matches_its_product_and_what_search_finds(
    service: SearchService, photos: list[str]
) -> None:
    matches = list(match_photos(service, photos, limit=24))
    assert [match.photo for match in matches] == photos
    for number, match in enumerate(matches):
        assert len(match.hits) == 24
        assert match.hits[0].score == pytest.approx(1.0)
        assert f"sku-{number}" in [h.product.id for h in match.hits if h.score > 0.999]
        scores = [hit.score for hit in match.hits]
        assert scores == sorted(scores, reverse=True)
        assert all(dict(hit.contributions) == {"image": hit.score} for hit in match.hits)
        alone = service.search(Query(image=photos[number], limit=24, facets=()))
        assert set(_get_ids(alone.hits)) == set(_get_ids(match.hits))


def test_a_batch_gives_the_same_matches_as_one_by_one(
    service: SearchService, photos: list[str]
) -> None:
    batch = photos * 4
    assert len(batch) > 2 * BATCH_SIZE
    batched = list(match_photos(service, batch, limit=3))
    alone = [next(match_photos(service, [photo], limit=3)) for photo in photos] * 4
    assert [_get_ids(match.hits) for match in batched] == [_get_ids(match.hits) for match in alone]


def test_bad_photos_keep_their_place_in_the_order(
    service: SearchService, photos: list[str], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"nothing")
    missing = str(tmp_path / "gone.png")
    sources: list[ImageSource] = [photos[0], broken, missing, b"", photos[1]]
    matches = list(match_photos(service, sources, limit=1))
    assert [bool(match.hits) for match in matches] == [True, False, False, False, True]
    assert matches[1].problem.startswith("not a photo of a known format")
    assert [match.problem for match in matches[2:]] == ["no such file", "empty, 0 bytes", ""]
    only_bad = list(match_photos(service, [broken] * 3))
    assert [match.hits for match in only_bad] == [(), (), ()]


def test_no_photos_or_an_empty_index_match_nothing(
    encoder: FakeEncoder, service: SearchService
) -> None:
    assert list(match_photos(service, [])) == []
    empty = SearchService(ProductIndex.open(":memory:", encoder))
    (match,) = match_photos(empty, [Image.new("RGB", (9, 9), BLUE)])
    assert (match.hits, match.problem) == ((), "")


def test_every_match_passes_the_filters(service: SearchService, photos: list[str]) -> None:
    filters = Filters(brand="brand 1", in_stock=True)
    for match in match_photos(service, photos, 24, filters):
        assert match.hits
        assert {hit.product.brand for hit in match.hits} == {"Brand 1"}
        assert all(hit.product.in_stock for hit in match.hits)


@pytest.mark.parametrize("limit", [0, 501])
def test_a_limit_out_of_range_is_rejected_before_any_photo_is_read(
    service: SearchService, limit: int
) -> None:
    with pytest.raises(InvalidQueryError, match="limit: expected 1 to 500"):
        match_photos(service, [], limit)


def test_photos_are_consumed_lazily(service: SearchService, photos: list[str]) -> None:
    consumed: list[str] = []

    def endless() -> Iterator[str]:
        while True:
            consumed.append(photos[len(consumed) % len(photos)])
            yield consumed[-1]

    matches = match_photos(service, endless())
    assert consumed == []
    assert next(matches).hits
    assert len(consumed) <= 4 * BATCH_SIZE
    matches.close()  # type: ignore[attr-defined]


def test_variants_are_collapsed(encoder: FakeEncoder, products: list[Product]) -> None:
    sizes = [
        replace(product, id=f"{product.id}-{size}", group_id=f"g{n}")
        for n, product in enumerate(products[:4])
        for size in "SML"
    ]
    with ProductIndex.open(":memory:", encoder) as index:
        index.add(sizes)
        (match,) = match_photos(SearchService(index), [products[0].image], limit=4)
    groups = [hit.product.group_id for hit in match.hits]
    assert sorted(groups) == ["g0", "g1", "g2", "g3"]
    assert [hit.n_variants for hit in match.hits] == [3, 3, 3, 3]


def test_pixels_are_kept_on_request(service: SearchService, photos: list[str]) -> None:
    (without,) = match_photos(service, photos[:1])
    (match,) = match_photos(service, photos[:1], keep_pixels=True)
    assert without.pixels is None
    assert match.pixels is not None
    assert np.array_equal(match.pixels, service.index.encoder.prepare_image(photos[0]))


def test_decoding_and_encoding_overlap(
    service: SearchService, photos: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    spans: dict[str, list[tuple[float, float]]] = {"prepare_image": [], "encode_prepared": []}

    def timed(name: str) -> Callable[[object], object]:
        real = getattr(service.index.encoder, name)

        def call(argument: object) -> object:
            started = time.perf_counter()
            time.sleep(0.002 if name == "prepare_image" else 0.05)
            result = real(argument)
            spans[name].append((started, time.perf_counter()))
            return result

        return call

    for name in spans:
        monkeypatch.setattr(service.index.encoder, name, timed(name))
    n_photos = len(list(match_photos(service, photos * 5)))
    assert n_photos == len(spans["prepare_image"])
    assert len(spans["encode_prepared"]) == -(-n_photos // BATCH_SIZE)
    first_encoding = spans["encode_prepared"][0]
    assert any(
        first_encoding[0] < started < first_encoding[1] for started, _ in spans["prepare_image"]
    )


def test_confidence_labels_follow_the_similarity() -> None:
    assert [label_confidence(bound) for bound, _ in CONFIDENCE_BOUNDS] == [
        "same photo",
        "high",
        "medium",
    ]
    assert label_confidence(CONFIDENCE_BOUNDS[-1][0] - 0.001) == "low"
    assert [bound for bound, _ in CONFIDENCE_BOUNDS] == sorted(
        (bound for bound, _ in CONFIDENCE_BOUNDS), reverse=True
    )
    assert [clamp_similarity(cosine) for cosine in (-0.2, 0.0, 0.5, 1.0000002)] == [
        0.0,
        0.0,
        0.5,
        1.0,
    ]


def test_labels_are_calibrated_for_compact_and_encoders_tuned_from_it() -> None:
    names = ("compact", "compact+adapted", "fake", "open_clip:ViT-B-32/laion2b_s34b_b79k")
    assert [is_calibrated(name) for name in names] == [True, True, False, False]
