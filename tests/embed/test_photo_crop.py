"""A part of a photo counts as if it had been cut out and saved."""

import io
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageOps

from embed import PhotoReader
from embed.photos.decoding import DecodeRequest, decode_image
from embed.photos.letterboxing import letterbox_to_array
from shopwindow.values.errors import InvalidQueryError
from shopwindow.values.query import Crop, QueryImage

CROPS: list[Crop] = [(0, 0, 1, 1), (0.25, 0.5, 0.75, 1), (0, 0, 0.1, 1), (0.1, 0.9, 1, 1)]


def packed(picture: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def cut_out(picture: Image.Image, crop: Crop) -> Image.Image:
    left, top, right, bottom = crop
    across, down = picture.size
    return picture.crop(
        (int(left * across), int(top * down), int(right * across), int(bottom * down))
    )


def difference(left: Any, right: Any) -> float:
    return float(np.abs(np.asarray(left, dtype=float) - np.asarray(right, dtype=float)).mean())


@pytest.mark.parametrize("crop", CROPS)
@pytest.mark.parametrize("form", ["PNG", "BMP"])
def test_a_part_equals_the_cut_out_picture(
    reader: PhotoReader, scene: Image.Image, crop: Crop, form: str
) -> None:
    picture = scene.resize((240, 160))
    expected = letterbox_to_array(cut_out(picture, crop), 32)
    assert np.array_equal(reader.read_letterboxed(packed(picture, form), 32, crop), expected)
    assert np.array_equal(reader.read_letterboxed(picture, 32, crop), expected)


@pytest.mark.parametrize("crop", CROPS)
@pytest.mark.parametrize("size", [(1600, 200), (200, 1600)])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_part_of_a_large_jpeg_is_as_sharp_as_the_cut_out_picture(
    reader: PhotoReader, crop: Crop, size: tuple[int, int], orientation: int
) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    data = packed(stripes(size), "JPEG", quality=95, subsampling=0, exif=exif)
    with Image.open(io.BytesIO(data)) as stored:
        upright = ImageOps.exif_transpose(stored).convert("RGB")
    found = reader.read_letterboxed(data, 48, crop)
    expected = letterbox_to_array(cut_out(upright, crop), 48)
    assert difference(found, expected) <= 4


def stripes(size: tuple[int, int]) -> Image.Image:
    """Smooth waves in both directions: nothing is lost but where too few pixels are decoded."""
    across, down = (np.arange(side) / 6 for side in size)
    waves = np.sin(across)[None, :] + np.cos(down)[:, None]  # (height, width)
    grey = np.round(127 + 60 * waves).astype(np.uint8)
    return Image.merge("RGB", [Image.fromarray(grey)] * 3)


def test_a_large_jpeg_is_still_decoded_small_for_a_large_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decoded: list[tuple[int, int]] = []
    real = Image.Image.crop

    def noting(self: Image.Image, box: Any) -> Image.Image:
        decoded.append(self.size)
        return real(self, box)

    monkeypatch.setattr(Image.Image, "crop", noting)
    data = packed(stripes((1600, 400)), "JPEG")
    decode_image(data, DecodeRequest("letterbox", 10**6, 32, (0, 0, 0.5, 1)))
    assert decoded == [(200, 50)]  # an eighth: half of it keeps more than twice 32 pixels


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
@pytest.mark.parametrize(
    "crop",
    [
        (0.5, 0.5, 0.500001, 0.500001),
        (math.nextafter(1, 0), math.nextafter(1, 0), 1, 1),
        (0, 0, 5e-324, 5e-324),
        (0, 0, 5e-324, 1),
    ],
)
def test_a_tiny_part_has_a_pixel(reader: PhotoReader, form: str, crop: Crop) -> None:
    red = Image.new("RGB", (64, 48), (200, 0, 0))
    pixels = reader.read_letterboxed(packed(red, form), 8, crop)
    assert pixels.shape == (8, 8, 3)
    assert min(difference(each, (200, 0, 0)) for each in pixels.reshape(-1, 3)) <= 2


SHARES = st.floats(0, 1)


@given(st.tuples(SHARES, SHARES, SHARES, SHARES))
@settings(max_examples=60, deadline=None)
def test_any_part_is_refused_or_prepared(crop: Crop) -> None:
    left, top, right, bottom = crop
    picture = Image.new("RGB", (30, 20), (9, 9, 9))
    if left < right and top < bottom:
        part = QueryImage(picture, crop)
        assert PhotoReader().read_letterboxed(part.source, 8, part.crop).shape == (8, 8, 3)
    else:
        with pytest.raises(InvalidQueryError, match="crop: expected left, top, right, bottom"):
            QueryImage(picture, crop)


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
def test_a_crop_without_sense_is_refused(crop: Any) -> None:
    with pytest.raises(InvalidQueryError, match="crop: expected left, top, right, bottom"):
        QueryImage("a.png", crop)


@pytest.mark.parametrize("weight", [0, -1, math.nan, math.inf])
def test_a_weight_is_above_zero(weight: float) -> None:
    with pytest.raises(InvalidQueryError, match="weight: expected a number above 0"):
        QueryImage("a.png", weight=weight)
