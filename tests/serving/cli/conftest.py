"""A tiny shop on disk, and two ways to run a command: in a process of its own, and in this one."""

import csv
import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path

import pytest

from search import SearchService
from shopwindow.serving.cli import main
from shopwindow.values.settings import Settings
from tests.conftest import make_products

ROOT = Path(__file__).resolve().parents[3]
HEADER = ("id", "title", "title_ar", "price", "currency", "brand", "category", "color", "image")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command printed and returned."""

    code: int
    out: str
    err: str


def write_feed(path: Path, n_products: int = 12, *rows: tuple[str, ...]) -> Path:
    """Write a feed of products with photos, followed by more rows."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        for product in make_products(path.parent / "photos", n_products):
            category = " > ".join(product.category)
            texts = (product.id, product.title, product.translations["ar"].title)
            values = (
                product.price,
                product.currency,
                product.brand,
                category,
                product.attributes["color"],
            )
            writer.writerow((*texts, *values, f"photos/{Path(product.image).name}"))
        writer.writerows(rows)
    return path


def environment(folder: Path, **variables: str) -> dict[str, str]:
    """Return an environment without settings of this machine; warnings are errors."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SHOPWINDOW_", "COLUMNS"))
    }
    own = {
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "error",
        "PYTHONIOENCODING": "utf-8",
        "XDG_STATE_HOME": str(folder / "state"),
        "SHOPWINDOW_ENCODER__NAME": "fake",
    }
    return {**inherited, **own, **variables}


def start(folder: Path, *arguments: str, **variables: str) -> "subprocess.Popen[str]":
    """Start the real command in a folder."""
    return subprocess.Popen(
        [sys.executable, "-m", "shopwindow", *arguments],
        cwd=folder,
        env=environment(folder, **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        preexec_fn=_restore_ctrl_c,  # noqa: PLW1509
    )


def _restore_ctrl_c() -> None:
    # A process in the background ignores Ctrl-C, and its children would inherit that.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def finish(process: "subprocess.Popen[str]") -> Outcome:
    out, err = process.communicate(timeout=120)
    return Outcome(process.returncode, out, err)


def shopwindow(folder: Path, *arguments: str, **variables: str) -> Outcome:
    """Run the real command in a folder."""
    return finish(start(folder, *arguments, **variables))


def counts(outcome: Outcome) -> dict[str, str]:
    """Return the table of counts that `index` wrote."""
    lines = [line.split("│") for line in outcome.out.splitlines() if line.startswith("│")]
    return {cells[1].strip(): cells[2].strip() for cells in lines if len(cells) == 4}


@dataclass(slots=True)
class CliRunner:
    """Runs commands in this process, in a folder of its own; the page is not opened but noted."""

    folder: Path
    captured: pytest.CaptureFixture[str]
    launched: list[Settings]
    fails_with: BaseException | None = None

    def __call__(self, *arguments: str) -> Outcome:
        self.captured.readouterr()
        code = main(arguments, self._launch)
        out, err = self.captured.readouterr()
        return Outcome(code, out, err)

    def _launch(self, service: SearchService, settings: Settings) -> None:
        if self.fails_with is not None:
            raise self.fails_with
        assert service.index.exists
        self.launched.append(settings)


@pytest.fixture
def cli(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[CliRunner]:
    for name in [name for name in os.environ if name.startswith("SHOPWINDOW_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SHOPWINDOW_ENCODER__NAME", "fake")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.chdir(tmp_path)
    yield CliRunner(tmp_path, capsys, [])
    root = logging.getLogger()
    for handler in [
        handler for handler in root.handlers if isinstance(handler, RotatingFileHandler)
    ]:
        root.removeHandler(handler)
        handler.close()


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where the feed was indexed with the real command; tests must not change it."""
    folder = tmp_path_factory.mktemp("shop")
    feed = write_feed(folder / "feed.csv")
    outcome = shopwindow(folder, "index", feed.name)
    assert outcome.code == 0, outcome.err
    return folder


@pytest.fixture
def indexed_cli(cli: CliRunner, indexed: Path) -> CliRunner:
    """A runner in a copy of the indexed folder."""
    shutil.copytree(indexed, cli.folder, dirs_exist_ok=True)
    return cli
