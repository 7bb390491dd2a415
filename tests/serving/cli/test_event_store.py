"""`shopwindow events sync`, `stats`, `export-training`, and `erase` behind the log."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from shopwindow.eventlog import EventLog
from shopwindow.eventlog.analytics import open_event_store
from shopwindow.serving.cli import ExitCode
from tests.serving.cli.conftest import CliRunner, shopwindow

ROWS = """user,item,event,timestamp,query_id,position,ranker,propensity
u1,sku-1,impression,1772353800,q1,1,search,0.5
u1,sku-2,impression,1772353800,q1,2,search,0.25
زائر,sku-2,impression,1772440200,q2,1,search,
u1,sku-1,click,1772353810,q1,,,
u1,sku-2,purchase,1772353900,,,,
"""


@pytest.fixture
def filled(cli: CliRunner) -> CliRunner:
    (cli.folder / "events.csv").write_text(ROWS, encoding="utf-8")
    assert cli("events", "import", "events.csv").code == ExitCode.OK
    return cli


def test_the_real_command_syncs_new_events_and_counts_them(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(ROWS, encoding="utf-8")
    assert shopwindow(tmp_path, "events", "import", "events.csv").code == 0
    outcome = shopwindow(tmp_path, "events", "sync")
    assert (outcome.code, outcome.out) == (
        0,
        "5 new events copied into var/events/analysis, 5 in all.\n",
    )
    again = shopwindow(tmp_path, "events", "sync")
    assert again.out == "0 new events copied into var/events/analysis, 5 in all.\n"
    shown = shopwindow(tmp_path, "events", "stats", "--json")
    assert (shown.code, shown.err) == (0, "")
    document = json.loads(shown.out)
    assert document["days"][0] == {"day": "2026-03-01", "kind": "click", "n_events": 1}
    assert document["rankers"][0]["snips"] == pytest.approx(2 / 6)
    assert document["positions"][0] == {
        "surface": "search", "position": 1, "n_impressions": 2, "n_clicks": 1, "click_rate": 0.5,
    }  # fmt: skip


def test_stats_are_tables(filled: CliRunner) -> None:
    filled("events", "sync")
    out = filled("events", "stats").out
    assert "events, 1 Mar 2026 to 2 Mar 2026" in out
    for words in (("impression", "3"), ("search", "3", "1", "0.3333", "1.0000", "0.3333", "2")):
        assert any(all(word in line for word in words) for line in out.splitlines()), words
    assert filled("events", "stats", "--since", "2030-01-01").out == "No events.\n"
    later = filled("events", "stats", "--since", "2026-03-02", "--json").out
    assert [total["n_events"] for total in json.loads(later)["days"]] == [1]


def test_training_data_is_written_to_a_file(filled: CliRunner) -> None:
    filled("events", "sync")
    outcome = filled("events", "export-training", "sets/rows.parquet", "--until", "2026-03-02")
    assert outcome.out == "2 impressions written to sets/rows.parquet.\n"
    rows = pq.read_table(filled.folder / "sets" / "rows.parquet").to_pylist()
    assert [(row["product_id"], row["clicked"], row["purchased"]) for row in rows] == [
        ("sku-1", True, False),
        ("sku-2", False, True),
    ]
    assert list((filled.folder / "sets").iterdir()) == [filled.folder / "sets" / "rows.parquet"]


def test_erasing_reaches_the_store(filled: CliRunner) -> None:
    filled("events", "sync")
    outcome = filled("events", "erase", "u1")
    assert outcome.out == "4 events erased.\n4 events erased from the analytic store.\n"
    filled("events", "sync")
    store = open_event_store(str(filled.folder / "var" / "events" / "analysis"))
    assert store.build_training_rows()["user_id"].to_pylist() == ["زائر"]
    store.close()


def test_a_store_that_cannot_erase_is_reported(filled: CliRunner) -> None:
    filled("events", "sync")
    broken = filled.folder / "var" / "events" / "analysis" / "v9_a_0.0_1.2.parquet"
    broken.write_text("")
    outcome = filled("events", "erase", "u1")
    assert (outcome.code, outcome.out) == (ExitCode.FAILED, "4 events erased.\n")
    assert "is erased from the log, but not from the store: run `shopwindow events erase`" in (
        " ".join(outcome.err.split())
    )
    broken.unlink()
    assert filled("events", "erase", "u1").out == (
        "0 events erased.\n4 events erased from the analytic store.\n"
    )


def test_sync_into_another_store(filled: CliRunner) -> None:
    outcome = filled("events", "sync", "--to", "elsewhere")
    assert outcome.out == "5 new events copied into elsewhere, 5 in all.\n"
    assert not (filled.folder / "var" / "events" / "analysis").exists()
    with EventLog.open(filled.folder / "var" / "events") as log:
        assert log.count() == 5


REFUSED = (
    (("stats",), ExitCode.FAILED, "there is no event store at var/events/analysis. Create it"),
    (("export-training", "a.parquet"), ExitCode.FAILED, "there is no event store at"),
    (
        ("sync", "--to", "ftp://x"),
        ExitCode.USAGE,
        "SHOPWINDOW_EVENTS__STORE: expected a folder",
    ),
    (("stats", "--since", "soon"), ExitCode.USAGE, "'soon' does not match the formats"),
)


@pytest.mark.parametrize(("arguments", "code", "message"), REFUSED)
def test_refusals(
    filled: CliRunner, arguments: tuple[str, ...], code: ExitCode, message: str
) -> None:
    outcome = filled("events", *arguments)
    assert (outcome.code, outcome.out) == (code, "")
    assert message in " ".join(outcome.err.split())
    assert not (filled.folder / "var" / "events" / "analysis").exists()


def test_a_training_file_must_end_in_parquet(filled: CliRunner) -> None:
    filled("events", "sync")
    outcome = filled("events", "export-training", "rows.csv")
    assert outcome.code == ExitCode.USAGE
    assert "rows.csv: a name that ends in .parquet was expected" in outcome.err


def test_sync_without_a_log_creates_nothing(cli: CliRunner) -> None:
    outcome = cli("events", "sync")
    assert (outcome.code, outcome.out) == (ExitCode.FAILED, "")
    assert "there is no event log at var/events" in outcome.err
    assert not (cli.folder / "var").exists()
