"""Run the tests that need a browser or a server, against those that are here or can be started.

    python -m tools.test_services [OPTIONS OF PYTEST]

Qdrant and ClickHouse are those of QDRANT_URL and CLICKHOUSE_URL, or of their usual ports here.
Without a ClickHouse its engine takes its place (`tools.chdb_server`); no package carries a Qdrant
server. What is missing is named, its tests are skipped and counted; what is there must not be.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BROWSER, CLICKHOUSE, QDRANT = "browser", "clickhouse_server", "qdrant_server"
QDRANT_PORT, CLICKHOUSE_PORT = 6333, 8123


def main(options: list[str]) -> int:
    """Run the tests.

    Returns:
        The exit code of pytest.
    """
    with tempfile.TemporaryDirectory() as folder, serve_clickhouse(Path(folder)) as clickhouse:
        services = {BROWSER: find_browser(), CLICKHOUSE: clickhouse, QDRANT: find_qdrant()}
        for marker, place in services.items():
            print(f"{marker:18} {place or 'missing'}", flush=True)
        markers = " or ".join(services)
        command = [sys.executable, "-m", "pytest", "-n", "0", "-m", markers, *options]
        environ = make_environment(services)
        return subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode


def make_environment(services: dict[str, str]) -> dict[str, str]:
    """Return the variables that tell the tests of the services, by marker; "" is missing."""
    addresses = {"CLICKHOUSE_URL": services[CLICKHOUSE], "QDRANT_URL": services[QDRANT]}
    available = ",".join(marker for marker, place in services.items() if place)
    found = {name: address for name, address in addresses.items() if address}
    return {**os.environ, **found, "SHOPWINDOW_TEST_SERVICES": available}


def find_browser() -> str:
    """Return the path of Chromium, or "" if it, its driver or the library is missing."""
    browser = shutil.which("chromium") or shutil.which("google-chrome") or ""
    has_driver = shutil.which("chromedriver") is not None and find_spec("selenium") is not None
    return browser if has_driver else ""


def find_qdrant() -> str:
    """Return the address of a Qdrant, or "" if there is none."""
    if "QDRANT_URL" in os.environ:
        return os.environ["QDRANT_URL"]
    return f"http://127.0.0.1:{QDRANT_PORT}" if answers(QDRANT_PORT) else ""


@contextmanager
def serve_clickhouse(folder: Path) -> Iterator[str]:
    """Find a ClickHouse, or start a stand-in that ends with the block.

    Yields:
        The address; "" if there is neither.
    """
    if os.environ.get("CLICKHOUSE_URL"):
        yield os.environ["CLICKHOUSE_URL"]
    elif answers(CLICKHOUSE_PORT):
        yield f"clickhouse://default@127.0.0.1:{CLICKHOUSE_PORT}/default"
    elif not all(find_spec(module) for module in ("chdb", "clickhouse_connect")):
        yield ""
    else:
        command = [sys.executable, "-m", "tools.chdb_server", str(folder)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None  # noqa: S101 -- for mypy
            yield process.stdout.readline().strip()
            process.terminate()


def answers(port: int) -> bool:
    """Return whether something listens at a port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
