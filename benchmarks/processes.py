"""Processor time and peak memory of this process and its children."""

import os
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path

_SAMPLE_S = 0.02
_REFRESH_INTERVAL_S = 0.05


def family_cpu_s() -> float:
    """Return the processor seconds of this process and its children, running or ended.

    On a system without `/proc`, running children are left out.
    """
    # Running children first: one that ends meanwhile is then counted twice instead of never.
    running = sum(map(read_cpu_s, list_children())) if Path("/proc/self").exists() else 0.0
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime + running


def list_children() -> list[int]:
    """Return the ids of the child processes that this one has not waited for yet.

    All processes are searched at most every 50 ms, because that takes 1 ms or more.
    """
    return _list_children_at(round(time.monotonic() / _REFRESH_INTERVAL_S))


@lru_cache(maxsize=1)
def _list_children_at(moment: int) -> list[int]:
    pids = [int(entry) for entry in os.listdir("/proc") if entry.isdecimal()]
    return [pid for pid in pids if _read_stat(pid)[1:2] == [str(os.getpid())]]


def _read_stat(pid: int) -> list[str]:
    """Return the fields of `/proc/PID/stat` from the state on; empty if the process is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return []


def peak_mb(pid: int | str = "self") -> float:
    """Return the peak memory of a process in MB; 0 if it is gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1000
    return 0.0


class Peaks:
    """Peak memory of this process and its children while they are watched.

    Attributes:
        own_mb: Peak of this process above its memory at the start, in MB.
        child_mb: Peak of the largest child, in MB.
    """

    def __init__(self) -> None:
        self.own_mb = 0.0
        self.child_mb = 0.0


@contextmanager
def watched_peaks() -> Iterator[Peaks]:
    """Watch memory while the block runs; a child that lives for less than 20 ms may be missed.

    Yields:
        The peaks, updated until the block has ended.
    """
    peaks, is_over, initial_mb = Peaks(), threading.Event(), _read_resident_mb()

    def watch() -> None:
        while not is_over.wait(_SAMPLE_S):
            peaks.own_mb = max(peaks.own_mb, _read_resident_mb() - initial_mb)
            peaks.child_mb = max([peaks.child_mb, *map(peak_mb, list_children())])

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peaks
    finally:
        is_over.set()
        watcher.join()


def read_cpu_s(pid: int) -> float:
    """Return the processor seconds of a running process; 0 when it is gone."""
    fields = _read_stat(pid)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def _read_resident_mb() -> float:
    with suppress(OSError):
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 1e6
    return 0.0
