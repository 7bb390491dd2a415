"""A process's way to the engine's service of a folder: connect, or start it; ask, or ask again."""

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
"""Services that may be started and end at once, one after the other, before an error is raised."""

MAX_TOKEN_AGE_S = 0.5
"""Age in seconds up to which the last reply's word on changes holds; then the engine is asked."""

_DYING_S = 0.2
"""Seconds that the system may take to close the connections of an engine that was just killed."""


@dataclass(frozen=True, slots=True)
class ClientTimeouts:
    """How long a client waits.

    Attributes:
        timeout_s: For one answer, in seconds.
        write_wait_s: For the turn of whoever is writing, in seconds.
    """

    timeout_s: float = 30.0
    write_wait_s: float = 600.0


class _LostError(Exception):
    """The connection broke before a reply came: the engine, or the whole service, ended."""


class EngineClient:
    """Asks the service of one folder, from any thread and also after a fork.

    Each call has a deadline. When the engine dies, its keeper starts another one, and what was
    asked is asked once more: every operation but `create` may be repeated without harm, and that
    one has a form which may.

    Args:
        folder: The index folder, an absolute path; it is made if it is not there.
        hnsw_min_points: Points from which a graph is wanted.
        timeouts: How long to wait.

    Raises:
        IndexLockedError: A process that cannot be reached holds the folder.
        IndexStoreError: The folder is damaged, or the service cannot be started.
    """

    def __init__(self, folder: Path, hnsw_min_points: int, timeouts: ClientTimeouts) -> None:
        self._folder = folder
        self._hnsw_from = hnsw_min_points
        self._patience = timeouts
        self._lock = threading.Lock()
        self._open: set[Connection] = set()
        self._idle: list[Connection] = []
        self._closed = False
        self._token = ""
        self._n_changes = 0
        self._heard_at = 0.0
        self._finalizer = weakref.finalize(self, _close_all, self._open)
        _CLIENTS.add(self)
        self._give_back(self._connect())

    @property
    def pid(self) -> int:
        """The engine's process id, for tests and diagnosis."""
        connection = self._take()
        self._give_back(connection)
        return connection.pid

    @property
    def n_changes(self) -> int:
        """How many changes of the index were noticed, whoever made them; at most a second old."""
        if time.monotonic() - self._heard_at > MAX_TOKEN_AGE_S and not self._closed:
            with suppress(IndexStoreError):  # whoever asks for more than this is told
                self.call("version")
        return self._n_changes

    def call(self, name: str, *args: Any, retry_as: str = "") -> Any:
        """Have one operation carried out.

        Args:
            name: The operation.
            *args: Its arguments.
            retry_as: What is asked when the engine dies over it, with the same arguments; the same
                operation when empty.

        Returns:
            What the operation returned.

        Raises:
            ShopwindowError: The operation's own error.
            IndexTimeoutError: The deadline passed.
            IndexStoreError: The engine died twice.
        """
        try:
            return self._ask_once(name, pack_message((name, args)))
        except _LostError:
            self._drop_idle()
        try:
            return self._ask_once(name, pack_message((retry_as or name, args)))
        except _LostError as lost:
            self._drop_idle()
            raise self._gone() from lost

    @contextmanager
    def lock_writes(self) -> Iterator[None]:
        """Write several batches while other processes wait for their turn.

        Raises:
            IndexLockedError: Others took longer than one may wait.
        """
        with hold_write_lock(self._folder, self._patience.write_wait_s):
            try:
                yield
            finally:
                with suppress(IndexStoreError):  # it notices by itself, a second later
                    self.call("end_writing")

    def close(self) -> None:
        """Leave; the last one to leave waits until the engine has made all durable. Idempotent."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle[1:]:
            self._discard(connection)
        if idle:
            # The service answers at once, but to its last client: there the connection's end does.
            with suppress(OSError, EOFError):
                idle[0].send_request(pack_message(("leave", ())), self._patience.timeout_s)
            self._discard(idle[0])
        self._finalizer()

    def reset_after_fork(self) -> None:
        """Leave the parent's connections to the parent; called in a child that was just forked."""
        _close_all(self._open)
        self._lock = threading.Lock()
        self._idle = []

    def _ask_once(self, name: str, message: bytes) -> Any:
        connection = self._take()
        try:
            kind, value = connection.send_request(message, self._patience.timeout_s)
        except TimeoutError as exc:
            # Of several threads that waited for a stopped engine, one ends it for all of them.
            is_lost = kill_if_stopped(connection.pid) or connection.is_closed_by_peer(_DYING_S)
            self._discard(connection)
            if is_lost:
                raise _LostError from exc
            location = str(self._folder)
            raise IndexTimeoutError(location, name, self._patience.timeout_s) from exc
        except (EOFError, OSError) as exc:
            self._discard(connection)
            raise _LostError from exc
        except BaseException:
            # Ctrl-C between request and reply: this connection is out of step, the others are not.
            self._discard(connection)
            raise
        self._hear(connection)
        self._give_back(connection)
        if kind == "error":
            raise value
        return value

    def _hear(self, connection: Connection) -> None:
        self._heard_at = time.monotonic()
        if connection.change_token != self._token:
            self._token = connection.change_token
            self._n_changes += 1

    def _take(self) -> Connection:
        with self._lock:
            if self._closed:
                raise IndexStoreError(f"the index at {self._folder} is closed; open it again")
            if self._idle:
                return self._idle.pop()
        return self._connect()

    def _give_back(self, connection: Connection) -> None:
        with self._lock:
            if not self._closed and connection in self._open:
                self._idle.append(connection)
                return
        self._discard(connection)

    def _discard(self, connection: Connection) -> None:
        self._open.discard(connection)
        connection.close()

    def _drop_idle(self) -> None:
        """Close idle connections: they are to an engine that died."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            self._discard(connection)

    def _connect(self) -> Connection:
        n_started, until = 0, time.monotonic() + OPEN_TIMEOUT_S
        while n_started < MAX_STARTS and time.monotonic() < until:
            try:
                connection = Connection(self._folder, self._hnsw_from, self._patience.timeout_s)
            except TimeoutError as exc:
                raise IndexTimeoutError(str(self._folder), "hello", OPEN_TIMEOUT_S) from exc
            except (FileNotFoundError, ConnectionError, EOFError):
                n_started += start_service(self._folder)  # nobody is there, or is just leaving
            else:
                self._open.add(connection)
                self._hear(connection)
                return connection
        raise self._gone()

    def _gone(self) -> IndexStoreError:
        return IndexStoreError(
            f"the engine's process for {self._folder} ended. What was acknowledged is safe; try "
            f"again. {self._folder / LOG_FILE} may say why."
        )


_CLIENTS: "weakref.WeakSet[EngineClient]" = weakref.WeakSet()


def _begin_anew() -> None:
    for client in list(_CLIENTS):
        client.reset_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)


def _close_all(connections: "set[Connection]") -> None:
    while connections:
        connections.pop().close()
