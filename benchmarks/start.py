"""From a fresh clone to printed answers: `make demo SERVE=0` in an empty folder, timed.

`python -m benchmarks.start` clones this repository and runs the demo twice: with pip's cache
switched off, and with it; then once more in the same clone, where everything is there. What pip
costs depends on the way to the package index, so these seconds are of one machine and day.
"""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.results_file import write_result

ROOT = Path(__file__).resolve().parents[1]


def demo_s(clone: Path, **environ: str) -> float:
    """Return the seconds that the demo takes in a clone."""
    began = time.perf_counter()
    command = ["make", "demo", "SERVE=0"]
    subprocess.run(command, cwd=clone, env={**os.environ, **environ}, check=True)
    return round(time.perf_counter() - began, 1)


def main() -> None:
    """Measure and write `results/start.json`."""
    runs = []
    with tempfile.TemporaryDirectory() as temporary:
        for packages, environ in (("cold", {"PIP_NO_CACHE_DIR": "1"}), ("warm", {})):
            clone = Path(temporary) / packages
            subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
            runs.append(
                {"packages": f"{packages} package cache", "seconds": demo_s(clone, **environ)}
            )
            if packages == "warm":
                runs.append({"packages": "second call", "seconds": demo_s(clone)})
            shutil.rmtree(clone)
    print(runs)
    write_result("start", {"runs": runs}, command="python -m benchmarks.start")


if __name__ == "__main__":
    main()
