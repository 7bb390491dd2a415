"""Relevance judgments: which products are relevant to a query, and how much."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shopwindow.values.errors import FeedError

ESCI_GRADES: Mapping[str, float] = {"E": 3.0, "S": 2.0, "C": 1.0, "I": 0.0}
"""Grades of exact, substitute, complement and irrelevant. Source: Reddy et al., Shopping Queries
Dataset (2022), section 3."""

_GRADE_COLUMNS = ("gain", "grade", "label", "relevance")


@dataclass(frozen=True, slots=True)
class Judgments:
    """Relevance grades of judged queries.

    Attributes:
        grades: Grade by query text and product id; without the products that nobody judged.
    """

    grades: Mapping[str, Mapping[str, float]]

    @property
    def queries(self) -> tuple[str, ...]:
        """The judged queries, in the order of the file."""
        return tuple(self.grades)

    def __len__(self) -> int:
        return len(self.grades)


def read_judgments(path: Path) -> Judgments:
    """Read a table of judgments, separated by tabs (`.tsv`) or commas, with a header.

    Columns: `query`, `product_id` and a grade, which is a number in `gain`, `grade` or `relevance`,
    or one of E, S, C, I in `label`. Other columns are ignored.

    Args:
        path: The file.

    Returns:
        The judgments; of a repeated pair the last grade counts.

    Raises:
        FeedError: The file is missing, lacks a column, or has an invalid line.
    """
    grades: dict[str, dict[str, float]] = {}
    for query, product_id, grade in _iter_judgments(path):
        grades.setdefault(query, {})[product_id] = grade
    if not grades:
        raise FeedError(path, "expected judgments, found none")
    return Judgments(grades)


def _iter_judgments(path: Path) -> Iterator[tuple[str, str, float]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file, delimiter="\t" if path.suffix == ".tsv" else ",")
            column = _find_grade_column(path, table.fieldnames or [])
            for line, row in enumerate(table, start=2):
                query, product_id = (row[name] or "" for name in ("query", "product_id"))
                grade = _parse_grade(row[column])
                if not query.strip() or not product_id.strip() or grade is None:
                    raise FeedError(path, f"line {line}: expected a query, a product and a grade")
                yield query, product_id, grade
    except (OSError, UnicodeDecodeError, csv.Error) as exc:
        raise FeedError(path, f"expected a table of judgments ({exc})") from exc


def _find_grade_column(path: Path, names: Sequence[str]) -> str:
    missing = [name for name in ("query", "product_id") if name not in names]
    column = next((name for name in _GRADE_COLUMNS if name in names), "")
    if missing or not column:
        expected = f"columns query, product_id and one of {', '.join(_GRADE_COLUMNS)}"
        raise FeedError(path, f"expected {expected}; found {', '.join(names) or 'none'}")
    return column


def _parse_grade(text: str | None) -> float | None:
    if text is None:
        return None
    if text in ESCI_GRADES:
        return ESCI_GRADES[text]
    try:
        grade = float(text)
    except ValueError:
        return None
    return grade if grade >= 0 else None
