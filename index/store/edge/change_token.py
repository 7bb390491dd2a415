"""The token by which an engine service tells its clients that the index changed."""

import time
import uuid

ANNOUNCE_INTERVAL_S = 15.0
"""Seconds between announcements of changes during a long run; one more follows at its end."""


class ChangeToken:
    """Identifies the state of the index; it changes with each announced change."""

    def __init__(self) -> None:
        self._prefix = uuid.uuid4().hex[:12]
        self._n_announced = 0
        self._has_pending_change = False
        self._announced_at = 0.0

    @property
    def value(self) -> str:
        """The current token."""
        return f"{self._prefix}-{self._n_announced}"

    def mark_changed(self) -> None:
        """Note a change, to be announced later."""
        self._has_pending_change = True

    def announce(self, force: bool) -> None:
        """Change the token if there are changes to announce.

        Args:
            force: Announce now, even if the last announcement was less than `ANNOUNCE_INTERVAL_S`
                ago.
        """
        now = time.monotonic()
        if self._has_pending_change and (force or now - self._announced_at >= ANNOUNCE_INTERVAL_S):
            self._n_announced += 1
            self._has_pending_change, self._announced_at = False, now
