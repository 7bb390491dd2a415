"""Every photo that cannot be used is rejected with its name, before it costs anything."""

import io
import os
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from embed import PhotoReader
from shopwindow.values.errors import PhotoFetchError, PhotoTooLargeError, PhotoUnreadableError
from shopwindow.values.setting_groups import PhotoLimits


def encode_image(image: Image.Image, file_format: str = "PNG", **options: Any) -> bytes:
    """Return the bytes of a file with this image."""
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "<bytes>: empty"),
        (b"hello, this is a text", "not a photo of a known format"),
        (b"<!DOCTYPE html><html>404</html>", "a web page"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\0\0\0\x18ftypheic" + bytes(20), "HEI[CF]"),
        (b"%PDF-1.7", "PDF"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "PDF or PostScript"),
        (b"\x89PNG\r\n\x1a\n", "photo <bytes>: "),
        (b"\xff\xd8\xff\xe0", "photo <bytes>: "),
        (b"GIF89a", "photo <bytes>: "),
        (b"RIFF\x04\0\0\0WEBP", "photo <bytes>: "),
    ],
)
def test_non_photos_are_rejected(reader: PhotoReader, data: bytes, reason: str) -> None:
    with pytest.raises(PhotoUnreadableError, match=reason):
        reader.read_image(data)


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF"])
def test_truncated_photos_are_rejected(
    reader: PhotoReader, scene: Image.Image, file_format: str, tmp_path: Path
) -> None:
    data = encode_image(scene.resize((300, 200)), file_format)
    path = tmp_path / "half"
    path.write_bytes(data[: len(data) // 2])
    for read in (reader.read_image, lambda source: reader.read_letterboxed(source, 8)):
        with pytest.raises(PhotoUnreadableError, match=r"half: (truncated|broken|not a photo)"):
            read(path)


def test_corrupt_bytes_raise_only_photo_errors(reader: PhotoReader, scene: Image.Image) -> None:
    rng = np.random.default_rng(1)
    for file_format in ("JPEG", "PNG", "GIF", "WEBP", "TIFF"):
        original = bytearray(encode_image(scene.resize((40, 30)), file_format))
        for _ in range(60):
            data = bytearray(original)
            for position in rng.integers(0, len(data), size=6):
                data[position] = rng.integers(0, 256)
            with suppress(PhotoUnreadableError, PhotoTooLargeError):
                assert reader.read_letterboxed(bytes(data), 8).shape == (8, 8, 3)


def make_png_header(width: int, height: int) -> bytes:
    """Return a PNG whose header claims a size, without the pixels for it."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = b"IDAT" + zlib.compress(b"")
    chunks = [
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        for chunk in (header, body)
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def test_image_bomb_is_rejected_by_its_header(reader: PhotoReader) -> None:
    before = Image.MAX_IMAGE_PIXELS
    with pytest.raises(PhotoTooLargeError, match="50000 x 50000 pixels, at most 80,000,000"):
        reader.read_image(make_png_header(50_000, 50_000))
    with pytest.raises(PhotoTooLargeError, match="9459 x 9460 pixels"):  # where Pillow only warns
        reader.read_image(make_png_header(9459, 9460))
    assert before == Image.MAX_IMAGE_PIXELS


def test_pixels_up_to_the_limit_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)  # Pillow's own limit does not count
    reader = PhotoReader(PhotoLimits(max_pixels=100))
    assert reader.read_image(encode_image(Image.new("RGB", (10, 10)))).size == (10, 10)
    with pytest.raises(PhotoTooLargeError, match="10 x 11 pixels, at most 100"):
        reader.read_image(encode_image(Image.new("RGB", (10, 11))))
    with pytest.raises(PhotoTooLargeError, match="<picture>: 10 x 11 pixels"):
        reader.read_image(Image.new("RGB", (10, 11)))


def test_bytes_up_to_the_limit_are_read(scene: Image.Image, tmp_path: Path) -> None:
    data = encode_image(scene.resize((8, 8)))
    path = tmp_path / "a.png"
    path.write_bytes(data)
    reader = PhotoReader(PhotoLimits(max_bytes=len(data)), fetch=lambda _: data)
    strict_reader = PhotoReader(PhotoLimits(max_bytes=len(data) - 1), fetch=lambda _: data)
    for source in (data, path, "https://shop.example/a.png"):
        assert reader.read_image(source).size == (8, 8)
        with pytest.raises(PhotoTooLargeError, match=f"{len(data)} bytes, at most"):
            strict_reader.read_image(source)


def test_large_file_is_rejected_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sparse.jpg"
    with path.open("wb") as file:
        file.truncate(10**12)
    with pytest.raises(PhotoTooLargeError, match="1,000,000,000,000 bytes"):
        PhotoReader().read_image(path)


def _get_folder(tmp_path: Path) -> Path:
    return tmp_path


def _make_pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def _make_empty_file(tmp_path: Path) -> Path:
    (tmp_path / "empty.jpg").touch()
    return tmp_path / "empty.jpg"


def _get_long_path(tmp_path: Path) -> Path:
    return tmp_path / ("x" * 300)


@pytest.mark.parametrize(
    ("make_path", "reason"),
    [
        (lambda folder: folder / "none.jpg", r"none\.jpg: no such file"),
        (_get_folder, "not a file"),
        (_make_pipe, "pipe: not a file"),
        (_make_empty_file, r"empty\.jpg: empty"),
        (_get_long_path, "File name too long"),
        (lambda folder: folder / "a\0b", "null byte"),
    ],
)
def test_invalid_paths_are_rejected(
    reader: PhotoReader, tmp_path: Path, make_path: Callable[[Path], Path], reason: str
) -> None:
    path = make_path(tmp_path)
    for source in (path, str(path)):
        with pytest.raises(PhotoUnreadableError, match=reason):
            reader.read_image(source)


def test_empty_path_is_rejected(reader: PhotoReader) -> None:
    with pytest.raises(PhotoUnreadableError, match="not a file"):
        reader.read_image("")


@pytest.mark.parametrize("size", [(0, 5), (5, 0), (0, 0)])
def test_image_without_pixels_is_rejected(reader: PhotoReader, size: tuple[int, int]) -> None:
    with pytest.raises(PhotoUnreadableError, match="<picture>: no pixels"):
        reader.read_image(Image.new("RGB", size))


def test_closed_image_is_rejected(reader: PhotoReader, scene: Image.Image) -> None:
    image = Image.open(io.BytesIO(encode_image(scene)))
    image.close()
    with pytest.raises(PhotoUnreadableError, match="<picture>: truncated or broken"):
        reader.read_image(image)


@pytest.mark.parametrize("source", [None, 3, ["a.jpg"], np.zeros((4, 4, 3))])
def test_other_types_are_rejected(reader: PhotoReader, source: Any) -> None:
    with pytest.raises(TypeError, match="a photo is a path, an address, bytes or a PIL picture"):
        reader.read_image(source)


@pytest.mark.parametrize("address", ["ftp://shop.example/a.jpg", "FILE:///etc/passwd"])
def test_other_url_schemes_are_rejected_not_opened(address: str) -> None:
    with pytest.raises(PhotoFetchError, match="only http and https"):
        PhotoReader().read_image(address)
