"""A command imports what it needs and nothing else."""

import subprocess
import sys
from pathlib import Path

from tests.serving.cli.conftest import environment

HEAVY = {
    *("torch", "gradio", "qdrant_client", "open_clip", "transformers", "timm", "pyarrow"),
    *("jinja2", "babel.dates"),  # Babel's locale data loads the latter
}
SEARCHING = {
    "numpy",
    "PIL",
    "pydantic_settings",
    "pyarrow",
    "httpx",
    "shopwindow.values",
    "index",
    "embed",
    "search",
}
UNUSED_IN_SEARCH = {
    "onnxruntime",
    "httpx",
    "huggingface_hub",
    "index.catalog.product_feed",
    "index.indexing_run",
    "search.batch_matching",
}
COMMANDS = "shopwindow.serving.cli.commands."


# Imports through importlib do not show in `-X importtime`, so the modules are listed at exit.
RUN = """
import atexit, runpy, sys
atexit.register(lambda: sys.stderr.write("\\n".join(["", *sys.modules])))
runpy.run_module("shopwindow", run_name="__main__", alter_sys=True)
"""


def list_imports(folder: Path, *arguments: str) -> set[str]:
    """Return the modules that a command imports."""
    process = subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )
    return set(process.stderr.splitlines())


def test_help_imports_nothing_of_ours_but_the_command_line(tmp_path: Path) -> None:
    assert list_imports(tmp_path, "search", "--help") & (HEAVY | SEARCHING) == set()


def test_a_search_imports_no_heavy_library(indexed: Path) -> None:
    loaded = list_imports(indexed, "search", "red")
    assert loaded & (HEAVY | UNUSED_IN_SEARCH) == set()
    assert "search" in loaded


def test_only_the_module_of_the_command_is_imported(tmp_path: Path) -> None:
    for arguments, modules in ((("--help",), set()), (("search", "--help"), {"search"})):
        imports = list_imports(tmp_path, *arguments)
        found = {name.removeprefix(COMMANDS) for name in imports if name.startswith(COMMANDS)}
        assert found == modules
