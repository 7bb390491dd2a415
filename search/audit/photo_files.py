"""Photos that could not be read, and photos that are too small."""

from collections.abc import Iterable

from embed.photos.reader import PhotoReader
from search.audit.entries import AuditEntry
from search.audit.findings import Finding
from shopwindow.values.errors import PhotoError

MIN_SIDE_PX = 200
"""Pixels of the shorter side that a photo should have."""

_ADDRESSES = ("http://", "https://")


def find_unusable_photos(entries: Iterable[AuditEntry], reader: PhotoReader) -> list[Finding]:
    """Return named photos that could not be read, then those that are too small.

    Only the heads of files are read, and no address is fetched.

    Args:
        entries: The products.
        reader: Opens photos, within its limits.
    """
    unreadable, small = [], []
    for each in entries:
        image = each.product.image
        if not image:
            continue
        size, problem = _looked_at(image, reader)
        if not each.has_photo or problem:
            found = problem or "it could not be read when the catalogue was indexed"
            unreadable.append(Finding("photo_unreadable", (each.product,), found))
        elif size and min(size) < MIN_SIDE_PX:
            found = f"{size[0]} x {size[1]} pixels"
            small.append((min(size), Finding("photo_small", (each.product,), found)))
    return unreadable + [finding for _, finding in sorted(small, key=lambda pair: pair[0])]


def _looked_at(image: str, reader: PhotoReader) -> tuple[tuple[int, int] | None, str]:
    if image.lower().startswith(_ADDRESSES):
        return None, ""
    try:
        return reader.read_size(image), ""
    except PhotoError as exc:
        return None, exc.reason
