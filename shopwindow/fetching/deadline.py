"""Deadlines and timeouts for calls that have none of their own."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Deadline:
    """A point in time by which work must be done.

    Args:
        timeout_s: Seconds from now.
    """

    def __init__(self, timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self._end = time.monotonic() + timeout_s

    def remaining_s(self) -> float:
        """Return the remaining seconds, always above zero.

        Raises:
            TimeoutError: The deadline has passed.
        """
        remaining = self._end - time.monotonic()
        if remaining <= 0:
            raise TimeoutError(f"not done within {self.timeout_s:g} s")
        return remaining


def call_with_timeout(timeout_s: float, call: Callable[[], T]) -> T:
    """Run a call in a thread and wait at most `timeout_s` seconds for its result.

    After a timeout the thread keeps running in the background: meant for DNS lookups, which cannot
    be interrupted and end by themselves.

    Returns:
        The result of the call.

    Raises:
        TimeoutError: The call has not returned in time.
        Exception: Whatever the call raised.
    """
    worker = _Worker(call)
    worker.start()
    worker.join(timeout_s)
    if worker.is_alive():
        raise TimeoutError(f"no answer within {timeout_s:g} s")
    if worker.error is not None:
        raise worker.error
    return worker.results[0]


class _Worker(threading.Thread, Generic[T]):
    def __init__(self, call: Callable[[], T]) -> None:
        super().__init__(daemon=True)
        self._call = call
        self.results: list[T] = []
        self.error: BaseException | None = None

    def run(self) -> None:
        """Store the result or the error for the waiting thread."""
        try:
            self.results.append(self._call())
        except BaseException as exc:  # noqa: BLE001 - `call_with_timeout` raises it in the waiting thread
            self.error = exc
