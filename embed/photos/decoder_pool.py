"""The processes that decode photos: who may use one when, and what becomes of those that ended."""

import atexit
import math
import os
import signal
import threading
import time
import weakref
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from embed.photos.decoder import DecoderProcess
from embed.photos.decoding import DecodedImage, DecodeError, DecodeRequest
from embed.photos.slow_photo_cache import SlowPhotoCache
from shopwindow.values.closeable import Closeable
from shopwindow.values.errors import PhotoDecoderError
from shopwindow.values.settings import PhotoLimits

_CLOSE_S = 2.0
_NOT_ITS_FAULT = (None, -signal.SIGKILL)
"""Ends of a decoder for which another time may be better."""


@dataclass(frozen=True, slots=True)
class QueuePolicy:
    """How long photos wait for a turn.

    Attributes:
        max_wait_s: Most seconds.
        n_guaranteed: As many wait whatever happens; the others only while one of the decoders has had
            its photo for less than `slow_after_s`.
        slow_after_s: Seconds after which a photo is slow: it is put behind other work, and remembered.
    """

    max_wait_s: float
    n_guaranteed: int = 1_000_000
    slow_after_s: float = math.inf


CATALOG_QUEUE = QueuePolicy(max_wait_s=600.0)
QUERY_QUEUE = QueuePolicy(max_wait_s=10.0, n_guaranteed=4, slow_after_s=0.5)
"""With two decoders, bombs hold up six threads; a server has more of them for others."""


