"""The real command in a process of its own."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from embed import FakeEncoder
from index import ProductIndex
from search import SearchService
from shopwindow.values import Query
from tests.serving.cli.conftest import (
    ROOT,
    counts,
    environment,
    finish,
    shopwindow,
    start,
    write_feed,
)

FAILURES = (
    (("serve",), 1, "there is no index at var/index. Make one first: `shopwindow index FEED`."),
    (("index", "missing.csv"), 2, "missing.csv: there is no such file"),
    (("search", "--limit", "ten"), 2, "Invalid value for '--limit'"),
)


def test_text_in_both_languages_and_a_photo_find_the_product(indexed: Path) -> None:
    commands = (
        ("search", "red", "dress", "--limit", "2"),
        ("search", "فستان أحمر", "--limit", "2"),
        ("search", "--image", "photos/1.png", "--limit", "1", "--json"),
        ("similar", "sku-0", "--limit", "1", "--json"),
        ("similar", "no-such"),
    )
    results = [
        shopwindow(indexed, *arguments) for arguments in commands
    ]  # in turn: the index is locked
    assert [outcome.code for outcome in results] == [0, 0, 0, 0, 1], results
    english, arabic, photo, similar, unknown = results
    assert "Red dress number" in english.out
    assert "(red, dress)" in " ".join(english.out.replace("│", " ").split())  # the cell wraps
    assert "فستان أحمر" in arabic.out
    assert "Red dress" not in arabic.out
    assert json.loads(photo.out)["hits"][0]["id"] == "sku-1"
    assert json.loads(similar.out)["hits"][0]["product"]["attributes"] == {"color": "red"}
    assert unknown.err.startswith("error: no product has the id 'no-such'.")


def test_indexing_again_changes_nothing(indexed: Path) -> None:
    again = shopwindow(indexed, "index", "feed.csv")
    assert again.code == 0
    found = counts(again)
    assert (found["added"], found["unchanged"], found["rejected"]) == ("0", "12", "0")
    assert not (indexed / "feed.csv.rejects.csv").exists()


def test_json_equals_the_python_response(indexed: Path) -> None:
    document = json.loads(shopwindow(indexed, "search", "blue mug", "--json").out)
    with ProductIndex.open(indexed / "var" / "index", FakeEncoder(), must_exist=True) as index:
        response = SearchService(index).search(Query(text="blue mug", limit=10))
    names = [
        "hits",
        "facets",
        "facet_scope",
        "next_cursor",
        "took_ms",
        "query_id",
        "interpretations",
    ]
    names += [
        "price_buckets",
        "relaxed_filters",
        "n_below_cutoff",
        "is_confident",
        "n_collapsed",
        "n_without_rate",
        "price_currency",
        "rules",
        "redirect",
    ]
    assert list(document) == names
    assert [interpretation["text"] for interpretation in document["interpretations"]] == [
        interpretation.text for interpretation in response.interpretations
    ]
    assert [hit["id"] for hit in document["hits"]] == [hit.product.id for hit in response.hits]
    assert [hit["score"] for hit in document["hits"]] == [hit.score for hit in response.hits]
    assert [hit["contributions"] for hit in document["hits"]] == [
        dict(hit.contributions) for hit in response.hits
    ]
    assert [tuple(hit["matched_words"]) for hit in document["hits"]] == [
        hit.matched_words for hit in response.hits
    ]
    assert document["facets"] == response.facets


def test_every_failure_is_one_line_and_a_code(tmp_path: Path) -> None:
    started = [start(tmp_path, *arguments) for arguments, _, _ in FAILURES]
    for process, (_, code, message) in zip(started, FAILURES, strict=True):
        failed = finish(process)
        assert (failed.code, failed.out) == (code, "")
        assert failed.err.startswith(f"error: {message}"), failed.err
        assert len(failed.err.splitlines()) == 1, failed.err


def test_app_as_a_script_opens_the_page(tmp_path: Path) -> None:
    # Without an index the page cannot open; the error shows that it tried.
    done = subprocess.run(
        [sys.executable, str(ROOT / "app.py")],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "there is no index at var/index" in done.stderr


@pytest.mark.slow
def test_the_page_opens_and_ctrl_c_ends_it(indexed: Path) -> None:
    # Warnings of gradio are not ours.
    process = start(indexed, "serve", "--port", "0", PYTHONWARNINGS="ignore")
    assert process.stdout is not None
    address = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    ended = finish(process)
    assert address.startswith("Shopwindow is at http://127.0.0.1:"), ended
    assert ended.code in {0, 130}, ended  # 130 when Ctrl-C comes before the page waits for it
    assert "opening the page of 12 products ..." in ended.err
    assert "Traceback" not in ended.err


def test_a_closed_pipe_ends_the_command_quietly(tmp_path: Path) -> None:
    process = start(tmp_path, "--help")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr as stream:
        assert stream.read() == ""
    assert process.wait(120) == 1


def test_after_ctrl_c_the_same_command_resumes(tmp_path: Path) -> None:
    rows = [(f"more-{n}", f"Green mug {n}", "", "5", "AED", "", "", "", "") for n in range(300)]
    write_feed(tmp_path / "feed.csv", 6, *rows)
    small = {"SHOPWINDOW_INDEX__BATCH_SIZE": "16"}
    process = start(tmp_path, "index", "feed.csv", **small)
    assert process.stderr is not None
    first = process.stderr.readline()  # comes when the first batch is safe
    process.send_signal(signal.SIGINT)
    stopped = finish(process)
    assert first.startswith("indexing: 16 of 306, "), first
    assert stopped.code == 130, stopped
    assert "products are in the index at" in stopped.err
    assert "The same command resumes where it stopped." in stopped.err
    assert "Traceback" not in stopped.err
    n_kept = int(stopped.err.split("interrupted: ")[1].split()[0])
    done = shopwindow(tmp_path, "index", "feed.csv")
    assert done.code == 0
    found = counts(done)
    assert 16 <= n_kept < 306
    assert (int(found["unchanged"]), int(found["added"])) == (n_kept, 306 - n_kept)
