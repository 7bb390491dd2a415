"""A stand-in for a ClickHouse server: its engine, chDB, behind the HTTP interface that clients use.

    python -m tools.chdb_server FOLDER

Prints its address, and serves on the loopback interface until it is ended: one request after
another, since chDB answers only the thread that opened it. For tests where no server is at hand:
there are no users, no sessions, and of a request's settings only those of inserts.
"""

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import lz4.frame  # type: ignore[import-untyped]
from chdb.session import Session

_PARAMETER = "param_"


class ChdbHandler(BaseHTTPRequestHandler):
    """Answers each request with what the one session says to its SQL."""

    session: Any
    timeout = 30

    def do_GET(self) -> None:
        """Answer a query in the address."""
        self._answer(b"")

    def do_POST(self) -> None:
        """Answer a query in the address or in the body; rows to insert follow it."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Content-Encoding") == "lz4":
            body = lz4.frame.decompress(body)
        self._answer(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing for a request."""

    def _answer(self, body: bytes) -> None:
        options = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        values = {
            name.removeprefix(_PARAMETER): value
            for name, value in options.items()
            if name.startswith(_PARAMETER)
        }
        try:
            self._send(200, self._query(options, values, body))
        except RuntimeError as exc:
            self._send(400, str(exc).encode())

    def _query(self, options: dict[str, str], values: dict[str, str], body: bytes) -> bytes:
        sql = options.get("query") or body.decode()
        if "query" not in options or not body:
            return bytes(self.session.query(sql, "TabSeparated", params=values).bytes())
        with NamedTemporaryFile() as rows:  # binary rows do not pass through SQL
            rows.write(body)
            rows.flush()
            return bytes(self.session.query(_read_from_file(sql, rows.name, options)).bytes())

    def _send(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-ClickHouse-Summary", "{}")
        self.end_headers()
        self.wfile.write(content)


def _read_from_file(sql: str, path: str, options: dict[str, str]) -> str:
    settings = ", ".join(
        f"{name} = '{value}'" for name, value in options.items() if "insert_" in name
    )
    target, row_format = sql.rsplit(" FORMAT ", 1)
    return f"{target} FROM INFILE '{path}' SETTINGS {settings} FORMAT {row_format}"


def main(folder: Path) -> None:
    """Serve until ended."""
    open_session: Any = Session
    ChdbHandler.session = open_session(str(folder))
    server = HTTPServer(("127.0.0.1", 0), ChdbHandler)
    print(f"clickhouse://default@127.0.0.1:{server.server_port}/default", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
