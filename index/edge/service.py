"""The engine's service: many clients, one engine, one request at a time.

A request is a pair of an operation's name and its arguments, a reply a triple of "ok" or "error",
a value, and a token that is another one after each change, so that every process notices changes
of others. Whoever writes more than one batch takes turns with others: `begin_writing` is answered
when those who asked before are done.
"""

import os
import selectors
import socket
import time
import traceback
import uuid
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import IndexStoreError, ShopwindowError
from index.edge.address import BACKLOG
from index.edge.folder import WRITES, EdgeFolder
from index.edge.frames import pack, unpack
from index.edge.lock import FolderLock

PEACEFUL = 0
AGAIN = 4
"""Exit code: somebody came while the engine was ending, so it is to be started again."""

BROKEN = 5
"""Exit code: the engine panicked; what it has in memory is not to be trusted."""

FIRST_CLIENT_WAIT_S = 10.0
"""The process that started the service may have died before it connected."""

TICK_S = 1.0
TICK_WHILE_BUILDING_S = 0.1
ANNOUNCE_S = 15.0
"""While a long run writes, others are told of changes this often, and when it is over."""

_READ_BYTES = 1 << 18


@dataclass(slots=True, eq=False)
class Peer:
    """One connected client.

    Attributes:
        connection: Its socket.
        inbox: Bytes of a request that is not complete yet.
        outbox: Bytes of a reply that it did not take yet.
        leaving: Whether it only waits for the engine to end.
    """

    connection: socket.socket
    inbox: bytearray = field(default_factory=bytearray)
    outbox: bytearray = field(default_factory=bytearray)
    leaving: bool = False


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

    def note(self) -> None:
        """Something was written."""
        self._pending = True

    def announce(self, at_once: bool) -> None:
        """Tell of what was written: at once, or when that was not done for a while."""
        now = time.monotonic()
        if self._pending and (at_once or now - self._announced_at >= ANNOUNCE_S):
            self._n += 1
            self._pending, self._announced_at = False, now


