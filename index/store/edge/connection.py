"""One connection to a folder's engine, and the handling of an engine that does not answer."""

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
"""Seconds that opening a shard may take."""

_SUPERVISOR_MODULE = b"index.store.edge.supervisor"
"""In the command lines of supervisor and engine: a process id may have been reused."""


class Connection:
    """A connected socket that carries one request and its reply at a time.

    Args:
        folder: The index folder.
        hnsw_min_points: Number of points from which this client wants a graph.
        timeout_s: Seconds without a reply after which the state of the engine is checked.

    Attributes:
        pid: Process id of the engine.
        change_token: Token of the index's state as of the last reply.

    Raises:
        ShopwindowError: The folder cannot be opened.
        TimeoutError: The engine does not answer.
        EOFError: The engine ended.
        OSError: There is no service.
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
            message: A message of `pack_message`; empty to keep waiting for an earlier reply.
            timeout_s: Seconds to wait.

        Returns:
            "ok" or "error", and the value.
        """
        kind, value, self.change_token = send_and_receive(
            self._socket, message, time.monotonic() + timeout_s
        )
        return kind, value

    def is_closed_by_peer(self, within_s: float) -> bool:
        """Return whether the other side has hung up, or does so within some seconds."""
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

    def _greet(self, hnsw_min_points: int, timeout_s: float) -> Any:
        message, deadline = (
            pack_message(("hello", (hnsw_min_points,))),
            time.monotonic() + OPEN_TIMEOUT_S,
        )
        while True:
            try:
                return send_and_receive(self._socket, message, time.monotonic() + timeout_s)
            except TimeoutError:
                # The engine, or its supervisor if the engine is gone and was not started again.
                pids = get_peer_pid(self._socket), read_holder_pid(self._folder)
                if any(kill_if_stopped(pid) for pid in pids):
                    raise EOFError("the engine was stopped") from None
                if time.monotonic() > deadline:
                    raise
                message = b""  # already sent; the reply is still to come


def kill_if_stopped(pid: int) -> bool:
    """Kill an engine or supervisor that was stopped (SIGSTOP): its clients would hang for ever.

    Args:
        pid: Process id; 0 for none.

    Returns:
        Whether the process was stopped, and is ours.
    """
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        is_ours = _SUPERVISOR_MODULE in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, IndexError):
        return False
    if state not in "Tt" or not is_ours:
        return False
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return True


def get_peer_pid(connection: socket.socket) -> int:
    """Return the process id at the other end of a Unix socket; 0 where the system does not tell."""
    if not hasattr(socket, "SO_PEERCRED"):
        return 0
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int(struct.unpack("iII", credentials)[0])
