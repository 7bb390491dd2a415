"""Result files: numbers together with what made them."""

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
SEED = 20261122
_PRINTED = (":!benchmarks/results", ":!docs/measured.md", ":!README.md")


def write_result(name: str, numbers: dict[str, Any], *, command: str) -> Path:
    """Write one result file.

    Args:
        name: File name without ending.
        numbers: What was measured.
        command: The command that remakes it.

    Returns:
        The file's path.
    """
    record = {"command": command, **stamp(), "seed": SEED, **numbers}
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n")
    return path


def stamp() -> dict[str, Any]:
    """Return what was measured, when, and on what machine."""
    return {
        "commit": _commit(),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
    }


def machine() -> dict[str, Any]:
    """Return what kind of machine measured."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "python": platform.python_version(),
        "system": platform.system(),
        "load_average": [round(each, 1) for each in os.getloadavg()],
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), "")


def _commit() -> str:
    """Return the commit, marked if anything but results and the pages that show them changed."""
    commit = _git("rev-parse", "--short", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ".", *_PRINTED)
    return commit + ("-dirty" if changed else "")


def _git(*words: str) -> str:
    command = ["git", *words]
    root = RESULTS.parents[1]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root, check=False)
    return done.stdout.strip()


def read_result(name: str) -> dict[str, Any]:
    """Return the numbers that `write_result` wrote under a name."""
    found: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text())
    return found
