"""A command waits for what it needs and for nothing else."""

import subprocess
import sys
from pathlib import Path

from tests.serving.cli.conftest import environment

HEAVY = {"torch", "gradio", "qdrant_client", "open_clip", "transformers", "timm", "pyarrow"}
SEARCHING = {
    "numpy",
    "PIL",
    "pydantic_settings",
    "pyarrow",
    "httpx",
    "core",
    "index",
    "embed",
    "search",
}


def imported(folder: Path, *arguments: str) -> set[str]:
    """Return the top-level packages that a command imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "shopwindow", *arguments],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}


def test_help_loads_nothing_of_ours_but_the_command_line(tmp_path: Path) -> None:
    assert imported(tmp_path, "search", "--help") & (HEAVY | SEARCHING) == set()


def test_a_search_loads_no_heavy_library(indexed: Path) -> None:
    loaded = imported(indexed, "search", "red")
    assert loaded & HEAVY == set()
    assert "search" in loaded
