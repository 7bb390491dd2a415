"""Ctrl-C as a wish to come to an end, for work that is worth keeping."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def defer_interrupt() -> Iterator[Callable[[], bool]]:
    """Note the first Ctrl-C for as long as the block lasts; the second one ends it as usual.

    Yields:
        Whether Ctrl-C came. Outside the main thread, where no signals arrive, always False.
    """
    came = threading.Event()

    def note(_number: int, _frame: FrameType | None) -> None:
        if came.is_set():
            raise KeyboardInterrupt
        came.set()

    if threading.current_thread() is not threading.main_thread():
        yield came.is_set
        return
    before = signal.signal(signal.SIGINT, note)
    try:
        yield came.is_set
    finally:
        signal.signal(signal.SIGINT, before)
