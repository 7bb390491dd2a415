"""A JPEG that lacks its end is read while enough of it is there; other formats are refused."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from embed import PhotoReader
from embed.photos.jpeg_files import complete_jpeg
from shopwindow.values.errors import PhotoUnreadableError


def encode_jpeg(image: Image.Image, **options: Any) -> bytes:
    """Return the bytes of a JPEG without an embedded thumbnail."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90, **options)
    return buffer.getvalue()


def find_rows(data: bytes, share: float) -> int:
    """Return how many bytes hold this share of the pixels' data."""
    start = data.index(b"\xff\xda")
    return start + round(share * (len(data) - start))


@pytest.fixture(scope="session")
def noise() -> Image.Image:
    """An image whose rows all take the same number of bytes."""
    rng = np.random.default_rng(2)
    pixels = rng.integers(0, 256, size=(40, 60, 3), dtype=np.uint8)
    return Image.fromarray(pixels).resize((240, 160))


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("n_missing", [1, 2, 20])
def test_a_jpeg_without_its_last_bytes_is_read(
    reader: PhotoReader, noise: Image.Image, n_missing: int, progressive: bool, mode: str
) -> None:
    data = encode_jpeg(noise.convert(mode), progressive=progressive)
    whole = np.asarray(reader.read_image(data), dtype=int)
    cut = np.asarray(reader.read_image(data[:-n_missing]), dtype=int)
    assert np.abs(cut - whole).mean() < 1
    assert np.abs(cut - whole)[:140].max() <= (40 if progressive else 0)


@pytest.mark.parametrize("share", [0.75, 0.9])
def test_rows_that_are_missing_are_grey(
    reader: PhotoReader, noise: Image.Image, share: float
) -> None:
    data = encode_jpeg(noise)
    rows = np.asarray(reader.read_image(data[: find_rows(data, share)]), dtype=int)
    is_grey = (np.abs(rows - 128) <= 2).all(axis=(1, 2))
    assert is_grey.sum() == pytest.approx((1 - share) * 160, abs=16)
    assert is_grey[-10:].all()


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("share", [0.01, 0.3, 0.6])
def test_a_jpeg_that_is_mostly_missing_is_refused(
    reader: PhotoReader, noise: Image.Image, share: float, mode: str
) -> None:
    data = encode_jpeg(noise.convert(mode))
    for read in (reader.read_image, lambda source: reader.read_letterboxed(source, 32)):
        with pytest.raises(PhotoUnreadableError, match=r"truncated: more than 30% of its rows"):
            read(data[: find_rows(data, share)])


def test_a_progressive_jpeg_is_only_less_sharp(reader: PhotoReader, scene: Image.Image) -> None:
    data = encode_jpeg(scene.resize((300, 200)), progressive=True)
    whole = reader.read_letterboxed(data, 64).astype(int)
    for share in (0.95, 0.8, 0.7, 0.6, 0.5):  # some of them end inside of a header of a scan
        cut = reader.read_letterboxed(data[: round(share * len(data))], 64).astype(int)
        assert np.abs(cut - whole).mean() < 4


def test_every_length_is_read_or_refused(reader: PhotoReader, noise: Image.Image) -> None:
    data = encode_jpeg(noise.resize((24, 16)), progressive=True)
    n_read = 0
    for n_bytes in range(3, len(data), 7):
        try:
            assert reader.read_letterboxed(data[:n_bytes], 8).shape == (8, 8, 3)
            n_read += 1
        except PhotoUnreadableError:
            assert n_bytes < 0.7 * len(data)
    assert n_read > 20


def test_zeros_of_an_unfinished_download_count_as_missing(
    reader: PhotoReader, noise: Image.Image
) -> None:
    data = encode_jpeg(noise)
    padded = data[: find_rows(data, 0.9)] + bytes(50_000)
    assert reader.read_image(padded).size == (240, 160)
    with pytest.raises(PhotoUnreadableError, match="truncated"):
        reader.read_image(data[: find_rows(data, 0.2)] + bytes(50_000))


def test_a_grey_photo_is_no_truncated_one(reader: PhotoReader) -> None:
    data = encode_jpeg(Image.new("RGB", (64, 64), (128, 128, 128)))
    assert reader.read_image(data).size == (64, 64)
    assert complete_jpeg(data) == (data, False)
    assert complete_jpeg(data + bytes(9)) == (data + bytes(9), False)
