"""Image bombs: small photo files that are expensive to decode, as an attacker would upload them."""

import io
import struct
import zlib
from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image


def make_png(
    size: tuple[int, int], bits: int = 8, color_type: int = 2, extra: bytes = b"", body: bytes = b""
) -> bytes:
    """Return a PNG whose pixels are all zero.

    Args:
        size: Width and height in its header.
        bits: Bits per channel.
        color_type: PNG's colour type: 0 grey, 2 RGB, 6 RGBA.
        extra: Chunks before the pixels.
        body: The compressed pixels; as many zeros as the header claims when empty.
    """
    width, height = size
    channels = {0: 1, 2: 3, 6: 4}[color_type]
    header = struct.pack(">IIBBBBB", width, height, bits, color_type, 0, 0, 0)
    pixels = body or _compress_zeros((width * channels * bits // 8 + 1) * height)
    return (
        b"\x89PNG\r\n\x1a\n"
        + make_png_chunk(b"IHDR", header)
        + extra
        + make_png_chunk(b"IDAT", pixels)
        + _END_CHUNK
    )


def make_png_chunk(name: bytes, data: bytes) -> bytes:
    """Return one chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


_END_CHUNK = make_png_chunk(b"IEND", b"")


def _compress_zeros(n_bytes: int) -> bytes:
    compressor, block = zlib.compressobj(9), bytes(1 << 20)
    parts = [compressor.compress(block) for _ in range(n_bytes >> 20)]
    parts.append(compressor.compress(bytes(n_bytes & ((1 << 20) - 1))))
    return b"".join([*parts, compressor.flush()])


def make_multi_scan_jpeg(size: tuple[int, int], n_scans: int) -> bytes:
    """Return a progressive JPEG that repeats its last scan until it has `n_scans`."""
    plain = io.BytesIO()
    Image.new("RGB", size, (120, 130, 140)).save(plain, "JPEG", progressive=True, quality=50)
    data = plain.getvalue()
    last, end = data.rindex(b"\xff\xda"), data.rindex(b"\xff\xd9")
    return data[:end] + data[last:end] * (n_scans - data.count(b"\xff\xda")) + data[end:]


def make_text_ppm(side: int) -> bytes:
    """Return a PPM in text format."""
    return b"P3 %d %d 255\n" % (side, side) + b"0 " * (3 * side * side)


def make_text_chunks_png(n_texts: int, n_bytes: int = 1 << 20) -> bytes:
    """Return a PNG with compressed texts that decompress to `n_bytes` each."""
    text = make_png_chunk(b"zTXt", b"Comment\0\0" + _compress_zeros(n_bytes - 1))
    return make_png((8, 8), extra=text * n_texts)


def make_webp(side: int) -> bytes:
    """Return a lossless WebP of one colour."""
    data = io.BytesIO()
    Image.new("RGB", (side, side)).save(data, "WEBP", lossless=True, quality=0, method=0)
    return data.getvalue()


def make_gif(side: int) -> bytes:
    """Return a GIF of one colour."""
    data = io.BytesIO()
    Image.new("L", (side, side)).save(data, "GIF")
    return data.getvalue()


def make_rle_bmp(width: int, height: int) -> bytes:
    """Return a run-length encoded BMP with runs of one pixel, which Pillow decodes in Python."""
    row = b"\x01\x00\x01\x01" * (width // 2) + b"\0\0"
    body, palette = row * height + b"\0\1", bytes(1024)
    offset = 14 + 40 + len(palette)
    about = (40, width, height, 1, 8, 1, len(body), 0, 0, 256, 0)
    info = struct.pack("<IiiHHIIiiII", *about)
    head = b"BM" + struct.pack("<IHHI", offset + len(body), 0, 0, offset)
    return head + info + palette + body


def make_many_tags_tiff(n_tags: int) -> bytes:
    """Return a TIFF with many tags."""
    entries = [struct.pack("<HHII", 40_000 + n % 20_000, 3, 1, n) for n in range(n_tags % 65_536)]
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + b"".join(entries) + bytes(4)


def make_noisy_png(size: tuple[int, int]) -> bytes:
    """Return a PNG of noise with semi-transparent pixels: slow, but a valid photo."""
    pixels = np.random.default_rng(1).integers(0, 256, (*size[::-1], 4), dtype=np.uint8)
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "PNG", compress_level=1)
    return data.getvalue()


BOMBS: Mapping[str, Callable[[], bytes]] = {
    "PNG, 80 megapixels": lambda: make_png((8944, 8944), color_type=6),
    "PNG, 24.9 megapixels of 16 bits": lambda: make_png((4990, 4990), bits=16, color_type=6),
    "progressive JPEG, 3,000 scans": lambda: make_multi_scan_jpeg((4990, 4990), 3000),
    "progressive JPEG, 50 scans": lambda: make_multi_scan_jpeg((4990, 4990), 50),
    "PPM as text": lambda: make_text_ppm(1250),
    "PNG, 60,000 x 60,000": lambda: make_png((60_000, 60_000), body=zlib.compress(b"")),
    "PNG, 60 packed texts": lambda: make_text_chunks_png(60),
    "WebP, 16,383 x 16,383": lambda: make_webp(16_383),
    "WebP, 24.9 megapixels": lambda: make_webp(4990),
    "GIF, 24.9 megapixels": lambda: make_gif(4990),
    "BMP in run lengths": lambda: make_rle_bmp(2200, 2200),
    "TIFF of 60,000 tags": lambda: make_many_tags_tiff(60_000),
}
"""Builders of files, by description: beyond the limits of query photos, and just within them."""
