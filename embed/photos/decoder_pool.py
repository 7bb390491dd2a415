"""A pool of decoder processes: queueing, replacement of failed ones, memory of slow photos."""

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

from embed.photos.decode_values import DecodedImage, DecodeError, DecodeRequest
from embed.photos.decoder import DecoderProcess
from embed.photos.slow_photo_cache import SlowPhotoCache
from shopwindow.values import Closeable
from shopwindow.values.errors import PhotoDecoderError
from shopwindow.values.setting_groups import PhotoLimits

_CLOSE_TIMEOUT_S = 2.0
_RETRYABLE_EXIT_CODES = (None, -signal.SIGKILL)
"""Exit codes after which the same photo may succeed another time."""


@dataclass(frozen=True, slots=True)
class QueuePolicy:
    """How long photos wait for a decoder.

    Attributes:
        max_wait_s: Most seconds that a photo waits.
        n_guaranteed: Photos at the head of the queue that wait in any case; those behind them only
            while at least one decoder has had its photo for less than `slow_after_s`.
        slow_after_s: Seconds after which a photo is slow: its decoder's priority is lowered, and
            the result is cached.
    """

    max_wait_s: float
    n_guaranteed: int = 1_000_000
    slow_after_s: float = math.inf


CATALOG_QUEUE = QueuePolicy(max_wait_s=600.0)
QUERY_QUEUE = QueuePolicy(max_wait_s=10.0, n_guaranteed=4, slow_after_s=0.5)
"""With two decoders, image bombs block at most six threads; a server has more."""


