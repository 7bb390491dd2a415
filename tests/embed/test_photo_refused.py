"""Every photo that cannot be used is refused by name, before it costs anything."""

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
from shopwindow.values.settings import PhotoLimits


def packed(picture: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    """The bytes of a file with this picture."""
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "<bytes>: empty"),
        (b"hello, this is a text", "not a photo of a known format"),
        (b"<!DOCTYPE html><html>404</html>", "a web page"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\0\0\0\x18ftypheic" + bytes(20), "HEIC"),
        (b"%PDF-1.7", "PDF"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "PDF or PostScript"),
        (b"\x89PNG\r\n\x1a\n", "photo <bytes>: "),
        (b"\xff\xd8\xff\xe0", "photo <bytes>: "),
        (b"GIF89a", "photo <bytes>: "),
        (b"RIFF\x04\0\0\0WEBP", "photo <bytes>: "),
    ],
)
def test_what_is_no_photo_is_refused(reader: PhotoReader, data: bytes, reason: str) -> None:
    with pytest.raises(PhotoUnreadableError, match=reason):
        reader.read_image(data)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP"])
def test_truncated_photos_are_refused(
    reader: PhotoReader, scene: Image.Image, form: str, tmp_path: Path
) -> None:
    data = packed(scene.resize((300, 200)), form)
    path = tmp_path / "half"
    path.write_bytes(data[: len(data) // 2])
    for read in (reader.read_image, lambda source: reader.read_letterboxed(source, 8)):
        with pytest.raises(PhotoUnreadableError, match=r"half: (truncated|broken|not a photo)"):
            read(path)


def test_flipped_bytes_never_raise_anything_else(reader: PhotoReader, scene: Image.Image) -> None:
    rng = np.random.default_rng(1)
    for form in ("JPEG", "PNG", "GIF", "WEBP", "TIFF"):
        original = bytearray(packed(scene.resize((40, 30)), form))
        for _ in range(60):
            data = bytearray(original)
            for place in rng.integers(0, len(data), size=6):
                data[place] = rng.integers(0, 256)
            with suppress(PhotoUnreadableError, PhotoTooLargeError):
                assert reader.read_letterboxed(bytes(data), 8).shape == (8, 8, 3)


def claimed(width: int, height: int) -> bytes:
    """A PNG whose header claims a size that its pixels do not fill."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = b"IDAT" + zlib.compress(b"")
    chunks = [
        struct.pack(">I", len(each) - 4) + each + struct.pack(">I", zlib.crc32(each))
        for each in (header, body)
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def test_bomb_is_refused_by_its_header(reader: PhotoReader) -> None:
    before = Image.MAX_IMAGE_PIXELS
    with pytest.raises(PhotoTooLargeError, match="50000 x 50000 pixels, at most 80,000,000"):
        reader.read_image(claimed(50_000, 50_000))
    with pytest.raises(PhotoTooLargeError, match="9459 x 9460 pixels"):  # where Pillow only warns
        reader.read_image(claimed(9459, 9460))
    assert before == Image.MAX_IMAGE_PIXELS


def test_pixels_up_to_the_limit_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)  # Pillow's own limit does not count
    reader = PhotoReader(PhotoLimits(max_pixels=100))
    assert reader.read_image(packed(Image.new("RGB", (10, 10)))).size == (10, 10)
    with pytest.raises(PhotoTooLargeError, match="10 x 11 pixels, at most 100"):
        reader.read_image(packed(Image.new("RGB", (10, 11))))
    with pytest.raises(PhotoTooLargeError, match="<picture>: 10 x 11 pixels"):
        reader.read_image(Image.new("RGB", (10, 11)))


def test_bytes_up_to_the_limit_are_read(scene: Image.Image, tmp_path: Path) -> None:
    data = packed(scene.resize((8, 8)))
    path = tmp_path / "a.png"
    path.write_bytes(data)
    exact = PhotoReader(PhotoLimits(max_bytes=len(data)), fetch=lambda _: data)
    less = PhotoReader(PhotoLimits(max_bytes=len(data) - 1), fetch=lambda _: data)
    for source in (data, path, "https://shop.example/a.png"):
        assert exact.read_image(source).size == (8, 8)
        with pytest.raises(PhotoTooLargeError, match=f"{len(data)} bytes, at most"):
            less.read_image(source)


def test_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sparse.jpg"
    with path.open("wb") as file:
        file.truncate(10**12)
    with pytest.raises(PhotoTooLargeError, match="1,000,000,000,000 bytes"):
        PhotoReader().read_image(path)


def _folder(tmp_path: Path) -> Path:
    return tmp_path


def _pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def _empty(tmp_path: Path) -> Path:
    (tmp_path / "empty.jpg").touch()
    return tmp_path / "empty.jpg"


def _long(tmp_path: Path) -> Path:
    return tmp_path / ("x" * 300)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda folder: folder / "none.jpg", r"none\.jpg: no such file"),
        (_folder, "not a file"),
        (_pipe, "pipe: not a file"),
        (_empty, r"empty\.jpg: empty"),
        (_long, "File name too long"),
        (lambda folder: folder / "a\0b", "null byte"),
    ],
)
def test_bad_paths_are_refused(
    reader: PhotoReader, tmp_path: Path, make: Callable[[Path], Path], reason: str
) -> None:
    path = make(tmp_path)
    for source in (path, str(path)):
        with pytest.raises(PhotoUnreadableError, match=reason):
            reader.read_image(source)


def test_empty_path_is_refused(reader: PhotoReader) -> None:
    with pytest.raises(PhotoUnreadableError, match="not a file"):
        reader.read_image("")


@pytest.mark.parametrize("size", [(0, 5), (5, 0), (0, 0)])
def test_picture_without_pixels_is_refused(reader: PhotoReader, size: tuple[int, int]) -> None:
    with pytest.raises(PhotoUnreadableError, match="<picture>: no pixels"):
        reader.read_image(Image.new("RGB", size))


def test_closed_picture_is_refused(reader: PhotoReader, scene: Image.Image) -> None:
    picture = Image.open(io.BytesIO(packed(scene)))
    picture.close()
    with pytest.raises(PhotoUnreadableError, match="<picture>: truncated or broken"):
        reader.read_image(picture)


@pytest.mark.parametrize("source", [None, 3, ["a.jpg"], np.zeros((4, 4, 3))])
def test_other_things_are_refused(reader: PhotoReader, source: Any) -> None:
    with pytest.raises(TypeError, match="a photo is a path, an address, bytes or a PIL picture"):
        reader.read_image(source)


@pytest.mark.parametrize("address", ["ftp://shop.example/a.jpg", "FILE:///etc/passwd"])
def test_other_schemes_are_refused_not_opened(address: str) -> None:
    with pytest.raises(PhotoFetchError, match="only http and https"):
        PhotoReader().read_image(address)
