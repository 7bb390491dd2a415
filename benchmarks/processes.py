"""What this process and those that it started cost: processor seconds, and most memory."""

import os
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path

_SAMPLE_S = 0.02
_LOOK_EVERY_S = 0.05


def family_cpu_s() -> float:
    """Return processor seconds of this process, and of those it started, running or ended.

    On a system without `/proc` those that run are left out.
    """
    running = (
        sum(map(cpu_s_of, children())) if Path("/proc/self").exists() else 0.0
    )  # first: who ends meanwhile is counted twice, not never
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime + running


def children() -> list[int]:
    """Return the ids of the processes that this one started and has not waited for yet.

    All processes are looked through at most every 50 ms, as that takes 1 ms or more.
    """
    return _children(round(time.monotonic() / _LOOK_EVERY_S))


@lru_cache(maxsize=1)
def _children(moment: int) -> list[int]:
    pids = [int(each) for each in os.listdir("/proc") if each.isdecimal()]
    return [pid for pid in pids if _stat(pid)[1:2] == [str(os.getpid())]]


def _stat(pid: int) -> list[str]:
    """Return what `/proc` tells of a process from its state on; nothing when it is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return []


def peak_mb(pid: int | str = "self") -> float:
    """Return the most memory that a process has had, in MB; 0 when it is gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1000
    return 0.0


class Peaks:
    """The most memory of this process and of any that it starts, while they are watched.

    Attributes:
        own_mb: This process, beyond what it had at the start.
        child_mb: The largest child.
    """

    def __init__(self) -> None:
        self.own_mb = 0.0
        self.child_mb = 0.0


@contextmanager
def watched_peaks() -> Iterator[Peaks]:
    """Watch memory while the block runs; a child that lives for less than 20 ms may be missed.

    Yields:
        What is filled in until the block has ended.
    """
    peaks, is_over, before = Peaks(), threading.Event(), _resident_mb()

    def watch() -> None:
        while not is_over.wait(_SAMPLE_S):
            peaks.own_mb = max(peaks.own_mb, _resident_mb() - before)
            peaks.child_mb = max([peaks.child_mb, *map(peak_mb, children())])

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peaks
    finally:
        is_over.set()
        watcher.join()


def cpu_s_of(pid: int) -> float:
    """Return the processor seconds of a running process; 0 when it is gone."""
    about = _stat(pid)
    return (int(about[11]) + int(about[12])) / os.sysconf("SC_CLK_TCK") if about else 0.0


def _resident_mb() -> float:
    with suppress(OSError):
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 1e6
    return 0.0
