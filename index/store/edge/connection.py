"""One connection to a folder's engine, and what is done about an engine that does not answer."""

import os
import signal
import socket
import struct
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from index.store.edge.folder_lock import read_holder_pid
from index.store.edge.messages import pack_message, send_and_receive
from index.store.edge.socket_address import connect, get_socket_path

OPEN_TIMEOUT_S = 120.0
"""Seconds that opening a shard may take, if the engine is not stopped."""

_MODULE = b"index.store.edge.keeper"
"""In the command line of keeper and engine: a process id may have gone to somebody else."""


class Connection:
    """A connected socket; one request and its reply at a time.

    Args:
        folder: The index folder.
        hnsw_min_points: Points from which this client wants a graph.
        timeout_s: Seconds without a reply after which the engine is looked at.

    Attributes:
        pid: The engine's process.
        change_token: Name of the index's state as of the last reply.

    Raises:
        ShopwindowError: The folder cannot be opened.
        TimeoutError: The engine does not answer.
        EOFError: It ended.
        OSError: Nobody is there.
    """

    def __init__(self, folder: Path, hnsw_min_points: int, timeout_s: float) -> None:
        self._folder = folder
        self._socket = connect(get_socket_path(folder), timeout_s)
        try:
            kind, value, token = self._greet(hnsw_min_points, timeout_s)
        except BaseException:
            self.close()
            raise
        if kind == "error":
            self.close()
            raise value
        self.pid = int(value["pid"])
        self.change_token = str(token)

    def send_request(self, message: bytes, timeout_s: float) -> tuple[str, Any]:
        """Send a request and wait for its reply.

        Args:
            message: What `pack` made; empty to wait on for the reply to what was sent before.
            timeout_s: Seconds to wait.

        Returns:
            "ok" or "error", and the value.
        """
        kind, value, self.change_token = send_and_receive(
            self._socket, message, time.monotonic() + timeout_s
        )
        return kind, value

    def is_closed_by_peer(self, within_s: float) -> bool:
        """Return whether the other side has gone, or goes within some seconds."""
        self._socket.settimeout(within_s)
        try:
            return not self._socket.recv(1, socket.MSG_PEEK)
        except TimeoutError:
            return False
        except OSError:
            return True

    def close(self) -> None:
        """Hang up. Idempotent."""
        self._socket.close()

    def _greet(self, hnsw_from: int, timeout_s: float) -> Any:
        message, until = pack_message(("hello", (hnsw_from,))), time.monotonic() + OPEN_TIMEOUT_S
        while True:
            try:
                return send_and_receive(self._socket, message, time.monotonic() + timeout_s)
            except TimeoutError:
                # The engine, or its keeper when the engine is gone and no other one came.
                if any(
                    map(
                        kill_if_stopped, (get_peer_pid(self._socket), read_holder_pid(self._folder))
                    )
                ):
                    raise EOFError("the engine was stopped") from None
                if time.monotonic() > until:
                    raise
                message = b""  # it was sent; the reply is still to come


def kill_if_stopped(pid: int) -> bool:
    """Kill an engine or keeper that somebody stopped (SIGSTOP): its clients would hang for ever.

    Args:
        pid: The process; 0 for none.

    Returns:
        Whether it was stopped.
    """
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        is_ours = _MODULE in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, IndexError):
        return False
    if state not in "Tt" or not is_ours:
        return False
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return True


def get_peer_pid(connection: socket.socket) -> int:
    """Return the process at the other end of a Unix socket; 0 where the system does not say."""
    if not hasattr(socket, "SO_PEERCRED"):
        return 0
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int(struct.unpack("iII", credentials)[0])
