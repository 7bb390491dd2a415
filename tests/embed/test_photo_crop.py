"""A crop of a photo gives the same pixels as if it had been cropped and saved before."""

import io
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageOps

from embed import PhotoReader
from embed.photos.decode_values import DecodeRequest
from embed.photos.decoding import decode_image
from embed.photos.letterboxing import letterbox_to_array
from shopwindow.values.errors import InvalidQueryError
from shopwindow.values.query import Crop, QueryImage

CROPS: list[Crop] = [(0, 0, 1, 1), (0.25, 0.5, 0.75, 1), (0, 0, 0.1, 1), (0.1, 0.9, 1, 1)]


def encode_image(image: Image.Image, file_format: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def crop_image(image: Image.Image, crop: Crop) -> Image.Image:
    left, top, right, bottom = crop
    width, height = image.size
    return image.crop(
        (int(left * width), int(top * height), int(right * width), int(bottom * height))
    )


def mean_difference(left: Any, right: Any) -> float:
    return float(np.abs(np.asarray(left, dtype=float) - np.asarray(right, dtype=float)).mean())


@pytest.mark.parametrize("crop", CROPS)
@pytest.mark.parametrize("file_format", ["PNG", "BMP"])
def test_crop_equals_the_cropped_image(
    reader: PhotoReader, scene: Image.Image, crop: Crop, file_format: str
) -> None:
    image = scene.resize((240, 160))
    expected = letterbox_to_array(crop_image(image, crop), 32)
    assert np.array_equal(
        reader.read_letterboxed(encode_image(image, file_format), 32, crop), expected
    )
    assert np.array_equal(reader.read_letterboxed(image, 32, crop), expected)


@pytest.mark.parametrize("crop", CROPS)
@pytest.mark.parametrize("size", [(1600, 200), (200, 1600)])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_crop_of_a_large_jpeg_is_as_sharp_as_the_cropped_image(
    reader: PhotoReader, crop: Crop, size: tuple[int, int], orientation: int
) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    data = encode_image(make_waves(size), "JPEG", quality=95, subsampling=0, exif=exif)
    with Image.open(io.BytesIO(data)) as stored:
        upright = ImageOps.exif_transpose(stored).convert("RGB")
    pixels = reader.read_letterboxed(data, 48, crop)
    expected = letterbox_to_array(crop_image(upright, crop), 48)
    assert mean_difference(pixels, expected) <= 4


def make_waves(size: tuple[int, int]) -> Image.Image:
    """Return smooth waves in both directions, which blur only where too few pixels are decoded."""
    x, y = (np.arange(side) / 6 for side in size)
    waves = np.sin(x)[None, :] + np.cos(y)[:, None]  # (height, width)
    grey = np.round(127 + 60 * waves).astype(np.uint8)
    return Image.merge("RGB", [Image.fromarray(grey)] * 3)


def test_large_jpeg_is_decoded_at_reduced_size_for_a_large_crop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decoded_sizes: list[tuple[int, int]] = []
    crop = Image.Image.crop

    def record_size(self: Image.Image, box: Any) -> Image.Image:
        decoded_sizes.append(self.size)
        return crop(self, box)

    monkeypatch.setattr(Image.Image, "crop", record_size)
    data = encode_image(make_waves((1600, 400)), "JPEG")
    decode_image(data, DecodeRequest("letterbox", 10**6, 32, (0, 0, 0.5, 1)))
    assert decoded_sizes == [(200, 50)]  # an eighth: half of its width is more than twice 32


@pytest.mark.parametrize("file_format", ["PNG", "JPEG"])
@pytest.mark.parametrize(
    "crop",
    [
        (0.5, 0.5, 0.500001, 0.500001),
        (math.nextafter(1, 0), math.nextafter(1, 0), 1, 1),
        (0, 0, 5e-324, 5e-324),
        (0, 0, 5e-324, 1),
    ],
)
def test_tiny_crop_has_a_pixel(reader: PhotoReader, file_format: str, crop: Crop) -> None:
    red = Image.new("RGB", (64, 48), (200, 0, 0))
    pixels = reader.read_letterboxed(encode_image(red, file_format), 8, crop)
    assert pixels.shape == (8, 8, 3)
    assert min(mean_difference(pixel, (200, 0, 0)) for pixel in pixels.reshape(-1, 3)) <= 2


FRACTIONS = st.floats(0, 1)


@given(st.tuples(FRACTIONS, FRACTIONS, FRACTIONS, FRACTIONS))
@settings(max_examples=60, deadline=None)
def test_any_crop_is_rejected_or_decoded(crop: Crop) -> None:
    left, top, right, bottom = crop
    image = Image.new("RGB", (30, 20), (9, 9, 9))
    if left < right and top < bottom:
        query_image = QueryImage(image, crop)
        assert PhotoReader().read_letterboxed(query_image.source, 8, query_image.crop).shape == (
            8,
            8,
            3,
        )
    else:
        with pytest.raises(InvalidQueryError, match="crop: expected left, top, right, bottom"):
            QueryImage(image, crop)


@pytest.mark.parametrize(
    "crop",
    [
        (0, 0, 0, 1),
        (0, 0.5, 1, 0.5),
        (0.6, 0, 0.5, 1),
        (-0.1, 0, 1, 1),
        (0, 0, 1, 1.01),
        (0, 0, math.nan, 1),
        (0, 0, math.inf, 1),
        (0, 0, 1),
        (0, 0, 1, 1, 1),
    ],
)
def test_invalid_crops_are_rejected(crop: Any) -> None:
    with pytest.raises(InvalidQueryError, match="crop: expected left, top, right, bottom"):
        QueryImage("a.png", crop)


@pytest.mark.parametrize("weight", [0, -1, math.nan, math.inf])
def test_weight_must_be_above_zero(weight: float) -> None:
    with pytest.raises(InvalidQueryError, match="weight: expected a number above 0"):
        QueryImage("a.png", weight=weight)
