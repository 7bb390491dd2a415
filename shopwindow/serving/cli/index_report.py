"""What came of an indexing run, as a table, and the file of what could not be used."""

import csv
from collections.abc import Iterable
from pathlib import Path

from rich.table import Table

from index import IndexReport, Rejection
from index.catalog.rejects_file import REJECTS_HEADER
from shopwindow.serving.cli.index_progress import format_rate
from shopwindow.serving.cli.output import get_stdout_console, sanitize_line
from shopwindow.values.errors import FeedError
from shopwindow.values.spreadsheet import escape_formula

MAX_REJECTIONS_SHOWN = 5
_WITHOUT = {
    "image": "taken without their photo",
    "cells": "taken with too few cells",
    "price": "taken without their price",
    "sale_price": "taken without their sale price",
    "sale_dates": "taken without the dates of their sale",
    "currency": "taken without their currency",
    "in_stock": "taken without their availability",
    "title": "taken without a title",
    "description": "taken without a description",
    "translations": "taken without a translation",
    "brand": "taken without their brand",
    "category": "taken without their category",
    "attributes": "taken without an attribute",
    "group_id": "taken without their group",
    "created_at": "taken without their date",
    "language": "taken without their language",
    "popularity": "taken without their popularity",
}


def show_index_report(report: IndexReport, rejects: Path) -> None:
    """Write the counts, the first problems, and where all of them are."""
    table = Table("products", "", show_header=False)
    for name in ("added", "updated", "unchanged", "deleted"):
        table.add_row(name, f"{getattr(report, name):,}")
    if report.n_not_deleted:
        table.add_row("missing, not deleted", f"{report.n_not_deleted:,}")
    if report.n_withdrawn:
        counts = f"{report.n_withdrawn:,} ({report.n_withdrawn_deleted:,} taken out of the index)"
        table.add_row("not for sale", counts)
    table.add_row("rejected", f"{report.n_rejected:,}")
    for field, label in _WITHOUT.items():
        if report.warnings_by_field[field] or field == "image":
            table.add_row(label, f"{report.warnings_by_field[field]:,}")
    if report.duration_s:
        table.add_row("took", f"{report.duration_s:,.1f} s, {format_rate(report)}")
    console = get_stdout_console()
    console.print(table)
    _show_some("not for sale", report.withdrawn)
    _show_some("rejected", report.rejected)
    _show_some("taken without a value", report.warnings)
    if report.n_rejected or report.warnings or report.n_withdrawn:
        console.print(f"All of them are in {rejects}", soft_wrap=True)


def append_late_rejections(rejects: Path, report: IndexReport) -> None:
    """Append what only indexing showed to the file of rejected rows.

    The feed writes the rows that it rejects itself, and the values that products go without.
    Photos are opened later, and whose an id is, only the index knows.

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
            writer.writerows(_cells(each) for each in report.indexing_issues)
    except OSError as exc:
        raise FeedError(rejects, f"rejected rows cannot be written: {exc}") from exc


def _cells(each: Rejection) -> list[str]:
    values = (each.file, each.line, each.column, each.message, each.product_id, each.raw)
    texts = [sanitize_line(value) for value in values]
    return [escape_formula(text) for text in texts]


def _show_some(title: str, rejections: Iterable[Rejection]) -> None:
    listed = list(rejections)
    if not listed:
        return
    table = Table("line", "id", "column", "reason", title=title, title_justify="left")
    for each in listed[:MAX_REJECTIONS_SHOWN]:
        cells = (each.line, each.product_id, each.column, each.reason)
        table.add_row(*(sanitize_line(cell) for cell in cells))
    get_stdout_console().print(table)
    if len(listed) > MAX_REJECTIONS_SHOWN:
        get_stdout_console().print(f"and {len(listed) - MAX_REJECTIONS_SHOWN:,} more {title}")
