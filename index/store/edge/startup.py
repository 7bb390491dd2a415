"""Start the engine service of a folder."""

import os
import subprocess
import sys
from pathlib import Path

from index.store.edge.folder_lock import EXIT_LOCKED
from index.store.edge.socket_address import connect, get_socket_path
from shopwindow.values.errors import IndexLockedError, IndexStoreError

START_TIMEOUT_S = 120.0
"""Seconds until the service must listen; it usually takes half a second, more on a busy machine."""

_PROJECT_ROOT = Path(__file__).resolve().parents[3]


def start_service(folder: Path) -> bool:
    """Start a service and return once it can be reached, or once another one was first.

    Args:
        folder: The index folder; it is created if it does not exist.

    Returns:
        Whether this service was started; otherwise another one listens, or was about to end.

    Raises:
        IndexLockedError: The folder is locked by a process that cannot be reached.
        IndexStoreError: The service does not start.
    """
    _create_folder(folder)
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "index.store.edge.supervisor", str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=_build_environment(),
    )
    try:
        # Standard error ends once the service listens: from then on it goes to a log file.
        _, errors = process.communicate(timeout=START_TIMEOUT_S)
    except BaseException:
        process.kill()
        process.communicate()
        raise
    if process.returncode == EXIT_LOCKED and not is_reachable(folder):
        raise IndexLockedError(str(folder))
    if process.returncode not in (0, EXIT_LOCKED):
        reason = errors.decode("utf-8", "replace").strip().rsplit("\n", 1)[-1]
        raise IndexStoreError(f"the engine of {folder} cannot be started: {reason}")
    return process.returncode == 0


def is_reachable(folder: Path) -> bool:
    """Return whether a service of the folder is listening."""
    try:
        connect(get_socket_path(folder), timeout_s=1.0).close()
    except OSError:
        return False
    return True


def _create_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise IndexStoreError(f"the index folder {folder} cannot be created: {exc}") from exc


def _build_environment() -> dict[str, str]:
    """Return the environment of the service: our packages first, and no BLAS threads.

    `-P` keeps the working folder out: a user's folder named `index` would shadow ours.
    """
    paths = [str(_PROJECT_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OPENBLAS_NUM_THREADS": "1"}