class DecoderPool(Closeable):
    """Decodes photos in processes that can be killed. Safe to call from several threads.

    Processes start on first use. One that a photo ended, or occupied for long, is replaced at once,
    and the result for that photo is cached. After a fork, the child starts its own.

    Args:
        n_decoders: Most processes.
        policy: How long photos wait for one.
    """

    def __init__(self, n_decoders: int, policy: QueuePolicy = CATALOG_QUEUE) -> None:
        self._n_decoders = n_decoders
        self._policy = policy
        self._reset()
        _POOLS.add(self)

    def _reset(self) -> None:
        self._state_changed = threading.Condition()
        self._queue: list[object] = []
        self._idle: list[DecoderProcess] = []
        self._busy: set[DecoderProcess] = set()
        self._slow_photos = SlowPhotoCache()

    def decode(self, data: bytes, request: DecodeRequest, limits: PhotoLimits) -> DecodedImage:
        """Decode one photo; see `embed.photos.decoding.decode_image`.

        Returns:
            The decoded image.

        Raises:
            DecodeError: The photo cannot be used, or waited too long.
            PhotoDecoderError: No process can be started.
        """
        cached = self._slow_photos.get(data, request, limits)
        if cached is not None:
            return cached
        decoder = self._acquire()
        try:
            decoded = decoder.decode(data, request, limits, self._policy.slow_after_s)
        except DecodeError as exc:
            if self._release(decoder):
                self._slow_photos.put_error(data, limits, exc)
            raise
        except (EOFError, OSError) as exc:
            code = decoder.terminate(0.0 if isinstance(exc, TimeoutError) else _CLOSE_TIMEOUT_S)
            self._replace(decoder)
            error = _explain_exit(code, limits)
            if code not in _RETRYABLE_EXIT_CODES:
                self._slow_photos.put_error(data, limits, error)
            raise error from exc
        except BaseException:  # Ctrl-C, say: its late reply would be taken for the next photo's
            decoder.terminate()
            self._discard(decoder)
            raise
        if self._release(decoder) or decoded.preview is not None:
            self._slow_photos.put_result(data, request, limits, decoded)
        return decoded

    def list_pids(self) -> list[int]:
        """Return the ids of the running processes."""
        with self._state_changed:
            return [decoder.pid for decoder in (*self._idle, *self._busy)]

    def close(self) -> None:
        """End the idle processes; a later photo starts new ones."""
        with self._state_changed:
            decoders, self._idle = self._idle, []
        for decoder in decoders:
            decoder.disconnect()
        for decoder in decoders:
            decoder.terminate(_CLOSE_TIMEOUT_S)

    def detach_after_fork(self) -> None:
        """Release the processes, which are children of the forked parent."""
        for decoder in (*self._idle, *self._busy):
            decoder.detach_after_fork()
        self._reset()

    def _acquire(self) -> DecoderProcess:
        """Wait for a decoder and reserve it.

        Returns:
            A decoder that no other thread uses.

        Raises:
            DecodeError: None became free in time.
        """
        ticket, deadline = object(), time.monotonic() + self._policy.max_wait_s
        with self._state_changed:
            self._queue.append(ticket)
            try:
                while self._queue[0] is not ticket or not self._has_capacity():
                    wait_s = self._compute_wait_s(ticket, deadline)
                    if wait_s <= 0:
                        reason = "too many photos are being opened; try again in a moment"
                        raise DecodeError("busy", reason)
                    self._state_changed.wait(wait_s)
                decoder = self._pop_or_start()
                decoder.busy_since = math.inf
                self._busy.add(decoder)
                return decoder
            finally:
                self._queue.remove(ticket)
                self._state_changed.notify_all()

    def _has_capacity(self) -> bool:
        return bool(self._idle) or len(self._busy) < self._n_decoders

    def _compute_wait_s(self, ticket: object, deadline: float) -> float:
        """Return the seconds that a photo may go on waiting; zero or less when it must give up."""
        now = time.monotonic()
        wait_s = deadline - now
        if self._queue.index(ticket) >= self._policy.n_guaranteed and self._busy:
            latest_start = max(decoder.busy_since for decoder in self._busy)
            all_slow_in_s = min(latest_start, now) + self._policy.slow_after_s - now
            wait_s = min(wait_s, all_slow_in_s)
        return wait_s

    def _pop_or_start(self) -> DecoderProcess:
        while self._idle:
            decoder = self._idle.pop()
            if decoder.is_running:
                return decoder
            decoder.terminate()  # it died while idle: no photo's fault
        return DecoderProcess()

    def _release(self, decoder: DecoderProcess) -> bool:
        """Return a decoder to the pool, or replace it if its priority was lowered.

        Returns:
            Whether its photo was slow.
        """
        if decoder.is_slow:
            decoder.terminate(_CLOSE_TIMEOUT_S)
            self._replace(decoder)
            return True
        with self._state_changed:
            self._busy.remove(decoder)
            self._idle.append(decoder)
            self._state_changed.notify_all()
        return False

    def _replace(self, decoder: DecoderProcess) -> None:
        """Start another process at once, so that the next photo does not wait for its start."""
        self._discard(decoder)
        with self._state_changed, suppress(PhotoDecoderError):  # the next photo will raise it
            if self._has_capacity() and not self._idle:
                self._idle.append(DecoderProcess())

    def _discard(self, decoder: DecoderProcess) -> None:
        with self._state_changed:
            self._busy.remove(decoder)
            self._state_changed.notify_all()


def _explain_exit(code: int | None, limits: PhotoLimits) -> DecodeError:
    """Return the error of a photo whose decoder ended with this exit code, None if killed here."""
    if code == -signal.SIGPROF:
        reason = (
            f"opening it takes more than {limits.decode_cpu_s:g} s of CPU time; save it smaller"
        )
        return DecodeError("too large", reason)
    if code is None:
        return DecodeError("too large", "opening it takes too long; try again, or save it smaller")
    if code == -signal.SIGKILL:
        return DecodeError(
            "too large", "its decoder was killed, as when the machine is out of memory"
        )
    return DecodeError("unreadable", f"broken: its decoder ended with code {code}; save it again")


@cache
def get_shared_pool(n_decoders: int, policy: QueuePolicy) -> DecoderPool:
    """Return the pool of this process for these arguments."""
    return DecoderPool(n_decoders, policy)


_POOLS: "weakref.WeakSet[DecoderPool]" = weakref.WeakSet()


def _detach_all_after_fork() -> None:
    for pool in list(_POOLS):
        pool.detach_after_fork()


def _close_all_pools() -> None:
    for pool in list(_POOLS):
        pool.close()


os.register_at_fork(after_in_child=_detach_all_after_fork)
atexit.register(_close_all_pools)
