"""Measures of answers against human judgments, and fair comparisons of two settings."""

from shopwindow.evaluation.comparison import Comparison, compare
from shopwindow.evaluation.judgments import Judgments, read_judgments
from shopwindow.evaluation.measures import Measure, parse_measure
from shopwindow.evaluation.runs import Run, mean, run_queries

__all__ = [
    "Comparison",
    "Judgments",
    "Measure",
    "Run",
    "compare",
    "mean",
    "parse_measure",
    "read_judgments",
    "run_queries",
]
