"""What came of photos that took long to open, so that nobody waits for the same one twice."""

import hashlib
import threading
from collections import OrderedDict
from typing import NamedTuple

from embed.photos.decoding import DecodedImage, DecodeError, DecodeRequest
from shopwindow.values.settings import PhotoLimits

_REMEMBERED = 64
_MAX_ANSWER = 1_000_000
"""Bytes of pixels that are kept for one answer."""


class _Key(NamedTuple):
    n_bytes: int
    digest: bytes
    limits: PhotoLimits
    task: DecodeRequest | None


class SlowPhotoCache:
    """Remembers the last slow answers and refusals. Safe to call from several threads.

    A visitor's photo is opened for the search and for its tile, and again with every click on the
    page. A refusal holds for whatever is wanted of a photo but its size.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[_Key, DecodedImage | DecodeError] = OrderedDict()

    def get(self, data: bytes, request: DecodeRequest, limits: PhotoLimits) -> DecodedImage | None:
        """Return the answer that was given before; None for a photo that is not remembered.

        Raises:
            Refusal: The photo was refused before.
        """
        with self._lock:
            lengths = {key.n_bytes for key in self._known}
        if request.mode == "size" or len(data) not in lengths:  # others do without the digest
            return None
        key = _Key(len(data), _digest(data), limits, request)
        with self._lock:
            known = self._known.get(key) or self._known.get(key._replace(task=None))
        if isinstance(known, DecodeError):
            raise DecodeError(known.kind, known.reason)
        return None if known is None else DecodedImage(known.size, bytearray(known.pixels))

    def put_error(self, data: bytes, limits: PhotoLimits, error: DecodeError) -> None:
        """Remember why a photo cannot be used."""
        key = _Key(len(data), _digest(data), limits, None)
        self._note(key, DecodeError(error.kind, error.reason))  # without its traceback

    def put_result(
        self, data: bytes, request: DecodeRequest, limits: PhotoLimits, result: DecodedImage
    ) -> None:
        """Remember an answer with its preview, unless it is large."""
        if len(result.pixels) <= _MAX_ANSWER:
            kept = DecodedImage(result.size, bytes(result.pixels))
            self._note(_Key(len(data), _digest(data), limits, request), kept)
        if result.preview is not None:
            self.put_result(data, request.to_preview_request(), limits, result.preview)

    def _note(self, key: _Key, known: DecodedImage | DecodeError) -> None:
        with self._lock:
            self._known[key] = known
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()
