"""The engine service: many clients, one engine, one request at a time.

A request is a pair of operation name and arguments. A reply is a triple of "ok" or "error", a
value, and a token that changes with each change of the index, so that every process notices the
changes of others. A client holds the write lock (`index.store.edge.write_lock`) to write several
batches: meanwhile changes are announced only now and then, and no graph is built.
"""

import os
import socket
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from index.store.edge.change_token import ChangeToken
from index.store.edge.client_sessions import ClientSession, ClientSessions, Request
from index.store.edge.folder_lock import IndexFolderLock
from index.store.edge.index_folder import WRITE_OPERATIONS, EdgeFolder
from index.store.edge.messages import pack_message
from index.store.edge.socket_address import BACKLOG
from index.store.edge.write_lock import is_write_locked
from shopwindow.values.errors import IndexStoreError, ShopwindowError

EXIT_OK = 0
EXIT_RESTART = 4
"""Exit code: a client connected while the engine was ending, so it must be started again."""

EXIT_PANIC = 5
"""Exit code: the engine panicked, so its memory cannot be trusted."""

FIRST_CLIENT_WAIT_S = 10.0
"""Seconds to wait for the first client: the process that started the service may have died."""

TICK_S = 1.0
TICK_WHILE_BUILDING_S = 0.1
_CHANGING_OPERATIONS = WRITE_OPERATIONS | {"create", "create_again", "write_manifest"}


class EngineService:
    """Serves a folder until the last client has left.

    Args:
        folder: The index folder; the process that forked this one holds its lock.
        listener: Listening socket that clients connect to.
        lock: Lock of the folder.
    """

    def __init__(self, folder: Path, listener: socket.socket, lock: IndexFolderLock) -> None:
        self._folder_path = folder
        self._listener = listener
        self._lock = lock
        self._token = ChangeToken()
        self._open_error: ShopwindowError | None = None
        self._folder: EdgeFolder | None = None
        self._hnsw_min_points = 0
        self._ticked_at = 0.0
        self._wait_until = time.monotonic() + FIRST_CLIENT_WAIT_S
        self._exit_code: int | None = None
        listener.listen(BACKLOG)  # again, so that clients see the pid of this process as their peer
        self._sessions = ClientSessions(listener)

    def run(self) -> int:
        """Open the folder and serve requests until the service is finished.

        Returns:
            The exit code.
        """
        self._open_folder()
        while self._exit_code is None and not self._is_finished():
            is_idle = True
            for request in self._sessions.poll_requests(self._get_poll_timeout_s()):
                is_idle = False
                self._respond(request)
            self._tick(is_idle)
        return self._shut_down() if self._exit_code is None else self._exit_code

    def _open_folder(self) -> None:
        try:
            self._folder, self._open_error = EdgeFolder(self._folder_path), None
        except ShopwindowError as exc:
            self._open_error = exc
        except Exception as exc:  # noqa: BLE001 - reported to the clients as our own error
            traceback.print_exc()
            reason = f"the index folder {self._folder_path} cannot be used: {exc}"
            self._open_error = IndexStoreError(reason)

    def _is_finished(self) -> bool:
        if self._sessions or time.monotonic() < self._wait_until:
            return False
        return self._folder is None or not self._folder.is_building

    def _shut_down(self) -> int:
        if self._folder is not None:
            try:
                self._folder.close()
            except ShopwindowError:
                traceback.print_exc()
        if self._sessions.accept():  # a client came while the folder was closing
            return EXIT_RESTART
        # Clients that connect from here on get no reply and start a service of their own.
        Path(self._listener.getsockname()).unlink(missing_ok=True)
        return EXIT_OK

    def _get_poll_timeout_s(self) -> float:
        if self._folder is not None and self._folder.can_prefetch:
            return 0.0
        is_building = self._folder is not None and self._folder.is_building
        return TICK_WHILE_BUILDING_S if is_building else TICK_S

    def _tick(self, is_idle: bool) -> None:
        now = time.monotonic()
        is_due = now - self._ticked_at >= TICK_S
        if is_due:
            self._ticked_at = now
            if not self._lock.is_in_place():  # the folder was removed or replaced
                self._exit_code = EXIT_OK
                return
        if self._folder is None:
            return
        if self._folder.is_building:
            self._folder.swap_ready_graph()
        elif is_idle and self._folder.can_prefetch:
            self._folder.prefetch()
        if is_due and not is_write_locked(self._folder_path):
            self._token.announce(force=True)  # of a writer that died with the write lock
            if self._sessions and self._hnsw_min_points:
                self._resume_graph(self._folder)

    def _resume_graph(self, folder: EdgeFolder) -> None:
        """Start a due graph build, also one that an earlier process left undone."""
        try:
            folder.resume_graph_build(self._hnsw_min_points)
        except ShopwindowError:
            traceback.print_exc()

    def _respond(self, request: Request) -> None:
        if request.name == "leave":  # the last client gets no reply
            self._disconnect(request.session)
            return
        try:
            kind, value = "ok", self._execute(request)
        except ShopwindowError as exc:
            kind, value = "error", exc
        except Exception as exc:  # noqa: BLE001 - no request may end the engine for other clients
            traceback.print_exc()
            kind, value = "error", _make_refusal(request.name, exc)
        except BaseException as exc:  # noqa: BLE001 - a panic of the engine
            traceback.print_exc()
            self._exit_code = EXIT_PANIC
            kind, value = "error", _make_refusal(request.name, exc)
        self._reply(request.session, kind, value)

    def _execute(self, request: Request) -> Any:
        operations: dict[str, Callable[..., Any]] = {
            "hello": self._greet,
            "version": lambda: None,
            "end_writing": lambda: self._token.announce(force=True),
        }
        if request.name in operations:
            return operations[request.name](*request.args)
        if self._open_error is not None or self._folder is None:
            raise self._open_error or IndexStoreError(f"{self._folder_path} is not open")
        value = self._folder.handle(request.name, request.args, request.n_bytes)
        if request.name in _CHANGING_OPERATIONS:
            self._token.mark_changed()
            # A run ends with its manifest; its batches before that are announced now and then.
            force = request.name not in WRITE_OPERATIONS or not is_write_locked(self._folder_path)
            self._token.announce(force)
        return value

    def _greet(self, hnsw_min_points: int) -> dict[str, Any]:
        # Only now: processes that probe the socket may connect before the first client does.
        self._wait_until = 0.0
        if self._open_error is not None:
            self._open_folder()  # the folder may have been repaired meanwhile
        if self._open_error is not None:
            raise self._open_error
        self._hnsw_min_points = hnsw_min_points
        return {"pid": os.getpid()}

    def _disconnect(self, session: ClientSession) -> None:
        session.is_leaving = True
        if self._sessions or (self._folder is not None and self._folder.is_building):
            self._reply(
                session, "ok", None
            )  # for the last one, the end of the connection is the reply

    def _reply(self, session: ClientSession, kind: str, value: Any) -> None:
        try:
            message = pack_message((kind, value, self._token.value))
        except Exception as exc:  # noqa: BLE001 - a value that cannot be pickled is an error reply
            message = pack_message(("error", _make_refusal("the reply", exc), self._token.value))
        self._sessions.send(session, message)


def _make_refusal(name: str, exc: BaseException) -> IndexStoreError:
    return IndexStoreError(f"the embedded engine could not carry out {name!r}: {exc!r:.200}")
