"""Photos that could not be read, or are too small."""

from collections.abc import Iterable

from embed import PhotoReader
from search.audit.entries import AuditEntry
from search.audit.findings import Finding
from shopwindow.values.errors import PhotoError

MIN_SIDE_PX = 200
"""Least length of a photo's shorter side, in pixels."""

_ADDRESSES = ("http://", "https://")


def find_unusable_photos(entries: Iterable[AuditEntry], reader: PhotoReader) -> list[Finding]:
    """Return photos that could not be read, then those that are too small, the smallest first.

    Only the headers of files are read, and no address is fetched.

    Args:
        entries: The products.
        reader: Opens photos, within its limits.
    """
    unreadable, small = [], []
    for entry in entries:
        image = entry.product.image
        if not image:
            continue
        size, problem = _read_size(image, reader)
        if not entry.has_photo or problem:
            detail = problem or "it could not be read when the catalogue was indexed"
            unreadable.append(Finding("photo_unreadable", (entry.product,), detail))
        elif size and min(size) < MIN_SIDE_PX:
            detail = f"{size[0]} x {size[1]} pixels"
            small.append((min(size), Finding("photo_small", (entry.product,), detail)))
    return unreadable + [finding for _, finding in sorted(small, key=lambda pair: pair[0])]


def _read_size(image: str, reader: PhotoReader) -> tuple[tuple[int, int] | None, str]:
    if image.lower().startswith(_ADDRESSES):
        return None, ""
    try:
        return reader.read_size(image), ""
    except PhotoError as exc:
        return None, exc.reason
