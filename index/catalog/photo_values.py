"""Values of photo columns: every photo that a cell, a list or an object names, in order."""

import base64
import binascii
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from index.catalog.embedded_photos import PhotoFolder
from index.catalog.image_addresses import PhotoRoot, is_embedded
from index.catalog.photo_cells import list_addresses
from index.catalog.records import CellError, as_json
from index.catalog.text_cleaning import is_empty
from shopwindow.values.errors import FeedError

MAX_PHOTOS = 100
"""Photos of one value that are read; galleries have up to about twenty."""


class PhotoValues(NamedTuple):
    """What a value gives.

    Attributes:
        photos: Addresses and absolute paths, in order, each once.
        problems: Why others cannot be used, in order.
    """

    photos: tuple[str, ...]
    problems: tuple[str, ...]


class PhotoValueReader:
    """Reads the photos of a value: a text, bytes, an object with either, or a list of these.

    Args:
        feed: Name of the feed, for errors.
        root: Resolves paths and addresses.
        folder: Where embedded photos are written to; None to refuse them.
    """

    def __init__(self, feed: str, root: PhotoRoot, folder: PhotoFolder | None) -> None:
        self._feed = feed
        self._root = root
        self._folder = folder

    def read_all(self, value: object) -> PhotoValues:
        """Return every photo that can be used, and why others cannot.

        Raises:
            FeedError: A photo is given as bytes, and there is no folder for photos.
        """
        photos: dict[str, None] = {}
        problems: dict[str, None] = {}
        for photo in self._iter_photos(value):
            if isinstance(photo, CellError):
                problems[photo.reason] = None
            else:
                photos[photo] = None
            if len(photos) + len(problems) >= MAX_PHOTOS:
                break
        return PhotoValues(tuple(photos), tuple(problems))

    def _iter_photos(self, value: object) -> Iterator[str | CellError]:
        """Yield each photo, or why it cannot be used."""
        if isinstance(value, (list, tuple)):
            for item in value:
                if not is_empty(item):
                    yield from self._iter_photos(item)
            return
        if isinstance(value, dict):
            data = value.get("bytes")
            if not isinstance(data, (bytes, bytearray)):
                yield from self._iter_photos(list_addresses(value))
                return
            yield from self._attempt(lambda: self._save_bytes(bytes(data)))
            return
        if isinstance(value, str):
            yield from self._iter_cell(value)
        elif isinstance(value, (bytes, bytearray)):
            yield from self._attempt(lambda: self._save_bytes(bytes(value)))
        else:
            yield CellError(f"a path or an address expected, got {as_json(value)[:80]}")

    def _iter_cell(self, cell: str) -> Iterator[str | CellError]:
        try:
            photos = self._root.list_photos(cell)
        except CellError as exc:
            yield exc
            return
        for photo in photos:
            resolve = self._save_embedded if is_embedded(photo) else self._root.resolve
            yield from self._attempt(partial(resolve, photo))

    def _attempt(self, resolve: Callable[[], str]) -> Iterator[str | CellError]:
        try:
            yield resolve()
        except CellError as exc:
            yield exc

    def _save_bytes(self, data: bytes) -> str:
        if self._folder is None:
            raise FeedError(
                self._feed,
                "the feed contains the photos as bytes; give a folder to write them to: "
                'photo_folder="photos"',
            )
        return self._folder.save(data)

    def _save_embedded(self, address: str) -> str:
        if self._folder is None:
            raise CellError(
                "the cell holds the photo itself (data:...); give a folder to write such photos "
                "to: --photo-folder photos"
            )
        return self._folder.save(decode_data_address(address))


def decode_data_address(address: str) -> bytes:
    """Return the bytes of a `data:` address, in base64 or percent-encoded. Source: RFC 2397.

    Raises:
        CellError: It is no such address, or its base64 is broken.
    """
    head, comma, body = address.partition(",")
    if not comma or head[:5].casefold() != "data:":
        raise CellError(f"a data: address expected, got {address[:60]!r}")
    data = unquote_to_bytes(body)
    if not head.casefold().endswith(";base64"):
        return data
    text = b"".join(data.split()).rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as exc:
        raise CellError("a photo in base64 expected (data:...), got broken base64") from exc
