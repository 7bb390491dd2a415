"""One consumer at a time has the lock, until it releases it or dies."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from shopwindow.personalization.consumer_lock import ConsumerLock

ROOT = Path(__file__).resolve().parents[2]

_HOLDER = """
import os, sys, time
from pathlib import Path
from shopwindow.personalization.consumer_lock import ConsumerLock
lock = ConsumerLock(Path(sys.argv[1]))
assert lock.try_acquire()
child = os.fork()
if child == 0:
    print(os.getpid(), lock.is_held, flush=True)
    time.sleep(60)
time.sleep(60)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lock"


def test_two_locks_on_one_file_exclude_each_other(path: Path) -> None:
    one, other = ConsumerLock(path), ConsumerLock(path)
    assert one.try_acquire()
    assert not other.try_acquire()
    assert (one.is_held, other.is_held) == (True, False)
    assert other.read_holder_pid() == os.getpid()
    one.release()
    assert not one.is_held
    assert other.try_acquire()
    assert not one.try_acquire()


def test_a_lock_is_free_after_as_many_releases_as_acquisitions(path: Path) -> None:
    one, other = ConsumerLock(path), ConsumerLock(path)
    assert one.try_acquire()
    assert one.try_acquire()
    one.release()
    assert one.is_held
    assert not other.try_acquire()
    one.release()
    assert other.try_acquire()


def test_a_lock_without_a_file_excludes_nobody() -> None:
    one, other = ConsumerLock(None), ConsumerLock(None)
    assert one.try_acquire()
    assert other.try_acquire()
    assert one.read_holder_pid() == 0


def test_a_file_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    lock = ConsumerLock(tmp_path / "missing" / "lock")
    with pytest.raises(OSError, match="No such file"):
        lock.try_acquire()
    assert not lock.is_held


def test_a_killed_holder_lets_go_although_a_child_that_it_forked_lives(path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as holder:
        assert holder.stdout is not None
        child_pid, is_held_by_child = holder.stdout.readline().split()
        try:
            lock = ConsumerLock(path)
            assert not lock.try_acquire()
            assert lock.read_holder_pid() == holder.pid
            holder.kill()
            wait_until(lock.try_acquire)
        finally:
            os.kill(int(child_pid), signal.SIGKILL)  # it is still there
        assert is_held_by_child == b"False"


def wait_until(is_done: Callable[[], bool], timeout_s: float = 5.0) -> None:
    deadline_s = time.monotonic() + timeout_s
    while not is_done():
        assert time.monotonic() < deadline_s
        time.sleep(0.01)
