"""Ctrl-C as a request to stop, for work whose partial result is worth keeping."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def defer_interrupt() -> Iterator[Callable[[], bool]]:
    """Defer the first Ctrl-C for as long as the block lasts; the second one interrupts as usual.

    Yields:
        A function that returns whether Ctrl-C came. Outside the main thread, where no signals
        arrive, it always returns False.
    """
    interrupted = threading.Event()

    def handle(_number: int, _frame: FrameType | None) -> None:
        if interrupted.is_set():
            raise KeyboardInterrupt
        interrupted.set()

    if threading.current_thread() is not threading.main_thread():
        yield interrupted.is_set
        return
    previous = signal.signal(signal.SIGINT, handle)
    try:
        yield interrupted.is_set
    finally:
        signal.signal(signal.SIGINT, previous)
