"""How an engine's service tells its clients that the index changed."""

import time
import uuid

ANNOUNCE_INTERVAL_S = 15.0
"""While a long run writes, others are told of changes this often, and when it is over."""


class ChangeToken:
    """A name for the state of the index, another one after each change that is announced."""

    def __init__(self) -> None:
        self._boot = uuid.uuid4().hex[:12]
        self._n = 0
        self._pending = False
        self._announced_at = 0.0

    @property
    def value(self) -> str:
        """The name now."""
        return f"{self._boot}-{self._n}"

    def mark_changed(self) -> None:
        """Something was written."""
        self._pending = True

    def announce(self, force: bool) -> None:
        """Tell of what was written: at once, or when that was not done for a while."""
        now = time.monotonic()
        if self._pending and (force or now - self._announced_at >= ANNOUNCE_INTERVAL_S):
            self._n += 1
            self._pending, self._announced_at = False, now
