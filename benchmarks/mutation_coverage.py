"""Which tests run which lines, and how long each takes: so a mutant meets only tests that reach it.

Runs in a process of its own, since pytest imports what is measured:

    python -m benchmarks.mutation_coverage OUTPUT FOLDER[,FOLDER] TESTS...
"""

import json
import os
import sys
from collections import defaultdict
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import coverage
import pytest


@dataclass(frozen=True, slots=True)
class TestMap:
    """Tests by the lines that they run.

    Attributes:
        durations_s: Seconds that a test takes with its fixtures, by its id.
        tests: Ids of tests, by file and line; a line that runs on import has none.
    """

    __test__ = False  # pytest would take the class for tests
    durations_s: dict[str, float]
    tests: dict[str, dict[int, list[str]]]

    def find_tests(self, file: str, lines: range) -> list[str]:
        """Return the tests that run any of the lines, or else any of the file; fastest first."""
        by_line = self.tests.get(file, {})
        found = {test for line in lines for test in by_line.get(line, ())}
        found = found or {test for tests in by_line.values() for test in tests}
        return sorted(found, key=lambda test: (self.durations_s.get(test, 0.0), test))

    @classmethod
    def read(cls, path: Path) -> "TestMap":
        """Return what `main` wrote."""
        stored = json.loads(path.read_text())
        tests = {
            file: {int(line): ids for line, ids in lines.items()}
            for file, lines in stored["tests"].items()
        }
        return cls(stored["durations_s"], tests)


class CoverageByTest:
    """Hooks of pytest that label the lines that run with the test that runs them."""

    def __init__(self, measured: coverage.Coverage) -> None:
        self.durations_s: dict[str, float] = defaultdict(float)
        self.failed: list[str] = []
        self._measured = measured

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Label what runs from here to the end of a test's last fixture.

        Returns:
            What the hooks around this one expect.
        """
        self._measured.switch_context(item.nodeid)
        result = yield
        self._measured.switch_context("")
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add up a test's seconds, and note one that fails."""
        self.durations_s[report.nodeid] += report.duration
        if report.failed:
            self.failed.append(report.nodeid)


def main(output: Path, folders: list[str], tests: list[str]) -> None:
    """Run the tests once and write the map; a test that fails is left out of it."""
    measured = coverage.Coverage(data_file=None, source=folders, config_file=False)
    plugin = CoverageByTest(measured)
    measured.start()
    pytest.main(["-q", "-n", "0", "-p", "no:cacheprovider", *tests], [plugin])
    measured.stop()
    if plugin.failed:
        print(f"left out, since they fail without a mutant: {plugin.failed}")
    data = measured.get_data()
    by_file = {
        os.path.relpath(file): {
            line: tests
            for line, contexts in data.contexts_by_lineno(file).items()
            if (tests := sorted(set(contexts) - {"", *plugin.failed}))
        }
        for file in data.measured_files()
    }
    output.write_text(json.dumps({"durations_s": plugin.durations_s, "tests": by_file}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2].split(","), sys.argv[3:])
