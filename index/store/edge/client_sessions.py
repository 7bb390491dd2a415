"""The clients of an engine's service: who is connected, and bytes in and out without waiting."""

import selectors
import socket
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from index.store.edge.messages import unpack_message

_READ_BYTES = 1 << 18


@dataclass(slots=True, eq=False)
class ClientSession:
    """One connected client.

    Attributes:
        connection: Its socket.
        receive_buffer: Bytes of a request that is not complete yet.
        send_buffer: Bytes of a reply that it did not take yet.
        is_leaving: Whether it only waits for the engine to end.
    """

    connection: socket.socket
    receive_buffer: bytearray = field(default_factory=bytearray)
    send_buffer: bytearray = field(default_factory=bytearray)
    is_leaving: bool = False


class Request(NamedTuple):
    """What a client asks: an operation by name, its arguments, and its length in bytes."""

    session: ClientSession
    name: str
    args: tuple[Any, ...]
    n_bytes: int


class ClientSessions:
    """All clients of one listening socket. No client can make the others wait.

    Args:
        listener: Where clients connect.
    """

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._selector = selectors.DefaultSelector()
        self._connected: set[ClientSession] = set()
        listener.setblocking(False)
        self._selector.register(listener, selectors.EVENT_READ)

    def __bool__(self) -> bool:
        """Return whether anybody is connected who is not just leaving."""
        return any(not peer.is_leaving for peer in self._connected)

    def poll_requests(self, timeout_s: float) -> Iterator[Request]:
        """Yield the requests that are complete now, after waiting for the first sign of one."""
        for key, events in self._selector.select(timeout_s):
            if key.data is None:
                self.accept()
                continue
            if events & selectors.EVENT_WRITE:
                self._send(key.data)
            if events & selectors.EVENT_READ:
                request = self._receive(key.data)
                if request is not None:
                    yield request

    def accept(self) -> bool:
        """Let one more in.

        Returns:
            Whether somebody was waiting.
        """
        try:
            connection, _ = self._listener.accept()
        except OSError:  # nobody, or gone again
            return False
        connection.setblocking(False)
        peer = ClientSession(connection)
        self._connected.add(peer)
        self._selector.register(connection, selectors.EVENT_READ, peer)
        return True

    def send(self, peer: ClientSession, message: bytes) -> None:
        """Send a message, now or when the client takes it; nothing if it is gone."""
        if peer in self._connected:
            peer.send_buffer += message
            self._send(peer)

    def _receive(self, peer: ClientSession) -> Request | None:
        if peer not in self._connected:  # dropped while another was attended to
            return None
        try:
            received = peer.connection.recv(_READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError:
            received = b""
        if not received:
            self._drop(peer)
            return None
        peer.receive_buffer += received
        return self._unpacked(peer)

    def _unpacked(self, peer: ClientSession) -> Request | None:
        try:
            request = unpack_message(peer.receive_buffer)
            if request is None:
                return None
            (name, args), n_bytes = request
            return Request(peer, str(name), tuple(args), n_bytes)
        except Exception:  # noqa: BLE001 - whoever sends what is no request is sent away
            traceback.print_exc()
            self._drop(peer)
            return None

    def _send(self, peer: ClientSession) -> None:
        if peer not in self._connected:
            return
        try:
            sent = peer.connection.send(peer.send_buffer)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError:
            self._drop(peer)
            return
        del peer.send_buffer[:sent]
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if peer.send_buffer else 0)
        if self._selector.get_key(peer.connection).events != events:
            self._selector.modify(peer.connection, events, peer)

    def _drop(self, peer: ClientSession) -> None:
        self._connected.discard(peer)
        self._selector.unregister(peer.connection)
        peer.connection.close()
