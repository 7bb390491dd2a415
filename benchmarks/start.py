"""From a fresh clone to search results: time and disk space of `make demo SERVE=0`.

`python -m benchmarks.start` clones this repository and runs the demo twice: with an empty package
cache, and with the cache that the first run filled; then once more in the same clone, where
everything is installed. `--before REVISION` measures an older revision in the same way and keeps
its numbers beside the current ones. The time of pip depends on the connection to the package index,
so these seconds are of one machine and day.
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
READY_FILES = ".ready*"
"""Files in `.venv` that mark what is installed; the last one is written when pip is done."""


def run_demo(clone: Path, packages: str, **environment: str) -> dict[str, Any]:
    """Run the demo in a clone.

    Returns:
        Seconds in total and until everything was installed, and MiB of `.venv` on disk.
    """
    started_at = time.time()
    command = ["make", "demo", "SERVE=0"]
    subprocess.run(command, cwd=clone, env={**os.environ, **environment}, check=True)
    seconds = time.time() - started_at
    installed = max(path.stat().st_mtime for path in (clone / ".venv").glob(READY_FILES))
    return {
        "packages": packages,
        "seconds": round(seconds, 1),
        "install_s": round(max(0.0, installed - started_at), 1),
        "venv_mib": measure_disk_mib(clone / ".venv"),
    }


def measure_disk_mib(folder: Path) -> int:
    """Return the MiB that a folder takes on disk; hard links count once."""
    sizes: dict[tuple[int, int], int] = {}
    for path in folder.rglob("*"):
        status = path.lstat()
        sizes[status.st_dev, status.st_ino] = status.st_blocks * 512
    return round(sum(sizes.values()) / 2**20)


def measure(revision: str) -> list[dict[str, Any]]:
    """Return the runs of a revision: with a cold and a warm package cache, and once more."""
    runs = []
    with tempfile.TemporaryDirectory() as temporary:
        cache = {"PIP_CACHE_DIR": str(Path(temporary) / "cache")}
        for packages in ("cold", "warm"):
            clone = Path(temporary) / packages
            subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
            subprocess.run(["git", "checkout", "--quiet", revision], cwd=clone, check=True)
            runs.append(run_demo(clone, f"{packages} package cache", **cache))
            if packages == "warm":
                runs.append(run_demo(clone, "second call", **cache))
            shutil.rmtree(clone)
    return runs


def main(
    before: Annotated[
        str, typer.Option(metavar="REVISION", help="Measure this revision, to compare with.")
    ] = "",
) -> None:
    """Measure and write `results/start.json`."""
    previous = read_result(NAME) if (RESULTS / f"{NAME}.json").exists() else {}
    numbers: dict[str, Any] = {key: previous[key] for key in ("runs", "before") if key in previous}
    if before:
        numbers["before"] = {"revision": before, "runs": measure(before)}
    else:
        numbers["runs"] = measure("HEAD")
    print(numbers)
    write_result(NAME, numbers, command="python -m benchmarks.start")


if __name__ == "__main__":
    typer.run(main)
