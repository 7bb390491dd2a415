"""The client of a folder's engine service: connects or starts it, sends requests, and retries."""

import os
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.store.edge.connection import OPEN_TIMEOUT_S, Connection, kill_if_stopped
from index.store.edge.messages import pack_message
from index.store.edge.metadata_files import LOG_FILE
from index.store.edge.startup import start_service
from index.store.edge.write_lock import hold_write_lock
from shopwindow.values.errors import IndexStoreError, IndexTimeoutError

MAX_STARTS = 4
"""Attempts to start a service that ends at once, before an error is raised."""

MAX_TOKEN_AGE_S = 0.5
"""Seconds for which the change token of the last reply is valid; then the engine is asked."""

_HANG_UP_WAIT_S = 0.2
"""Seconds that the system may take to close the connections of an engine that was just killed."""


@dataclass(frozen=True, slots=True)
class ClientTimeouts:
    """How long a client waits, in seconds.

    Attributes:
        timeout_s: For a reply.
        write_wait_s: For the write lock.
    """

    timeout_s: float = 30.0
    write_wait_s: float = 600.0


class _LostError(Exception):
    """The connection broke before the reply came: the engine, or the whole service, ended."""


class EngineClient:
    """Calls the service of one folder, from any thread and also after a fork.

    Each call has a deadline. If the engine dies, its supervisor starts another one and the client
    retries the request once: every operation but `create` is idempotent, and `create` has an
    idempotent variant.

    Args:
        folder: Absolute path of the index folder; it is created if it does not exist.
        hnsw_min_points: Number of points from which a graph is built.
        timeouts: How long to wait.

    Raises:
        IndexLockedError: The folder is locked by a process that cannot be reached.
        IndexStoreError: The folder is damaged, or the service cannot be started.
    """

    def __init__(self, folder: Path, hnsw_min_points: int, timeouts: ClientTimeouts) -> None:
        self._folder = folder
        self._hnsw_min_points = hnsw_min_points
        self._timeouts = timeouts
        self._lock = threading.Lock()
        self._connections: set[Connection] = set()
        self._idle: list[Connection] = []
        self._closed = False
        self._change_token = ""
        self._n_changes = 0
        self._replied_at = 0.0
        self._finalizer = weakref.finalize(self, _close_all, self._connections)
        _CLIENTS.add(self)
        self._release(self._connect())

    @property
    def pid(self) -> int:
        """Process id of the engine, for tests and diagnosis."""
        connection = self._acquire()
        self._release(connection)
        return connection.pid

    @property
    def n_changes(self) -> int:
        """Number of changes noticed, by any process; at most a second old."""
        if time.monotonic() - self._replied_at > MAX_TOKEN_AGE_S and not self._closed:
            with suppress(IndexStoreError):  # the next real request will report it
                self.call("version")
        return self._n_changes

    def call(self, name: str, *args: Any, retry_as: str = "") -> Any:
        """Call an operation of the engine.

        Args:
            name: Name of the operation.
            *args: Arguments of the operation.
            retry_as: Operation to call with the same arguments if the engine dies meanwhile; empty
                for the same one.

        Returns:
            The result of the operation.

        Raises:
            ShopwindowError: The operation failed.
            IndexTimeoutError: The deadline passed.
            IndexStoreError: The engine died twice.
        """
        try:
            return self._call_once(name, pack_message((name, args)))
        except _LostError:
            self._drop_idle()
        try:
            return self._call_once(name, pack_message((retry_as or name, args)))
        except _LostError as lost:
            self._drop_idle()
            raise self._make_ended_error() from lost

    @contextmanager
    def lock_writes(self) -> Iterator[None]:
        """Hold the folder's write lock during several writes.

        Raises:
            IndexLockedError: Another process held it for longer than the timeout.
        """
        with hold_write_lock(self._folder, self._timeouts.write_wait_s):
            try:
                yield
            finally:
                with suppress(IndexStoreError):  # the engine also notices by itself, a second later
                    self.call("end_writing")

    def close(self) -> None:
        """Disconnect; the last client waits until the engine has made all durable. Idempotent."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle[1:]:
            self._discard(connection)
        if idle:
            # The service replies at once, except to its last client: it hangs up at exit.
            with suppress(OSError, EOFError):
                idle[0].send_request(pack_message(("leave", ())), self._timeouts.timeout_s)
            self._discard(idle[0])
        self._finalizer()

    def reset_after_fork(self) -> None:
        """Forget the parent's connections; called in a child process that was just forked."""
        _close_all(self._connections)
        self._lock = threading.Lock()
        self._idle = []

    def _call_once(self, name: str, message: bytes) -> Any:
        connection = self._acquire()
        try:
            kind, value = connection.send_request(message, self._timeouts.timeout_s)
        except TimeoutError as exc:
            # If several threads wait for a stopped engine, one of them kills it for all.
            is_lost = kill_if_stopped(connection.pid) or connection.is_closed_by_peer(
                _HANG_UP_WAIT_S
            )
            self._discard(connection)
            if is_lost:
                raise _LostError from exc
            location = str(self._folder)
            raise IndexTimeoutError(location, name, self._timeouts.timeout_s) from exc
        except (EOFError, OSError) as exc:
            self._discard(connection)
            raise _LostError from exc
        except BaseException:
            # Ctrl-C between request and reply: this connection is out of sync, the others are not.
            self._discard(connection)
            raise
        self._note_reply(connection)
        self._release(connection)
        if kind == "error":
            raise value
        return value

    def _note_reply(self, connection: Connection) -> None:
        self._replied_at = time.monotonic()
        if connection.change_token != self._change_token:
            self._change_token = connection.change_token
            self._n_changes += 1

    def _acquire(self) -> Connection:
        with self._lock:
            if self._closed:
                raise IndexStoreError(f"the index at {self._folder} is closed; open it again")
            if self._idle:
                return self._idle.pop()
        return self._connect()

    def _release(self, connection: Connection) -> None:
        with self._lock:
            if not self._closed and connection in self._connections:
                self._idle.append(connection)
                return
        self._discard(connection)

    def _discard(self, connection: Connection) -> None:
        self._connections.discard(connection)
        connection.close()

    def _drop_idle(self) -> None:
        """Close the idle connections, which lead to an engine that died."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            self._discard(connection)

    def _connect(self) -> Connection:
        n_started, deadline = 0, time.monotonic() + OPEN_TIMEOUT_S
        while n_started < MAX_STARTS and time.monotonic() < deadline:
            try:
                connection = Connection(
                    self._folder, self._hnsw_min_points, self._timeouts.timeout_s
                )
            except TimeoutError as exc:
                raise IndexTimeoutError(str(self._folder), "hello", OPEN_TIMEOUT_S) from exc
            except (FileNotFoundError, ConnectionError, EOFError):
                n_started += start_service(self._folder)  # no service, or one that is just ending
            else:
                self._connections.add(connection)
                self._note_reply(connection)
                return connection
        raise self._make_ended_error()

    def _make_ended_error(self) -> IndexStoreError:
        return IndexStoreError(
            f"the engine process of {self._folder} ended. All acknowledged writes are safe; try "
            f"again. {self._folder / LOG_FILE} may say why."
        )


_CLIENTS: "weakref.WeakSet[EngineClient]" = weakref.WeakSet()


def _reset_clients_after_fork() -> None:
    for client in list(_CLIENTS):
        client.reset_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_clients_after_fork)


def _close_all(connections: "set[Connection]") -> None:
    while connections:
        connections.pop().close()
