"""A guard for resources that must not be used after a fork, such as threads and connections."""

import os

from shopwindow.values.errors import ForkedError


class ForkGuard:
    """Remembers which process opened a resource.

    Args:
        resource: Name of the resource for messages, such as "this SearchService".
    """

    def __init__(self, resource: str) -> None:
        self._resource = resource
        self._owner_pid = os.getpid()

    def check(self) -> None:
        """Check that the caller runs in the process that opened the resource.

        Raises:
            ForkedError: It runs in a fork, where it would wait for threads that do not exist, or
                corrupt what its parent writes.
        """
        if os.getpid() != self._owner_pid:
            raise ForkedError(self._resource, self._owner_pid)
