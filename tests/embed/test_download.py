"""Photos are downloaded from public addresses only, within limits of time, bytes and redirects."""

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from embed.photos.download import PhotoFetcher
from shopwindow.fetching import is_public_ip, resolve_host
from shopwindow.values.errors import PhotoFetchError, PhotoTooLargeError
from shopwindow.values.setting_groups import PhotoLimits

BODY = b"photo" * 100
LOOPBACK_LIMITS = PhotoLimits(allow_private_addresses=True, max_bytes=1000, fetch_timeout_s=2)


class ShopHandler(BaseHTTPRequestHandler):
    """Serves a photo correctly, or with the fault that the path names."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.hosts.append(self.headers["Host"])  # type: ignore[attr-defined]
        name, _, rest = self.path.lstrip("/").partition("/")
        getattr(self, f"answer_{name}", self.answer_missing)(rest)

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for key, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def answer_missing(self, _: str) -> None:
        self.answer(404, b"no such photo")

    def answer_photo(self, _: str) -> None:
        self.answer(200, BODY)

    def answer_status(self, rest: str) -> None:
        self.answer(int(rest), b"")

    def answer_hop(self, rest: str) -> None:
        left = int(rest)
        self.answer(302, b"", Location=f"/hop/{left - 1}" if left else "/photo")

    def answer_to(self, rest: str) -> None:
        self.answer(301, b"", Location=rest)

    def answer_announced(self, _: str) -> None:
        self.answer(200, b"", **{"Content-Length": "1001"})

    def answer_endless(self, _: str) -> None:
        self.send_response(200)
        self.end_headers()
        self.trickle(b"x" * 500, pause=0)

    def answer_drip(self, _: str) -> None:
        self.send_response(200)
        self.end_headers()
        self.trickle(b"x", pause=0.1)

    def answer_slow_head(self, _: str) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        self.trickle(b"x", pause=0.1)

    def answer_short(self, _: str) -> None:
        self.answer(200, BODY, **{"Content-Length": "900"})
        self.close_connection = True

    def answer_garbage(self, _: str) -> None:
        self.wfile.write(b"this is not HTTP\r\n\r\n")
        self.close_connection = True

    def trickle(self, piece: bytes, pause: float) -> None:
        self.close_connection = True
        try:
            for _ in range(100):
                self.wfile.write(piece)
                self.wfile.flush()
                time.sleep(pause)
        except OSError:
            return  # the client disconnected, as it should

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def shop(request: pytest.FixtureRequest) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), ShopHandler)
    server.hosts = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def shop_url(shop: ThreadingHTTPServer) -> Callable[[str], str]:
    """A function from a path in the shop to its URL."""
    return lambda path: f"http://127.0.0.1:{shop.server_port}/{path}"


loopback = pytest.mark.enable_socket
"""These tests talk to a server of their own on 127.0.0.1."""


@loopback
def test_photo_is_downloaded(shop_url: Callable[[str], str]) -> None:
    assert PhotoFetcher(LOOPBACK_LIMITS)(shop_url("photo")) == BODY


@loopback
@pytest.mark.parametrize("status", [204, 206, 304, 403, 404, 410, 500, 503])
def test_other_status_is_rejected(shop_url: Callable[[str], str], status: int) -> None:
    with pytest.raises(PhotoFetchError, match=rf"status/{status}: .* status {status}"):
        PhotoFetcher(LOOPBACK_LIMITS)(shop_url(f"status/{status}"))


@loopback
def test_redirects_are_followed_up_to_the_limit(shop_url: Callable[[str], str]) -> None:
    fetch = PhotoFetcher(LOOPBACK_LIMITS.model_copy(update={"max_redirects": 3}))
    assert fetch(shop_url("hop/2")) == BODY  # hop/2, hop/1, hop/0: three redirects
    with pytest.raises(PhotoFetchError, match="more than 3 redirects"):
        fetch(shop_url("hop/3"))
    with pytest.raises(PhotoFetchError, match="more than 0 redirects"):
        PhotoFetcher(LOOPBACK_LIMITS.model_copy(update={"max_redirects": 0}))(shop_url("hop/0"))


@loopback
@pytest.mark.parametrize("path", ["announced", "endless"])
def test_body_over_the_limit_is_rejected(shop_url: Callable[[str], str], path: str) -> None:
    with pytest.raises(PhotoTooLargeError, match="bytes"):
        PhotoFetcher(LOOPBACK_LIMITS)(shop_url(path))


@loopback
def test_body_of_exactly_the_limit_is_downloaded(shop_url: Callable[[str], str]) -> None:
    limits = LOOPBACK_LIMITS.model_copy(update={"max_bytes": len(BODY)})
    assert PhotoFetcher(limits)(shop_url("photo")) == BODY
    with pytest.raises(PhotoTooLargeError, match=f"{len(BODY)} bytes, at most {len(BODY) - 1}"):
        PhotoFetcher(LOOPBACK_LIMITS.model_copy(update={"max_bytes": len(BODY) - 1}))(
            shop_url("photo")
        )


@loopback
@pytest.mark.parametrize("path", ["drip", "slow_head"])
def test_timeout_applies_to_the_whole_download(shop_url: Callable[[str], str], path: str) -> None:
    limits = LOOPBACK_LIMITS.model_copy(update={"fetch_timeout_s": 0.5})
    started = time.monotonic()
    with pytest.raises(PhotoFetchError, match=rf"{path}: not fetched within 0\.5 s"):
        PhotoFetcher(limits)(shop_url(path))
    assert time.monotonic() - started < 1.5


def test_timeout_applies_to_the_name_lookup() -> None:
    is_over = threading.Event()

    def resolve_slowly(host: str, port: int) -> tuple[str, ...]:
        is_over.wait(5)
        return ()

    limits = PhotoLimits(fetch_timeout_s=0.2)
    with pytest.raises(PhotoFetchError, match=r"not fetched within 0\.2 s"):
        PhotoFetcher(limits, resolve_slowly)("http://shop.example/a.jpg")
    is_over.set()


@loopback
@pytest.mark.parametrize("path", ["short", "garbage"])
def test_broken_responses_are_rejected(shop_url: Callable[[str], str], path: str) -> None:
    with pytest.raises(PhotoFetchError, match=f"{path}: cannot be fetched"):
        PhotoFetcher(LOOPBACK_LIMITS)(shop_url(path))


@loopback
def test_closed_port_is_reported(shop: ThreadingHTTPServer, shop_url: Callable[[str], str]) -> None:
    shop.socket.close()
    with pytest.raises(PhotoFetchError, match="cannot be fetched"):
        PhotoFetcher(LOOPBACK_LIMITS)(shop_url("photo"))


@loopback
def test_proxies_of_the_environment_are_not_used(
    shop_url: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert PhotoFetcher(LOOPBACK_LIMITS)(shop_url("photo")) == BODY


@loopback
def test_host_name_is_sent_and_resolved_once_per_request(shop: ThreadingHTTPServer) -> None:
    resolved_hosts: list[str] = []

    def resolve(host: str, port: int) -> tuple[str, ...]:
        resolved_hosts.append(host)
        return ("127.0.0.1",)

    port = shop.server_port
    assert PhotoFetcher(LOOPBACK_LIMITS, resolve)(f"http://متجر.example:{port}/hop/0") == BODY
    ascii_name = "xn--pgbo9d0a.example" if not resolved_hosts else resolved_hosts[0]
    assert resolved_hosts == [ascii_name] * 2
    assert shop.hosts == [f"{ascii_name}:{port}"] * 2  # type: ignore[attr-defined]


@loopback
def test_second_address_is_tried_when_the_first_refuses(
    shop: ThreadingHTTPServer,
) -> None:
    fetch = PhotoFetcher(LOOPBACK_LIMITS, lambda host, port: ("127.0.0.9", "127.0.0.1"))
    assert fetch(f"http://shop.example:{shop.server_port}/photo") == BODY


# --- internal hosts

PRIVATE_ADDRESSES = [
    "127.0.0.1",
    "127.8.9.10",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "2002:7f00:1::",  # 6to4 of 127.0.0.1
    "2002:a00:1::1",
    "2001:0:1234::1",
    "64:ff9b::7f00:1",  # NAT64 of 127.0.0.1
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
]
PUBLIC_ADDRESSES = [
    "93.184.215.14",
    "8.8.8.8",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
]


@pytest.mark.parametrize("address", PRIVATE_ADDRESSES)
def test_private_addresses_are_not_public(address: str) -> None:
    assert not is_public_ip(address)


@pytest.mark.parametrize("address", PUBLIC_ADDRESSES)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public_ip(address)


@pytest.mark.parametrize("address", PRIVATE_ADDRESSES)
def test_name_of_a_private_address_is_rejected(address: str) -> None:
    fetch = PhotoFetcher(resolver=lambda host, port: (address,))
    with pytest.raises(PhotoFetchError, match="is not public"):
        fetch("http://shop.example/a.jpg")


def test_one_private_address_among_public_ones_is_rejected() -> None:
    fetch = PhotoFetcher(resolver=lambda host, port: ("8.8.8.8", "10.0.0.1"))
    with pytest.raises(PhotoFetchError, match=r"10\.0\.0\.1, which is not public"):
        fetch("http://shop.example/a.jpg")


@loopback  # for getaddrinfo, which parses addresses without network access
@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:7f00:1]", "localhost", "0.0.0.0"])
def test_loopback_is_rejected_with_the_system_resolver(host: str) -> None:
    with pytest.raises(PhotoFetchError, match="is not public"):
        PhotoFetcher(resolver=resolve_host)(f"http://{host}/a.jpg")


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1", "017700000001", "127.0.0.1."],
)
def test_obfuscated_ipv4_addresses_are_rejected(host: str) -> None:
    fetch = PhotoFetcher(resolver=lambda host, port: ("8.8.8.8",))
    with pytest.raises(PhotoFetchError, match=r"number in disguise|not an address"):
        fetch(f"http://{host}/a.jpg")


@loopback
@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("http://internal.example/a.jpg", "internal.example.*10.0.0.1, which is not public"),
        ("//internal.example/a.jpg", "which is not public"),
        ("file:///etc/passwd", "only http and https"),
        ("gopher://shop.example/", "only http and https"),
        ("http://u:secret@shop.example/", "user name or password"),
        ("http://2130706433/", "number in disguise"),
    ],
)
def test_redirect_to_a_forbidden_url_is_rejected(
    shop: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch, target: str, reason: str
) -> None:
    def resolve(host: str, port: int) -> tuple[str, ...]:
        return ("127.0.0.1",) if host == "shop.example" else ("10.0.0.1",)

    # The shop stands in for a public one; everything else is checked as always.
    monkeypatch.setattr(
        "shopwindow.fetching.http_client.is_public_ip",
        lambda ip: ip == "127.0.0.1" or is_public_ip(ip),
    )
    fetch = PhotoFetcher(PhotoLimits(), resolve)
    assert fetch(f"http://shop.example:{shop.server_port}/photo") == BODY
    with pytest.raises(PhotoFetchError, match=reason):
        fetch(f"http://shop.example:{shop.server_port}/to/{target}")


@loopback
def test_host_is_not_resolved_again_after_the_check(
    shop: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "shopwindow.fetching.http_client.is_public_ip",
        lambda ip: ip == "127.0.0.1" or is_public_ip(ip),
    )
    resolutions = iter([("127.0.0.1",), ("10.0.0.1",)])
    fetch = PhotoFetcher(PhotoLimits(), lambda host, port: next(resolutions))
    assert fetch(f"http://shop.example:{shop.server_port}/photo") == BODY
    assert next(resolutions) == ("10.0.0.1",)  # never requested


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("ftp://shop.example/a.jpg", "only http and https"),
        ("http:///a.jpg", "names no host"),
        ("http://shop.example:99999/a.jpg", "port out of range"),
        ("http://shop.example:0/a.jpg", "port out of range"),
        ("http://[::1/a.jpg", "not an address"),
        ("http://shop.example/\x00", "not an address"),
    ],
)
def test_invalid_urls_are_rejected(address: str, reason: str) -> None:
    with pytest.raises(PhotoFetchError, match=reason):
        PhotoFetcher(resolver=lambda host, port: ("8.8.8.8",))(address)


def test_password_is_rejected_and_not_repeated() -> None:
    with pytest.raises(PhotoFetchError, match="user name or password") as caught:
        PhotoFetcher()("https://anna:geheim@shop.example/a.jpg")
    assert "geheim" not in str(caught.value)


def test_unknown_host_is_named() -> None:
    def resolve(host: str, port: int) -> tuple[str, ...]:
        raise OSError("Name or service not known")

    with pytest.raises(PhotoFetchError, match=r"no host is called 'shop\.invalid'"):
        PhotoFetcher(resolver=resolve)("https://shop.invalid/a.jpg")
    with pytest.raises(PhotoFetchError, match=r"no host is called 'shop\.invalid'"):
        PhotoFetcher(resolver=lambda host, port: ())("https://shop.invalid/a.jpg")
