"""`shopwindow events rollover`, `stats`, `training`, and `erase` behind the log."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from shopwindow.eventlog import EventLog
from shopwindow.eventlog.analytics import open_event_store
from shopwindow.serving.cli import ExitCode
from tests.serving.cli.conftest import Here, shopwindow

ROWS = """user,item,event,timestamp,query_id,position,ranker,propensity
u1,sku-1,impression,1772353800,q1,1,search,0.5
u1,sku-2,impression,1772353800,q1,2,search,0.25
زائر,sku-2,impression,1772440200,q2,1,search,
u1,sku-1,click,1772353810,q1,,,
u1,sku-2,purchase,1772353900,,,,
"""


@pytest.fixture
def filled(here: Here) -> Here:
    (here.folder / "events.csv").write_text(ROWS, encoding="utf-8")
    assert here("events", "import", "events.csv").code == ExitCode.OK
    return here


def test_the_real_command_rolls_over_and_tells(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(ROWS, encoding="utf-8")
    assert shopwindow(tmp_path, "events", "import", "events.csv").code == 0
    done = shopwindow(tmp_path, "events", "rollover")
    assert (done.code, done.out) == (0, "5 events taken into var/events/analysis, 5 in all.\n")
    again = shopwindow(tmp_path, "events", "rollover")
    assert again.out == "0 events taken into var/events/analysis, 5 in all.\n"
    told = shopwindow(tmp_path, "events", "stats", "--json")
    assert (told.code, told.err) == (0, "")
    found = json.loads(told.out)
    assert found["days"][0] == {"day": "2026-03-01", "kind": "click", "n_events": 1}
    assert found["rankers"][0]["snips"] == pytest.approx(2 / 6)
    assert found["positions"][0] == {
        "surface": "search", "position": 1, "n_impressions": 2, "n_clicks": 1, "click_rate": 0.5,
    }  # fmt: skip


def test_stats_are_tables(filled: Here) -> None:
    filled("events", "rollover")
    out = filled("events", "stats").out
    assert "events, 2026-03-01 to 2026-03-02" in out
    for words in (("impression", "3"), ("search", "3", "1", "0.3333", "1.0000", "0.3333", "2")):
        assert any(all(word in line for word in words) for line in out.splitlines()), words
    assert filled("events", "stats", "--since", "2030-01-01").out == "No events.\n"
    later = filled("events", "stats", "--since", "2026-03-02", "--json").out
    assert [each["n_events"] for each in json.loads(later)["days"]] == [1]


def test_training_rows_are_a_file(filled: Here) -> None:
    filled("events", "rollover")
    done = filled("events", "training", "sets/rows.parquet", "--until", "2026-03-02")
    assert done.out == "2 impressions written to sets/rows.parquet.\n"
    rows = pq.read_table(filled.folder / "sets" / "rows.parquet").to_pylist()
    assert [(row["product_id"], row["clicked"], row["purchased"]) for row in rows] == [
        ("sku-1", True, False),
        ("sku-2", False, True),
    ]
    assert list((filled.folder / "sets").iterdir()) == [filled.folder / "sets" / "rows.parquet"]


def test_erasing_reaches_the_store(filled: Here) -> None:
    filled("events", "rollover")
    done = filled("events", "erase", "u1")
    assert done.out == "4 events erased.\n4 events erased from the analytic store.\n"
    filled("events", "rollover")
    store = open_event_store(str(filled.folder / "var" / "events" / "analysis"))
    assert store.build_training_rows()["user_id"].to_pylist() == ["زائر"]
    store.close()


def test_a_store_that_does_not_erase_is_told(filled: Here) -> None:
    filled("events", "rollover")
    broken = filled.folder / "var" / "events" / "analysis" / "v9_a_0.0_1.2.parquet"
    broken.write_text("")
    done = filled("events", "erase", "u1")
    assert (done.code, done.out) == (ExitCode.FAILED, "4 events erased.\n")
    assert "is erased from the log, but not from the store: run `shopwindow events erase`" in (
        " ".join(done.err.split())
    )
    broken.unlink()
    assert filled("events", "erase", "u1").out == (
        "0 events erased.\n4 events erased from the analytic store.\n"
    )


def test_another_store(filled: Here) -> None:
    done = filled("events", "rollover", "--to", "elsewhere")
    assert done.out == "5 events taken into elsewhere, 5 in all.\n"
    assert not (filled.folder / "var" / "events" / "analysis").exists()
    with EventLog.open(filled.folder / "var" / "events") as log:
        assert log.count() == 5


REFUSED = (
    (("stats",), ExitCode.FAILED, "there is no event store at var/events/analysis. Make it"),
    (("training", "a.parquet"), ExitCode.FAILED, "there is no event store at"),
    (
        ("rollover", "--to", "ftp://x"),
        ExitCode.USAGE,
        "SHOPWINDOW_EVENTS__STORE: expected a folder",
    ),
    (("stats", "--since", "soon"), ExitCode.USAGE, "'soon' does not match the formats"),
)


@pytest.mark.parametrize(("arguments", "code", "message"), REFUSED)
def test_refusals(filled: Here, arguments: tuple[str, ...], code: ExitCode, message: str) -> None:
    done = filled("events", *arguments)
    assert (done.code, done.out) == (code, "")
    assert message in " ".join(done.err.split())
    assert not (filled.folder / "var" / "events" / "analysis").exists()


def test_a_training_file_has_its_ending(filled: Here) -> None:
    filled("events", "rollover")
    done = filled("events", "training", "rows.csv")
    assert done.code == ExitCode.USAGE
    assert "rows.csv: a name that ends in .parquet was expected" in done.err


def test_rolling_over_without_a_log_makes_nothing(here: Here) -> None:
    done = here("events", "rollover")
    assert (done.code, done.out) == (ExitCode.FAILED, "")
    assert "there is no event log at var/events" in done.err
    assert not (here.folder / "var").exists()
