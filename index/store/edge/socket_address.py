"""Where the engine's service of a folder is reached: a Unix socket that only its user can open."""

import hashlib
import os
import socket
import stat
import tempfile
from pathlib import Path

from index.store.edge.metadata_files import SOCKET_FILE
from shopwindow.values.errors import IndexStoreError

MAX_SOCKET_PATH_BYTES = 100
"""Longest path of a socket; Linux takes 107 bytes, others 103."""

BACKLOG = 128


def get_socket_path(folder: Path) -> Path:
    """Return where the socket of an index folder is.

    It is in the folder itself, or, where the path is too long or the folder cannot be written, at
    a short one that every process of this user makes of the folder's name.

    Raises:
        IndexStoreError: The short one's folder belongs to somebody else.
    """
    inside = folder / SOCKET_FILE
    if len(os.fsencode(inside)) <= MAX_SOCKET_PATH_BYTES and os.access(folder, os.W_OK | os.X_OK):
        return inside
    name = hashlib.blake2b(os.fsencode(folder), digest_size=8).hexdigest()
    return _private_folder() / name


def connect(path: Path, timeout_s: float) -> socket.socket:
    """Connect to a service.

    Returns:
        The connection.

    Raises:
        FileNotFoundError: No service has been there.
        ConnectionRefusedError: The socket is stale: nobody listens.
        OSError: Something else is there, or nobody answers.
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
    """Listen at a path; a stale socket there is replaced. The caller holds the folder's lock.

    Returns:
        The listening socket.

    Raises:
        OSError: The path cannot be used.
    """
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)  # born with mode 0600: no moment in which others could connect
    try:
        listener.bind(str(path))
    finally:
        os.umask(before)
    listener.listen(BACKLOG)
    return listener


def _private_folder() -> Path:
    folder = Path(tempfile.gettempdir()) / f"shopwindow-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise IndexStoreError(
            f"{folder} belongs to somebody else or is open to others; remove it, or set TMPDIR"
        )
    return folder
