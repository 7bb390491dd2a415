"""Feeds are fetched from public addresses: completely or not at all, and only when they changed."""

from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from index import FeedDownloader, fetch_feed, is_feed_address, read_products
from index.catalog.sources.feed_address import parse_feed_address
from index.catalog.sources.feed_download import _parse_retry_after
from shopwindow.values.errors import FeedFetchError
from shopwindow.values.setting_groups import FeedLimits
from tests.index.catalog.feed_server import CSV, FeedHandler, serve_feeds

LIMITS = FeedLimits(allow_private_addresses=True, fetch_timeout_s=5, max_bytes=100_000)
SECRET = "s3cr%C3%A9t"
LOGIN = "Basic bGF5bGE6czNjcsOpdA=="  # layla:s3crét

loopback = pytest.mark.enable_socket
"""These tests talk to a server of their own on 127.0.0.1."""


@pytest.fixture
def shop() -> Iterator[ThreadingHTTPServer]:
    with serve_feeds() as server:
        yield server


@pytest.fixture
def url(shop: ThreadingHTTPServer) -> Callable[..., str]:
    """A function from a path in the shop to its address."""
    return lambda path, login="": f"http://{login}127.0.0.1:{shop.server_port}/{path}"


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def downloader(pauses: list[float]) -> FeedDownloader:
    return FeedDownloader(LIMITS, sleep=pauses.append)


def read_ids(address: str, downloader: FeedDownloader) -> list[str]:
    """Return the ids of a feed by address."""
    with fetch_feed(address, downloader=downloader) as fetched:
        assert not fetched.is_unchanged
        feed = read_products(fetched.path, encoding=fetched.encoding)
        return [product.id for product in feed]


Url = Callable[..., str]


@loopback
@pytest.mark.parametrize(
    "path", ["feed.csv", "feed.xml.gz", "plain?key=1", "encoded/gzip", "encoded/identity",
             "chunked/whole", "to/%2Ffeed", "to//plain"]
)  # fmt: skip
def test_a_feed_is_read_whatever_it_is_called(
    url: Url, downloader: FeedDownloader, path: str
) -> None:
    assert read_ids(url(path.replace("%2F", "/")), downloader) == ["1", "2"]


@loopback
def test_the_file_is_gone_after_the_block(url: Url, downloader: FeedDownloader) -> None:
    with fetch_feed(url("feed.csv"), downloader=downloader) as fetched:
        assert fetched.path.name == "feed.csv"
        assert fetched.path.read_bytes() == CSV
    assert not fetched.path.exists()


@loopback
def test_relative_photos_start_from_the_address(url: Url, downloader: FeedDownloader) -> None:
    with fetch_feed(url("feed/export/shop.csv?key=1"), downloader=downloader) as fetched:
        feed = read_products(fetched.path, base_address=fetched.base_address)
        images = [product.image for product in feed]
        assert feed.name == url("feed/export/shop.csv?key=***")
    assert images == [url("feed/export/photos/1.jpg"), url("p/2.jpg")]


@loopback
@pytest.mark.parametrize("path", ["feed", "dated", "plain"])
def test_an_unchanged_feed_is_recognized(
    url: Url, downloader: FeedDownloader, tmp_path: Path, path: str
) -> None:
    def fetch(use: str) -> bool:
        options = {"state_folder": tmp_path / "states", "downloader": downloader}
        with fetch_feed(url(path), indexed_as=use, **options) as fetched:  # type: ignore[arg-type]
            if not fetched.is_unchanged:
                assert fetched.path.read_bytes() == FeedHandler.feed
                fetched.remember(use)
            else:
                assert not fetched.path.exists()
                assert fetched.indexed_at
            return fetched.is_unchanged

    assert [fetch("index 1"), fetch("index 1")] == [False, True]
    assert [fetch("index 2"), fetch("index 2")] == [False, True]  # another use reads it again
    assert fetch("") is False
    if path != "dated":
        FeedHandler.feed = CSV + b"3,Coat,\n"
        assert [fetch("index 1"), fetch("index 1")] == [False, True]


@loopback
def test_a_feed_that_was_not_indexed_is_not_known(
    url: Url, downloader: FeedDownloader, tmp_path: Path
) -> None:
    for _ in range(2):
        with fetch_feed(
            url("feed"), indexed_as="a", state_folder=tmp_path, downloader=downloader
        ) as fetched:
            assert not fetched.is_unchanged


@loopback
def test_damaged_states_only_cost_a_reading(
    url: Url, downloader: FeedDownloader, tmp_path: Path
) -> None:
    options = {"indexed_as": "a", "state_folder": tmp_path, "downloader": downloader}
    with fetch_feed(url("feed"), **options) as fetched:  # type: ignore[arg-type]
        fetched.remember("a")
    (state,) = tmp_path.iterdir()
    for data in (b"", b"[]", b'{"digest": 1}', b'{"other": "x"}', b"\xff"):
        state.write_bytes(data)
        with fetch_feed(url("feed"), **options) as fetched:  # type: ignore[arg-type]
            assert not fetched.is_unchanged


