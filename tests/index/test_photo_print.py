"""Prints of photos: the same photo is recognised however it was saved, another one is not."""

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
from index.payload import PERCEPTUAL_HASH, to_point_id
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


def picture(seed: int, size: int = 224) -> PreparedImage:
    """Return a picture of large soft shapes, like a photo."""
    coarse = np.random.default_rng(seed).integers(60, 200, (5, 5, 3), dtype=np.uint8)
    return np.array(Image.fromarray(coarse).resize((size, size), Image.Resampling.BICUBIC))


def saved_as_jpeg(pixels: PreparedImage, quality: int) -> PreparedImage:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality)
    return np.array(Image.open(stream))


def test_each_pixel_is_the_mean_of_its_box() -> None:
    pixels = picture(1, size=16)
    expected = np.rint(pixels.reshape(8, 2, 8, 2, 3).mean(axis=(1, 3)))
    found = decode_hashes([compute_perceptual_hash(pixels)]).reshape(8, 8, 3)
    assert np.abs(found - expected).max() <= 1  # ties may be rounded to either side
    assert (found == expected).mean() > 0.9


@pytest.mark.parametrize("size", [4, 8, 13, 100, 224])
def test_a_size_need_not_be_a_multiple_of_eight(size: int) -> None:
    left_to_right = np.linspace(0, 255, size)[None, :, None] * np.ones((size, 1, 3))
    found = (
        decode_hashes([compute_perceptual_hash(left_to_right.astype(np.uint8))])
        .reshape(8, 8, 3)
        .astype(int)
    )
    assert (np.diff(found, axis=1) >= 0).all()
    assert abs(found.mean() - 127.5) < 2
    assert (found == found[0]).all()


def test_a_print_is_192_bytes_as_text() -> None:
    assert len(base64.b64decode(compute_perceptual_hash(picture(1)))) == HASH_SIZE == 192


def test_saving_changes_nothing_and_another_photo_is_another() -> None:
    pictures = [picture(seed) for seed in range(4)]
    again = [saved_as_jpeg(each, quality=40) for each in pictures]
    rows = decode_hashes([compute_perceptual_hash(each) for each in (*pictures, *again)])
    assert sorted(find_same_photo_pairs(rows).tolist()) == [[n, n + 4] for n in range(4)]


@pytest.mark.parametrize(("difference", "same"), [(1, True), (2, False)])
def test_the_limit_lies_between_one_level_and_two(difference: int, same: bool) -> None:
    one = decode_hashes([compute_perceptual_hash(picture(3))]).clip(10, 240)
    other: NDArray[np.uint8] = (one + difference).astype(np.uint8)
    assert is_same_photo(one, other).tolist() == [same]


def test_an_empty_picture_is_like_no_other() -> None:
    red = np.full((16, 16, 3), (200, 30, 30), dtype=np.uint8)
    rows = decode_hashes(
        [
            compute_perceptual_hash(red),
            compute_perceptual_hash(red),
            compute_perceptual_hash(picture(1)),
        ]
    )
    assert is_blank(rows).tolist() == [True, True, False]
    assert is_same_photo(rows, rows).tolist() == [False, False, True]


@given(st.integers(0, 2**32 - 1), st.integers(0, 3))
def test_the_pairs_are_those_that_comparing_all_finds(seed: int, spread: int) -> None:
    rng = np.random.default_rng(seed)
    some = rng.integers(0, 256, (6, HASH_SIZE))
    moved = some[rng.integers(0, 6, 24)] + rng.integers(-spread, spread + 1, (24, HASH_SIZE))
    rows: PerceptualHashes = np.asarray(moved.clip(0, 255), dtype=np.uint8)
    every = [
        [one, other]
        for one in range(24)
        for other in range(one + 1, 24)
        if is_same_photo(rows[one : one + 1], rows[other : other + 1])[0]
    ]
    assert sorted(find_same_photo_pairs(rows).tolist()) == every


def test_no_prints_are_no_rows() -> None:
    assert decode_hashes([]).shape == (0, HASH_SIZE)
    assert find_same_photo_pairs(decode_hashes([])).shape == (0, 2)


@pytest.mark.parametrize("text", ["", "AAAA", "not base64!"])
def test_what_is_no_print_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError, match="photo_print: expected base64 of 192 bytes"):
        decode_hashes([text])


def stored_print(index: ProductIndex, product_id: str) -> object:
    each = to_point_id(product_id)
    return index.get_points([each], (PERCEPTUAL_HASH,))[each].payload.get(PERCEPTUAL_HASH)


def test_the_index_keeps_the_print_as_long_as_the_photo(
    encoder: FakeEncoder, tmp_path: Path
) -> None:
    path = tmp_path / "photo.png"
    Image.fromarray(picture(1)).save(path)
    product = Product(id="sku-1", title="Red dress", image=str(path))
    index = ProductIndex.open(":memory:", encoder)
    index.add([product])
    first = compute_perceptual_hash(encoder.prepare_image(path))
    assert stored_print(index, "sku-1") == first
    index.add([dataclasses.replace(product, price=3.0)])
    assert stored_print(index, "sku-1") == first
    Image.fromarray(picture(2)).save(path)
    index.add([product])
    second = stored_print(index, "sku-1")
    assert second == compute_perceptual_hash(encoder.prepare_image(path)) != first
    path.write_bytes(b"no photo any more")
    index.add([product])
    assert stored_print(index, "sku-1") is None
    index.add([dataclasses.replace(product, image="")])
    assert stored_print(index, "sku-1") is None