class DecoderPool(Closeable):
    """Decodes photos in processes that can be ended. Safe to call from several threads.

    Processes start when they are first needed. One that a photo ended, or kept for long, is
    replaced at once, and what came of that photo is remembered. After a fork, the child starts its
    own.

    Args:
        n_decoders: Most processes.
        policy: How long photos wait for one.
    """

    def __init__(self, n_decoders: int, policy: QueuePolicy = CATALOG_QUEUE) -> None:
        self._n_decoders = n_decoders
        self._patience = policy
        self._begin()
        _POOLS.add(self)

    def _begin(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[object] = []
        self._idle: list[DecoderProcess] = []
        self._busy: set[DecoderProcess] = set()
        self._slow = SlowPhotoCache()

    def decode(self, data: bytes, request: DecodeRequest, limits: PhotoLimits) -> DecodedImage:
        """Decode one photo; see `embed.photos.decoding.decode_image`.

        Returns:
            What came of it.

        Raises:
            Refusal: The photo cannot be used, or had no turn.
            PhotoDecoderError: No process can be started.
        """
        known = self._slow.get(data, request, limits)
        if known is not None:
            return known
        decoder = self._take()
        try:
            decoded = decoder.decode(data, request, limits, self._patience.slow_after_s)
        except DecodeError as exc:
            if self._give_back(decoder):
                self._slow.put_error(data, limits, exc)
            raise
        except (EOFError, OSError) as exc:
            code = decoder.terminate(0.0 if isinstance(exc, TimeoutError) else _CLOSE_S)
            self._replace(decoder)
            refusal = _why(code, limits)
            if code not in _NOT_ITS_FAULT:
                self._slow.put_error(data, limits, refusal)
            raise refusal from exc
        except BaseException:  # Ctrl-C, say: what it answers now would be taken for another photo's
            decoder.terminate()
            self._drop(decoder)
            raise
        if self._give_back(decoder) or decoded.preview is not None:
            self._slow.put_result(data, request, limits, decoded)
        return decoded

    def list_pids(self) -> list[int]:
        """Return the ids of the running processes."""
        with self._changed:
            return [each.pid for each in (*self._idle, *self._busy)]

    def close(self) -> None:
        """End the processes; a photo that comes later starts them anew."""
        with self._changed:
            ended, self._idle = self._idle, []
        for each in ended:
            each.disconnect()
        for each in ended:
            each.terminate(_CLOSE_S)

    def detach_after_fork(self) -> None:
        """Let go of the processes, which belong to the process that this one was forked from."""
        for each in (*self._idle, *self._busy):
            each.detach_after_fork()
        self._begin()

    def _take(self) -> DecoderProcess:
        """Wait for a turn.

        Returns:
            A decoder for nobody else.

        Raises:
            Refusal: There was none in time.
        """
        ticket, until = object(), time.monotonic() + self._patience.max_wait_s
        with self._changed:
            self._waiting.append(ticket)
            try:
                while self._waiting[0] is not ticket or not self._is_one_free():
                    left = self._time_left(ticket, until)
                    if left <= 0:
                        reason = "too many photos are being opened; try again in a moment"
                        raise DecodeError("busy", reason)
                    self._changed.wait(left)
                decoder = self._free_one()
                decoder.busy_since = math.inf
                self._busy.add(decoder)
                return decoder
            finally:
                self._waiting.remove(ticket)
                self._changed.notify_all()

    def _is_one_free(self) -> bool:
        return bool(self._idle) or len(self._busy) < self._n_decoders

    def _time_left(self, ticket: object, until: float) -> float:
        """Return the seconds until it is to be looked again whether a photo still waits.

        Zero or less when it waits no longer.
        """
        now = time.monotonic()
        left = until - now
        if self._waiting.index(ticket) >= self._patience.n_guaranteed and self._busy:
            youngest = max(each.busy_since for each in self._busy)
            stuck_in = min(youngest, now) + self._patience.slow_after_s - now
            left = min(left, stuck_in)
        return left

    def _free_one(self) -> DecoderProcess:
        while self._idle:
            decoder = self._idle.pop()
            if decoder.is_running:
                return decoder
            decoder.terminate()  # somebody ended it; no photo did
        return DecoderProcess()

    def _give_back(self, decoder: DecoderProcess) -> bool:
        """Let others use a decoder, or end one that was put behind other work.

        Returns:
            Whether its photo was slow.
        """
        if decoder.is_slow:
            decoder.terminate(_CLOSE_S)
            self._replace(decoder)
            return True
        with self._changed:
            self._busy.remove(decoder)
            self._idle.append(decoder)
            self._changed.notify_all()
        return False

    def _replace(self, decoder: DecoderProcess) -> None:
        """Start another process at once, so that the next photo need not wait for its start."""
        self._drop(decoder)
        with self._changed, suppress(PhotoDecoderError):  # the next photo meets it again
            if self._is_one_free() and not self._idle:
                self._idle.append(DecoderProcess())

    def _drop(self, decoder: DecoderProcess) -> None:
        with self._changed:
            self._busy.remove(decoder)
            self._changed.notify_all()


def _why(code: int | None, limits: PhotoLimits) -> DecodeError:
    """Return why a photo that ended its decoder cannot be used."""
    if code == -signal.SIGPROF:
        limit = f"{limits.decode_cpu_s:g} s of processor time"
        return DecodeError(
            "too large", f"opening it takes more than {limit}; save it again, smaller"
        )
    if code is None:
        return DecodeError("too large", "opening it takes too long; try again, or save it smaller")
    if code == -signal.SIGKILL:
        return DecodeError(
            "too large", "its decoder was killed, as when the machine is out of memory"
        )
    return DecodeError("unreadable", f"broken: its decoder ended with code {code}; save it again")


@cache
def get_shared_pool(n_decoders: int, policy: QueuePolicy) -> DecoderPool:
    """Return the pool that all of this process uses for one kind of photos."""
    return DecoderPool(n_decoders, policy)


_POOLS: "weakref.WeakSet[DecoderPool]" = weakref.WeakSet()


def _forget_all() -> None:
    for each in list(_POOLS):
        each.detach_after_fork()


def _close_all() -> None:
    for each in list(_POOLS):
        each.close()


os.register_at_fork(after_in_child=_forget_all)
atexit.register(_close_all)
