"""JPEG files that were cut off, or cost more than their size says."""

import re

from PIL import Image

MAX_MISSING_SHARE = 0.3
"""Share of a JPEG's rows that may be missing at its end; see docs/decisions/0018."""

_MISSING_PIXEL = range(126, 131)
"""Values of all channels of pixels that a JPEG lacks: grey."""

_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_MAX_SEGMENT_BYTES = 65_537
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_MARKERS_WITHOUT_LENGTH = frozenset({0x01, 0xD8})


def complete_jpeg(data: bytes) -> tuple[bytes, bool]:
    """Return a JPEG that ends, and whether its end may have been missing.

    A decoder that meets the end of the image early leaves what is missing grey, or less sharp in a
    progressive JPEG. Zeros at the end are those of a download that had reserved its space.
    """
    content = data.rstrip(b"\0")
    if content.endswith(b"\xff\xd9"):
        return data, False
    return content[: _find_open_segment(content)] + b"\xff\xd9", True


def _find_open_segment(jpeg: bytes) -> int:
    """Return where the last segment begins if it reaches past the end; else where the file ends."""
    markers = [*_MARKER.finditer(jpeg, max(0, len(jpeg) - _MAX_SEGMENT_BYTES))]
    if not markers or markers[-1][0][1] in _MARKERS_WITHOUT_LENGTH:
        return len(jpeg)
    last = markers[-1]
    length = int.from_bytes(jpeg[last.end() : last.end() + 2].ljust(2, b"\xff"), "big")
    return last.start() if last.end() + length > len(jpeg) else len(jpeg)


def is_mostly_missing(jpeg: Image.Image) -> bool:
    """Return whether more of a decoded JPEG's last rows than the limit are grey all over."""
    width, height = jpeg.size
    last_rows = jpeg.crop((0, int(height * (1 - MAX_MISSING_SHARE)), width, height))
    extrema = [channel.getextrema() for channel in last_rows.split()]
    return all(value in _MISSING_PIXEL for pair in extrema for value in pair)


def has_more_scans(jpeg: bytes, limit: int) -> bool:
    """Return whether a JPEG has more than `limit` scans.

    Each scan costs as much as a whole baseline photo, however few bytes it has.
    """
    # A cheap upper bound: in pixel data 0xFF is always followed by 0 or a restart marker, but
    # thumbnails in EXIF blocks, and what follows the photo, are counted too.
    if jpeg.count(b"\xff\xda") <= limit:
        return False
    return _count_scans(jpeg) > limit


def _count_scans(jpeg: bytes) -> int:
    """Return the number of scans up to the end of the photo, without those of its thumbnail."""
    n_scans, position = 0, 0
    while match := _MARKER.search(jpeg, position):
        marker = jpeg[match.end() - 1]
        if marker == _END_OF_IMAGE:
            break
        n_scans += marker == _START_OF_SCAN
        position = match.end()
        if marker not in _MARKERS_WITHOUT_LENGTH:
            position += max(2, int.from_bytes(jpeg[position : position + 2], "big"))
    return n_scans
