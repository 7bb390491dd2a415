"""Result files: measured numbers with the command, commit and machine that made them."""

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
SEED = 20261122
_GENERATED_PATHS = (":!benchmarks/results", ":!docs/measured.md", ":!README.md")


def write_result(name: str, numbers: dict[str, Any], *, command: str) -> Path:
    """Write one result file.

    Args:
        name: File name without extension.
        numbers: The measured numbers.
        command: The command that measures them again.

    Returns:
        Path of the file.
    """
    record = {"command": command, **stamp(), "seed": SEED, **numbers}
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n")
    return path


def stamp() -> dict[str, Any]:
    """Return the commit, the time and the machine of a measurement."""
    return {
        "commit": _describe_commit(),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
    }


def machine() -> dict[str, Any]:
    """Return facts about this machine."""
    return {
        "processor": _read_processor_name(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "python": platform.python_version(),
        "system": platform.system(),
        "load_average": [round(load, 1) for load in os.getloadavg()],
    }


def _read_processor_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "")


def _describe_commit() -> str:
    """Return the commit, marked as dirty if anything but results and generated pages changed."""
    commit = _run_git("rev-parse", "--short", "HEAD")
    changed = _run_git(
        "status", "--porcelain", "--untracked-files=no", "--", ".", *_GENERATED_PATHS
    )
    return commit + ("-dirty" if changed else "")


def _run_git(*arguments: str) -> str:
    command = ["git", *arguments]
    root = RESULTS.parents[1]
    completed = subprocess.run(command, capture_output=True, text=True, cwd=root, check=False)
    return completed.stdout.strip()


def read_result(name: str) -> dict[str, Any]:
    """Return the record that `write_result` wrote under a name."""
    record: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text())
    return record
