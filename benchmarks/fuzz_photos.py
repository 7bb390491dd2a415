"""Photos damaged in every way that files get damaged, or are damaged on purpose.

`TARGETS` are run by `benchmarks.fuzzing.fuzz`: as a query's photo, with a part cut out, and as what
the report looks at.
"""

import io
import random
import re
import struct
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from PIL import ExifTags, Image

from benchmarks.bombs import chunk
from benchmarks.fuzzing import FuzzTarget
from embed import PhotoReader

_PNG_HEAD = 8
_CHUNK = 12
_MAX_REPEATS = 400
_SIDES = (0, 1, 2, 7, 255, 4999, 16_383, 30_000, 65_535)
"""Widths and heights that headers are made to claim."""


def make(rng: random.Random) -> bytes:
    """Return a photo's file with one to three faults."""
    data = rng.choice(_photos())
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        data = rng.choice(_FAULTS)(data, rng)
    return data


@cache
def _photos() -> tuple[bytes, ...]:
    """Return small good photos, of every format and kind."""
    pixels = np.random.default_rng(4).integers(0, 256, (6, 9, 3), dtype=np.uint8)
    colour = Image.fromarray(pixels).resize((90, 60), Image.Resampling.BICUBIC)
    clear = colour.copy()
    clear.putalpha(colour.convert("L"))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Make] = "Camera"
    kinds: tuple[tuple[Image.Image, str, dict[str, Any]], ...] = (
        (colour, "JPEG", {"exif": exif}),
        (colour.resize((900, 600)), "JPEG", {}),
        (colour, "JPEG", {"progressive": True, "icc_profile": b"profile" * 40}),
        (colour.convert("CMYK"), "JPEG", {}),
        (colour, "PNG", {"exif": exif}),
        (clear, "PNG", {"icc_profile": b"profile" * 40}),
        (colour.convert("P"), "PNG", {"transparency": 3}),
        (Image.fromarray(np.arange(5400, dtype=np.uint16).reshape(60, 90) * 12), "PNG", {}),
        (colour, "WEBP", {"exif": exif}),
        (clear, "WEBP", {"lossless": True}),
        (clear, "WEBP", {"save_all": True, "append_images": [colour], "duration": 9}),
        (colour, "GIF", {}),
        (clear, "GIF", {"save_all": True, "append_images": [colour], "loop": 0}),
        (colour, "BMP", {}),
        (clear, "TIFF", {"exif": exif}),
        (colour, "TIFF", {"compression": "tiff_lzw"}),
        (colour, "AVIF", {"exif": exif}),
    )
    return tuple(_packed(*each) for each in kinds if each[1] in Image.SAVE or Image.init())


def _packed(picture: Image.Image, form: str, options: dict[str, Any]) -> bytes:
    data = io.BytesIO()
    picture.save(data, form, **options)
    return data.getvalue()


def _flipped(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 4, 30)) if data else 0):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _flipped_in_the_head(data: bytes, rng: random.Random) -> bytes:
    head = rng.choice((32, 64, 200))
    return _flipped(data[:head], rng) + data[head:]


def _cut_off(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _repeated(data: bytes, rng: random.Random) -> bytes:
    start, end = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    return data[:end] + data[start:end] * rng.choice((1, 2, 40)) + data[end:]


def _spliced(data: bytes, rng: random.Random) -> bytes:
    other = rng.choice(_photos())
    return data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other)) :]


def _blotted(data: bytes, rng: random.Random) -> bytes:
    start, length = rng.randrange(len(data) + 1), rng.randrange(1, 200)
    filler = rng.choice((b"\0", b"\xff", b"\xff\xda", rng.randbytes(7))) * length
    return data[:start] + filler[:length] + data[start + length :]


