"""Starting the engine's service of a folder."""

import os
import subprocess
import sys
from pathlib import Path

from index.store.edge.folder_lock import EXIT_LOCKED
from index.store.edge.socket_address import connect, get_socket_path
from shopwindow.values.errors import IndexLockedError, IndexStoreError

START_TIMEOUT_S = 120.0
"""Seconds until the service listens; it takes half of one, more where much else is going on."""

_HOME = Path(__file__).resolve().parents[3]


def start_service(folder: Path) -> bool:
    """Start a service and return when it can be reached, or when another one was first.

    Args:
        folder: The index folder; it is made if it is not there.

    Returns:
        Whether this one was started; otherwise another one listens, or was just about to end.

    Raises:
        IndexLockedError: Somebody who cannot be reached holds the folder.
        IndexStoreError: The service does not start.
    """
    _make(folder)
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "index.store.edge.keeper", str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=_environment(),
    )
    try:
        # The errors end when the service listens: its keeper writes them to a file from then.
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
    """Return whether a service of the folder listens."""
    try:
        connect(get_socket_path(folder), timeout_s=1.0).close()
    except OSError:
        return False
    return True


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise IndexStoreError(f"the index folder {folder} cannot be made: {exc}") from exc


def _environment() -> dict[str, str]:
    """Return the environment of the service: our code first, and no threads for linear algebra.

    `-P` keeps the working folder out: a user's own folder `core` would take the place of ours.
    """
    paths = [str(_HOME), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OPENBLAS_NUM_THREADS": "1"}
