"""How many faults planted in the code the tests find: the mutation score, package by package.

    python -m benchmarks.mutation [AREA...] [--sample N] [--minutes N] [--maps FOLDER] [--planted]

Of all mutants of an area (`benchmarks.mutants`) a sample is drawn with a fixed seed; N = 0 takes
all. Each meets the tests that run its line, fastest first, until one fails or those that fit into
`MAX_TEST_S` have passed: so a score is a lower bound. `--planted` plants the faults of
`benchmarks.mutation_cases` instead. Both write their part of `benchmarks/results/mutation.json`.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

from benchmarks.mutants import Mutant, list_mutants
from benchmarks.mutation_cases import EQUIVALENT, PLANTED, PlantedFault
from benchmarks.mutation_coverage import TestMap
from benchmarks.mutation_runner import MutationRunner, Verdict
from benchmarks.results_file import RESULTS, SEED, read_result, stamp, write_result

ROOT = RESULTS.parents[1]
SAMPLE_SIZE = 200
MAX_TEST_S = 30.0
MAX_TESTS = 150


def _list_tests(folder: str, *names: str) -> tuple[str, ...]:
    return tuple(f"tests/{folder}/test_{name}.py" for name in names)


@dataclass(frozen=True, slots=True)
class Area:
    """A package that is mutated, and the tests that concern it.

    Attributes:
        folder: The package.
        tests: Files and folders of tests.
        unmapped_tests: Those for files that only other processes run, of which no map is made.
    """

    folder: str
    tests: tuple[str, ...]
    unmapped_tests: tuple[str, ...] = ()

    def list_mutants(self) -> list[Mutant]:
        """Return all mutants of the package, in the order of files and places."""
        files = sorted(path for path in (ROOT / self.folder).rglob("*.py"))
        named = [(str(path.relative_to(ROOT)), path.read_bytes()) for path in files]
        return [mutant for name, source in named for mutant in list_mutants(name, source)]


AREAS = {
    "ranking": Area("shopwindow/ranking", ("tests/ranking", "tests/personalization")),
    "pipeline": Area(
        "search/pipeline",
        _list_tests("search", "collapse", "diversity", "negative_examples", "query_relaxation",
                    "sorting", "feature_scores", "service", "rules_in_search", "recommender",
                    "retrieval_thresholds", "pipeline_steps", "pipelines", "propensities"),
    ),
    "retrieval": Area(
        "search/retrieval",
        _list_tests("search", "fusion", "retrieval_thresholds", "similarity_baseline", "service",
                    "query_photos", "sorting"),
    ),
    "rules": Area("search/rules", ("tests/search/rules", "tests/search/test_rules_in_search.py")),
    "query": Area(
        "search/query",
        _list_tests("search", "query_parser", "languages", "spelling", "known_words",
                    "stated_absences", "suggestions"),
    ),
    "store": Area(
        "index/store",
        _list_tests("index", "store_contract", "server_store", "edge_store", "edge_graph",
                    "edge_faults"),
        _list_tests("index", "edge_store", "edge_faults", "edge_graph"),
    ),
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("areas", nargs="*", help=f"of {', '.join(AREAS)}; all when left out")
    parser.add_argument("--sample", type=int, default=SAMPLE_SIZE, help="mutants of an area")
    parser.add_argument("--minutes", type=float, default=inf, help="when to stop in an area")
    parser.add_argument("--maps", type=Path, help="where to keep which tests run which lines")
    parser.add_argument("--planted", action="store_true", help="plant the list of faults instead")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="shopwindow-mutation-") as folder:
        runner = MutationRunner(ROOT, Path(folder))
        if options.planted:
            _update("planted", test_planted(runner, PLANTED))
            return
        for name in options.areas or AREAS:
            area = AREAS[name]
            test_map = read_map(area, options.maps or Path(folder))
            _update(name, score_area(runner, area, test_map, options.sample, options.minutes))


def read_map(area: Area, folder: Path) -> TestMap:
    """Return which tests run which lines of an area, measured once for the folder."""
    path = folder / f"{area.folder.replace('/', '.')}.json"
    if not path.exists():
        module = ["-m", "benchmarks.mutation_coverage", str(path), area.folder]
        command = [sys.executable, *module, "-m", "not slow and not browser", *area.tests]
        subprocess.run(command, cwd=ROOT, check=True)
    return TestMap.read(path)


def score_area(
    runner: MutationRunner, area: Area, test_map: TestMap, sample_size: int, minutes: float
) -> dict[str, Any]:
    """Return the score of an area, and which mutants survived.

    Raises:
        SystemExit: A test fails without a mutant, so that no verdict would mean anything.
    """
    mutants = area.list_mutants()
    size = min(sample_size or len(mutants), len(mutants))
    sample = random.Random(SEED).sample(range(len(mutants)), size)
    deadline = time.monotonic() + 60 * minutes
    runner.prepare(area.tests)
    selected = select_tests(area, test_map, mutants[0], 10 * MAX_TEST_S)
    check_that_tests_pass(runner, mutants[0].file, *selected)
    unmapped_s = runner.time_tests(area.unmapped_tests)
    verdicts: dict[Mutant, Verdict] = {}
    for mutant in (mutants[n] for n in sample):
        if verdicts and time.monotonic() > deadline:
            break  # those that were tried are a sample too: the order is random
        tests, duration_s = select_tests(area, test_map, mutant, unmapped_s)
        source = runner.read(mutant.file)
        verdict: Verdict = "survived"
        if tests:
            verdict = runner.test_mutant(mutant.file, mutant.apply(source), tests, duration_s)
        verdicts[mutant] = verdict
        print(f"{len(verdicts)}/{size} {verdict:9} {mutant}", flush=True)
    return summarize(len(mutants), verdicts)


def check_that_tests_pass(
    runner: MutationRunner, file: str, tests: Sequence[str], duration_s: float
) -> None:
    """Run tests without a fault.

    Raises:
        SystemExit: One fails, so that no verdict would mean anything.
    """
    if tests and runner.test_mutant(file, runner.read(file), tests, duration_s) != "survived":
        sys.exit(f"without a fault these tests fail too: {tests}")


def select_tests(
    area: Area, test_map: TestMap, mutant: Mutant, unmapped_s: float
) -> tuple[list[str], float]:
    """Return the fastest tests that run a mutant's lines, and the seconds that they take.

    Args:
        area: The package.
        test_map: Which tests run which lines.
        mutant: The fault.
        unmapped_s: Seconds that the area's tests of other processes take.

    Returns:
        Ids of tests; without any, the area's tests of other processes.
    """
    found = test_map.find_tests(mutant.file, range(mutant.line, mutant.end_line + 1))
    if not found:
        return list(area.unmapped_tests), unmapped_s
    selected: list[str] = []
    total_s = 0.0
    for test in found[:MAX_TESTS]:
        total_s += test_map.durations_s.get(test, 0.0)
        if selected and total_s > MAX_TEST_S:
            break
        selected.append(test)
    return selected, total_s


def summarize(n_mutants: int, verdicts: dict[Mutant, Verdict]) -> dict[str, Any]:
    """Return counts, scores and survivors; equivalent mutants are named with their reason."""
    counts = Counter(verdicts.values())
    survivors = sorted(
        (mutant for mutant, verdict in verdicts.items() if verdict == "survived"),
        key=lambda mutant: (mutant.file, mutant.start),
    )
    equivalent = {
        str(mutant): EQUIVALENT[mutant.key] for mutant in survivors if mutant.key in EQUIVALENT
    }
    n_found = len(verdicts) - len(survivors)
    return {
        "n_mutants": n_mutants,
        "n_sampled": len(verdicts),
        "n_killed": counts["killed"],
        "n_timed_out": counts["timed out"],
        "n_survived": len(survivors),
        "score": round(n_found / len(verdicts), 3),
        "score_without_equivalent": round(n_found / (len(verdicts) - len(equivalent)), 3),
        "survivors": [str(mutant) for mutant in survivors if str(mutant) not in equivalent],
        "equivalent": equivalent,
    }


def test_planted(runner: MutationRunner, faults: Sequence[PlantedFault]) -> dict[str, Any]:
    """Return which faults of the list the tests that concern them find.

    Raises:
        SystemExit: A test fails without a fault.
    """
    runner.prepare(sorted({test for fault in faults for test in fault.tests}))
    for tests in sorted({fault.tests for fault in faults}):
        check_that_tests_pass(runner, faults[0].file, tests, MAX_TEST_S * len(tests))
    verdicts: dict[str, str] = {}
    for fault in faults:
        duration_s = MAX_TEST_S * len(fault.tests)
        try:
            mutated = fault.apply(runner.read(fault.file))
            verdicts[fault.name] = runner.test_mutant(fault.file, mutated, fault.tests, duration_s)
        except (OSError, ValueError) as exc:  # the code changed: the list must name it anew
            verdicts[fault.name] = f"not planted: {exc}"
        print(f"{verdicts[fault.name]:9} {fault.name}", flush=True)
    missed = {name: verdict for name, verdict in verdicts.items()
              if verdict not in ("killed", "timed out")}  # fmt: skip
    return {"n": len(verdicts), "n_found": len(verdicts) - len(missed), "missed": missed}


def _update(name: str, numbers: dict[str, Any]) -> None:
    known = read_result("mutation")["areas"] if (RESULTS / "mutation.json").exists() else {}
    when = {key: value for key, value in stamp().items() if key != "machine"}
    areas = {**known, name: {**when, **numbers}}
    write_result("mutation", {"areas": areas}, command="python -m benchmarks.mutation")
    print(name, {key: value for key, value in numbers.items() if not isinstance(value, dict)})


if __name__ == "__main__":
    main()
