"""The worker process as its parent sees it: start, ask, end."""

import os
import subprocess
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from core.errors import IndexStoreError

_HOME = Path(__file__).resolve().parents[2]
_END_WAIT_S = 60.0


class WorkerProcess:
    """A running `index.edge.worker`. One request at a time; the caller holds a lock.

    Args:
        folder: The index folder that the worker is to own.

    Raises:
        IndexLockedError: Another process holds the folder.
        IndexStoreError: The folder is damaged, or the process does not start.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        request_read, request_write = os.pipe()
        reply_read, reply_write = os.pipe()
        command = [sys.executable, "-m", "index.edge.worker", str(folder)]
        paths = [str(_HOME), *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            [*command, str(request_read), str(reply_write)],
            stdin=subprocess.DEVNULL,
            pass_fds=(request_read, reply_write),
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            process_group=0,  # Ctrl-C is for the parent, which closes the pipe when it is done
        )
        os.close(request_read)
        os.close(reply_write)
        self._requests = Connection(request_write, readable=False)
        self._replies = Connection(reply_read, writable=False)
        try:
            self.has_shard: bool = self._guarded(self._receive)
        except BaseException:
            self.end()
            raise

    def ask(self, name: str, args: tuple[Any, ...]) -> Any:
        """Have one operation carried out.

        Returns:
            What the operation returned.

        Raises:
            ShopwindowError: The operation's own error.
            IndexStoreError: The process ended; what it had acknowledged is safe.
        """
        return self._guarded(self._exchange, name, args)

    def end(self) -> None:
        """Close the pipe and wait until the worker has flushed. Idempotent."""
        self._requests.close()
        try:
            self._process.wait(_END_WAIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._replies.close()

    @property
    def pid(self) -> int:
        """The worker's process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether requests can still be sent."""
        return not self._requests.closed

    def _guarded(self, call: Any, *args: Any) -> Any:
        try:
            kind, value = call(*args)
        except (EOFError, OSError) as exc:
            self.end()
            raise IndexStoreError(
                f"the engine's process for {self._folder} ended (code "
                f"{self._process.returncode}). What was acknowledged is safe; try again."
            ) from exc
        except BaseException:
            # Ctrl-C between request and reply: the pipe is out of step, so this worker is done.
            self.end()
            raise
        if kind == "error":
            raise value
        return value

    def _exchange(self, name: str, args: tuple[Any, ...]) -> tuple[str, Any]:
        self._requests.send((name, args))
        return self._receive()

    def _receive(self) -> tuple[str, Any]:
        kind, value = self._replies.recv()
        return kind, value
