"""Messages on a socket: the length in bytes, then a pickled value."""

import pickle
import socket
import struct
import time
from typing import Any

_LENGTH = struct.Struct("<Q")
MAX_MESSAGE_BYTES = 1 << 31
"""Longest message: more than any batch of products, less than garbage would claim."""

_RECEIVE_BYTES = 1 << 16


def pack_message(value: Any) -> bytes:
    """Return a value as a message."""
    body = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(body)) + body


def unpack_message(buffer: bytearray) -> tuple[Any, int] | None:
    """Remove the first message from the received bytes.

    Args:
        buffer: Bytes received so far.

    Returns:
        The value and its length in bytes; None while the message is incomplete.

    Raises:
        ValueError: The bytes are not a message.
    """
    if len(buffer) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack_from(buffer)
    if length > MAX_MESSAGE_BYTES:
        raise ValueError(f"expected at most {MAX_MESSAGE_BYTES} bytes, got a message of {length}")
    end = _LENGTH.size + length
    if len(buffer) < end:
        return None
    body = bytes(memoryview(buffer)[_LENGTH.size : end])
    del buffer[:end]
    # Safe to unpickle: only processes of the same user can connect to the socket (mode 0600).
    return pickle.loads(body), length


def send_and_receive(connection: socket.socket, message: bytes, deadline: float) -> Any:
    """Send a message and wait for the reply.

    Args:
        connection: A connected socket.
        message: A message of `pack_message`.
        deadline: Deadline on the clock of `time.monotonic()`, in seconds.

    Returns:
        The value of the reply.

    Raises:
        TimeoutError: The deadline passed.
        EOFError: The other side closed the connection.
        OSError: The connection broke.
    """
    connection.settimeout(_get_remaining_s(deadline))
    connection.sendall(message)
    buffer = bytearray()
    while True:
        connection.settimeout(_get_remaining_s(deadline))
        received = connection.recv(_RECEIVE_BYTES)
        if not received:
            raise EOFError("the connection was closed")
        buffer += received
        reply = unpack_message(buffer)
        if reply is not None:
            return reply[0]


def _get_remaining_s(deadline: float) -> float:
    remaining_s = deadline - time.monotonic()
    if remaining_s <= 0:
        raise TimeoutError("the deadline passed")
    return remaining_s
