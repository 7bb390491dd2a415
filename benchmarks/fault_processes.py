"""Processes to be killed: children that tell how far they are, and the services of index folders.

A child is forked, so it has everything imported and starts in no time. The process that forks must
therefore have no index, log or encoder open itself, and no threads.
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
"""Exit codes of a child: it ended well, with an error of ours, with any other error."""

HUNG_AFTER_S = 60.0
"""Seconds after which whoever waits is taken as hanging for ever."""

ERROR = "error: "
GO = b"g"


@dataclass(frozen=True, slots=True)
class Talk:
    """The child's end of the line to whoever forked it.

    Attributes:
        out: Takes what it says.
        back: Gives what it is told.
    """

    out: int
    back: int

    def say(self, line: str) -> None:
        """Tell something; the line is whole or not there at all."""
        os.write(self.out, line.encode() + b"\n")

    def wait_for_go(self) -> None:
        """Return when told to go on."""
        os.read(self.back, 1)


class Child:
    """A forked process and what it said.

    Args:
        work: What it does; it says lines through its `Talk`, and its last one is its error.

    Attributes:
        pid: The process.
        lines: What it said so far.
        code: Its exit code, negative for a signal; None while it runs.
    """

    def __init__(self, work: Callable[[Talk], None]) -> None:
        (self._ear, out), (back, self._mouth) = os.pipe(), os.pipe()
        self.lines: list[str] = []
        self.code: int | None = None
        self._rest = b""
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._ear)
            os.close(self._mouth)
            _run(work, Talk(out, back))
        os.close(out)
        os.close(back)

    def go(self) -> None:
        """Tell it to go on."""
        with suppress(OSError):  # it has ended
            os.write(self._mouth, GO)

    def said(self, word: str) -> bool:
        """Return whether it said a line."""
        return word in self.lines

    def listen(self, for_s: float) -> None:
        """Wait for what it says, but not for longer than some seconds."""
        if self._ear < 0 or not select.select([self._ear], [], [], for_s)[0]:
            return
        heard = os.read(self._ear, 1 << 16)
        if not heard:
            os.close(self._ear)
            self._ear = -1
        *whole, self._rest = (self._rest + heard).split(b"\n")
        self.lines += [line.decode() for line in whole]

    def is_running(self) -> bool:
        """Return whether it has not ended."""
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._ended(os.waitstatus_to_exitcode(status))
        return self.code is None

    def ended_within(self, seconds: float) -> bool:
        """Wait for its end; one that takes longer is killed.

        Returns:
            Whether it ended by itself.
        """
        deadline = time.monotonic() + seconds
        while self.is_running():
            if time.monotonic() > deadline:
                kill(self.pid)
                self._ended(os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1]))
                return False
            if self._ear < 0:
                time.sleep(0.005)
            self.listen(0.05)
        return True

    def error(self) -> str:
        """Return the error that ended it; empty when there was none."""
        last = self.lines[-1] if self.lines else ""
        return last.removeprefix(ERROR) if last.startswith(ERROR) else ""

    def _ended(self, code: int) -> None:
        while self._ear >= 0:
            self.listen(0.2)
            if not select.select([self._ear], [], [], 0)[0] if self._ear >= 0 else True:
                break
        for end in (self._ear, self._mouth):
            if end >= 0:
                os.close(end)
        self._ear = self._mouth = -1
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
    except BaseException as exc:  # noqa: BLE001 - whatever it is, it is what is counted
        talk.say(f"{ERROR}{type(exc).__name__}: {ascii(str(exc))[:500]}")
    finally:
        os._exit(code)


def kill(*pids: int) -> None:
    """Kill processes at once; those that are gone already are passed over."""
    for pid in pids:
        with suppress(ProcessLookupError):
            if pid > 0:
                os.kill(pid, signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class Service:
    """The processes that serve one index folder; 0 for one that is not there.

    Attributes:
        keeper: Forks the engine, again when it dies.
        engine: Has the shard open.
    """

    keeper: int = 0
    engine: int = 0

    @property
    def is_up(self) -> bool:
        """Whether any of them runs."""
        return bool(self.keeper or self.engine)


def service_of(folder: Path) -> Service:
    """Return the processes that serve a folder now."""
    wanted = b"index.store.edge.supervisor\0" + os.fsencode(folder.resolve()) + b"\0"
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            with suppress(OSError):
                if Path(f"/proc/{entry}/cmdline").read_bytes().endswith(wanted):
                    found[int(entry)] = stat_of(int(entry))
    # The keeper leads a session of its own; who has not done so yet only starts the service.
    keeper = next((pid for pid, stat in found.items() if stat[3:4] == [str(pid)]), 0)
    own = os.getsid(0)
    engines = [p for p, stat in found.items() if p != keeper and stat[3:4] not in ([], [str(own)])]
    return Service(keeper, min(engines, default=0))


def children_of(pid: int) -> list[int]:
    """Return the children that a process's first thread started."""
    with suppress(OSError):
        return [int(x) for x in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def stat_of(pid: int) -> list[str]:
    """Return what the system tells of a process from its state on; nothing when it is gone.

    Returns:
        State, parent, process group, session and so on.
    """
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return []


def is_running(pid: int) -> bool:
    """Return whether a process is there and has not ended."""
    return stat_of(pid)[:1] not in ([], ["Z"], ["X"])


def gone_within(folder: Path, seconds: float) -> bool:
    """Wait for the end of a folder's service.

    Returns:
        Whether it came.
    """
    deadline = time.monotonic() + seconds
    while service_of(folder).is_up:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
