"""A server of feeds on 127.0.0.1, with the faults that servers have."""

import gzip
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CSV = b"id,title,image\n1,Red dress,photos/1.jpg\n2,Blue mug,/p/2.jpg\n"


class FeedHandler(BaseHTTPRequestHandler):
    """Serves a feed correctly, or with the fault that the path names."""

    protocol_version = "HTTP/1.1"
    feed = CSV
    failures = 0

    def do_GET(self) -> None:
        self.server.requests.append((self.path, dict(self.headers)))  # type: ignore[attr-defined]
        name, _, rest = self.path.lstrip("/").partition("/")
        getattr(self, f"answer_{name.partition('?')[0].partition('.')[0]}")(rest)

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        for key, value in {"Content-Length": str(len(body)), **names}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def answer_feed(self, _: str) -> None:
        etag = f'"{hashlib.sha256(type(self).feed).hexdigest()[:8]}"'
        if self.headers["If-None-Match"] == etag:
            self.answer(304, b"", ETag=etag)
        else:
            self.answer(200, type(self).feed, ETag=etag)

    def answer_dated(self, _: str) -> None:
        date = "Tue, 01 Dec 2026 10:00:00 GMT"
        unchanged = self.headers["If-Modified-Since"] == date
        self.answer(304 if unchanged else 200, b"" if unchanged else CSV, Last_Modified=date)

    def answer_plain(self, _: str) -> None:
        self.answer(200, type(self).feed)

    def answer_encoded(self, rest: str) -> None:
        body = gzip.compress(CSV) if rest == "gzip" else CSV
        self.answer(200, body, Content_Encoding=rest)

    def answer_arabic(self, rest: str) -> None:
        body = "id,title\n1,فستان\n".encode("cp1256" if rest == "old" else "utf-8")
        self.answer(200, body, Content_Type="text/csv; charset=windows-1256")

    def answer_status(self, rest: str) -> None:
        self.answer(int(rest), b"")

    def answer_busy(self, rest: str) -> None:
        cls = type(self)
        cls.failures += 1
        if cls.failures <= 2:
            self.answer(429 if rest else 503, b"", **({"Retry_After": rest} if rest else {}))
        else:
            self.answer(200, CSV)

    def answer_short(self, rest: str) -> None:
        cls = type(self)
        cls.failures += 1
        if rest and cls.failures > int(rest):
            self.answer(200, CSV)
            return
        self.answer(200, CSV[:30], Content_Length=str(len(CSV)))
        self.close_connection = True

    def answer_chunked(self, rest: str) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(CSV), CSV))
        if rest == "whole":
            self.wfile.write(b"0\r\n\r\n")
        self.close_connection = True

    def answer_to(self, rest: str) -> None:
        self.answer(302, b"", Location=rest)

    def answer_large(self, rest: str) -> None:
        if rest == "announced":
            self.answer(200, b"", Content_Length="100001")
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(bytes(200_000))
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@contextmanager
def serve_feeds() -> Iterator[ThreadingHTTPServer]:
    """Serve feeds while the block lasts; the server's `requests` are paths and headers."""
    FeedHandler.feed, FeedHandler.failures = CSV, 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), FeedHandler)
    server.requests = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
