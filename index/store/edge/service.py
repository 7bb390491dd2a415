"""The engine's service: many clients, one engine, one request at a time.

A request is a pair of an operation's name and its arguments, a reply a triple of "ok" or "error",
a value, and a token that is another one after each change, so that every process notices changes
of others. Who writes more than one batch takes a turn (`index.store.edge.write_lock`): meanwhile changes are
told now and then only, and no graph is built.
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
"""Exit code: somebody came while the engine was ending, so it is to be started again."""

EXIT_PANIC = 5
"""Exit code: the engine panicked; what it has in memory is not to be trusted."""

FIRST_CLIENT_WAIT_S = 10.0
"""The process that started the service may have died before it connected."""

TICK_S = 1.0
TICK_WHILE_BUILDING_S = 0.1
_CHANGING = WRITE_OPERATIONS | {"create", "create_again", "write_manifest"}


class EngineService:
    """Serves a folder until the last client has left.

    Args:
        folder: The index folder; its lock is held by the process that forked this one.
        listener: Where clients connect.
        lock: The folder's.
    """

    def __init__(self, folder: Path, listener: socket.socket, lock: IndexFolderLock) -> None:
        self._path = folder
        self._listener = listener
        self._lock = lock
        self._token = ChangeToken()
        self._failure: ShopwindowError | None = None
        self._folder: EdgeFolder | None = None
        self._hnsw_from = 0
        self._ticked_at = 0.0
        self._wait_until = time.monotonic() + FIRST_CLIENT_WAIT_S
        self._exit_code: int | None = None
        listener.listen(BACKLOG)  # again: clients are to see this process at the other end
        self._peers = ClientSessions(listener)

    def run(self) -> int:
        """Open the folder and answer.

        Returns:
            The exit code.
        """
        self._open()
        while self._exit_code is None and not self._is_over():
            is_idle = True
            for request in self._peers.poll_requests(self._patience_s()):
                is_idle = False
                self._answer(request)
            self._tick(is_idle)
        return self._end() if self._exit_code is None else self._exit_code

    def _open(self) -> None:
        try:
            self._folder, self._failure = EdgeFolder(self._path), None
        except ShopwindowError as exc:
            self._failure = exc
        except Exception as exc:  # noqa: BLE001 - the clients are told, in our words
            traceback.print_exc()
            reason = f"the index folder {self._path} cannot be used: {exc}"
            self._failure = IndexStoreError(reason)

    def _is_over(self) -> bool:
        if self._peers or time.monotonic() < self._wait_until:
            return False
        return self._folder is None or not self._folder.is_building

    def _end(self) -> int:
        if self._folder is not None:
            try:
                self._folder.close()
            except ShopwindowError:
                traceback.print_exc()
        if self._peers.accept():  # while this one was closing
            return EXIT_RESTART
        # Who comes from here on finds nobody, or hears nothing, and starts a service of its own.
        Path(self._listener.getsockname()).unlink(missing_ok=True)
        return EXIT_OK

    def _patience_s(self) -> float:
        if self._folder is not None and self._folder.can_prefetch:
            return 0.0
        building = self._folder is not None and self._folder.is_building
        return TICK_WHILE_BUILDING_S if building else TICK_S

    def _tick(self, is_idle: bool) -> None:
        now = time.monotonic()
        is_due = now - self._ticked_at >= TICK_S
        if is_due:
            self._ticked_at = now
            if not self._lock.is_in_place():  # the folder was removed, or another put in its place
                self._exit_code = EXIT_OK
                return
        if self._folder is None:
            return
        if self._folder.is_building:
            self._folder.swap_ready_graph()
        elif is_idle and self._folder.can_prefetch:
            self._folder.prefetch()
        if is_due and not is_write_locked(self._path):
            self._token.announce(force=True)  # of a writer that died in its turn
            if self._peers and self._hnsw_from:
                self._resume_graph(self._folder)

    def _resume_graph(self, folder: EdgeFolder) -> None:
        """Build the graph if it is due, also where an earlier process left it undone."""
        try:
            folder.resume_graph_build(self._hnsw_from)
        except ShopwindowError:
            traceback.print_exc()

    def _answer(self, request: Request) -> None:
        if request.name == "leave":  # whose reply may have to wait
            self._let_leave(request.session)
            return
        try:
            kind, value = "ok", self._carry_out(request)
        except ShopwindowError as exc:
            kind, value = "error", exc
        except Exception as exc:  # noqa: BLE001 - no request may end the engine for others
            traceback.print_exc()
            kind, value = "error", _refused(request.name, exc)
        except BaseException as exc:  # noqa: BLE001 - a panic of the engine
            traceback.print_exc()
            self._exit_code = EXIT_PANIC
            kind, value = "error", _refused(request.name, exc)
        self._reply(request.session, kind, value)

    def _carry_out(self, request: Request) -> Any:
        own: dict[str, Callable[..., Any]] = {
            "hello": self._greet,
            "version": lambda: None,
            "end_writing": lambda: self._token.announce(force=True),
        }
        if request.name in own:
            return own[request.name](*request.args)
        if self._failure is not None or self._folder is None:
            raise self._failure or IndexStoreError(f"{self._path} is not open")
        value = self._folder.handle(request.name, request.args, request.n_bytes)
        if request.name in _CHANGING:
            self._token.mark_changed()
            # A run's own manifest is its last word; before, its batches are told now and then.
            at_once = request.name not in WRITE_OPERATIONS or not is_write_locked(self._path)
            self._token.announce(at_once)
        return value

    def _greet(self, hnsw_from: int) -> dict[str, Any]:
        # Not before: others look whether somebody listens, and hang up, while the first client is
        # still on its way.
        self._wait_until = 0.0
        if self._failure is not None:
            self._open()  # the folder may have been put right meanwhile
        if self._failure is not None:
            raise self._failure
        self._hnsw_from = hnsw_from
        return {"pid": os.getpid()}

    def _let_leave(self, peer: ClientSession) -> None:
        peer.is_leaving = True
        if self._peers or (self._folder is not None and self._folder.is_building):
            self._reply(peer, "ok", None)  # to the last one the end of the connection says it

    def _reply(self, peer: ClientSession, kind: str, value: Any) -> None:
        try:
            message = pack_message((kind, value, self._token.value))
        except Exception as exc:  # noqa: BLE001 - a value that cannot travel is an error, not an end
            message = pack_message(("error", _refused("the reply", exc), self._token.value))
        self._peers.send(peer, message)


def _refused(name: str, exc: BaseException) -> IndexStoreError:
    return IndexStoreError(f"the embedded engine could not carry out {name!r}: {exc!r:.200}")
