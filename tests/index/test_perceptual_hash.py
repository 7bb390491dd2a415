"""Perceptual hashes: the same photo is recognised however it was saved, another one is not."""

import base64
import dataclasses
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from embed import FakeEncoder
from index import ProductIndex
from index.payload import PERCEPTUAL_HASH
from index.perceptual_hash import (
    HASH_SIZE,
    PerceptualHashes,
    compute_perceptual_hash,
    decode_hashes,
    find_same_photo_pairs,
    is_blank,
    is_same_photo,
)
from shopwindow.values import PreparedImage, Product
from shopwindow.values.errors import InvalidValueError


def make_image(seed: int, size: int = 224) -> PreparedImage:
    """Make an image of large soft shapes, like a photo."""
    coarse = np.random.default_rng(seed).integers(60, 200, (5, 5, 3), dtype=np.uint8)
    return np.array(Image.fromarray(coarse).resize((size, size), Image.Resampling.BICUBIC))


def save_as_jpeg(pixels: PreparedImage, quality: int) -> PreparedImage:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality)
    return np.array(Image.open(stream))


def test_each_pixel_is_the_mean_of_its_box() -> None:
    pixels = make_image(1, size=16)
    expected = np.rint(pixels.reshape(8, 2, 8, 2, 3).mean(axis=(1, 3)))
    decoded = decode_hashes([compute_perceptual_hash(pixels)]).reshape(8, 8, 3)
    assert np.abs(decoded - expected).max() <= 1  # ties may be rounded to either side
    assert (decoded == expected).mean() > 0.9


@pytest.mark.parametrize("size", [4, 8, 13, 100, 224])
def test_a_size_need_not_be_a_multiple_of_eight(size: int) -> None:
    left_to_right = np.linspace(0, 255, size)[None, :, None] * np.ones((size, 1, 3))
    decoded = (
        decode_hashes([compute_perceptual_hash(left_to_right.astype(np.uint8))])
        .reshape(8, 8, 3)
        .astype(int)
    )
    assert (np.diff(decoded, axis=1) >= 0).all()
    assert abs(decoded.mean() - 127.5) < 2
    assert (decoded == decoded[0]).all()


def test_a_hash_is_base64_of_192_bytes() -> None:
    assert len(base64.b64decode(compute_perceptual_hash(make_image(1)))) == HASH_SIZE == 192


def test_saved_copies_match_and_other_photos_do_not() -> None:
    images = [make_image(seed) for seed in range(4)]
    copies = [save_as_jpeg(image, quality=40) for image in images]
    hashes = decode_hashes([compute_perceptual_hash(image) for image in (*images, *copies)])
    assert sorted(find_same_photo_pairs(hashes).tolist()) == [[n, n + 4] for n in range(4)]


@pytest.mark.parametrize(("difference", "is_same"), [(1, True), (2, False)])
def test_the_distance_limit_lies_between_one_level_and_two(difference: int, is_same: bool) -> None:
    left = decode_hashes([compute_perceptual_hash(make_image(3))]).clip(10, 240)
    right: NDArray[np.uint8] = (left + difference).astype(np.uint8)
    assert is_same_photo(left, right).tolist() == [is_same]


def test_a_blank_photo_equals_no_photo() -> None:
    blank = np.full((16, 16, 3), (200, 30, 30), dtype=np.uint8)
    hashes = decode_hashes(
        [
            compute_perceptual_hash(blank),
            compute_perceptual_hash(blank),
            compute_perceptual_hash(make_image(1)),
        ]
    )
    assert is_blank(hashes).tolist() == [True, True, False]
    assert is_same_photo(hashes, hashes).tolist() == [False, False, True]


@given(st.integers(0, 2**32 - 1), st.integers(0, 3))
def test_the_pairs_equal_those_of_comparing_all_photos(seed: int, spread: int) -> None:
    rng = np.random.default_rng(seed)
    originals = rng.integers(0, 256, (6, HASH_SIZE))
    noise = rng.integers(-spread, spread + 1, (24, HASH_SIZE))
    noisy = originals[rng.integers(0, 6, 24)] + noise
    hashes: PerceptualHashes = np.asarray(noisy.clip(0, 255), dtype=np.uint8)
    expected = [
        [first, second]
        for first in range(24)
        for second in range(first + 1, 24)
        if is_same_photo(hashes[first : first + 1], hashes[second : second + 1])[0]
    ]
    assert sorted(find_same_photo_pairs(hashes).tolist()) == expected


def test_no_hashes_are_no_rows() -> None:
    assert decode_hashes([]).shape == (0, HASH_SIZE)
    assert find_same_photo_pairs(decode_hashes([])).shape == (0, 2)


@pytest.mark.parametrize("text", ["", "AAAA", "not base64!"])
def test_text_that_is_not_a_hash_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError, match="perceptual_hash: expected base64 of 192 bytes"):
        decode_hashes([text])


def get_stored_hash(index: ProductIndex, product_id: str) -> object:
    entry = index.get_entries([product_id], (PERCEPTUAL_HASH,))[product_id]
    return entry.payload.get(PERCEPTUAL_HASH)


def test_the_index_keeps_the_hash_as_long_as_the_photo(
    encoder: FakeEncoder, tmp_path: Path
) -> None:
    path = tmp_path / "photo.png"
    Image.fromarray(make_image(1)).save(path)
    product = Product(id="sku-1", title="Red dress", image=str(path))
    index = ProductIndex.open(":memory:", encoder)
    index.add([product])
    first_hash = compute_perceptual_hash(encoder.prepare_image(path))
    assert get_stored_hash(index, "sku-1") == first_hash
    index.add([dataclasses.replace(product, price=3.0)])
    assert get_stored_hash(index, "sku-1") == first_hash
    Image.fromarray(make_image(2)).save(path)
    index.add([product])
    second_hash = get_stored_hash(index, "sku-1")
    assert second_hash == compute_perceptual_hash(encoder.prepare_image(path)) != first_hash
    path.write_bytes(b"no photo any more")
    index.add([product])
    assert get_stored_hash(index, "sku-1") is None
    index.add([dataclasses.replace(product, image="")])
    assert get_stored_hash(index, "sku-1") is None
