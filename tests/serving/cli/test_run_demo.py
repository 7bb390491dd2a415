"""`shopwindow demo`: an index of its own, three searches, and the page when asked for."""

import shutil
from pathlib import Path

from shopwindow.serving.cli import ExitCode
from tests.serving.cli.conftest import CliRunner, write_feed


def test_the_demo_has_an_index_of_its_own(cli: CliRunner) -> None:
    write_feed(cli.folder / "feed.csv", 12)
    queries = cli.folder / "queries"
    queries.mkdir()
    shutil.copy(cli.folder / "photos" / "2.png", queries / "b.png")
    (queries / "a.txt").write_text("no photo", encoding="utf-8")
    texts = ("--text", "red mug", "--text", "كوب أزرق")
    first = cli("demo", "--feed", "feed.csv", *texts)
    assert first.code == ExitCode.OK
    for text in ("search red mug", "search كوب أزرق", f"search --image {Path('queries/b.png')}"):
        assert text in first.out
    assert sorted(path.name for path in (cli.folder / "var").iterdir()) == ["demo", "demo-events"]
    assert cli.launched == []
    again = cli("demo", "--feed", "feed.csv", "--photo", "photos/1.png", "--serve")
    assert "search --image photos/1.png" in again.out
    assert [settings.index.location for settings in cli.launched] == ["var/demo"]
    assert [settings.events.folder for settings in cli.launched] == ["var/demo-events"]
    assert cli.launched[0].events.enabled
