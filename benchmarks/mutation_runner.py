"""Runs tests over code with a fault in it, in a copy of the tree, in a process forked for each.

The libraries are imported once, before the forks; the project's own modules are imported anew each
time, so that a fault in a constant, a default or a class counts like one in a function. The fault
is written to the copy, so that processes which a test starts have it too.
"""

import importlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

Verdict = Literal["killed", "timed out", "survived"]
LIBRARIES = (
    "pytest", "hypothesis", "numpy", "scipy.stats", "PIL.Image", "pydantic_settings", "pyarrow",
    "qdrant_client", "qdrant_client.http.models", "qdrant_edge", "httpx", "rapidfuzz", "Stemmer",
    "onnxruntime", "cachetools", "jinja2",
)  # fmt: skip
"""Imported once; none starts a thread when imported."""

_OPTIONS = ("-x", "-q", "-n", "0", "-p", "no:cacheprovider",
            "-W", "ignore::pytest.PytestAssertRewriteWarning")  # fmt: skip
_CPU_FACTOR, _CPU_EXTRA_S = 2, 10
_WALL_FACTOR = 4
"""Other work may share the processor, so a run has this many times its processor time. A fault in
an engine makes its clients wait, and each second of that is a second of the whole measurement."""


class MutationRunner:
    """Plants one fault after another in a copy of the tree.

    Args:
        root: The tree; what git tracks of it is copied, as it is on disk.
        folder: Where the copy goes.
    """

    def __init__(self, root: Path, folder: Path) -> None:
        self._folder = folder
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=root, capture_output=True, check=True).stdout
        for name in filter(None, listed.decode().split("\0")):
            if (root / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(root / name, folder / name)
        for library in LIBRARIES:
            importlib.import_module(library)

    def prepare(self, tests: Sequence[str]) -> None:
        """Have everything compiled that these tests import, once for all faults."""
        self._run(("--collect-only", *tests), 30 * _CPU_EXTRA_S, compiles=True)

    def time_tests(self, tests: Sequence[str]) -> float:
        """Return the seconds that tests take without a fault.

        Raises:
            SystemExit: One fails, so that no verdict would mean anything.
        """
        began = time.monotonic()
        if tests and self._run(tests, 60 * _CPU_EXTRA_S) != "survived":
            sys.exit(f"without a fault these tests fail too: {tests}")
        return time.monotonic() - began

    def read(self, file: str) -> bytes:
        """Return a file of the tree without faults."""
        return (self._folder / file).read_bytes()

    def test_mutant(
        self, file: str, mutated: bytes, tests: Sequence[str], duration_s: float
    ) -> Verdict:
        """Run tests, fastest first, until one fails.

        Args:
            file: The file with the fault.
            mutated: Its source.
            tests: Ids of tests, or files of tests.
            duration_s: Seconds that these tests take without a fault.

        Returns:
            Whether a test failed, did not end, or all passed.
        """
        path = self._folder / file
        original = path.read_bytes()
        try:
            path.write_bytes(mutated)
            for cached in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
                cached.unlink()
            return self._run(tests, _CPU_FACTOR * duration_s + _CPU_EXTRA_S)
        finally:
            path.write_bytes(original)

    def _run(self, tests: Sequence[str], cpu_limit_s: float, compiles: bool = False) -> Verdict:
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            self._run_tests(tests, cpu_limit_s, compiles)
        deadline = time.monotonic() + _WALL_FACTOR * cpu_limit_s
        while time.monotonic() < deadline:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                _end_group(child)
                return _judge(status)
            time.sleep(0.02)
        _end_group(child)
        os.waitpid(child, 0)
        return "timed out"

    def _run_tests(self, tests: Sequence[str], cpu_limit_s: float, compiles: bool) -> None:
        """Never returns: the forked process ends with pytest's exit code."""
        import pytest  # noqa: PLC0415 -- the libraries are imported once, before

        try:
            os.setsid()
            limit = int(cpu_limit_s)
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
            silent = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(silent, stream)
            os.chdir(self._folder)
            os.environ["PYTHONPATH"] = str(self._folder)
            if not compiles:
                os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
            sys.dont_write_bytecode = not compiles
            _forget_the_project()
            sys.path[:] = [str(self._folder), *(place for place in sys.path if place)]
            code = int(pytest.main([*_OPTIONS, *tests]))
        except BaseException:  # noqa: BLE001 -- nothing of the fault may reach the parent
            code = 1
        os._exit(code)


def _forget_the_project() -> None:
    ours = ("benchmarks", "embed", "index", "search", "shopwindow", "tests", "tools")
    for name in [name for name in sys.modules if name.split(".")[0] in ours]:
        del sys.modules[name]


def _end_group(leader: int) -> None:
    """End the processes that a test left behind."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return


def _judge(status: int) -> Verdict:
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) in {signal.SIGXCPU, signal.SIGKILL}:
        return "timed out"
    return "survived" if os.waitstatus_to_exitcode(status) == 0 else "killed"
