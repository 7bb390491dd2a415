"""The report of an indexing run as tables: the counts, and the problems by reason."""

from pathlib import Path

from rich.table import Table

from index import IndexReport, IssueGroups
from shopwindow.serving.cli.index_progress import format_rate
from shopwindow.serving.cli.output import get_stdout_console, sanitize_line

MAX_GROUPS_SHOWN = 10
_WARNING_LABELS = {
    "image": "indexed without photo",
    "images": "indexed without a further photo",
    "cells": "indexed with too few cells",
    "in_stock": "indexed without availability",
    "translations": "indexed without a translation",
    "attributes": "indexed without an attribute",
    "group_id": "indexed without group",
    "created_at": "indexed without date",
}
"""What the table calls values that are missing; the others by the name of their field."""


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
    for field in ("image", *(name for name in report.warnings_by_field if name != "image")):
        label = _WARNING_LABELS.get(field, f"indexed without {field.replace('_', ' ')}")
        table.add_row(label, f"{report.warnings_by_field[field]:,}")
    if report.duration_s:
        table.add_row("took", f"{report.duration_s:,.1f} s, {format_rate(report)}")
    console = get_stdout_console()
    console.print(table)
    show_issues(report)
    if report.n_rejected or report.warnings or report.n_withdrawn:
        console.print(f"All of them are in {rejects}", soft_wrap=True)


def show_issues(report: IndexReport) -> None:
    """Show the problems of a feed's rows, grouped by reason."""
    show_groups("not for sale", report.withdrawal_groups)
    show_groups("rejected", report.rejection_groups)
    show_groups("indexed without a value", report.warning_groups)


def show_groups(title: str, groups: IssueGroups) -> None:
    """Show the most frequent problems, each once with its number of rows and the first lines."""
    shown = groups.list_largest(MAX_GROUPS_SHOWN)
    if not shown:
        return
    table = Table("rows", "lines", "id", "column", "reason", title=title, title_justify="left")
    for group in shown:
        first, lines = group.first, group.format_lines()
        cells = (f"{group.n_rows:,}", lines, first.product_id, first.column, first.reason)
        table.add_row(*(sanitize_line(cell) for cell in cells))
    get_stdout_console().print(table)
    n_more = len(groups.by_key) - len(shown)
    if n_more:
        get_stdout_console().print(f"and {n_more:,} more reasons for {title}")
