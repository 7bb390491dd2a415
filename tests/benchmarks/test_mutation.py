"""Mutants are small, valid and in the right places; survivors are counted and named."""

import ast
from pathlib import Path

import pytest

from benchmarks.mutants import Mutant, list_mutants
from benchmarks.mutation import ROOT, summarize
from benchmarks.mutation_cases import EQUIVALENT, PLANTED, PlantedFault
from benchmarks.mutation_coverage import TestMap
from benchmarks.mutation_runner import Verdict

SOURCE = '''
"""A module."""
from math import inf

__all__ = ["first"]
LIMIT = 10
SHARE: float = 0.5


def first(values: list[int], reverse: bool = False) -> int:
    """The first 3 values."""
    if not values or LIMIT < len(values):
        raise ValueError(f"{len(values) + 1} values")
    found = [v for v in values if v.is_known]
    found.sort()
    return min(found) - 1 if reverse else found[0]
'''


def change(source: str) -> set[tuple[str, str]]:
    return {
        (mutant.original, mutant.replacement) for mutant in list_mutants("a.py", source.encode())
    }


def test_every_operator_number_condition_and_call_has_its_mutant() -> None:
    assert change(SOURCE) == {
        ("10", "(11)"),
        ("0.5", "(1.0)"),
        ("False", "(True)"),
        ("not values or LIMIT < len(values)", "(not values and LIMIT < len(values))"),
        ("not values", "(values)"),
        ("LIMIT < len(values)", "(LIMIT <= len(values))"),
        ("v.is_known", "(not v.is_known)"),
        ("found.sort()", "pass"),
        (
            "min(found) - 1 if reverse else found[0]",
            "(min(found) - 1 if not reverse else found[0])",
        ),
        ("min(found) - 1", "(min(found) + 1)"),
        ("min(found)", "(max(found))"),
        ("1", "(2)"),
        ("0", "(1)"),
    }


@pytest.mark.parametrize(
    ("source", "mutant"),
    [
        ("a = b is None", ("b is None", "(b is not None)")),
        ("a = 0.0", ("0.0", "(1.0)")),
        ("a = -b", ("-b", "(b)")),
        ("a = x.argmax(1)", ("x.argmax(1)", "(x.argmin(1))")),
        ("a += b", ("a += b", "a -= b")),
        ("for a in b:\n    continue", ("continue", "break")),
        ("a = 'فستان' + (1 + b)", ("1 + b", "(1 - b)")),
    ],
)
def test_mutants_of_single_statements(source: str, mutant: tuple[str, str]) -> None:
    assert mutant in change(source)


@pytest.mark.parametrize(
    "source",
    ["import a", "a: int | None", "@dataclass(slots=True)\nclass A(B[1]): ...", "LOG.debug(1 + 2)",
     "zip(a, b, strict=True).x", "if TYPE_CHECKING:\n    a = 1", "raise A(1)"],
)  # fmt: skip
def test_what_is_no_behaviour_has_no_mutants(source: str) -> None:
    assert {pair for pair in change(source) if "TYPE_CHECKING" not in pair[0]} == set()


def test_mutants_of_real_modules_are_valid_and_change_one_place() -> None:
    for file in (Path("benchmarks/mutants.py"), Path("search/query/price_filters.py")):
        source = (Path(__file__).parents[2] / file).read_bytes()
        for mutant in list_mutants(str(file), source):
            mutated = mutant.apply(source)
            ast.parse(mutated)
            assert mutated != source
            assert mutated.startswith(source[: mutant.start])
            assert mutated.endswith(source[mutant.end :])


def test_a_mutant_of_another_version_of_the_file_is_refused() -> None:
    (mutant,) = list_mutants("a.py", b"a = 1")
    with pytest.raises(ValueError, match=r"a\.py:1 is not '1'; list mutants anew"):
        mutant.apply(b"a = 2")


def test_a_planted_fault_must_stand_in_one_place() -> None:
    fault = PlantedFault("a", "a.py", "x < 1", "x <= 1", ())
    assert fault.apply(b"if x < 1: ...") == b"if x <= 1: ..."
    for source in (b"if x > 1: ...", b"x < 1 or x < 1"):
        with pytest.raises(ValueError, match=r"is not once in a\.py; find it again"):
            fault.apply(source)


def test_the_fastest_tests_of_a_line_come_first_and_else_those_of_the_file() -> None:
    tests = TestMap({"slow": 2.0, "quick": 0.1}, {"a.py": {3: ["slow", "quick"], 9: ["slow"]}})
    assert tests.find_tests("a.py", range(3, 4)) == ["quick", "slow"]
    assert tests.find_tests("a.py", range(8, 10)) == ["slow"]
    assert tests.find_tests("a.py", range(1, 2)) == ["quick", "slow"], "a line that runs on import"
    assert tests.find_tests("b.py", range(1, 2)) == []


def test_the_score_counts_survivors_and_names_them() -> None:
    mutants = [Mutant("a.py", line, line, 0, 1, "1", "(2)", f"a = {line}") for line in range(1, 6)]
    verdicts: list[Verdict] = ["killed", "killed", "killed", "timed out", "survived"]
    summary = summarize(40, dict(zip(mutants, verdicts, strict=True)))
    assert (summary["n_mutants"], summary["n_sampled"], summary["n_killed"]) == (40, 5, 3)
    assert (summary["n_timed_out"], summary["n_survived"], summary["score"]) == (1, 1, 0.8)
    assert summary["survivors"] == ["a.py:5: 1 -> (2)"]


def test_an_argued_mutant_is_named_with_its_reason_and_in_both_scores(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    argued, other = list_mutants("a.py", b"a = 1\n  \nb =  1  # both")
    assert argued.key == "a.py | a = 1 | 1 -> (2)"
    monkeypatch.setitem(EQUIVALENT, argued.key, "nobody reads it")
    summary = summarize(2, {argued: "survived", other: "killed"})
    assert (summary["score"], summary["score_without_equivalent"]) == (0.5, 1.0)
    assert (summary["survivors"], summary["equivalent"]) == (
        [], {"a.py:1: 1 -> (2)": "nobody reads it"}
    )  # fmt: skip


@pytest.mark.parametrize("fault", PLANTED, ids=lambda fault: fault.name)
def test_every_fault_of_the_list_can_still_be_planted(fault: PlantedFault) -> None:
    source = (ROOT / fault.file).read_bytes()
    assert fault.apply(source) != source
    assert all((ROOT / test).exists() for test in fault.tests)
