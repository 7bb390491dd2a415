"""The report of an indexing run as a table, and the file of rejected rows and values."""

import csv
from collections.abc import Iterable
from pathlib import Path

from rich.table import Table

from index import IndexReport, Rejection
from index.catalog import REJECTS_HEADER
from shopwindow.serving.cli.index_progress import format_rate
from shopwindow.serving.cli.output import get_stdout_console, sanitize_line
from shopwindow.values import escape_formula
from shopwindow.values.errors import FeedError

MAX_REJECTIONS_SHOWN = 5
_WARNING_LABELS = {
    "image": "indexed without photo",
    "cells": "indexed with too few cells",
    "price": "indexed without price",
    "sale_price": "indexed without sale price",
    "sale_dates": "indexed without sale dates",
    "currency": "indexed without currency",
    "in_stock": "indexed without availability",
    "title": "indexed without title",
    "description": "indexed without description",
    "translations": "indexed without a translation",
    "brand": "indexed without brand",
    "category": "indexed without category",
    "attributes": "indexed without an attribute",
    "group_id": "indexed without group",
    "created_at": "indexed without date",
    "language": "indexed without language",
    "popularity": "indexed without popularity",
}


def show_index_report(report: IndexReport, rejects: Path) -> None:
    """Show the counts, the first problems, and where all of them are."""
    table = Table("products", "", show_header=False)
    for name in ("added", "updated", "unchanged", "deleted"):
        table.add_row(name, f"{getattr(report, name):,}")
    if report.n_not_deleted:
        table.add_row("missing, not deleted", f"{report.n_not_deleted:,}")
    if report.n_withdrawn:
        counts = f"{report.n_withdrawn:,} ({report.n_withdrawn_deleted:,} removed from the index)"
        table.add_row("not for sale", counts)
    table.add_row("rejected", f"{report.n_rejected:,}")
    for field, label in _WARNING_LABELS.items():
        if report.warnings_by_field[field] or field == "image":
            table.add_row(label, f"{report.warnings_by_field[field]:,}")
    if report.duration_s:
        table.add_row("took", f"{report.duration_s:,.1f} s, {format_rate(report)}")
    console = get_stdout_console()
    console.print(table)
    _show_rejections("not for sale", report.withdrawn)
    _show_rejections("rejected", report.rejected)
    _show_rejections("indexed without a value", report.warnings)
    if report.n_rejected or report.warnings or report.n_withdrawn:
        console.print(f"All of them are in {rejects}", soft_wrap=True)


def append_late_rejections(rejects: Path, report: IndexReport) -> None:
    """Append the problems that only indexing showed to the file of rejected rows.

    Reading the feed writes those that it finds itself. Photos are opened later, and only the index
    knows which merchant an id belongs to.

    Raises:
        FeedError: The file cannot be written.
    """
    if not report.indexing_issues:
        return
    try:
        is_new = not rejects.exists()
        rejects.parent.mkdir(parents=True, exist_ok=True)
        with rejects.open("a", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            if is_new:
                writer.writerow(REJECTS_HEADER)
            writer.writerows(_to_cells(rejection) for rejection in report.indexing_issues)
    except OSError as exc:
        raise FeedError(rejects, f"rejected rows cannot be written: {exc}") from exc


def _to_cells(rejection: Rejection) -> list[str]:
    values = (
        rejection.file,
        rejection.line,
        rejection.column,
        rejection.message,
        rejection.product_id,
        rejection.raw,
    )
    return [escape_formula(sanitize_line(value)) for value in values]


def _show_rejections(title: str, rejections: Iterable[Rejection]) -> None:
    rows = list(rejections)
    if not rows:
        return
    table = Table("line", "id", "column", "reason", title=title, title_justify="left")
    for row in rows[:MAX_REJECTIONS_SHOWN]:
        cells = (row.line, row.product_id, row.column, row.reason)
        table.add_row(*(sanitize_line(cell) for cell in cells))
    get_stdout_console().print(table)
    if len(rows) > MAX_REJECTIONS_SHOWN:
        get_stdout_console().print(f"and {len(rows) - MAX_REJECTIONS_SHOWN:,} more {title}")
