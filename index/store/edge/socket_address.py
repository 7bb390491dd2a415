"""The Unix socket of a folder's engine service, which only its user can open."""

import hashlib
import os
import socket
import stat
import tempfile
from pathlib import Path

from index.store.edge.metadata_files import SOCKET_FILE
from shopwindow.values.errors import IndexStoreError

MAX_SOCKET_PATH_BYTES = 100
"""Longest path of a socket; Linux allows 107 bytes, other systems 103."""

BACKLOG = 128


def get_socket_path(folder: Path) -> Path:
    """Return the path of an index folder's socket.

    It is in the folder itself or, if that path is too long or the folder is not writable, at a
    short path that every process of this user derives from the folder's path.

    Raises:
        IndexStoreError: The folder of the short path belongs to another user.
    """
    path = folder / SOCKET_FILE
    if len(os.fsencode(path)) <= MAX_SOCKET_PATH_BYTES and os.access(folder, os.W_OK | os.X_OK):
        return path
    name = hashlib.blake2b(os.fsencode(folder), digest_size=8).hexdigest()
    return _ensure_private_folder() / name


def connect(path: Path, timeout_s: float) -> socket.socket:
    """Connect to a service.

    Returns:
        The connection.

    Raises:
        FileNotFoundError: There is no socket.
        ConnectionRefusedError: The socket is stale: no process listens.
        OSError: The path is not a socket, or no process answers.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout_s)
        connection.connect(str(path))
    except BaseException:
        connection.close()
        raise
    return connection


def listen(path: Path) -> socket.socket:
    """Listen at a path, replacing a stale socket. The caller holds the folder's lock.

    Returns:
        The listening socket.

    Raises:
        OSError: The path cannot be used.
    """
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    old_umask = os.umask(0o177)  # created with mode 0600, so that others can never connect
    try:
        listener.bind(str(path))
    finally:
        os.umask(old_umask)
    listener.listen(BACKLOG)
    return listener


def _ensure_private_folder() -> Path:
    folder = Path(tempfile.gettempdir()) / f"shopwindow-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise IndexStoreError(
            f"{folder} belongs to another user or is open to others; remove it, or set TMPDIR"
        )
    return folder
