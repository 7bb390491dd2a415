"""The client connections of an engine service, with non-blocking sending and receiving."""

import selectors
import socket
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from index.store.edge.messages import unpack_message

_RECEIVE_BYTES = 1 << 18


@dataclass(slots=True, eq=False)
class ClientSession:
    """One connected client.

    Attributes:
        connection: Socket of the client.
        receive_buffer: Bytes of an incomplete request.
        send_buffer: Bytes of replies that the client has not taken yet.
        is_leaving: Whether the client is only waiting for the engine to end.
    """

    connection: socket.socket
    receive_buffer: bytearray = field(default_factory=bytearray)
    send_buffer: bytearray = field(default_factory=bytearray)
    is_leaving: bool = False


class Request(NamedTuple):
    """A client's request: operation name, arguments, and length in bytes."""

    session: ClientSession
    name: str
    args: tuple[Any, ...]
    n_bytes: int


class ClientSessions:
    """All clients of one listening socket; none can make the others wait.

    Args:
        listener: Listening socket that clients connect to.
    """

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._selector = selectors.DefaultSelector()
        self._sessions: set[ClientSession] = set()
        listener.setblocking(False)
        self._selector.register(listener, selectors.EVENT_READ)

    def __bool__(self) -> bool:
        """Return whether any client is connected and not leaving."""
        return any(not session.is_leaving for session in self._sessions)

    def poll_requests(self, timeout_s: float) -> Iterator[Request]:
        """Yield all complete requests, after waiting up to a timeout for the first activity."""
        for key, events in self._selector.select(timeout_s):
            if key.data is None:
                self.accept()
                continue
            if events & selectors.EVENT_WRITE:
                self._flush(key.data)
            if events & selectors.EVENT_READ:
                request = self._receive(key.data)
                if request is not None:
                    yield request

    def accept(self) -> bool:
        """Accept one waiting client.

        Returns:
            Whether a client was waiting.
        """
        try:
            connection, _ = self._listener.accept()
        except OSError:  # no client, or gone again
            return False
        connection.setblocking(False)
        session = ClientSession(connection)
        self._sessions.add(session)
        self._selector.register(connection, selectors.EVENT_READ, session)
        return True

    def send(self, session: ClientSession, message: bytes) -> None:
        """Send a message as soon as the client takes it; drop it if the client is gone."""
        if session in self._sessions:
            session.send_buffer += message
            self._flush(session)

    def _receive(self, session: ClientSession) -> Request | None:
        if session not in self._sessions:  # dropped while another client was served
            return None
        try:
            received = session.connection.recv(_RECEIVE_BYTES)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError:
            received = b""
        if not received:
            self._drop(session)
            return None
        session.receive_buffer += received
        return self._unpack_request(session)

    def _unpack_request(self, session: ClientSession) -> Request | None:
        try:
            request = unpack_message(session.receive_buffer)
            if request is None:
                return None
            (name, args), n_bytes = request
            return Request(session, str(name), tuple(args), n_bytes)
        except Exception:  # noqa: BLE001 - a client that sends no valid request is dropped
            traceback.print_exc()
            self._drop(session)
            return None

    def _flush(self, session: ClientSession) -> None:
        if session not in self._sessions:
            return
        try:
            n_sent = session.connection.send(session.send_buffer)
        except (BlockingIOError, InterruptedError):
            n_sent = 0
        except OSError:
            self._drop(session)
            return
        del session.send_buffer[:n_sent]
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if session.send_buffer else 0)
        if self._selector.get_key(session.connection).events != events:
            self._selector.modify(session.connection, events, session)

    def _drop(self, session: ClientSession) -> None:
        self._sessions.discard(session)
        self._selector.unregister(session.connection)
        session.connection.close()
