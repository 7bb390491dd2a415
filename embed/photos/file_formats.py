"""Detect by its first bytes whether a file is a photo in a supported format."""

import re

PHOTO_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF")
"""Supported formats: what phones, browsers and merchants' feeds contain; HEIF needs an extra.

Pillow has some forty more. Some run other programs (EPS), some decode in Python at a thousandth of
the speed (PPM as text), and none of them occurs in shops.
"""

_SIGNATURES = (
    ("JPEG", re.compile(rb"\xff\xd8\xff")),
    ("PNG", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("WEBP", re.compile(rb"RIFF....WEBP", re.DOTALL)),
    ("GIF", re.compile(rb"GIF8[79]a")),
    ("BMP", re.compile(rb"BM")),
    ("TIFF", re.compile(rb"II[*+]\0|MM\0[*+]")),
    ("AVIF", re.compile(rb"....ftyp(avi[fs]|(mif1|msf1).{4}(....)*?avi[fs])", re.DOTALL)),
    # Brands of HEVC images and sequences, or the general ones. Source: ISO/IEC 23008-12, annex B.
    ("HEIF", re.compile(rb"....ftyp(hei[cxms]|hev[cxms]|mif[12]|msf1)", re.DOTALL)),
)
_CLIPS = (
    ("mov", re.compile(rb"....(ftyp|moov|mdat|wide|free)", re.DOTALL)),
    ("matroska", re.compile(rb"\x1aE\xdf\xa3")),
)
_NON_PHOTOS = (
    (re.compile(rb"\s*(<!doctype html|<html)", re.IGNORECASE), "a web page, not a photo"),
    (re.compile(rb"\s*(<\?xml|<svg)", re.IGNORECASE), "an XML or SVG file; export it as PNG"),
    (
        re.compile(rb"....ftyp(hei|hev|mif|msf)", re.DOTALL),
        "a HEIC photo, which needs: pip install 'shopwindow[heic]'; or export it as JPEG",
    ),
    (
        re.compile(rb"....ftyp|\x1aE\xdf\xa3", re.DOTALL),
        "a video, not a photo; give a photo, or frames of it (embed.read_clip_frames)",
    ),
    (re.compile(rb"%PDF|%!PS"), "a PDF or PostScript document, not a photo"),
)
_SIGNATURE_BYTES = 256
"""Bytes at the start of a file that are matched."""

_WEBP_HEADER_BYTES = 30
"""Bytes of the longest of WebP's headers."""


def detect_photo_format(data: bytes) -> str | None:
    """Return the format of a photo's file, one of `PHOTO_FORMATS`; None when it is none of them."""
    start = data[:_SIGNATURE_BYTES]
    return next((name for name, signature in _SIGNATURES if signature.match(start)), None)


def detect_clip_format(data: bytes) -> str | None:
    """Return FFmpeg's name of a video's container, "mov" (mp4 too) or "matroska" (webm too).

    None for other files, photos in such containers (AVIF, HEIC) among them.
    """
    start = data[:_SIGNATURE_BYTES]
    if detect_photo_format(start) is not None:
        return None
    return next((name for name, signature in _CLIPS if signature.match(start)), None)


def describe_non_photo(data: bytes) -> str:
    """Return a description of a file that is not a photo, for error messages."""
    start = data[:_SIGNATURE_BYTES]
    description = next((text for pattern, text in _NON_PHOTOS if pattern.match(start)), None)
    return description or f"not a photo of a known format ({', '.join(PHOTO_FORMATS)})"


def read_webp_size(data: bytes) -> tuple[int, int] | None:
    """Return the width and height in a WebP's header; None for another file, or a broken one.

    Source: RFC 9649, sections 2.5 to 2.7.
    """
    if detect_photo_format(data) != "WEBP" or len(data) < _WEBP_HEADER_BYTES:
        return None
    chunk_type, parse = data[12:16], int.from_bytes
    if chunk_type == b"VP8X":  # 24 bits each, minus one
        return parse(data[24:27], "little") + 1, parse(data[27:30], "little") + 1
    if chunk_type == b"VP8L":  # 14 bits each, minus one
        bits = parse(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk_type == b"VP8 ":
        return parse(data[26:28], "little") & 0x3FFF, parse(data[28:30], "little") & 0x3FFF
    return None
