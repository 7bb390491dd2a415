"""`shopwindow index` in this process: reports, rejected rows, progress."""

import csv
import os
import re
from pathlib import Path

import pytest

from index import IndexReport
from index.catalog import FEED_FORMATS
from index.store.edge.metadata_files import read_current_shard
from shopwindow.serving.cli import ExitCode, indexing
from shopwindow.serving.cli.index_progress import format_rate, show_index_progress
from shopwindow.serving.cli.indexing import FeedRequest
from tests.serving.cli.conftest import Here, counts, write_feed

BAD_PRICE = ("bad", "A [red] dress\x1b[31m", "", "cheap", "AED", "", "", "", "photos/0.png")
NO_PHOTO = ("words-only", "Grey coat", "", "5", "AED", "", "", "", "photos/gone.png")
NO_TITLE = ("bare", "", "", "5", "AED", "", "", "", "")
REJECTS = "feed.csv.rejects.csv"
NOTHING = ("nothing", "", "", "5", "AED", "", "", "", "photos/gone.png")


def _rejected(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_what_is_not_taken_is_shown_and_written(here: Here) -> None:
    write_feed(here.folder / "feed.csv", 3, BAD_PRICE, NO_PHOTO, NOTHING)
    done = here("index", "feed.csv")
    assert done.code == ExitCode.OK
    found = counts(done)
    assert (found["added"], found["rejected"]) == ("5", "1")
    assert found["taken without their photo"] == "1"
    assert found["taken without their price"] == "1"
    assert re.search(r"│ 5 +│ bad +│ price +│ a price such as .* got 'cheap'", done.out)
    assert "All of them are in feed.csv.rejects.csv" in done.out
    assert "\x1b" not in done.out
    rows = _rejected(here.folder / "feed.csv.rejects.csv")
    assert [(each["line"], each["product_id"]) for each in rows] == [
        ("5", "bad"),
        ("6", "words-only"),
        ("7", "nothing"),
    ]
    assert '"price": "cheap"' in rows[0]["row"]
    assert all("gone.png: no such file" in each["reason"] for each in rows[1:])


def test_photo_problems_alone_make_the_file_too(here: Here) -> None:
    write_feed(here.folder / "feed.csv", 1, NO_PHOTO)
    assert here("index", "feed.csv", "--rejects", "out/bad.csv").code == ExitCode.OK
    assert [each["product_id"] for each in _rejected(here.folder / "out/bad.csv")] == ["words-only"]
    write_feed(here.folder / "feed.csv", 1)
    assert here("index", "feed.csv", "--rejects", "out/bad.csv").code == ExitCode.OK
    assert not (here.folder / "out/bad.csv").exists()


@pytest.mark.parametrize(
    ("rows", "why"), [((NO_TITLE,), "each row was rejected"), ((), "the feed has no rows")]
)
def test_nothing_taken_fails_and_makes_no_index(
    here: Here, rows: tuple[tuple[str, ...], ...], why: str
) -> None:
    write_feed(here.folder / "feed.csv", 0, *rows)
    failed = here("index", "feed.csv")
    assert failed.code == ExitCode.FAILED
    assert failed.err == f"error: nothing could be taken: {why}.\n"
    assert (here.folder / "feed.csv.rejects.csv").exists() == bool(rows)
    assert not (here.folder / "var").exists()


def test_products_that_are_nothing_but_a_bad_photo_fail_too(here: Here) -> None:
    write_feed(here.folder / "feed.csv", 0, NOTHING)
    failed = here("index", "feed.csv")
    assert failed.code == ExitCode.FAILED
    assert "nothing could be taken: each row was rejected" in failed.err
    assert len(_rejected(here.folder / "feed.csv.rejects.csv")) == 1


def test_a_full_feed_deletes_what_it_lacks(here: Here) -> None:
    write_feed(here.folder / "feed.csv", 6)
    here("index", "feed.csv")
    write_feed(here.folder / "feed.csv", 4)
    done = here("index", "feed.csv", "--full")
    assert (counts(done)["unchanged"], counts(done)["deleted"]) == ("4", "2")
    write_feed(here.folder / "feed.csv", 1)
    refused = here("index", "feed.csv", "--full")
    assert refused.code == ExitCode.FAILED
    assert "lacks 3 of 4 indexed products" in refused.err


def test_a_row_without_id_keeps_what_the_feed_lacks_and_says_so(here: Here) -> None:
    write_feed(here.folder / "feed.csv", 6)
    here("index", "feed.csv")
    no_id = ("", "A dress", "", "5", "AED", "", "", "", "")
    write_feed(here.folder / "feed.csv", 4, no_id)
    kept = here("index", "feed.csv", "--full")
    assert kept.code == ExitCode.FAILED
    found = counts(kept)
    assert (found["unchanged"], found["deleted"], found["missing, not deleted"]) == ("4", "0", "2")
    assert "error: 1 row has no id that can be read (the first in line 6: an id" in kept.err
    assert "the feed lacks 2 of the indexed products" in " ".join(kept.err.split())
    write_feed(here.folder / "feed.csv", 6, no_id)
    assert here("index", "feed.csv", "--full").code == ExitCode.OK


def test_drafts_are_taken_out_and_counted(here: Here) -> None:
    path = here.folder / "feed.csv"
    path.write_text("id,title,status\n1,Mug,active\n2,Cup,active\n")
    here("index", "feed.csv")
    path.write_text("id,title,status\n2,Cup,draft\n")
    done = here("index", "feed.csv")
    assert done.code == ExitCode.OK
    assert counts(done)["not for sale"] == "1 (1 taken out of the index)"
    assert "the product's status is draft" in done.out
    (row,) = _rejected(here.folder / "feed.csv.rejects.csv")
    assert (row["line"], row["column"], row["product_id"]) == ("2", "status", "2")


def test_a_merchant_of_the_command_owns_the_feed(here: Here) -> None:
    path = here.folder / "feed.csv"
    path.write_text("id,title\na1,Mug\na2,Cup\n")
    assert here("index", "feed.csv", "--merchant", "A").code == ExitCode.OK
    path.write_text("id,title,seller\nb1,Mug,\na2,Cup,\nb2,Jar,A\n")
    done = here("index", "feed.csv", "--merchant", "B", "--full")
    assert done.code == ExitCode.OK
    found = counts(done)
    assert (found["added"], found["deleted"], found["rejected"]) == ("1", "0", "2")
    reasons = {row["product_id"]: row["reason"] for row in _rejected(path.parent / REJECTS)}
    assert "belongs to the merchant 'A' in the index" in reasons["a2"]
    assert "of the merchant 'A', and this run is for the merchant 'B'" in reasons["b2"]


def test_options_reach_the_reader(here: Here) -> None:
    (here.folder / "feed.txt").write_bytes("sku;Titel;price\n1;Größe;5\n".encode("cp1252"))
    (here.folder / "map.toml").write_text('[columns]\ntitle = "Titel"\n', encoding="utf-8")
    options = ("--mapping", "map.toml", "--format", "csv", "--encoding", "cp1252")
    defaults = ("--currency", "AED", "--language", "de", "--merchant", "m7")
    assert here("index", "feed.txt", *options, *defaults).code == ExitCode.OK
    answer = here("search", "Größe", "--merchant", "m7", "--json").out
    for fact in ('"title": "Größe"', '"currency": "AED"', '"language": "de"'):
        assert fact in answer


def test_the_help_names_every_format(here: Here) -> None:
    words = " ".join(here("index", "--help").out.replace("│", " ").split())
    assert [each for each in FEED_FORMATS if each not in words] == []


def test_a_large_feed_is_not_read_twice(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "MAX_COUNTED_BYTES", 10)
    write_feed(here.folder / "feed.csv", 2)
    done = here("index", "feed.csv")
    assert done.code == ExitCode.OK
    assert "it is not counted first" in done.err
    assert "indexing: 2, " in done.err


def test_the_graph_is_built_before_the_end(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPWINDOW_INDEX__HNSW_FROM", "2")
    write_feed(here.folder / "feed.csv", 3)
    assert here("index", "feed.csv").code == ExitCode.OK
    assert read_current_shard(here.folder / "var/index").n_graph_vectors > 0


def test_rejects_go_here_when_the_feeds_folder_is_read_only(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = here.folder / "elsewhere" / "feed.csv"
    assert FeedRequest(there).get_rejects_path() == Path("feed.csv.rejects.csv")
    there.parent.mkdir()
    assert FeedRequest(there).get_rejects_path() == there.with_name("feed.csv.rejects.csv")
    assert FeedRequest(there, rejects=Path("x.csv")).get_rejects_path() == Path("x.csv")
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
    assert FeedRequest(there).get_rejects_path() == Path("feed.csv.rejects.csv")


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