def _sized(data: bytes, rng: random.Random) -> bytes:
    """Have the header claim another width or height.

    Returns:
        The file; the same for a format of which this does not know the header.
    """
    side, low = rng.choice(_SIDES), rng.random() < 0.5
    if data.startswith(b"\x89PNG"):
        place = 16 + 4 * low
        return _summed(
            data[:place] + struct.pack(">I", side * rng.choice((1, 7))) + data[place + 4 :]
        )
    if data.startswith(b"GIF"):
        frame = data.find(b",", 13)
        place = rng.choice((6, frame + 5)) + 2 * low
        return data[:place] + struct.pack("<H", side) + data[place + 2 :]
    if data.startswith(b"RIFF"):
        return data[:24] + side.to_bytes(3, "little") * 2 + data[30:]
    frames = list(re.finditer(rb"\xff[\xc0-\xc2]\0", data))
    if frames and data.startswith(b"\xff\xd8"):
        place = rng.choice(frames).start() + 5 + 2 * low
        return data[:place] + struct.pack(">H", side) + data[place + 2 :]
    return data


def _scanned(data: bytes, rng: random.Random) -> bytes:
    start, end = data.rfind(b"\xff\xda"), data.rfind(b"\xff\xd9")
    if not 0 <= start < end:
        return data
    return data[:end] + data[start:end] * rng.randrange(1, _MAX_REPEATS) + data[end:]


def _with_chunks(data: bytes, rng: random.Random) -> bytes:
    """Put chunks into a PNG that unpack to much, or say nothing that is true.

    Returns:
        The file; the same when it is no PNG.
    """
    if not data.startswith(b"\x89PNG"):
        return data
    packed = zlib.compress(bytes(rng.choice((10, 1 << 16, 1 << 20, 1 << 23))))
    name, head = rng.choice(
        (
            (b"zTXt", b"Raw profile type exif\0\0"),
            (b"zTXt", b"a\0\0"),
            (b"iCCP", b"a\0\0"),
            (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0"),
            (b"eXIf", b""),
            (b"acTL", b""),
            (b"fcTL", b""),
            (b"PLTE", b""),
            (b"tRNS", b""),
        )
    )
    body = rng.choice((packed, rng.randbytes(26), rng.randbytes(8), b""))
    place = _PNG_HEAD + _CHUNK + 13
    return data[:place] + chunk(name, head + body) * rng.choice((1, 3, 80)) + data[place:]


def _summed(data: bytes, rng: random.Random | None = None) -> bytes:
    """Put the checksums of a PNG's chunks right, so that faults get as far as the pixels.

    Returns:
        The file; the same when it is no PNG.
    """
    if not data.startswith(b"\x89PNG"):
        return data
    parts, place = [data[:_PNG_HEAD]], _PNG_HEAD
    while place + _CHUNK <= len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        if place + _CHUNK + length > len(data):
            break
        parts.append(chunk(data[place + 4 : place + 8], data[place + 8 : place + 8 + length]))
        place += _CHUNK + length
    return b"".join(parts) + data[place:]


def _flipped_and_summed(data: bytes, rng: random.Random) -> bytes:
    return _summed(_flipped(data, rng))


def _exif_spoilt(data: bytes, rng: random.Random) -> bytes:
    place = max(data.find(b"Exif\0\0") + 6, data.find(b"eXIf") + 4, data.find(b"EXIF") + 4)
    if place <= 6:
        return data
    spoilt = rng.choice((rng.randbytes(30), b"MM\0*\xff\xff\xff\xff", b"II*\0\x08\0\0\0\xff\xff"))
    return _summed(data[:place] + spoilt + data[place + len(spoilt) :])


_FAULTS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flipped,
    _flipped_in_the_head,
    _flipped_and_summed,
    _cut_off,
    _repeated,
    _spliced,
    _blotted,
    _sized,
    _scanned,
    _with_chunks,
    _exif_spoilt,
)


@cache
def _reader() -> PhotoReader:
    return PhotoReader().for_queries()


def run(data: bytes) -> object:
    """Open a photo as the parts of the service do.

    Returns:
        What came of it.

    Raises:
        PhotoError: It cannot be used.
        ValueError: What came is no square of pixels.
    """
    reader = _reader()
    if len(data) % 3 == 0:
        reader.read_size(data)
    if len(data) % 3 == 1:
        return reader.read_thumbnail(data, 100)
    square = reader.read_letterboxed(data, 64, (0.2, 0.1, 0.7, 0.6) if len(data) % 2 else None)
    if square.shape != (64, 64, 3) or square.dtype != np.uint8:
        raise ValueError(f"{square.shape} {square.dtype}")
    return square


TARGETS = (FuzzTarget("photos", make, run),)
