"""From a fresh clone to printed answers: `make demo SERVE=0` in an empty folder, timed and weighed.

`python -m benchmarks.start` clones this repository and runs the demo twice: with an empty package
cache, and with the one that this filled; then once more in the same clone, where everything is
there. `--before REVISION` measures an older revision in the same way and keeps the numbers beside
today's. What pip costs depends on the way to the package index, so these seconds are of one machine
and day.
"""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.results_file import RESULTS, read_result, write_result

ROOT = Path(__file__).resolve().parents[1]
NAME = "start"
MARKS = ".ready*"
"""Files in `.venv` that say what is installed; the last one is written when pip is done."""


def demo(clone: Path, packages: str, **environ: str) -> dict[str, Any]:
    """Run the demo in a clone.

    Returns:
        Seconds in all, those of them until everything was installed, and MiB of `.venv` on disk.
    """
    began = time.time()
    command = ["make", "demo", "SERVE=0"]
    subprocess.run(command, cwd=clone, env={**os.environ, **environ}, check=True)
    seconds = time.time() - began
    installed = max(mark.stat().st_mtime for mark in (clone / ".venv").glob(MARKS))
    return {
        "packages": packages,
        "seconds": round(seconds, 1),
        "install_s": round(max(0.0, installed - began), 1),
        "venv_mib": disk_mib(clone / ".venv"),
    }


def disk_mib(folder: Path) -> int:
    """Return the MiB that a folder takes on disk; a file with two names counts once."""
    seen: dict[tuple[int, int], int] = {}
    for path in folder.rglob("*"):
        facts = path.lstat()
        seen[facts.st_dev, facts.st_ino] = facts.st_blocks * 512
    return round(sum(seen.values()) / 2**20)


def measure(revision: str) -> list[dict[str, Any]]:
    """Return the runs of a revision: with a cold package cache, with a warm one, and once more."""
    runs = []
    with tempfile.TemporaryDirectory() as temporary:
        cache = {"PIP_CACHE_DIR": str(Path(temporary) / "cache")}
        for packages in ("cold", "warm"):
            clone = Path(temporary) / packages
            subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
            subprocess.run(["git", "checkout", "--quiet", revision], cwd=clone, check=True)
            runs.append(demo(clone, f"{packages} package cache", **cache))
            if packages == "warm":
                runs.append(demo(clone, "second call", **cache))
            shutil.rmtree(clone)
    return runs


def main(
    before: Annotated[
        str, typer.Option(metavar="REVISION", help="Measure this one, to compare with.")
    ] = "",
) -> None:
    """Measure and write `results/start.json`."""
    there = read_result(NAME) if (RESULTS / f"{NAME}.json").exists() else {}
    numbers: dict[str, Any] = {key: there[key] for key in ("runs", "before") if key in there}
    if before:
        numbers["before"] = {"revision": before, "runs": measure(before)}
    else:
        numbers["runs"] = measure("HEAD")
    print(numbers)
    write_result(NAME, numbers, command="python -m benchmarks.start")


if __name__ == "__main__":
    typer.run(main)
