"""Messages between a decoder's process and its owner: a few values as JSON, and bytes."""

import json
import socket
import struct
from collections.abc import Mapping
from typing import Any, Protocol

_HEAD = struct.Struct("<II")
_MAX_VALUES = 65_536
"""Bytes of JSON; the other side may be anything."""


class ByteStream(Protocol):
    """A stream of bytes."""

    def read(self, n_bytes: int, /) -> bytes | bytearray:
        """Return so many bytes, or fewer when the other side closed."""
        ...


def send_message(channel: socket.socket, values: Mapping[str, Any], data: bytes = b"") -> None:
    """Send one message.

    Raises:
        OSError: The other side is gone, or does not take it in time.
    """
    packed = json.dumps(values).encode()
    channel.sendall(_HEAD.pack(len(packed), len(data)) + packed)
    if data:
        channel.sendall(data)


def read_message(
    stream: ByteStream, max_bytes: int = 2**32
) -> tuple[dict[str, Any], bytes | bytearray]:
    """Read one message.

    Args:
        stream: What the other side sends.
        max_bytes: Most bytes that are taken.

    Returns:
        The values and the bytes.

    Raises:
        EOFError: The other side closed.
        OSError: It broke, sends nothing in time, or what comes is no message.
    """
    n_values, n_data = _HEAD.unpack(_exactly(stream, _HEAD.size))
    if n_values > _MAX_VALUES or n_data > max_bytes:
        raise OSError(f"a message of {n_values:,} and {n_data:,} bytes is none of ours")
    try:
        values = json.loads(_exactly(stream, n_values))
    except ValueError as exc:
        raise OSError("a message without JSON is none of ours") from exc
    return values, _exactly(stream, n_data)


def _exactly(stream: ByteStream, n_bytes: int) -> bytes | bytearray:
    data = stream.read(n_bytes)
    if len(data) < n_bytes:
        raise EOFError("the other side closed")
    return data
