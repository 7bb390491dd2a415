"""What a file is by its first bytes: a photo in a format that shops use, or something else."""

import re

PHOTO_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
"""Formats that are opened: what phones, browsers and merchants' feeds hold.

Pillow has some forty more. Some run other programs (EPS), some decode in Python at a thousandth of
the speed (PPM as text), and none of them is in shops.
"""

_BEGINNINGS = (
    ("JPEG", re.compile(rb"\xff\xd8\xff")),
    ("PNG", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("WEBP", re.compile(rb"RIFF....WEBP", re.DOTALL)),
    ("GIF", re.compile(rb"GIF8[79]a")),
    ("BMP", re.compile(rb"BM")),
    ("TIFF", re.compile(rb"II[*+]\0|MM\0[*+]")),
    ("AVIF", re.compile(rb"....ftyp(avi[fs]|(mif1|msf1).{4}(....)*?avi[fs])", re.DOTALL)),
)
_FOREIGN = (
    (re.compile(rb"\s*(<!doctype html|<html)", re.IGNORECASE), "a web page, not a photo"),
    (re.compile(rb"\s*(<\?xml|<svg)", re.IGNORECASE), "an XML or SVG file; export it as PNG"),
    (re.compile(rb"....ftyp(hei|hev|mif)", re.DOTALL), "a HEIC photo; export it as JPEG"),
    (re.compile(rb"%PDF|%!PS"), "a PDF or PostScript document, not a photo"),
)
_LOOKED_AT = 256
"""Bytes from the start that say what a file is."""

_WEBP_HEADER = 30
"""Bytes of the longest of a WebP's headers."""

_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_WITHOUT_LENGTH = frozenset({0x01, 0xD8})


def detect_photo_format(data: bytes) -> str | None:
    """Return the format of a photo's file, one of `FORMATS`; None when it is none of them."""
    start = data[:_LOOKED_AT]
    return next((name for name, begins in _BEGINNINGS if begins.match(start)), None)


def describe_non_photo(data: bytes) -> str:
    """Return in words what a file is that is no photo."""
    start = data[:_LOOKED_AT]
    known = next((what for pattern, what in _FOREIGN if pattern.match(start)), None)
    return known or f"not a photo of a known format ({', '.join(PHOTO_FORMATS)})"


def read_webp_size(data: bytes) -> tuple[int, int] | None:
    """Return the width and height in a WebP's header; None for another file, or a broken one.

    Source: RFC 9649, sections 2.5 to 2.7.
    """
    if detect_photo_format(data) != "WEBP" or len(data) < _WEBP_HEADER:
        return None
    kind, number = data[12:16], int.from_bytes
    if kind == b"VP8X":  # 24 bits each, less one
        return number(data[24:27], "little") + 1, number(data[27:30], "little") + 1
    if kind == b"VP8L":  # 14 bits each, less one
        bits = number(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        return number(data[26:28], "little") & 0x3FFF, number(data[28:30], "little") & 0x3FFF
    return None


def has_more_scans(jpeg: bytes, limit: int) -> bool:
    """Return whether a JPEG goes over its pixels more often than `limit` times.

    Each scan costs as much as a whole baseline photo, however few bytes it has.
    """
    # In the pixels 0xFF is always followed by 0 or a restart, so this counts too many, if anything:
    # the thumbnails in EXIF blocks and what follows the photo.
    if jpeg.count(b"\xff\xda") <= limit:
        return False
    return _n_scans(jpeg) > limit


def _n_scans(jpeg: bytes) -> int:
    """Return how many scans there are up to the end of the photo, and none of its thumbnail's."""
    n_scans, place = 0, 0
    while found := _MARKER.search(jpeg, place):
        kind = jpeg[found.end() - 1]
        if kind == _END_OF_IMAGE:
            break
        n_scans += kind == _START_OF_SCAN
        place = found.end()
        if kind not in _WITHOUT_LENGTH:
            place += max(2, int.from_bytes(jpeg[place : place + 2], "big"))
    return n_scans
