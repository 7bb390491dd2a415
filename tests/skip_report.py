"""Counts skipped tests by reason, and fails a run that skipped tests of a service that is there."""

import os
from collections import Counter

import pytest

AVAILABLE_SERVICES = "SHOPWINDOW_TEST_SERVICES"
"""Markers of the services that are there, by commas; `make test-services` sets it."""


class SkipReport:
    """Hooks of pytest, called in the process that reports, also with several workers."""

    def __init__(self, available: frozenset[str]) -> None:
        self.counts: Counter[str] = Counter()
        self.wrongly_skipped: list[str] = []
        self._available = available

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.skipped or hasattr(report, "wasxfail"):
            return
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        self.counts[reason.removeprefix("Skipped: ")] += 1
        if self._available & set(report.keywords):
            self.wrongly_skipped.append(report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.wrongly_skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section(f"{self.counts.total()} skipped, by reason")
        for reason, count in self.counts.most_common():
            terminalreporter.line(f"{count:5} {reason}")
        for nodeid in self.wrongly_skipped:
            terminalreporter.line(f"ERROR {nodeid} was skipped, but its service is there", red=True)


def read_available() -> frozenset[str]:
    """Return the markers of the services that are said to be there."""
    return frozenset(filter(None, os.environ.get(AVAILABLE_SERVICES, "").split(",")))
