"""A skipped test is counted by its reason; one whose service is there fails the run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.skip_report import AVAILABLE_SERVICES
from tools.test_services import BROWSER, CLICKHOUSE, QDRANT, make_environment

ROOT = Path(__file__).resolve().parents[1]
CONFTEST = """
from tests.skip_report import SkipReport, read_available

def pytest_configure(config):
    for marker in ("browser", "qdrant_server"):
        config.addinivalue_line("markers", marker)
    config.pluginmanager.register(SkipReport(read_available()))
"""
TESTS = """
import pytest

@pytest.mark.browser
@pytest.mark.parametrize("n", [1, 2])
@pytest.mark.skipif(True, reason="no browser")
def test_page(n): ...

@pytest.mark.qdrant_server
def test_store():
    pytest.skip("no Qdrant")

def test_other(): ...
"""


def run(folder: Path, *options: str, available: str) -> tuple[int, str]:
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_some.py").write_text(TESTS)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options, str(folder)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), AVAILABLE_SERVICES: available},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("options", [("-n", "0"), ("-n", "1")])
def test_skips_are_counted_by_reason(tmp_path: Path, options: tuple[str, ...]) -> None:
    code, out = run(tmp_path, *options, available="")
    assert code == 0, out
    assert "3 skipped, by reason" in out
    assert "    2 no browser\n    1 no Qdrant\n" in out


def test_what_is_there_must_not_be_skipped(tmp_path: Path) -> None:
    code, out = run(tmp_path, available="browser,clickhouse_server")
    assert code == 1
    assert out.count("was skipped, but its service is there") == 2
    assert "test_page[2] was skipped" in out
    assert run(tmp_path, available="qdrant_server")[0] == 1


def test_the_tests_are_told_of_the_services_that_are_there() -> None:
    services = {BROWSER: "/usr/bin/chromium", CLICKHOUSE: "clickhouse://a@b:1/c", QDRANT: ""}
    environ = make_environment(services)
    assert environ["CLICKHOUSE_URL"] == "clickhouse://a@b:1/c"
    assert environ.get("QDRANT_URL") == os.environ.get("QDRANT_URL")
    assert environ[AVAILABLE_SERVICES] == "browser,clickhouse_server"
