"""The wheel has what the product needs and nothing else, and works where only it is installed."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BUILT_FROM = (
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "data_samples",
    "embed",
    "index",
    "search",
    "shopwindow",
)
TOP_LEVEL = {"data_samples", "embed", "index", "search", "shopwindow"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from copies, so that nothing is left in the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in (*BUILT_FROM, "app.py", "tools", "tests"):
        place = ROOT / name
        if place.is_dir():
            shutil.copytree(place, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(place, source / name)
    build = ("wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", folder, ".")
    done = _run(sys.executable, "-m", "pip", *build, cwd=source)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("shopwindow-*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the wheel, and the libraries it depends on, but without this checkout.

    The libraries are those of the environment that runs the tests: a path in a `.pth` file is
    searched, but the `.pth` files in it, by which an editable checkout is found, are not read.
    """
    folder = tmp_path_factory.mktemp("empty") / "venv"
    done = _run(sys.executable, "-m", "venv", "--without-pip", folder)
    assert done.returncode == 0, done.stderr
    python = folder / "bin" / "python"
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    install = ("install", "--no-deps", "--no-index", "--target", site, wheel)
    done = _run(sys.executable, "-m", "pip", *install)
    assert done.returncode == 0, done.stdout + done.stderr
    return python


def _run(*command: object, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    kept = ("PATH", "HOME", "TMPDIR", "LANG", "XDG_CACHE_HOME")
    environ = {name: os.environ[name] for name in kept if name in os.environ}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**environ, "PYTHONIOENCODING": "utf-8", "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_it_has_the_packages_and_their_data_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    top_level = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert top_level == TOP_LEVEL
    data = {
        "data_samples/catalog.csv",
        "data_samples/photos/dress-summer-red.jpg",
        "data_samples/queries/query-1.jpg",
        "embed/weights/compact/compact.safetensors",
        "embed/weights/photo_tower/efficientnet-lite0.float32.onnx",
        "embed/weights/photo_tower/efficientnet-lite0.int8.onnx",
        "embed/weights/photo_tower/NOTICE.md",
        "shopwindow/values/synonyms.txt",
        "shopwindow/serving/templates/audit.html",
        "shopwindow/serving/templates/web/card.html",
        "shopwindow/serving/web/page.js",
        *(f"{package}/py.typed" for package in ("embed", "index", "search", "shopwindow")),
    }
    assert data <= set(names)
    assert not [name for name in names if name.startswith("data_samples/render")]
    licenses = {name.partition("/licenses/")[2] for name in names if "/licenses/" in name}
    assert licenses == {"LICENSE", "embed/weights/photo_tower/NOTICE.md"}


def test_the_console_script_is_the_command_line(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
    assert "shopwindow = shopwindow.serving.cli:main" in archive.read(name).decode()


def test_every_package_says_the_version_that_is_installed(python: Path, tmp_path: Path) -> None:
    code = (
        "import embed, index, search, shopwindow; from importlib.metadata import version\n"
        "print(embed.__file__, *{p.__version__ for p in (embed, index, search, shopwindow)}, "
        "version('shopwindow'))"
    )
    done = _run(python, "-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    file, *versions = done.stdout.split()
    assert str(python.parents[1]) in file
    assert len(versions) == 2
    assert versions[0] == versions[1]
    command = _run(python, "-m", "shopwindow", "--version", cwd=tmp_path)
    assert command.stdout == f"shopwindow {versions[0]}\n"


@pytest.mark.slow
def test_the_first_example_of_the_readme_runs(python: Path, tmp_path: Path) -> None:
    block = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert block is not None
    (tmp_path / "example.py").write_text(block.group(1), encoding="utf-8")
    done = _run(python, "-W", "error", "example.py", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    added, *hits = done.stdout.splitlines()
    assert re.fullmatch(r"1\d\d added, 0 rejected", added)
    assert len(hits) == 3


@pytest.mark.slow
def test_the_demonstration_runs_in_an_empty_folder(python: Path, tmp_path: Path) -> None:
    done = _run(python, "-m", "shopwindow", "demo", "--no-serve", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for product_id in ("dress-summer-red", "handbag-flap-tan", "mug-stoneware-blue"):
        assert product_id in done.stdout
    assert {path.name for path in tmp_path.iterdir()} == {"var"}
