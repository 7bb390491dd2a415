"""`shopwindow events`, and `serve` that logs only when it is asked to."""

import json
from pathlib import Path

import pytest

from search import SearchService
from shopwindow.eventlog import EventLog
from shopwindow.serving.cli import ExitCode
from shopwindow.values.query import Query
from shopwindow.values.settings import Settings
from tests.serving.cli.conftest import Here, shopwindow, write_feed

ROWS = """user,item,event,timestamp
u1,sku-1,view,1772353800
u1,sku-2,purchase,1772353900
u2,sku-3,stare,1772353900
زائر,sku-3,like,1772354000
"""


def write_events(folder: Path) -> None:
    (folder / "events.csv").write_text(ROWS, encoding="utf-8")


def test_the_real_command_takes_in_counts_and_gives_out(tmp_path: Path) -> None:
    write_events(tmp_path)
    taken = shopwindow(tmp_path, "events", "import", "events.csv")
    assert (taken.code, taken.out) == (0, "3 events written, 0 there before, 1 rows refused.\n")
    assert taken.err.startswith("line 4: kind: expected one of impression, click")
    out = shopwindow(tmp_path, "events", "export", "out.jsonl", "--user", "زائر")
    assert (out.code, out.out) == (0, "1 events written to out.jsonl.\n")
    row = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
    assert (row["kind"], row["product_id"], row["user_id"]) == ("like", "sku-3", "زائر")
    assert (tmp_path / "var" / "events" / "events-000001.sqlite").exists()


def test_again_erase_and_count(here: Here) -> None:
    write_events(here.folder)
    here("events", "import", "events.csv")
    again = here("events", "import", "events.csv")
    assert again.out == "0 events written, 3 there before, 1 rows refused.\n"
    assert here("events", "count").out == "3 events.\n"
    assert here("events", "erase", "u1").out == "2 events erased.\n"
    assert here("events", "erase", "u1").out == "0 events erased.\n"
    assert here("events", "count").out == "1 events.\n"
    assert here("events", "export", "all.csv").code == ExitCode.OK
    assert "u1" not in (here.folder / "all.csv").read_text(encoding="utf-8")


def test_a_file_without_a_single_event_fails(here: Here) -> None:
    rows = "user,item,event,timestamp\n" + "u,i,stare,1772353800\n" * 7
    (here.folder / "bad.csv").write_text(rows, encoding="utf-8")
    done = here("events", "import", "bad.csv")
    assert done.code == ExitCode.FAILED
    assert done.out == "0 events written, 0 there before, 7 rows refused.\n"
    assert done.err.splitlines()[-1] == "... and 2 more"


REFUSED = (
    (("count",), ExitCode.FAILED, "there is no event log at var/events. Set SHOPWINDOW_EVENTS"),
    (("erase", "u1"), ExitCode.FAILED, "there is no event log at var/events"),
    (("export", "a.csv"), ExitCode.FAILED, "there is no event log at var/events"),
    (("import", "no.csv"), ExitCode.USAGE, "no.csv: there is no such file"),
    (("import", "a.txt"), ExitCode.USAGE, "a.txt: a name that ends in .csv, .jsonl"),
    (("forget",), ExitCode.USAGE, "No such command 'forget'"),
)


@pytest.mark.parametrize(("arguments", "code", "message"), REFUSED)
def test_refusals(here: Here, arguments: tuple[str, ...], code: ExitCode, message: str) -> None:
    done = here("events", *arguments)
    assert (done.code, done.out) == (code, "")
    assert message in done.err
    assert not (here.folder / "a.csv").exists()


@pytest.mark.parametrize("enabled", [False, True])
def test_serve_logs_when_it_is_enabled(
    here: Here, monkeypatch: pytest.MonkeyPatch, enabled: bool
) -> None:
    write_feed(here.folder / "feed.csv")
    assert here("index", "feed.csv").code == ExitCode.OK
    if enabled:
        monkeypatch.setenv("SHOPWINDOW_EVENTS__ENABLED", "true")

    def visit(_: Here, service: SearchService, settings: Settings) -> None:
        assert settings.events.enabled == enabled
        service.search(Query(text="mug", limit=3))

    monkeypatch.setattr(Here, "_launch", visit)
    assert here("serve").code == ExitCode.OK
    folder = here.folder / "var" / "events"
    assert folder.exists() == enabled
    if enabled:
        with EventLog.open(folder) as log:
            assert log.count() == 3
