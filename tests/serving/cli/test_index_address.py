"""`shopwindow index https://...`: the unchanged is not read, the incomplete deletes nothing."""

from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from shopwindow.serving.cli import ExitCode
from tests.index.catalog.feed_server import FeedHandler, serve_feeds
from tests.serving.cli.conftest import CliRunner, counts

pytestmark = pytest.mark.enable_socket
FEED = b"id,title\n1,Red dress\n2,Blue mug\n"
UNCHANGED = "has not changed since it was indexed"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadingHTTPServer]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("SHOPWINDOW_FEED__ALLOW_PRIVATE_ADDRESSES", "true")
    monkeypatch.setenv("SHOPWINDOW_FEED__MAX_ATTEMPTS", "1")
    with serve_feeds() as server:
        FeedHandler.feed = FEED
        yield server


@pytest.mark.slow
def test_an_unchanged_feed_is_not_read_again(cli: CliRunner, shop: ThreadingHTTPServer) -> None:
    address = f"http://layla:s3cret@127.0.0.1:{shop.server_port}/feed.csv?key=abc"
    outcome = cli("index", address)
    assert (outcome.code, counts(outcome)["added"]) == (ExitCode.OK, "2")
    again = cli("index", address)
    assert again.code == ExitCode.OK
    assert UNCHANGED in again.err
    assert "/feed.csv?key=***" in again.err
    assert counts(cli("index", address, "--refresh"))["unchanged"] == "2"
    assert UNCHANGED not in cli("index", address, "--currency", "AED").err
    FeedHandler.feed = FEED + b"3,Coat\n"
    assert counts(cli("index", address))["added"] == "1"
    for shown in (outcome, again):
        assert not any(word in shown.out + shown.err for word in ("layla", "s3cret", "abc"))


def test_an_unchanged_feed_deletes_nothing(cli: CliRunner, shop: ThreadingHTTPServer) -> None:
    address = f"http://127.0.0.1:{shop.server_port}/feed.csv"
    cli("index", address, "--delete-missing")
    (cli.folder / "more.csv").write_bytes(b"id,title\n9,Hat\n")
    cli("index", "more.csv")
    outcome = cli("index", address, "--delete-missing")  # more products than after the feed: read
    assert counts(outcome)["deleted"] == "1"
    assert UNCHANGED in cli("index", address, "--delete-missing").err


@pytest.mark.parametrize("path", ["short/", "status/404"])
def test_a_download_that_is_not_complete_deletes_nothing(
    cli: CliRunner, shop: ThreadingHTTPServer, path: str
) -> None:
    address = f"http://127.0.0.1:{shop.server_port}"
    cli("index", f"{address}/feed.csv")
    outcome = cli("index", f"{address}/{path}", "--delete-missing")
    assert outcome.code == ExitCode.USAGE
    assert f"127.0.0.1:{shop.server_port}/{path}: " in outcome.err
    assert UNCHANGED in cli("index", f"{address}/feed.csv").err  # all products are there


def test_rejected_rows_go_to_this_folder_under_the_masked_address(
    cli: CliRunner, shop: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(cli.folder)
    FeedHandler.feed = b"id,title,image\n1,Dress,\n,Mug,\n3,Hat,gone/1.jpg\n"
    address = f"http://u:s3cret@127.0.0.1:{shop.server_port}/feed.csv?token=abc"
    outcome = cli("index", address, "--max-rejected", "50")
    assert outcome.code == ExitCode.OK
    text = (cli.folder / "feed.csv.rejects.csv").read_text("utf-8-sig")
    assert f"http://127.0.0.1:{shop.server_port}/feed.csv?token=***" in text
    assert "s3cret" not in text
    assert "which is not public" in text  # the photo's own protection
    assert UNCHANGED not in cli("index", address, "--max-rejected", "50").err  # the photo is tried


def test_a_dry_run_reads_the_feed_and_remembers_nothing(
    cli: CliRunner, shop: ThreadingHTTPServer
) -> None:
    address = f"http://127.0.0.1:{shop.server_port}/feed.csv"
    outcome = cli("index", address, "--dry-run")
    assert outcome.code == ExitCode.OK
    assert "feed.csv (csv)" in outcome.out
    assert counts(cli("index", address))["added"] == "2"
    assert cli("index", address, "--dry-run").code == ExitCode.OK


def test_updates_are_fetched_each_time_and_reported_by_address(
    cli: CliRunner, shop: ThreadingHTTPServer
) -> None:
    address = f"http://layla:s3cret@127.0.0.1:{shop.server_port}/feed.csv"
    cli("index", address)
    FeedHandler.feed = b"id,price\n1,7\n2,cheap\nnew,3\n"
    assert cli("update", address, "--dry-run").code == ExitCode.OK
    outcome = cli("update", address)
    assert (outcome.code, counts(outcome)["updated"]) == (ExitCode.OK, "1"), outcome.err
    assert counts(cli("update", address))["unchanged"] == "2"
    rejects = (cli.folder / "feed.csv.rejects.csv").read_text("utf-8")
    assert "no product of the index has this id" in rejects
    assert not any("s3cret" in text for text in (outcome.out, outcome.err, rejects))
