"""`shopwindow index`: reports, rejected rows, progress."""

import csv
import os
import re
from pathlib import Path

import pytest

from index import IndexReport
from index.catalog import FEED_FORMATS
from index.store.edge.metadata_files import read_current_shard
from shopwindow.serving.cli import ExitCode, index_feed
from shopwindow.serving.cli.index_feed import FeedRequest
from shopwindow.serving.cli.index_progress import format_rate, show_index_progress
from tests.serving.cli.conftest import CliRunner, counts, write_feed

BAD_PRICE = ("bad", "A [red] dress\x1b[31m", "", "cheap", "AED", "", "", "", "photos/0.png")
NO_PHOTO = ("words-only", "Grey coat", "", "5", "AED", "", "", "", "photos/gone.png")
NO_TITLE = ("bare", "", "", "5", "AED", "", "", "", "")
REJECTS = "feed.csv.rejects.csv"
NOTHING = ("nothing", "", "", "5", "AED", "", "", "", "photos/gone.png")


def _read_rejects(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_rejected_rows_and_values_are_shown_and_written(cli: CliRunner) -> None:
    write_feed(cli.folder / "feed.csv", 3, BAD_PRICE, NO_PHOTO, NOTHING)
    outcome = cli("index", "feed.csv", "--max-rejected", "20")
    assert outcome.code == ExitCode.OK
    table = counts(outcome)
    assert (table["added"], table["rejected"]) == ("5", "1")
    assert table["indexed without photo"] == "1"
    assert table["indexed without price"] == "1"
    assert re.search(r"│ 5 +│ bad +│ price +│ a price such as .* got 'cheap'", outcome.out)
    assert "All of them are in feed.csv.rejects.csv" in outcome.out
    assert "\x1b" not in outcome.out
    rows = _read_rejects(cli.folder / "feed.csv.rejects.csv")
    assert [(row["line"], row["product_id"]) for row in rows] == [
        ("5", "bad"),
        ("6", "words-only"),
        ("7", "nothing"),
    ]
    assert '"price": "cheap"' in rows[0]["row"]
    assert all("no such file (photo '" in row["reason"] for row in rows[1:])


def test_equal_problems_are_one_line_with_their_number(cli: CliRunner) -> None:
    rows = [(f"bad{n}", "Dress", "", f"cheap {n}", "AED", "", "", "", "") for n in range(9)]
    write_feed(cli.folder / "feed.csv", 3, *rows, ("x", "", "", "", "", "", "", "", ""))
    outcome = cli("index", "feed.csv")
    assert outcome.code == ExitCode.OK
    assert outcome.out.count("a price such as") == 1
    assert re.search(r"│ 9 +│ 5, 6, 7, 8, 9, … │ bad0 │ price", outcome.out)


def test_the_exit_code_tells_when_too_many_rows_are_rejected(cli: CliRunner) -> None:
    rows = [(f"bare{n}", *NO_TITLE[1:]) for n in range(2)]
    write_feed(cli.folder / "feed.csv", 8, *rows)
    failed = cli("index", "feed.csv")
    assert failed.code == ExitCode.PARTIAL_FAILURE
    assert "2 of 10 rows were rejected, more than 10 %" in failed.err
    assert counts(failed)["added"] == "8"
    assert cli("index", "feed.csv", "--max-rejected", "20").code == ExitCode.OK


def test_the_corrected_file_of_rejected_rows_is_indexed_as_it_is(cli: CliRunner) -> None:
    write_feed(cli.folder / "feed.csv", 3, BAD_PRICE, NO_PHOTO)
    cli("index", "feed.csv")
    path = cli.folder / REJECTS
    path.write_text(
        path.read_text("utf-8").replace("cheap", "5").replace("photos/gone.png", ""), "utf-8"
    )
    outcome = cli("index", REJECTS)
    assert outcome.code == ExitCode.OK
    assert (counts(outcome)["added"], counts(outcome)["updated"]) == ("0", "2")
    assert not (cli.folder / f"{REJECTS}.rejects.csv").exists()


def test_a_dry_run_shows_columns_and_problems_and_indexes_nothing(cli: CliRunner) -> None:
    path = cli.folder / "feed.csv"
    path.write_text(
        "sku,الاسم,السعر (ر.س),heel,uuid\n1,كوب,5,5 cm,1\n2,x,bad,,2\n,y,1,,3\n", "utf-8"
    )
    outcome = cli("index", "feed.csv", "--dry-run", "--mapping-out", "m.toml")
    assert outcome.code == ExitCode.PARTIAL_FAILURE
    assert re.search(r"│ السعر \(ر.س\) +│ \? │ field price +│ 5 \| bad", outcome.out)
    assert re.search(r"│ heel +│ \? │ attribute heel +│ 5 cm", outcome.out)
    assert re.search(r"│ uuid +│ +│ ignored +│ 1 \| 2 \| 3 +│ an id or a code", outcome.out)
    assert re.search(r"│ products +│ 2 ", outcome.out)
    assert "an id expected" in outcome.out
    assert sorted(p.name for p in cli.folder.iterdir() if p.is_file()) == ["feed.csv", "m.toml"]
    options = ("--mapping", "m.toml", "--max-rejected", "50")
    again = cli("index", "feed.csv", "--dry-run", *options)
    assert again.code == ExitCode.OK
    assert 'id = "sku"' in again.out


def test_a_missing_photo_alone_writes_the_rejects_file(cli: CliRunner) -> None:
    write_feed(cli.folder / "feed.csv", 1, NO_PHOTO)
    assert cli("index", "feed.csv", "--rejects", "out/bad.csv").code == ExitCode.OK
    assert [row["product_id"] for row in _read_rejects(cli.folder / "out/bad.csv")] == [
        "words-only"
    ]
    write_feed(cli.folder / "feed.csv", 1)
    assert cli("index", "feed.csv", "--rejects", "out/bad.csv").code == ExitCode.OK
    assert not (cli.folder / "out/bad.csv").exists()


@pytest.mark.parametrize(
    ("rows", "reason"), [((NO_TITLE,), "each row was rejected"), ((), "the feed has no rows")]
)
def test_a_feed_without_usable_rows_fails_and_creates_no_index(
    cli: CliRunner, rows: tuple[tuple[str, ...], ...], reason: str
) -> None:
    write_feed(cli.folder / "feed.csv", 0, *rows)
    failed = cli("index", "feed.csv")
    assert failed.code == ExitCode.FAILED
    assert failed.err == f"error: no rows imported: {reason}.\n"
    assert (cli.folder / "feed.csv.rejects.csv").exists() == bool(rows)
    assert not (cli.folder / "var").exists()


def test_products_with_nothing_but_a_bad_photo_fail_too(cli: CliRunner) -> None:
    write_feed(cli.folder / "feed.csv", 0, NOTHING)
    failed = cli("index", "feed.csv")
    assert failed.code == ExitCode.FAILED
    assert "no rows imported: each row was rejected" in failed.err
    assert len(_read_rejects(cli.folder / "feed.csv.rejects.csv")) == 1


def test_delete_missing_deletes_what_the_feed_lacks(cli: CliRunner) -> None:
    write_feed(cli.folder / "feed.csv", 6)
    cli("index", "feed.csv")
    write_feed(cli.folder / "feed.csv", 4)
    outcome = cli("index", "feed.csv", "--delete-missing")
    assert (counts(outcome)["unchanged"], counts(outcome)["deleted"]) == ("4", "2")
    write_feed(cli.folder / "feed.csv", 1)
    refused = cli("index", "feed.csv", "--delete-missing")
    assert refused.code == ExitCode.FAILED
    assert "lacks 3 of 4 indexed products" in refused.err


def test_full_still_works_and_warns(cli: CliRunner) -> None:
    write_feed(cli.folder / "feed.csv", 6)
    cli("index", "feed.csv")
    write_feed(cli.folder / "feed.csv", 4)
    outcome = cli("index", "feed.csv", "--full")
    assert outcome.code == ExitCode.OK
    assert counts(outcome)["deleted"] == "2"
    assert outcome.err.startswith("warning: --full is now called --delete-missing")
    assert "--full" not in cli("index", "--help").out


def test_a_row_without_id_keeps_missing_products_and_says_so(cli: CliRunner) -> None:
    write_feed(cli.folder / "feed.csv", 6)
    cli("index", "feed.csv")
    no_id = ("", "A dress", "", "5", "AED", "", "", "", "")
    write_feed(cli.folder / "feed.csv", 4, no_id)
    kept = cli("index", "feed.csv", "--delete-missing")
    assert kept.code == ExitCode.FAILED
    table = counts(kept)
    assert (table["unchanged"], table["deleted"], table["missing, not deleted"]) == ("4", "0", "2")
    assert "error: 1 row has no id that can be read (the first in line 6: an id" in kept.err
    assert "the feed lacks 2 of the indexed products" in " ".join(kept.err.split())
    write_feed(cli.folder / "feed.csv", 6, no_id)
    refilled = cli("index", "feed.csv", "--delete-missing", "--max-rejected", "20")
    assert refilled.code == ExitCode.OK


def test_drafts_are_removed_and_counted(cli: CliRunner) -> None:
    path = cli.folder / "feed.csv"
    path.write_text("id,title,status\n1,Mug,active\n2,Cup,active\n")
    cli("index", "feed.csv")
    path.write_text("id,title,status\n2,Cup,draft\n")
    outcome = cli("index", "feed.csv")
    assert outcome.code == ExitCode.OK
    assert counts(outcome)["not for sale"] == "1 (1 removed from the index)"
    assert "the product's status is draft" in outcome.out
    (row,) = _read_rejects(cli.folder / "feed.csv.rejects.csv")
    assert (row["line"], row["column"], row["product_id"]) == ("2", "status", "2")


def test_merchant_option_restricts_the_feed_to_one_seller(cli: CliRunner) -> None:
    path = cli.folder / "feed.csv"
    path.write_text("id,title\na1,Mug\na2,Cup\n")
    assert cli("index", "feed.csv", "--merchant", "A").code == ExitCode.OK
    path.write_text("id,title,seller\nb1,Mug,\na2,Cup,\nb2,Jar,A\n")
    outcome = cli("index", "feed.csv", "--merchant", "B", "--delete-missing")
    assert outcome.code == ExitCode.PARTIAL_FAILURE
    table = counts(outcome)
    assert (table["added"], table["deleted"], table["rejected"]) == ("1", "0", "2")
    reasons = {row["product_id"]: row["reason"] for row in _read_rejects(path.parent / REJECTS)}
    assert "belongs to the merchant 'A' in the index" in reasons["a2"]
    assert "of the merchant 'A', and this run is for the merchant 'B'" in reasons["b2"]


def test_options_reach_the_feed_reader(cli: CliRunner) -> None:
    (cli.folder / "feed.txt").write_bytes("sku;Titel;price\n1;Größe;5\n".encode("cp1252"))
    (cli.folder / "map.toml").write_text('[columns]\ntitle = "Titel"\n', encoding="utf-8")
    options = ("--mapping", "map.toml", "--format", "csv", "--encoding", "cp1252")
    defaults = ("--currency", "AED", "--language", "de", "--merchant", "m7")
    assert cli("index", "feed.txt", *options, *defaults).code == ExitCode.OK
    document = cli("search", "Größe", "--merchant", "m7", "--json").out
    for value in ('"title": "Größe"', '"currency": "AED"', '"language": "de"'):
        assert value in document


def test_the_help_names_every_format(cli: CliRunner) -> None:
    help_text = " ".join(cli("index", "--help").out.replace("│", " ").split())
    assert [feed_format for feed_format in FEED_FORMATS if feed_format not in help_text] == []


def test_a_large_feed_is_not_counted_first(cli: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_feed, "MAX_COUNTED_BYTES", 10)
    write_feed(cli.folder / "feed.csv", 2)
    outcome = cli("index", "feed.csv")
    assert outcome.code == ExitCode.OK
    assert "its rows are not counted first" in outcome.err
    assert "indexing: 2, " in outcome.err


def test_the_graph_is_built_before_the_command_ends(
    cli: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPWINDOW_INDEX__HNSW_MIN_POINTS", "2")
    write_feed(cli.folder / "feed.csv", 3)
    assert cli("index", "feed.csv").code == ExitCode.OK
    assert read_current_shard(cli.folder / "var/index").n_graph_vectors > 0


def test_rejects_go_to_the_working_folder_when_the_feeds_folder_is_read_only(
    cli: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = cli.folder / "elsewhere" / "feed.csv"
    assert FeedRequest(feed).get_rejects_path() == Path("feed.csv.rejects.csv")
    feed.parent.mkdir()
    assert FeedRequest(feed).get_rejects_path() == feed.with_name("feed.csv.rejects.csv")
    assert FeedRequest(feed, rejects=Path("x.csv")).get_rejects_path() == Path("x.csv")
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
    assert FeedRequest(feed).get_rejects_path() == Path("feed.csv.rejects.csv")


def test_a_terminal_gets_a_bar(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with show_index_progress(4) as progress:
        progress(IndexReport(added=2, n_encoded_photos=2, duration_s=0.5))
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", capsys.readouterr().err)
    assert "50%" in shown
    assert "2/4" in shown
    assert "4 photos/s" in shown


def test_the_rate_counts_products_when_no_photo_is_encoded() -> None:
    assert format_rate(IndexReport(unchanged=3000, duration_s=2.0)) == "1,500 products/s"
    assert format_rate(IndexReport(added=30, n_encoded_photos=20, duration_s=2.0)) == "10 photos/s"
    assert format_rate(IndexReport()) == "0 products/s"
