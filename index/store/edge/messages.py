"""Messages on a socket: a pickled value behind its length in bytes."""

import pickle
import socket
import struct
import time
from typing import Any

_LENGTH = struct.Struct("<Q")
MAX_MESSAGE_BYTES = 1 << 31
"""Longest message; more than any batch of products, and less than what garbage would ask for."""

_READ_BYTES = 1 << 16


def pack_message(value: Any) -> bytes:
    """Return a value as a message."""
    body = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(body)) + body


def unpack_message(inbox: bytearray) -> tuple[Any, int] | None:
    """Take one message off the front of what was received.

    Returns:
        The value and its length in bytes; None while the message is not complete.

    Raises:
        ValueError: The bytes are no message of ours.
    """
    if len(inbox) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack_from(inbox)
    if length > MAX_MESSAGE_BYTES:
        raise ValueError(f"a message of {length} bytes")
    end = _LENGTH.size + length
    if len(inbox) < end:
        return None
    body = bytes(memoryview(inbox)[_LENGTH.size : end])
    del inbox[:end]
    # Only processes of the same user can connect: the socket is theirs alone (mode 0600).
    return pickle.loads(body), length


def send_and_receive(connection: socket.socket, message: bytes, deadline: float) -> Any:
    """Send a message and wait for the reply.

    Args:
        connection: A connected socket.
        message: What `pack` made.
        deadline: By `time.monotonic()`, in seconds.

    Returns:
        The value of the reply.

    Raises:
        TimeoutError: The deadline passed.
        EOFError: The other side went away.
        OSError: The connection broke.
    """
    connection.settimeout(_left(deadline))
    connection.sendall(message)
    inbox = bytearray()
    while True:
        connection.settimeout(_left(deadline))
        received = connection.recv(_READ_BYTES)
        if not received:
            raise EOFError("the connection was closed")
        inbox += received
        reply = unpack_message(inbox)
        if reply is not None:
            return reply[0]


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the deadline passed")
    return left
