"""The process that keeps a folder's engine running: locks, listens, forks the engine, and reforks.

Run as `python -m index.store.edge.supervisor FOLDER` by the first process that opens a folder. That
process reads its standard error to the end; then the service can be reached. The supervisor has
everything imported and does nothing itself, so an engine that dies is back as soon as its shard is
open, while clients that connect meanwhile wait in the socket's queue. It ends when the engine exits
normally, which happens after the last client has left.
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
"""Seconds that an earlier service may take to end."""

LOCK_TIMEOUT_ENV = "_SHOPWINDOW_LOCK_WAIT_S"
"""Environment variable that overrides `LOCK_TIMEOUT_S`, for tests."""

MIN_UPTIME_S = 2.0
MAX_RAPID_RESTARTS = 20
"""Engines in a row that may die within `MIN_UPTIME_S` before the supervisor gives up."""

MAX_LOG_BYTES = 1_000_000


def supervise(folder: Path, listener: socket.socket, lock: IndexFolderLock) -> None:
    """Fork the engine until it exits normally, or has died too often right after its start."""
    n_rapid_restarts = 0
    while n_rapid_restarts < MAX_RAPID_RESTARTS:
        started_at = time.monotonic()
        engine_pid = os.fork()
        if engine_pid == 0:
            _serve(folder, listener, lock)
        _, status = os.waitpid(engine_pid, 0)
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == EXIT_OK:
            return
        n_rapid_restarts = (
            n_rapid_restarts + 1 if time.monotonic() - started_at < MIN_UPTIME_S else 0
        )
        print(f"the engine ended with status {status}; restarting it", file=sys.stderr, flush=True)  # noqa: T201


def main(folder: Path) -> int:
    """Become the supervisor of a folder.

    Returns:
        The exit code, in the process that was started and, later, in the supervisor.
    """
    os.umask(0o077)
    socket_path = get_socket_path(folder)
    lock = IndexFolderLock(folder)
    deadline = time.monotonic() + float(os.environ.get(LOCK_TIMEOUT_ENV, LOCK_TIMEOUT_S))
    while not _acquire(lock, socket_path):
        if _is_served(socket_path):
            return 0  # another service was first; if it is ending, the caller starts a new one
        if time.monotonic() > deadline:
            return EXIT_LOCKED
        time.sleep(0.02)
    listener = listen(socket_path)
    if os.fork():
        return 0  # the starter's child is done; the supervisor is detached
    os.setsid()  # a Ctrl-C at the starter's terminal must not reach the engine
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    _redirect_output(folder)
    lock.write_holder_pid()
    try:
        supervise(folder, listener, lock)
    finally:
        socket_path.unlink(missing_ok=True)
    return 0


def _acquire(lock: IndexFolderLock, socket_path: Path) -> bool:
    """Take the folder's lock and the lock of its socket.

    Returns:
        Whether both were free.
    """
    socket_lock = socket_path.with_name(socket_path.name + ".lock")
    # Several services may hold a folder that none can write; only one of them has the socket.
    in_folder = socket_path.parent == lock.folder
    if lock.acquire() and (in_folder or try_lock(socket_lock) is not None):
        return True
    lock.release()
    return False


def _is_served(socket_path: Path) -> bool:
    try:
        connect(socket_path, timeout_s=0.1).close()
    except OSError:
        return False
    return True


def _serve(folder: Path, listener: socket.socket, lock: IndexFolderLock) -> None:
    """Run the engine in this process and exit, without the cleanup of the parent process."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        code = EngineService(folder, listener, lock).run()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _redirect_output(folder: Path) -> None:
    path = folder / LOG_FILE
    try:
        is_small = not path.exists() or path.stat().st_size < MAX_LOG_BYTES
        mode = os.O_APPEND if is_small else os.O_TRUNC
        log = os.open(path, os.O_WRONLY | os.O_CREAT | mode, 0o600)
    except OSError:
        log = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(log, descriptor)
    os.close(log)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
