"""What came of photos that took long to open, so that nobody waits for the same one twice."""

import hashlib
import threading
from collections import OrderedDict
from typing import NamedTuple

from embed.photos.decoding import Decoded, Refusal, Task
from shopwindow.values.settings import PhotoLimits

_REMEMBERED = 64
_MAX_ANSWER = 1_000_000
"""Bytes of pixels that are kept for one answer."""


class _Key(NamedTuple):
    n_bytes: int
    digest: bytes
    limits: PhotoLimits
    task: Task | None


class SlowPhotos:
    """Remembers the last slow answers and refusals. Safe to call from several threads.

    A visitor's photo is opened for the search and for its tile, and again with every click on the
    page. A refusal holds for whatever is wanted of a photo but its size.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[_Key, Decoded | Refusal] = OrderedDict()

    def recall(self, data: bytes, task: Task, limits: PhotoLimits) -> Decoded | None:
        """Return the answer that was given before; None for a photo that is not remembered.

        Raises:
            Refusal: The photo was refused before.
        """
        with self._lock:
            lengths = {key.n_bytes for key in self._known}
        if task.wanted == "size" or len(data) not in lengths:  # others do without the digest
            return None
        key = _Key(len(data), _digest(data), limits, task)
        with self._lock:
            known = self._known.get(key) or self._known.get(key._replace(task=None))
        if isinstance(known, Refusal):
            raise Refusal(known.fault, known.reason)
        return None if known is None else Decoded(known.size, bytearray(known.pixels))

    def note_refusal(self, data: bytes, limits: PhotoLimits, refusal: Refusal) -> None:
        """Remember why a photo cannot be used."""
        key = _Key(len(data), _digest(data), limits, None)
        self._note(key, Refusal(refusal.fault, refusal.reason))  # without its traceback

    def note_answer(self, data: bytes, task: Task, limits: PhotoLimits, answer: Decoded) -> None:
        """Remember an answer with its preview, unless it is large."""
        if len(answer.pixels) <= _MAX_ANSWER:
            kept = Decoded(answer.size, bytes(answer.pixels))
            self._note(_Key(len(data), _digest(data), limits, task), kept)
        if answer.preview is not None:
            self.note_answer(data, task.of_preview(), limits, answer.preview)

    def _note(self, key: _Key, known: Decoded | Refusal) -> None:
        with self._lock:
            self._known[key] = known
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()
