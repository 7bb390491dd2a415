"""A tiny shop on disk, and the two ways to run a command: as a process, and in this one."""

import csv
import logging
import os
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
    """What a command wrote and returned."""

    code: int
    out: str
    err: str


def write_feed(path: Path, n_products: int = 12, *rows: tuple[str, ...]) -> Path:
    """Write a feed of products with photos, and further rows as they are given."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        for each in make_products(path.parent / "photos", n_products):
            category = " > ".join(each.category)
            words = (each.id, each.title, each.translations["ar"].title)
            facts = (each.price, each.currency, each.brand, category, each.attributes["color"])
            writer.writerow((*words, *facts, f"photos/{Path(each.image).name}"))
        writer.writerows(rows)
    return path


def environment(folder: Path, **variables: str) -> dict[str, str]:
    """Return an environment without settings of this machine; warnings are errors."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SHOPWINDOW_", "COLUMNS"))}
    own = {
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "error",
        "PYTHONIOENCODING": "utf-8",
        "XDG_STATE_HOME": str(folder / "state"),
        "SHOPWINDOW_ENCODER__NAME": "fake",
    }
    return {**kept, **own, **variables}


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
        preexec_fn=_hear_ctrl_c,  # noqa: PLW1509
    )


def _hear_ctrl_c() -> None:
    # A run in the background is started deaf to it, and so would be everything below.
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
class Here:
    """Runs commands in this process, in a folder of its own."""

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
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Here]:
    for name in [each for each in os.environ if each.startswith("SHOPWINDOW_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SHOPWINDOW_ENCODER__NAME", "fake")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.chdir(tmp_path)
    yield Here(tmp_path, capsys, [])
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, RotatingFileHandler)]:
        root.removeHandler(handler)
        handler.close()


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the feed was indexed with the real command; to be read only."""
    folder = tmp_path_factory.mktemp("shop")
    feed = write_feed(folder / "feed.csv")
    done = shopwindow(folder, "index", feed.name)
    assert done.code == 0, done.err
    return folder
