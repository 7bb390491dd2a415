"""Judged files are read or refused with a reason; settings are compared fairly."""

from pathlib import Path

import numpy as np
import pytest

from shopwindow.evaluation.comparison import compare
from shopwindow.evaluation.judgments import read_judgments
from shopwindow.evaluation.measures import parse_measure
from shopwindow.evaluation.runs import Run, mean, run_queries
from shopwindow.values.errors import FeedError


def write(folder: Path, text: str, name: str = "judged.tsv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_labels_and_numbers(tmp_path: Path) -> None:
    letters = write(tmp_path, "query\tproduct_id\tlabel\nred dress\ta\tE\nred dress\tb\tI\n")
    numbers = write(tmp_path, "query,product_id,grade\nred dress,a,3\nred dress,b,0.0\n", "j.csv")
    assert read_judgments(letters) == read_judgments(numbers)
    assert read_judgments(letters).grades == {"red dress": {"a": 3.0, "b": 0.0}}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "expected columns"),
        ("query\tproduct_id\n", "expected columns query, product_id and one of gain"),
        ("query\tproduct_id\tgain\n", "expected judgments, found none"),
        ("query\tproduct_id\tgain\nx\ta\t1\nx\tb\tgood\n", "line 3: expected a query"),
        ("query\tproduct_id\tgain\nx\ta\t-1\n", "line 2: expected a query"),
        ("query\tproduct_id\tgain\nx\ta\tnan\n", "line 2: expected a query"),
        ("query\tproduct_id\tgain\nx\t\t1\n", "line 2: expected a query"),
        ("query\tproduct_id\tgain\nx\n", "line 2: expected a query"),
    ],
)
def test_bad_files_say_what_is_wrong(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(FeedError, match=reason):
        read_judgments(write(tmp_path, text))


def test_missing_and_binary_files(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="expected a table"):
        read_judgments(tmp_path / "gone.tsv")
    (tmp_path / "b.tsv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FeedError, match="expected a table"):
        read_judgments(tmp_path / "b.tsv")


def test_condensed_lists_leave_out_what_nobody_judged(tmp_path: Path) -> None:
    judged = read_judgments(write(tmp_path, "query\tproduct_id\tgain\nx\ta\t1\nx\tb\t0\n"))
    run = Run("ours", {"x": ["new", "b", "other", "a"]})
    rank = parse_measure("MRR")
    assert run.evaluate(judged, rank) == {"x": 0.25}
    assert run.condense(judged).evaluate(judged, rank) == {"x": 0.5}


def test_a_query_that_was_not_answered_counts(tmp_path: Path) -> None:
    judged = read_judgments(write(tmp_path, "query\tproduct_id\tgain\nx\ta\t1\ny\tb\t1\n"))
    run = run_queries("ours", lambda query: ["a"] if query == "x" else [], judged)
    assert mean(run.evaluate(judged, parse_measure("recall@5"))) == 0.5
    assert mean(run.evaluate(judged, parse_measure("zero"))) == 0.5


def test_a_clear_difference_and_none() -> None:
    rng = np.random.default_rng(1)
    names = [f"q{n}" for n in range(60)]
    first = dict(zip(names, rng.random(60).tolist(), strict=True))
    better = {name: value + 0.1 for name, value in first.items()}
    found = compare(first, better)
    assert found.difference == pytest.approx(0.1)
    assert found.is_significant
    assert found.ci_low == pytest.approx(0.1)
    assert found.ci_high == pytest.approx(0.1)
    shuffled = dict(zip(names, rng.permutation(list(first.values())).tolist(), strict=True))
    none = compare(first, shuffled)
    assert not none.is_significant
    assert none.ci_low < 0 < none.ci_high
    assert list(none.per_query.values()) == sorted(none.per_query.values())


def test_p_is_the_exact_one_for_few_queries() -> None:
    first = dict.fromkeys("abc", 0.0)
    second = {"a": 0.3, "b": 0.2, "c": 0.1}
    # All eight signs are equally likely, and two of them give so large a sum.
    assert compare(first, second).p_value == pytest.approx(0.25, abs=0.02)


def test_equal_settings_differ_by_chance_alone() -> None:
    same = {"a": 0.5, "b": 0.1}
    assert compare(same, same).p_value == 1.0


def test_different_queries_are_refused() -> None:
    with pytest.raises(ValueError, match="same queries"):
        compare({"a": 1.0}, {"b": 1.0})
    with pytest.raises(ValueError, match="same queries"):
        compare({}, {})
