"""The page that checks an uploaded feed."""

import tempfile
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from shopwindow.serving.web import feed_check
from shopwindow.serving.web.feed_check import build_feed_check_route, is_feed_check_enabled
from shopwindow.values.setting_groups import ServerSettings

FEED = "id,title,price,heel,uuid\n1,<b>Mug</b>,5,5 cm,u1\n2,Cup,bad,,u2\n3,,7,,u3\n4,Pan,8,,u4\n"


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=[build_feed_check_route()]))


def send(client: TestClient, data: bytes, name: str = "feed.csv", language: str = "en") -> str:
    answer = client.post(f"/check-feed?language={language}", files={"feed": (name, data)})
    assert answer.headers["cache-control"] == "no-store"
    return f"{answer.status_code} {answer.text}"


def test_the_page_shows_what_a_dry_run_does(client: TestClient) -> None:
    page = send(client, FEED.encode())
    assert page.startswith("200 ")
    for text in (
        "<b>3</b>products", "<b>1</b>rejected rows", "<b>1</b>values left out",
        "<bdi>field price</bdi>", "<bdi>attribute heel</bdi>", "(a guess, check it)",
        "<bdi>an id or a code</bdi>", "<bdi>5 | bad | 7</bdi>", "title = ",
    ):  # fmt: skip
        assert text in page
    assert "<b>Mug</b>" not in page
    assert "&lt;b&gt;Mug&lt;/b&gt;" in page


def test_videos_are_neither_opened_nor_called_left_out(client: TestClient) -> None:
    page = send(client, b"id,title,video_link\n1,Mug,https://cdn.example.com/a.mp4\n")
    assert "<b>1</b>products" in page
    assert "<b>0</b>values left out" in page


def test_the_page_is_in_arabic_too(client: TestClient) -> None:
    page = send(client, FEED.encode(), language="ar")
    assert 'lang="ar" dir="rtl"' in page
    assert "<b>1</b>صفوف مرفوضة" in page
    assert "check-feed?language=en" in client.get("/check-feed?language=ar").text


@pytest.mark.parametrize(
    ("data", "name", "status", "message"),
    [
        (b"", "feed.csv", 422, "the feed is empty"),
        (b"a,b\n1,2\n", "../../etc/feed.csv", 422, "no column holds an id"),
        (b"\x00\x01" * 99, "feed\x00.bin", 422, "cannot be read"),
        (FEED.encode(), "", 422, "Choose a file first."),
    ],
)
def test_a_file_that_is_no_feed_says_why(
    client: TestClient, data: bytes, name: str, status: int, message: str
) -> None:
    page = send(client, data, name)
    assert page.startswith(f"{status} ")
    assert message in page
    assert "/tmp" not in page


def test_large_uploads_and_a_second_feed_at_once_are_refused(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with feed_check._turn:
        assert send(client, FEED.encode()).startswith("503 ")
    assert send(client, FEED.encode()).startswith("200 ")
    monkeypatch.setattr(feed_check, "MAX_UPLOAD_BYTES", 100)
    assert send(client, FEED.encode()).startswith("413 ")


def test_only_the_first_rows_of_a_long_feed_are_read(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_check, "MAX_PREVIEW_ROWS", 4)
    assert "Only the first" not in send(client, FEED.encode())
    monkeypatch.setattr(feed_check, "MAX_PREVIEW_ROWS", 3)
    page = send(client, FEED.encode())
    assert "Only the first 3 rows were read." in page
    assert "<b>2</b>products" in page


def test_nothing_of_an_upload_is_left(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    send(client, FEED.encode())
    send(client, b"a,b\n1,2\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("host", "setting", "is_enabled"),
    [("127.0.0.1", None, True), ("::1", None, True), ("localhost", None, True),
     ("0.0.0.0", None, False), ("shop.example.com", None, False), ("0.0.0.0", True, True),
     ("127.0.0.1", False, False)],
)  # fmt: skip
def test_a_public_server_checks_no_feeds_unless_it_is_set(
    host: str, setting: bool | None, is_enabled: bool
) -> None:
    assert is_feed_check_enabled(ServerSettings(host=host, feed_check=setting)) is is_enabled
