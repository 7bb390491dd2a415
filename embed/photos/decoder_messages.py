"""Messages between a decoder process and its parent: JSON values, followed by raw bytes."""

import json
import socket
import struct
from collections.abc import Mapping
from typing import Any, Protocol

_HEADER = struct.Struct("<II")
_MAX_JSON_BYTES = 65_536
"""Most bytes of JSON; the other side may be compromised."""


class ByteStream(Protocol):
    """A stream of bytes."""

    def read(self, n_bytes: int, /) -> bytes | bytearray:
        """Return `n_bytes` bytes, or fewer if the other side closed the stream."""
        ...


def send_message(channel: socket.socket, values: Mapping[str, Any], data: bytes = b"") -> None:
    """Send one message.

    Raises:
        OSError: The other side closed, or does not read it in time.
    """
    packed = json.dumps(values).encode()
    channel.sendall(_HEADER.pack(len(packed), len(data)) + packed)
    if data:
        channel.sendall(data)


def read_message(
    stream: ByteStream, max_bytes: int = 2**32
) -> tuple[dict[str, Any], bytes | bytearray]:
    """Read one message.

    Args:
        stream: The stream to read from.
        max_bytes: Most raw bytes that are accepted.

    Returns:
        The values and the raw bytes.

    Raises:
        EOFError: The other side closed the stream.
        OSError: The stream broke or timed out, or the message is malformed.
    """
    n_json_bytes, n_data_bytes = _HEADER.unpack(_read_exactly(stream, _HEADER.size))
    if n_json_bytes > _MAX_JSON_BYTES or n_data_bytes > max_bytes:
        raise OSError(
            f"expected at most {_MAX_JSON_BYTES:,} bytes of JSON and {max_bytes:,} of data, "
            f"got {n_json_bytes:,} and {n_data_bytes:,}"
        )
    try:
        values = json.loads(_read_exactly(stream, n_json_bytes))
    except ValueError as exc:
        raise OSError("expected a message that begins with JSON") from exc
    return values, _read_exactly(stream, n_data_bytes)


def _read_exactly(stream: ByteStream, n_bytes: int) -> bytes | bytearray:
    data = stream.read(n_bytes)
    if len(data) < n_bytes:
        raise EOFError("the other side closed")
    return data
