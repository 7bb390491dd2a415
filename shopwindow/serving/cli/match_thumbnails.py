"""Thumbnails for a sheet of matches: of each photo, and of the products it found."""

import io
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from PIL import Image

from embed import PhotoReader
from search import PhotoMatch
from shopwindow.values import PreparedImage
from shopwindow.values.errors import PhotoError
from shopwindow.values.setting_groups import PhotoLimits

THUMBNAIL_SIDE = 72
"""Pixels of a thumbnail's longer side."""

_N_THREADS = 2
_MAX_PENDING = 32
"""Matches whose thumbnails are made while later photos are searched."""


@dataclass(frozen=True, slots=True)
class IllustratedMatch:
    """A match with thumbnails.

    Attributes:
        match: The match.
        photo_thumbnail: JPEG of the photo; empty without thumbnails, or where it could not be used.
        product_thumbnails: JPEG for each hit, empty where the photo could not be used; no entries
            without thumbnails.
    """

    match: PhotoMatch
    photo_thumbnail: bytes = b""
    product_thumbnails: tuple[bytes, ...] = ()


def add_thumbnails(
    matches: Iterable[PhotoMatch], limits: PhotoLimits
) -> Iterator[IllustratedMatch]:
    """Add thumbnails to matches, which must hold their photo's pixels.

    Product photos are opened in other threads, each once.

    Yields:
        The matches, in order.
    """
    threads = ThreadPoolExecutor(_N_THREADS, "thumbnails")
    try:
        thumbnails: dict[str, Future[bytes]] = {}
        pending: deque[tuple[PhotoMatch, list[Future[bytes]]]] = deque()
        reader = PhotoReader(limits)
        for match in matches:
            images = [hit.shown_image for hit in match.hits]
            for image in images:
                if image not in thumbnails:
                    thumbnails[image] = threads.submit(_encode_product_photo, image, reader)
            pending.append((match, [thumbnails[image] for image in images]))
            if len(pending) > _MAX_PENDING:
                yield _illustrate(*pending.popleft())
        while pending:
            yield _illustrate(*pending.popleft())
    finally:
        threads.shutdown(wait=True, cancel_futures=True)


def _illustrate(match: PhotoMatch, thumbnails: list[Future[bytes]]) -> IllustratedMatch:
    photo = b"" if match.pixels is None else _encode_jpeg(match.pixels)
    return IllustratedMatch(match, photo, tuple(thumbnail.result() for thumbnail in thumbnails))


def _encode_product_photo(image: str, reader: PhotoReader) -> bytes:
    # The photo may be gone since it was indexed; the match stands all the same.
    try:
        return _encode_jpeg(reader.read_letterboxed(image, THUMBNAIL_SIDE))
    except PhotoError:
        return b""


def _encode_jpeg(pixels: PreparedImage) -> bytes:
    picture = Image.fromarray(pixels)
    picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=80)
    return stream.getvalue()
