"""Building the HNSW graph on a copy of the shard, in a process of its own.

Run as `python -m index.store.edge.graph_build PARENT SHARD SCHEMA`: it optimizes that shard and
ends, at the latest when the process PARENT does. Building takes seconds to minutes and holds the
GIL throughout, so neither the engine's process nor its clients may do it.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from index.store.edge.disk_space import check_disk_space, copy_sparse_tree, get_allocated_bytes
from index.store.edge.engine import EdgeEngine
from index.store.edge.metadata_files import read_schema
from shopwindow.values.errors import DiskFullError

_PR_SET_PDEATHSIG = 1  # Source: prctl(2)


class GraphBuild:
    """A running build: copies a shard, optimizes the copy, and records the writes meanwhile.

    Args:
        source: The shard in use.
        target: Folder of the copy; it is created.
        schema_file: File with the store's schema.
    """

    def __init__(self, source: Path, target: Path, schema_file: Path) -> None:
        self.source = source
        self.target = target
        self._schema_file = schema_file
        self._pending_writes: list[tuple[str, tuple[Any, ...]]] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._copy_failure = ""
        self._copy_thread = threading.Thread(target=self._copy, daemon=True)
        self._copy_thread.start()

    def wait_for_copy(self) -> None:
        """Wait until the copy is complete; the source must not change before that."""
        self._copy_thread.join()

    def record_write(self, name: str, args: tuple[Any, ...]) -> None:
        """Record a write that the copy does not have."""
        self._pending_writes.append((name, args))

    def get_pending_writes(self) -> list[tuple[str, tuple[Any, ...]]]:
        """Return the writes to repeat on the built shard, in order."""
        return self._pending_writes

    def is_finished(self) -> bool:
        """Return whether the build has ended, successfully or not."""
        if self._copy_thread.is_alive():
            return False
        if self._copy_failure:
            return True
        if self._process is None:
            self._process = self._start_process()
        return self._process.poll() is not None

    def get_failure(self) -> str:
        """Return why the build failed; empty when it succeeded."""
        if self._copy_failure or self._process is None:
            return self._copy_failure
        code = self._process.returncode
        return f"the build process ended with code {code}" if code else ""

    def cancel(self) -> None:
        """Stop the build and discard its result."""
        self._copy_thread.join()
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _copy(self) -> None:
        try:
            check_disk_space(self.source, get_allocated_bytes(self.source))
            copy_sparse_tree(self.source, self.target)
        except DiskFullError as exc:
            self._copy_failure = str(exc)
        except OSError as exc:
            self._copy_failure = f"the shard could not be copied: {exc}"

    def _start_process(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-P", "-m", "index.store.edge.graph_build", str(os.getpid())]
        return subprocess.Popen([*command, str(self.target), str(self._schema_file)])


def build_graph(shard: Path, schema_file: Path) -> None:
    """Optimize a shard that no other process has open."""
    engine = EdgeEngine.load(shard, read_schema(schema_file))
    engine.optimize()
    engine.close()


def die_with_parent(parent_pid: int) -> None:
    """Let the kernel kill this process when its parent ends, also by kill -9.

    The engine holds the GIL while it builds, so no Python code could notice. An orphan would go on
    writing into a folder that the next engine deletes.

    Args:
        parent_pid: Process id of the parent; if it has ended already, this process ends too.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        sys.exit(1)


if __name__ == "__main__":
    die_with_parent(int(sys.argv[1]))
    build_graph(Path(sys.argv[2]), Path(sys.argv[3]))
