"""Fuzz photo decoding with files damaged in every way, by accident or on purpose.

`TARGETS` are run by `benchmarks.fuzzing.fuzz`: read as a query photo, cropped, and as a thumbnail.
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

from benchmarks.bombs import make_png_chunk
from benchmarks.fuzzing import FuzzTarget
from embed import PhotoReader

_PNG_SIGNATURE_BYTES = 8
_CHUNK_OVERHEAD = 12
_MAX_REPEATS = 400
_CLAIMED_SIDES = (0, 1, 2, 7, 255, 4999, 16_383, 30_000, 65_535)
"""Widths and heights that headers are made to claim."""


def make(rng: random.Random) -> bytes:
    """Return a photo's file with one to three mutations."""
    data = rng.choice(_make_valid_photos())
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        data = rng.choice(_MUTATIONS)(data, rng)
    return data


@cache
def _make_valid_photos() -> tuple[bytes, ...]:
    """Return small valid photos, of every format and mode."""
    pixels = np.random.default_rng(4).integers(0, 256, (6, 9, 3), dtype=np.uint8)
    opaque = Image.fromarray(pixels).resize((90, 60), Image.Resampling.BICUBIC)
    transparent = opaque.copy()
    transparent.putalpha(opaque.convert("L"))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Make] = "Camera"
    variants: tuple[tuple[Image.Image, str, dict[str, Any]], ...] = (
        (opaque, "JPEG", {"exif": exif}),
        (opaque.resize((900, 600)), "JPEG", {}),
        (opaque, "JPEG", {"progressive": True, "icc_profile": b"profile" * 40}),
        (opaque.convert("CMYK"), "JPEG", {}),
        (opaque, "PNG", {"exif": exif}),
        (transparent, "PNG", {"icc_profile": b"profile" * 40}),
        (opaque.convert("P"), "PNG", {"transparency": 3}),
        (Image.fromarray(np.arange(5400, dtype=np.uint16).reshape(60, 90) * 12), "PNG", {}),
        (opaque, "WEBP", {"exif": exif}),
        (transparent, "WEBP", {"lossless": True}),
        (transparent, "WEBP", {"save_all": True, "append_images": [opaque], "duration": 9}),
        (opaque, "GIF", {}),
        (transparent, "GIF", {"save_all": True, "append_images": [opaque], "loop": 0}),
        (opaque, "BMP", {}),
        (transparent, "TIFF", {"exif": exif}),
        (opaque, "TIFF", {"compression": "tiff_lzw"}),
        (opaque, "AVIF", {"exif": exif}),
    )
    return tuple(
        _encode_image(*variant) for variant in variants if variant[1] in Image.SAVE or Image.init()
    )


def _encode_image(image: Image.Image, file_format: str, options: dict[str, Any]) -> bytes:
    data = io.BytesIO()
    image.save(data, file_format, **options)
    return data.getvalue()


def _flip_bits(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 4, 30)) if data else 0):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _flip_header_bits(data: bytes, rng: random.Random) -> bytes:
    head = rng.choice((32, 64, 200))
    return _flip_bits(data[:head], rng) + data[head:]


def _truncate(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _repeat_part(data: bytes, rng: random.Random) -> bytes:
    start, end = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    return data[:end] + data[start:end] * rng.choice((1, 2, 40)) + data[end:]


def _splice(data: bytes, rng: random.Random) -> bytes:
    other = rng.choice(_make_valid_photos())
    return data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other)) :]


def _overwrite_part(data: bytes, rng: random.Random) -> bytes:
    start, length = rng.randrange(len(data) + 1), rng.randrange(1, 200)
    filler = rng.choice((b"\0", b"\xff", b"\xff\xda", rng.randbytes(7))) * length
    return data[:start] + filler[:length] + data[start + length :]


