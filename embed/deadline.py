"""Time limits on work that takes none of its own."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Deadline:
    """A moment by which something must be done.

    Args:
        timeout_s: From now.
    """

    def __init__(self, timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self._end = time.monotonic() + timeout_s

    def remaining_s(self) -> float:
        """Return the seconds that are left, more than zero.

        Raises:
            TimeoutError: None are left.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"not done within {self.timeout_s:g} s")
        return left


def call_with_timeout(timeout_s: float, call: Callable[[], T]) -> T:
    """Return what the call returns, but wait only so long.

    The call runs in a thread of its own, which is left behind when the time is over: for looking
    up a host name, which nothing can interrupt, and which ends by itself some time.

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
        """Keep the result or the error for the waiting thread."""
        try:
            self.results.append(self._call())
        except BaseException as exc:  # noqa: BLE001 - `within` raises it in the waiting thread
            self.error = exc
