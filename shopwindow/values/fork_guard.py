"""What belongs to the process that opened it: threads and connections do not survive a fork."""

import os

from shopwindow.values.errors import ForkedError


class ForkGuard:
    """Remembers which process opened something.

    Args:
        resource: Its name for messages, such as "this SearchService".
    """

    def __init__(self, resource: str) -> None:
        self._what = resource
        self._pid = os.getpid()

    def check(self) -> None:
        """Check that the caller is in that process.

        Raises:
            ForkedError: It was forked from it, and would wait for threads that are not there, or
                spoil what its parent writes.
        """
        if os.getpid() != self._pid:
            raise ForkedError(self._what, self._pid)