def _claim_size(data: bytes, rng: random.Random) -> bytes:
    """Let the header claim another width or height.

    Returns:
        The file; unchanged if it is in another format than PNG, GIF, WebP or JPEG.
    """
    side, is_second = rng.choice(_CLAIMED_SIDES), rng.random() < 0.5
    if data.startswith(b"\x89PNG"):
        position = 16 + 4 * is_second
        return _fix_checksums(
            data[:position] + struct.pack(">I", side * rng.choice((1, 7))) + data[position + 4 :]
        )
    if data.startswith(b"GIF"):
        frame = data.find(b",", 13)
        position = rng.choice((6, frame + 5)) + 2 * is_second
        return data[:position] + struct.pack("<H", side) + data[position + 2 :]
    if data.startswith(b"RIFF"):
        return data[:24] + side.to_bytes(3, "little") * 2 + data[30:]
    frames = list(re.finditer(rb"\xff[\xc0-\xc2]\0", data))
    if frames and data.startswith(b"\xff\xd8"):
        position = rng.choice(frames).start() + 5 + 2 * is_second
        return data[:position] + struct.pack(">H", side) + data[position + 2 :]
    return data


def _repeat_scan(data: bytes, rng: random.Random) -> bytes:
    start, end = data.rfind(b"\xff\xda"), data.rfind(b"\xff\xd9")
    if not 0 <= start < end:
        return data
    return data[:end] + data[start:end] * rng.randrange(1, _MAX_REPEATS) + data[end:]


def _insert_chunks(data: bytes, rng: random.Random) -> bytes:
    """Insert chunks into a PNG that decompress to much, or are invalid.

    Returns:
        The file; unchanged if it is no PNG.
    """
    if not data.startswith(b"\x89PNG"):
        return data
    compressed = zlib.compress(bytes(rng.choice((10, 1 << 16, 1 << 20, 1 << 23))))
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
    body = rng.choice((compressed, rng.randbytes(26), rng.randbytes(8), b""))
    position = _PNG_SIGNATURE_BYTES + _CHUNK_OVERHEAD + 13
    return (
        data[:position]
        + make_png_chunk(name, head + body) * rng.choice((1, 3, 80))
        + data[position:]
    )


def _fix_checksums(data: bytes, rng: random.Random | None = None) -> bytes:
    """Correct the checksums of a PNG's chunks, so that mutations reach the pixel decoder.

    Returns:
        The file; unchanged if it is no PNG.
    """
    if not data.startswith(b"\x89PNG"):
        return data
    parts, position = [data[:_PNG_SIGNATURE_BYTES]], _PNG_SIGNATURE_BYTES
    while position + _CHUNK_OVERHEAD <= len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        if position + _CHUNK_OVERHEAD + length > len(data):
            break
        parts.append(
            make_png_chunk(
                data[position + 4 : position + 8], data[position + 8 : position + 8 + length]
            )
        )
        position += _CHUNK_OVERHEAD + length
    return b"".join(parts) + data[position:]


def _flip_bits_and_fix_checksums(data: bytes, rng: random.Random) -> bytes:
    return _fix_checksums(_flip_bits(data, rng))


def _corrupt_exif(data: bytes, rng: random.Random) -> bytes:
    position = max(data.find(b"Exif\0\0") + 6, data.find(b"eXIf") + 4, data.find(b"EXIF") + 4)
    if position <= 6:
        return data
    garbage = rng.choice((rng.randbytes(30), b"MM\0*\xff\xff\xff\xff", b"II*\0\x08\0\0\0\xff\xff"))
    return _fix_checksums(data[:position] + garbage + data[position + len(garbage) :])


_MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flip_bits,
    _flip_header_bits,
    _flip_bits_and_fix_checksums,
    _truncate,
    _repeat_part,
    _splice,
    _overwrite_part,
    _claim_size,
    _repeat_scan,
    _insert_chunks,
    _corrupt_exif,
)


@cache
def _get_reader() -> PhotoReader:
    return PhotoReader().for_queries()


def run(data: bytes) -> object:
    """Read a photo in one of the ways in which the service does.

    Returns:
        The decoded image.

    Raises:
        PhotoError: The photo cannot be used.
        ValueError: The result is no square of pixels.
    """
    reader = _get_reader()
    if len(data) % 3 == 0:
        reader.read_size(data)
    if len(data) % 3 == 1:
        return reader.read_thumbnail(data, 100)
    square = reader.read_letterboxed(data, 64, (0.2, 0.1, 0.7, 0.6) if len(data) % 2 else None)
    if square.shape != (64, 64, 3) or square.dtype != np.uint8:
        raise ValueError(f"expected uint8 (64, 64, 3), got {square.dtype} {square.shape}")
    return square


TARGETS = (FuzzTarget("photos", make, run),)
