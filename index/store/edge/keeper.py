"""The process that keeps a folder's engine running: locks, listens, forks the engine, forks again.

Run as `python -m index.store.edge.keeper FOLDER` by the first process that opens a folder, which reads
this one's errors until they end: then the service can be reached. The keeper has everything
imported and does nothing itself, so an engine that dies is back after the time that opening its
shard takes, and who connects meanwhile waits in the socket's queue. It ends when the engine ends
in peace, which it does when the last client has left.
"""

import os
import signal
import socket
import sys
import time
from pathlib import Path

from index.store.edge.folder_lock import EXIT_LOCKED, IndexFolderLock, try_lock
from index.store.edge.metadata_files import LOG_FILE
from index.store.edge.service import EXIT_OK, EngineService
from index.store.edge.socket_address import connect, get_socket_path, listen

LOCK_TIMEOUT_S = 5.0
"""Seconds that a service which is just ending may take."""

LOCK_TIMEOUT_ENV = "_SHOPWINDOW_LOCK_WAIT_S"

MIN_UPTIME_S = 2.0
MAX_RAPID_RESTARTS = 20
"""Engines that may die within `MIN_UPTIME_S`, one after the other, before the keeper gives up."""

MAX_LOG_BYTES = 1_000_000


def supervise(folder: Path, listener: socket.socket, lock: IndexFolderLock) -> None:
    """Fork the engine until it ends in peace, or dies again and again at once."""
    n_quick = 0
    while n_quick < MAX_RAPID_RESTARTS:
        began = time.monotonic()
        engine = os.fork()
        if engine == 0:
            _serve(folder, listener, lock)
        _, status = os.waitpid(engine, 0)
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == EXIT_OK:
            return
        n_quick = n_quick + 1 if time.monotonic() - began < MIN_UPTIME_S else 0
        print(f"the engine ended with status {status}; again", file=sys.stderr, flush=True)  # noqa: T201


def main(folder: Path) -> int:
    """Become the keeper of a folder.

    Returns:
        The exit code, in the process that was started and, later, in the keeper.
    """
    os.umask(0o077)
    path = get_socket_path(folder)
    lock = IndexFolderLock(folder)
    deadline = time.monotonic() + float(os.environ.get(LOCK_TIMEOUT_ENV, LOCK_TIMEOUT_S))
    while not _acquire(lock, path):
        if _is_served(path):
            return 0  # another service was first; should it be ending, the caller starts anew
        if time.monotonic() > deadline:
            return EXIT_LOCKED
        time.sleep(0.02)
    listener = listen(path)
    if os.fork():
        return 0  # the starter's child is done; what goes on is nobody's child
    os.setsid()  # a Ctrl-C at the starter's terminal is not for the engine
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    _log_to(folder)
    lock.write_holder_pid()
    try:
        supervise(folder, listener, lock)
    finally:
        path.unlink(missing_ok=True)
    return 0


def _acquire(lock: IndexFolderLock, path: Path) -> bool:
    """Take the folder's lock and the right to its socket.

    Returns:
        Whether both were free.
    """
    beside = path.with_name(path.name + ".lock")
    # Several may hold a folder that none of them can write; only one of them has the socket.
    if lock.acquire() and (path.parent == lock.folder or try_lock(beside) is not None):
        return True
    lock.release()
    return False


def _is_served(path: Path) -> bool:
    try:
        connect(path, timeout_s=0.1).close()
    except OSError:
        return False
    return True


def _serve(folder: Path, listener: socket.socket, lock: IndexFolderLock) -> None:
    """Run the engine in this process and end it, without what its parent would do at the end."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        code = EngineService(folder, listener, lock).run()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _log_to(folder: Path) -> None:
    path = folder / LOG_FILE
    try:
        small = not path.exists() or path.stat().st_size < MAX_LOG_BYTES
        kind = os.O_APPEND if small else os.O_TRUNC
        log = os.open(path, os.O_WRONLY | os.O_CREAT | kind, 0o600)
    except OSError:
        log = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(log, descriptor)
    os.close(log)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