class EngineService:
    """Serves a folder until the last client has left.

    Args:
        folder: The index folder; its lock is held by the process that forked this one.
        listener: Where clients connect.
        lock: The folder's.
    """

    def __init__(self, folder: Path, listener: socket.socket, lock: FolderLock) -> None:
        self._path = folder
        self._lock = lock
        self._listener = listener
        self._selector = selectors.DefaultSelector()
        self._peers: set[Peer] = set()
        self._writers: deque[Peer] = deque()  # the first has its turn
        self._token = ChangeToken()
        self._failure: ShopwindowError | None = None
        self._folder: EdgeFolder | None = None
        self._broken = False
        self._abandoned = False
        self._hnsw_from = 0
        self._looked_at = 0.0
        self._resumed_at = 0.0
        self._wait_until = time.monotonic() + FIRST_CLIENT_WAIT_S

    def run(self) -> int:
        """Open the folder and answer.

        Returns:
            The exit code.
        """
        self._open()
        self._listener.listen(BACKLOG)  # again: clients are to see this process at the other end
        self._listener.setblocking(False)
        self._selector.register(self._listener, selectors.EVENT_READ)
        while not self._is_over():
            ready = self._selector.select(self._patience_s())
            for key, events in ready:
                self._attend(key.data, events)
            self._tick(idle=not ready)
        return self._end()

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
        if self._broken or self._is_abandoned():
            return True
        if self._has_clients() or time.monotonic() < self._wait_until:
            return False
        return self._folder is None or not self._folder.building

    def _has_clients(self) -> bool:
        return any(not peer.leaving for peer in self._peers)

    def _is_abandoned(self) -> bool:
        """Return whether the folder was removed, or another one was put in its place."""
        now = time.monotonic()
        if now - self._looked_at >= TICK_S:
            self._looked_at = now
            self._abandoned = not self._lock.is_in_place()
        return self._abandoned

    def _end(self) -> int:
        if self._broken:
            return BROKEN
        if self._abandoned:
            return PEACEFUL
        if self._folder is not None:
            try:
                self._folder.close()
            except ShopwindowError:
                traceback.print_exc()
        if self._accept():  # while this one was closing
            return AGAIN
        # Who comes from here on finds nobody, or hears nothing, and starts a service of its own.
        Path(self._listener.getsockname()).unlink(missing_ok=True)
        return PEACEFUL

    def _patience_s(self) -> float:
        if self._folder is not None and self._folder.may_read_ahead:
            return 0.0
        building = self._folder is not None and self._folder.building
        return TICK_WHILE_BUILDING_S if building else TICK_S

    def _tick(self, idle: bool) -> None:
        if self._folder is None:
            return
        if self._folder.building:
            self._folder.tick()
        elif idle and self._folder.may_read_ahead:
            self._folder.use_pause()
        if self._peers and not self._writers:
            self._resume_graph(self._folder)

    def _resume_graph(self, folder: EdgeFolder) -> None:
        """Build the graph if it is due, also where an earlier process left it undone."""
        now = time.monotonic()
        if now - self._resumed_at < TICK_S or not self._hnsw_from:
            return
        self._resumed_at = now
        try:
            folder.resume_graph(self._hnsw_from)
        except ShopwindowError:
            traceback.print_exc()

    def _attend(self, peer: Peer | None, events: int) -> None:
        if peer is None:
            self._accept()
            return
        if peer not in self._peers:  # dropped while another was attended to
            return
        if events & selectors.EVENT_WRITE:
            self._send(peer)
        if events & selectors.EVENT_READ:
            self._receive(peer)

    def _accept(self) -> bool:
        try:
            connection, _ = self._listener.accept()
        except (BlockingIOError, ConnectionError, OSError):
            return False
        connection.setblocking(False)
        peer = Peer(connection)
        self._peers.add(peer)
        self._selector.register(connection, selectors.EVENT_READ, peer)
        return True

    def _receive(self, peer: Peer) -> None:
        try:
            received = peer.connection.recv(_READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            received = b""
        if not received:
            self._drop(peer)
            return
        peer.inbox += received
        try:
            request = unpack(peer.inbox)
            if request is None:
                return
            (name, args), n_bytes = request
            name, args = str(name), tuple(args)
        except Exception:  # noqa: BLE001 - whoever sends what is no request is sent away
            traceback.print_exc()
            self._drop(peer)
            return
        self._reply(peer, name, args, n_bytes)

    def _reply(self, peer: Peer, name: str, args: tuple[Any, ...], n_bytes: int) -> None:
        if name == "leave":
            peer.leaving = True
            if self._has_clients() or (self._folder is not None and self._folder.building):
                self._put(peer, "ok", None)  # to the last one the end of the connection says it
            return
        if name == "begin_writing":
            self._writers.append(peer)
            if self._writers[0] is peer:
                self._put(peer, "ok", None)
            return
        try:
            kind, value = "ok", self._carry_out(peer, name, args, n_bytes)
        except ShopwindowError as exc:
            kind, value = "error", exc
        except Exception as exc:  # noqa: BLE001 - no request may end the engine for others
            traceback.print_exc()
            kind, value = "error", _refused(name, exc)
        except BaseException as exc:  # noqa: BLE001 - a panic of the engine
            traceback.print_exc()
            self._broken = True
            kind, value = "error", _refused(name, exc)
        self._put(peer, kind, value)

    def _carry_out(self, peer: Peer, name: str, args: tuple[Any, ...], n_bytes: int) -> Any:
        if name == "hello":
            return self._greet(*args)
        if self._failure is not None or self._folder is None:
            raise self._failure or IndexStoreError(f"{self._path} is not open")
        if name == "version":
            return None
        if name == "end_writing":
            return self._end_turn(peer)
        value = self._folder.handle(name, args, n_bytes)
        if name in WRITES or name in ("create", "create_again", "write_manifest"):
            self._token.note()
            # A run's own manifest is its last word; before that, its batches are told now and then.
            self._token.announce(at_once=not self._writers or name not in WRITES)
        return value

    def _greet(self, hnsw_from: int) -> dict[str, Any]:
        if self._failure is not None:
            self._open()  # the folder may have been put right meanwhile
        if self._failure is not None:
            raise self._failure
        self._hnsw_from = hnsw_from
        self._wait_until = 0.0
        read_only = self._folder is not None and self._folder.read_only
        return {"pid": os.getpid(), "read_only": read_only}

    def _end_turn(self, peer: Peer) -> None:
        if peer not in self._writers:
            return
        had_turn = self._writers[0] is peer
        self._writers.remove(peer)
        self._token.announce(at_once=True)
        if had_turn and self._writers:
            self._put(self._writers[0], "ok", None)

    def _put(self, peer: Peer, kind: str, value: Any) -> None:
        try:
            message = pack((kind, value, self._token.value))
        except Exception as exc:  # noqa: BLE001 - a value that cannot travel is an error, not an end
            message = pack(("error", _refused("the reply", exc), self._token.value))
        peer.outbox += message
        self._send(peer)

    def _send(self, peer: Peer) -> None:
        try:
            sent = peer.connection.send(peer.outbox)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError:
            self._drop(peer)
            return
        del peer.outbox[:sent]
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if peer.outbox else 0)
        if self._selector.get_key(peer.connection).events != events:
            self._selector.modify(peer.connection, events, peer)

    def _drop(self, peer: Peer) -> None:
        if peer not in self._peers:
            return
        self._peers.discard(peer)
        self._selector.unregister(peer.connection)
        peer.connection.close()
        self._wait_until = 0.0
        self._end_turn(peer)


def _refused(name: str, exc: BaseException) -> IndexStoreError:
    kind = type(exc).__name__
    return IndexStoreError(
        f"the embedded engine could not carry out {name!r}: {kind}: {exc!r:.200}"
    )
