"""Judgments are read or refused with a reason; runs are evaluated and compared."""

from pathlib import Path

import numpy as np
import pytest

from shopwindow.evaluation.comparison import compare
from shopwindow.evaluation.judgments import read_judgments
from shopwindow.evaluation.measures import parse_measure
from shopwindow.evaluation.runs import Run, mean, run_queries
from shopwindow.values.errors import FeedError


def write_judgments(folder: Path, text: str, name: str = "judgments.tsv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_esci_labels_equal_numeric_grades(tmp_path: Path) -> None:
    labels = write_judgments(
        tmp_path, "query\tproduct_id\tlabel\nred dress\ta\tE\nred dress\tb\tI\n"
    )
    numbers = write_judgments(
        tmp_path, "query,product_id,grade\nred dress,a,3\nred dress,b,0.0\n", "j.csv"
    )
    assert read_judgments(labels) == read_judgments(numbers)
    assert read_judgments(labels).grades == {"red dress": {"a": 3.0, "b": 0.0}}


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
def test_an_invalid_file_is_refused_with_a_reason(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(FeedError, match=reason):
        read_judgments(write_judgments(tmp_path, text))


def test_missing_and_binary_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="expected a table"):
        read_judgments(tmp_path / "gone.tsv")
    (tmp_path / "b.tsv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FeedError, match="expected a table"):
        read_judgments(tmp_path / "b.tsv")


def test_condensed_runs_have_no_unjudged_products(tmp_path: Path) -> None:
    judgments = read_judgments(
        write_judgments(tmp_path, "query\tproduct_id\tgain\nx\ta\t1\nx\tb\t0\n")
    )
    run = Run("ours", {"x": ["new", "b", "other", "a"]})
    mrr = parse_measure("MRR")
    assert run.evaluate(judgments, mrr) == {"x": 0.25}
    assert run.condense(judgments).evaluate(judgments, mrr) == {"x": 0.5}


def test_a_query_without_results_counts_in_the_mean(tmp_path: Path) -> None:
    judgments = read_judgments(
        write_judgments(tmp_path, "query\tproduct_id\tgain\nx\ta\t1\ny\tb\t1\n")
    )
    run = run_queries("ours", lambda query: ["a"] if query == "x" else [], judgments)
    assert mean(run.evaluate(judgments, parse_measure("recall@5"))) == 0.5
    assert mean(run.evaluate(judgments, parse_measure("zero"))) == 0.5


def test_a_constant_gain_is_significant_and_a_shuffle_is_not() -> None:
    rng = np.random.default_rng(1)
    queries = [f"q{n}" for n in range(60)]
    first = dict(zip(queries, rng.random(60).tolist(), strict=True))
    better = {query: value + 0.1 for query, value in first.items()}
    gain = compare(first, better)
    assert gain.difference == pytest.approx(0.1)
    assert gain.is_significant
    assert gain.ci_low == pytest.approx(0.1)
    assert gain.ci_high == pytest.approx(0.1)
    shuffled = dict(zip(queries, rng.permutation(list(first.values())).tolist(), strict=True))
    chance = compare(first, shuffled)
    assert not chance.is_significant
    assert chance.ci_low < 0 < chance.ci_high
    assert list(chance.per_query.values()) == sorted(chance.per_query.values())


def test_the_p_value_of_few_queries_is_the_exact_one() -> None:
    first = dict.fromkeys("abc", 0.0)
    second = {"a": 0.3, "b": 0.2, "c": 0.1}
    # All eight sign assignments are equally likely, and two of them give so large a sum.
    assert compare(first, second).p_value == pytest.approx(0.25, abs=0.02)


def test_a_run_does_not_differ_from_itself() -> None:
    values = {"a": 0.5, "b": 0.1}
    assert compare(values, values).p_value == 1.0


def test_different_queries_are_refused() -> None:
    with pytest.raises(ValueError, match="same queries"):
        compare({"a": 1.0}, {"b": 1.0})
    with pytest.raises(ValueError, match="same queries"):
        compare({}, {})
