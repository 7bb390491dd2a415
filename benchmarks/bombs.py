"""Small photo files that cost much to open, made here: what a hostile visitor would upload."""

import io
import struct
import zlib
from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image


def png(
    size: tuple[int, int], bits: int = 8, colour: int = 2, extra: bytes = b"", body: bytes = b""
) -> bytes:
    """Return a PNG whose pixels are all zero.

    Args:
        size: Width and height that its header says.
        bits: Of one channel.
        colour: PNG's colour type: 0 grey, 2 RGB, 6 RGBA.
        extra: Chunks before the pixels.
        body: The packed pixels, if not as many zeros as the header asks for.
    """
    width, height = size
    channels = {0: 1, 2: 3, 6: 4}[colour]
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    pixels = body or _packed_zeros((width * channels * bits // 8 + 1) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", pixels) + _END


def chunk(name: bytes, data: bytes) -> bytes:
    """Return one chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


_END = chunk(b"IEND", b"")


def _packed_zeros(n_bytes: int) -> bytes:
    packer, block = zlib.compressobj(9), bytes(1 << 20)
    parts = [packer.compress(block) for _ in range(n_bytes >> 20)]
    parts.append(packer.compress(bytes(n_bytes & ((1 << 20) - 1))))
    return b"".join([*parts, packer.flush()])


def scanned_jpeg(size: tuple[int, int], n_scans: int) -> bytes:
    """Return a progressive JPEG that repeats its last scan until it has so many."""
    plain = io.BytesIO()
    Image.new("RGB", size, (120, 130, 140)).save(plain, "JPEG", progressive=True, quality=50)
    data = plain.getvalue()
    last, end = data.rindex(b"\xff\xda"), data.rindex(b"\xff\xd9")
    return data[:end] + data[last:end] * (n_scans - data.count(b"\xff\xda")) + data[end:]


def text_ppm(side: int) -> bytes:
    """Return a PPM whose pixels are written as text."""
    return b"P3 %d %d 255\n" % (side, side) + b"0 " * (3 * side * side)


def texts_png(n_texts: int, n_bytes: int = 1 << 20) -> bytes:
    """Return a PNG with packed texts that unpack to so many bytes each."""
    text = chunk(b"zTXt", b"Comment\0\0" + _packed_zeros(n_bytes - 1))
    return png((8, 8), extra=text * n_texts)


def webp(side: int) -> bytes:
    """Return a lossless WebP of one colour."""
    data = io.BytesIO()
    Image.new("RGB", (side, side)).save(data, "WEBP", lossless=True, quality=0, method=0)
    return data.getvalue()


def gif(side: int) -> bytes:
    """Return a GIF of one colour."""
    data = io.BytesIO()
    Image.new("L", (side, side)).save(data, "GIF")
    return data.getvalue()


def run_length_bmp(width: int, height: int) -> bytes:
    """Return a BMP in run lengths of one pixel, which Pillow unpacks in Python."""
    row = b"\x01\x00\x01\x01" * (width // 2) + b"\0\0"
    body, palette = row * height + b"\0\1", bytes(1024)
    offset = 14 + 40 + len(palette)
    about = (40, width, height, 1, 8, 1, len(body), 0, 0, 256, 0)
    info = struct.pack("<IiiHHIIiiII", *about)
    head = b"BM" + struct.pack("<IHHI", offset + len(body), 0, 0, offset)
    return head + info + palette + body


def tiff_of_many_tags(n_tags: int) -> bytes:
    """Return a TIFF whose directory has many entries."""
    entries = [struct.pack("<HHII", 40_000 + n % 20_000, 3, 1, n) for n in range(n_tags % 65_536)]
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + b"".join(entries) + bytes(4)


def noisy_png(size: tuple[int, int]) -> bytes:
    """Return a PNG of noise with half-clear pixels: slow, but a photo."""
    pixels = np.random.default_rng(1).integers(0, 256, (*size[::-1], 4), dtype=np.uint8)
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "PNG", compress_level=1)
    return data.getvalue()


BOMBS: Mapping[str, Callable[[], bytes]] = {
    "PNG, 80 megapixels": lambda: png((8944, 8944), colour=6),
    "PNG, 24.9 megapixels of 16 bits": lambda: png((4990, 4990), bits=16, colour=6),
    "progressive JPEG, 3,000 scans": lambda: scanned_jpeg((4990, 4990), 3000),
    "progressive JPEG, 50 scans": lambda: scanned_jpeg((4990, 4990), 50),
    "PPM as text": lambda: text_ppm(1250),
    "PNG, 60,000 x 60,000": lambda: png((60_000, 60_000), body=zlib.compress(b"")),
    "PNG, 60 packed texts": lambda: texts_png(60),
    "WebP, 16,383 x 16,383": lambda: webp(16_383),
    "WebP, 24.9 megapixels": lambda: webp(4990),
    "GIF, 24.9 megapixels": lambda: gif(4990),
    "BMP in run lengths": lambda: run_length_bmp(2200, 2200),
    "TIFF of 60,000 tags": lambda: tiff_of_many_tags(60_000),
}
"""Files by what they are: beyond visitors' limits, and just within them."""
