"""Offline evaluation: relevance metrics on judged queries, and significance tests of two runs."""

from shopwindow.evaluation.comparison import Comparison, compare
from shopwindow.evaluation.judgments import Judgments, read_judgments
from shopwindow.evaluation.measures import Measure, parse_measure
from shopwindow.evaluation.runs import Run, mean, run_queries
from shopwindow.evaluation.weight_tuning import Parameters, coordinate_ascent, train_test_split

__all__ = [
    "Comparison",
    "Judgments",
    "Measure",
    "Parameters",
    "Run",
    "compare",
    "coordinate_ascent",
    "mean",
    "parse_measure",
    "read_judgments",
    "run_queries",
    "train_test_split",
]