@loopback
@pytest.mark.parametrize(
    ("status", "advice"),
    [(401, "https://USER:PASSWORD@host"), (403, "refuses access"), (404, "no feed at this address"),
     (410, "was removed"), (418, "200 was expected"), (304, "no version of it is known"),
     (204, "200 was expected"), (206, "200 was expected")],
)  # fmt: skip
def test_other_statuses_say_what_to_do(
    url: Url, downloader: FeedDownloader, pauses: list[float], status: int, advice: str
) -> None:
    with pytest.raises(FeedFetchError, match=rf"status {status}.*{advice}"):
        read_ids(url(f"status/{status}"), downloader)
    assert pauses == []


@loopback
@pytest.mark.parametrize(
    ("path", "waited"), [("busy/", [1, 2]), ("busy/7", [7, 7]), ("short/2", [1, 2])]
)
def test_a_busy_server_is_asked_again(
    url: Url, downloader: FeedDownloader, pauses: list[float], path: str, waited: list[float]
) -> None:
    assert read_ids(url(path), downloader) == ["1", "2"]
    assert pauses == waited


@loopback
@pytest.mark.parametrize(
    ("path", "reason", "n_pauses"),
    [
        ("status/503", "status 503, in 4 attempts; try again later", 3),
        ("busy/3600", "asks to wait 3,600 s", 0),
        ("short/", r"(the connection broke|only 30 of \d+ bytes).*in 4 attempts", 3),
        ("chunked/cut", "the connection broke.*in 4 attempts", 3),
        ("large/announced", "100,001 bytes, at most 100,000", 0),
        ("large/", "larger, at most 100,000", 0),
        ("encoded/br", "gzip was asked for, it is sent as 'br'", 0),
        ("to/file:///etc/passwd", "only http and https", 0),
        ("to//to//to//to//to//to//feed", "more than 5 redirects", 0),
    ],
)
def test_what_is_not_complete_is_no_feed(
    url: Url, downloader: FeedDownloader, pauses: list[float], path: str, reason: str, n_pauses: int
) -> None:
    with pytest.raises(FeedFetchError, match=reason):
        read_ids(url(path), downloader)
    assert len(pauses) == n_pauses


@loopback
def test_private_addresses_are_refused(url: Url) -> None:
    with pytest.raises(FeedFetchError, match="which is not public"):
        read_ids(url("feed"), FeedDownloader())


@loopback
@pytest.mark.parametrize("age", ["old", "new"])
def test_the_servers_encoding_counts_only_where_the_text_is_not_utf_8(
    url: Url, downloader: FeedDownloader, age: str
) -> None:
    with fetch_feed(url(f"arabic/{age}"), downloader=downloader) as fetched:
        assert fetched.encoding == ("windows-1256" if age == "old" else "")
        (product,) = read_products(fetched.path, encoding=fetched.encoding)
    assert product.title == "فستان"


@loopback
def test_a_login_is_sent_to_its_host_only_and_never_shown(
    shop: ThreadingHTTPServer, url: Url, downloader: FeedDownloader
) -> None:
    address = url("feed", login=f"layla:{SECRET}@")
    with fetch_feed(address, downloader=downloader) as fetched:
        assert fetched.shown == url("feed", login="***@")
    headers = shop.requests[0][1]  # type: ignore[attr-defined]
    assert headers["Authorization"] == LOGIN
    other = url("to/" + url("feed").replace("127.0.0.1", "localhost"), login=f"layla:{SECRET}@")
    assert read_ids(other, downloader) == ["1", "2"]
    first, second = (request[1] for request in shop.requests[1:])  # type: ignore[attr-defined]
    assert first["Authorization"] == LOGIN
    assert "Authorization" not in second
    with pytest.raises(FeedFetchError) as caught:
        read_ids(url("status/404?token=abc", login=f"layla:{SECRET}@"), downloader)
    assert SECRET not in str(caught.value)
    assert "layla" not in str(caught.value)
    assert "abc" not in str(caught.value)


def test_addresses_are_recognized_and_shown_without_secrets() -> None:
    assert is_feed_address("HTTPS://shop.example/feed")
    assert not is_feed_address("feeds/http.csv")
    address = parse_feed_address(
        "https://u:p@Shop.example:8443/a/feed.xml?shop=1&api_key=x&lang=ar"
    )
    assert address.shown == "https://***@shop.example:8443/a/feed.xml?shop=1&api_key=***&lang=ar"
    assert address.file_name == "feed.xml"
    assert parse_feed_address("https://shop.example").file_name == "shop.example"
    assert parse_feed_address("https://shop.example/%2E%2E/..%2Fx").file_name == "_x"
    with pytest.raises(FeedFetchError, match="names no host"):
        parse_feed_address("https:///feed")


def test_retry_after_is_seconds_or_a_date() -> None:
    assert _parse_retry_after("120") == 120
    assert _parse_retry_after("Tue, 01 Dec 2020 10:00:00 GMT") == 0
    assert _parse_retry_after("soon") is None
