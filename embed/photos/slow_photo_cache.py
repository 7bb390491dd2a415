"""A cache of the results of photos that were slow to decode."""

import hashlib
import threading
from collections import OrderedDict
from typing import NamedTuple

from embed.photos.decode_values import DecodedImage, DecodeError, DecodeRequest
from shopwindow.values.setting_groups import PhotoLimits

_MAX_ENTRIES = 64
_MAX_RESULT_BYTES = 1_000_000
"""Most bytes of pixels in one cached result."""


class _CacheKey(NamedTuple):
    n_bytes: int
    digest: bytes
    limits: PhotoLimits
    request: DecodeRequest | None


class SlowPhotoCache:
    """Caches the last slow results and errors. Safe to call from several threads.

    A query photo is decoded for the search and for its tile, and again with every click on the
    page. An error applies to every request for the photo except its size.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: OrderedDict[_CacheKey, DecodedImage | DecodeError] = OrderedDict()

    def get(self, data: bytes, request: DecodeRequest, limits: PhotoLimits) -> DecodedImage | None:
        """Return the cached result; None for a photo that is not cached.

        Raises:
            DecodeError: The photo failed before.
        """
        with self._lock:
            lengths = {key.n_bytes for key in self._entries}
        if request.mode == "size" or len(data) not in lengths:  # saves computing the digest
            return None
        key = _CacheKey(len(data), _compute_digest(data), limits, request)
        with self._lock:
            entry = self._entries.get(key) or self._entries.get(key._replace(request=None))
        if isinstance(entry, DecodeError):
            raise DecodeError(entry.kind, entry.reason)
        if entry is None:
            return None
        return DecodedImage(entry.size, bytearray(entry.pixels), None, entry.n_frames)

    def put_error(self, data: bytes, limits: PhotoLimits, error: DecodeError) -> None:
        """Cache why a photo cannot be used."""
        key = _CacheKey(len(data), _compute_digest(data), limits, None)
        self._put(key, DecodeError(error.kind, error.reason))  # without its traceback

    def put_result(
        self, data: bytes, request: DecodeRequest, limits: PhotoLimits, result: DecodedImage
    ) -> None:
        """Cache a result and its preview, unless they are large."""
        if len(result.pixels) <= _MAX_RESULT_BYTES:
            entry = DecodedImage(result.size, bytes(result.pixels), None, result.n_frames)
            self._put(_CacheKey(len(data), _compute_digest(data), limits, request), entry)
        if result.preview is not None:
            self.put_result(data, request.to_preview_request(), limits, result.preview)

    def _put(self, key: _CacheKey, entry: DecodedImage | DecodeError) -> None:
        with self._lock:
            self._entries[key] = entry
            while len(self._entries) > _MAX_ENTRIES:
                self._entries.popitem(last=False)


def _compute_digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()
