"""Measures of answers against human judgments, and fair comparisons of two settings."""

from evaluation.compare import Comparison, compare
from evaluation.judgments import Judgments, read_judgments
from evaluation.measures import Measure, parse_measure
from evaluation.runs import Run, mean, run_queries

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
