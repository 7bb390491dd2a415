"""What came of an indexing run, as a table, and the file of what could not be used."""

import csv
from collections.abc import Iterable
from pathlib import Path

from rich.table import Table

from cli.index_progress import rate
from cli.output import answers, printable
from core.errors import FeedError
from core.spreadsheet import as_cell
from index import IndexReport, Rejection
from index.feeds.rejects import HEADER
from index.report import MAX_KEPT

MAX_SHOWN = 5


def show_report(report: IndexReport, rejects: Path) -> None:
    """Write the counts, the first problems, and where all of them are."""
    table = Table("products", "", show_header=False)
    for name in ("added", "updated", "unchanged", "deleted"):
        table.add_row(name, f"{getattr(report, name):,}")
    table.add_row("rejected", f"{report.n_rejected:,}")
    n_warnings = len(report.warnings)
    table.add_row("taken without their photo", f"{n_warnings:,}{'+' * (n_warnings >= MAX_KEPT)}")
    if report.took_s:
        table.add_row("took", f"{report.took_s:,.1f} s, {rate(report)}")
    console = answers()
    console.print(table)
    _show_some("rejected", report.rejected)
    _show_some("taken without their photo", report.warnings)
    if report.n_rejected or report.warnings:
        console.print(f"All of them are in {rejects}", soft_wrap=True)


def add_photo_problems(rejects: Path, report: IndexReport) -> None:
    """Append the products whose photo could not be used to the file of rejected rows.

    The feed writes the rows that it rejects itself. What only opening a photo shows is found
    later: the product is taken by its words, or rejected if it has none.

    Raises:
        FeedError: The file cannot be written.
    """
    problems = [*report.warnings, *(each for each in report.rejected if _is_of_photo(each))]
    if not problems:
        return
    try:
        is_new = not rejects.exists()
        rejects.parent.mkdir(parents=True, exist_ok=True)
        with rejects.open("a", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            if is_new:
                writer.writerow(HEADER)
            writer.writerows(_cells(each) for each in problems)
    except OSError as exc:
        raise FeedError(rejects, f"rejected rows cannot be written: {exc}") from exc


def _is_of_photo(rejection: Rejection) -> bool:
    # The messages of PhotoError begin so, and no reason of a feed's row does.
    return rejection.column == "image" and rejection.reason.startswith("photo ")


def _cells(each: Rejection) -> list[str]:
    values = (each.file, each.line, each.column, each.reason, each.product_id, each.raw)
    texts = [printable(value) for value in values]
    return [as_cell(text) for text in texts]


def _show_some(title: str, rejections: Iterable[Rejection]) -> None:
    listed = list(rejections)
    if not listed:
        return
    table = Table("line", "id", "column", "reason", title=title, title_justify="left")
    for each in listed[:MAX_SHOWN]:
        cells = (each.line, each.product_id, each.column, each.reason)
        table.add_row(*(printable(cell) for cell in cells))
    answers().print(table)
    if len(listed) > MAX_SHOWN:
        answers().print(f"and {len(listed) - MAX_SHOWN:,} more {title}")
