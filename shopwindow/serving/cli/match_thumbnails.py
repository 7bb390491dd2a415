"""Small pictures for a sheet of matches: of each photo, and of the products it found."""

import io
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from PIL import Image

from embed import PhotoReader
from search.batch_matching import PhotoMatch
from shopwindow.values.encoder import PreparedImage
from shopwindow.values.errors import PhotoError
from shopwindow.values.settings import PhotoLimits

THUMBNAIL_SIDE = 72
"""Pixels of a small picture's side."""

_THREADS = 2
_AHEAD = 32
"""Matches whose pictures are made while others are looked for."""


@dataclass(frozen=True, slots=True)
class IllustratedMatch:
    """A match with small pictures.

    Attributes:
        match: The match.
        photo_thumbnail: JPEG of the photo; empty without pictures, or where it could not be used.
        product_thumbnails: JPEG for each hit; empty where there is none. No entries without pictures.
    """

    match: PhotoMatch
    photo_thumbnail: bytes = b""
    product_thumbnails: tuple[bytes, ...] = ()


def add_thumbnails(
    matches: Iterable[PhotoMatch], limits: PhotoLimits
) -> Iterator[IllustratedMatch]:
    """Add small pictures to matches, which must hold their photo's pixels.

    Products' photos are opened in other threads, each once.

    Yields:
        The matches, in order.
    """
    threads = ThreadPoolExecutor(_THREADS, "pictures")
    try:
        made: dict[str, Future[bytes]] = {}
        waiting: deque[tuple[PhotoMatch, list[Future[bytes]]]] = deque()
        reader = PhotoReader(limits)
        for match in matches:
            images = [hit.product.image for hit in match.hits]
            for image in images:
                if image not in made:
                    made[image] = threads.submit(_of_product, image, reader)
            waiting.append((match, [made[image] for image in images]))
            if len(waiting) > _AHEAD:
                yield _illustrated(*waiting.popleft())
        while waiting:
            yield _illustrated(*waiting.popleft())
    finally:
        threads.shutdown(wait=True, cancel_futures=True)


def _illustrated(match: PhotoMatch, products: list[Future[bytes]]) -> IllustratedMatch:
    photo = b"" if match.pixels is None else _jpeg(match.pixels)
    return IllustratedMatch(match, photo, tuple(each.result() for each in products))


def _of_product(image: str, reader: PhotoReader) -> bytes:
    # The photo may be gone since it was indexed; the product is found all the same.
    try:
        return _jpeg(reader.read_letterboxed(image, THUMBNAIL_SIDE))
    except PhotoError:
        return b""


def _jpeg(pixels: PreparedImage) -> bytes:
    picture = Image.fromarray(pixels)
    picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=80)
    return data.getvalue()
