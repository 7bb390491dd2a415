"""Processes to kill: children that report their progress, and the services of index folders.

A child is forked, so it has everything imported and starts at once. The forking process must
therefore have no index, log or encoder open, and no threads.
"""

import os
import select
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from shopwindow.values.errors import ShopwindowError

OK, REFUSED, FOREIGN = 0, 3, 4
"""Exit codes of a child: success, one of our own errors, any other error."""

HUNG_AFTER_S = 60.0
"""Seconds after which a waiting process counts as hung."""

ERROR = "error: "
GO = b"g"


@dataclass(frozen=True, slots=True)
class Talk:
    """The child's end of the pipes to the process that forked it.

    Attributes:
        out: Descriptor that the child writes to.
        back: Descriptor that the child reads from.
    """

    out: int
    back: int

    def say(self, line: str) -> None:
        """Write one line; it arrives whole or not at all."""
        os.write(self.out, line.encode() + b"\n")

    def wait_for_go(self) -> None:
        """Wait for the signal to continue."""
        os.read(self.back, 1)


class Child:
    """A forked process and the lines that it wrote.

    Args:
        work: Function to run; it writes lines through its `Talk`. An error becomes the last line.

    Attributes:
        pid: Process id.
        lines: Lines written so far.
        code: Exit code, negative for a signal; None while the process runs.
    """

    def __init__(self, work: Callable[[Talk], None]) -> None:
        (self._read_fd, out), (back, self._write_fd) = os.pipe(), os.pipe()
        self.lines: list[str] = []
        self.code: int | None = None
        self._partial_line = b""
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._read_fd)
            os.close(self._write_fd)
            _run(work, Talk(out, back))
        os.close(out)
        os.close(back)

    def go(self) -> None:
        """Signal the child to continue."""
        with suppress(OSError):  # it has ended
            os.write(self._write_fd, GO)

    def said(self, line: str) -> bool:
        """Return whether the child has written a line."""
        return line in self.lines

    def listen(self, timeout_s: float) -> None:
        """Read new lines, waiting at most some seconds for them."""
        if self._read_fd < 0 or not select.select([self._read_fd], [], [], timeout_s)[0]:
            return
        received = os.read(self._read_fd, 1 << 16)
        if not received:
            os.close(self._read_fd)
            self._read_fd = -1
        *complete, self._partial_line = (self._partial_line + received).split(b"\n")
        self.lines += [line.decode() for line in complete]

    def is_running(self) -> bool:
        """Return whether the child is still running."""
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._finish(os.waitstatus_to_exitcode(status))
        return self.code is None

    def ended_within(self, seconds: float) -> bool:
        """Wait for the child to end, and kill it if it takes longer.

        Returns:
            Whether the child ended by itself.
        """
        deadline = time.monotonic() + seconds
        while self.is_running():
            if time.monotonic() > deadline:
                kill(self.pid)
                self._finish(os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1]))
                return False
            if self._read_fd < 0:
                time.sleep(0.005)
            self.listen(0.05)
        return True

    def error(self) -> str:
        """Return the error that ended the child; empty without one."""
        last = self.lines[-1] if self.lines else ""
        return last.removeprefix(ERROR) if last.startswith(ERROR) else ""

    def _finish(self, code: int) -> None:
        while self._read_fd >= 0:
            self.listen(0.2)
            if not select.select([self._read_fd], [], [], 0)[0] if self._read_fd >= 0 else True:
                break
        for descriptor in (self._read_fd, self._write_fd):
            if descriptor >= 0:
                os.close(descriptor)
        self._read_fd = self._write_fd = -1
        self.code = code


def _run(work: Callable[[Talk], None], talk: Talk) -> None:
    code = FOREIGN
    try:
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        work(talk)
        code = OK
    except ShopwindowError as exc:
        code = REFUSED
        talk.say(f"{ERROR}{type(exc).__name__}: {ascii(str(exc))[:500]}")
    except BaseException as exc:  # noqa: BLE001 - all errors are counted
        talk.say(f"{ERROR}{type(exc).__name__}: {ascii(str(exc))[:500]}")
    finally:
        os._exit(code)


def kill(*pids: int) -> None:
    """Kill processes with SIGKILL; ended ones and a pid of 0 are ignored."""
    for pid in pids:
        with suppress(ProcessLookupError):
            if pid > 0:
                os.kill(pid, signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class Service:
    """Process ids of the service of one index folder; 0 for a missing process.

    Attributes:
        supervisor: The supervisor, which forks the engine and forks it again when it dies.
        engine: The engine, which has the shard open.
    """

    supervisor: int = 0
    engine: int = 0

    @property
    def is_up(self) -> bool:
        """Whether any of the processes is running."""
        return bool(self.supervisor or self.engine)


def find_service(folder: Path) -> Service:
    """Return the processes that serve a folder now."""
    command_end = b"index.store.edge.supervisor\0" + os.fsencode(folder.resolve()) + b"\0"
    stats = {}
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            with suppress(OSError):
                if Path(f"/proc/{entry}/cmdline").read_bytes().endswith(command_end):
                    stats[int(entry)] = read_stat(int(entry))
    # The supervisor leads a session of its own; a process without one is still starting.
    supervisor = next((pid for pid, stat in stats.items() if stat[3:4] == [str(pid)]), 0)
    own_session = os.getsid(0)
    engines = [
        pid
        for pid, stat in stats.items()
        if pid != supervisor and stat[3:4] not in ([], [str(own_session)])
    ]
    return Service(supervisor, min(engines, default=0))


def list_children(pid: int) -> list[int]:
    """Return the process ids of the children that a process's main thread started."""
    with suppress(OSError):
        return [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]
    return []


def read_stat(pid: int) -> list[str]:
    """Return the fields of `/proc/PID/stat` from the state on; empty if the process is gone.

    Returns:
        State, parent, process group, session and so on.
    """
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return []


def is_running(pid: int) -> bool:
    """Return whether a process exists and has not ended."""
    return read_stat(pid)[:1] not in ([], ["Z"], ["X"])


def wait_until_gone(folder: Path, timeout_s: float) -> bool:
    """Wait for a folder's service to end.

    Returns:
        Whether it ended in time.
    """
    deadline = time.monotonic() + timeout_s
    while find_service(folder).is_up:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
