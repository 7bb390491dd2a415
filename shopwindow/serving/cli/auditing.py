"""The work of `shopwindow report`: look through the index, write the page and the table."""

import csv
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import typer
from rich.table import Table

from embed import PhotoReader
from search.audit import AuditSection, CatalogAudit, Finding, audit_catalog
from shopwindow.serving.cli.audit_page import render_page
from shopwindow.serving.cli.context import open_index
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.output import (
    get_stderr_console,
    get_stdout_console,
    print_notice,
    sanitize_line,
)
from shopwindow.values.errors import InvalidValueError
from shopwindow.values.query import Filters
from shopwindow.values.settings import Settings
from shopwindow.values.spreadsheet import escape_formula

DEFAULT_AUDIT_PAGE = Path("report.html")
FINDINGS_HEADER = ("product_id", "title", "kind", "finding", "recommended_action")

_OTHERS_NAMED = 5


@dataclass(frozen=True, slots=True)
class AuditRequest:
    """What is reported on, and how.

    Attributes:
        out: Where the page goes; when None to `report.html`, or nowhere with `as_json`.
        as_json: Write the findings to stdout as JSON instead of a table of counts.
        fetch: Fetch photos behind addresses.
        merchants: Whose products are looked at; everybody's for none.
    """

    out: Path | None = None
    as_json: bool = False
    fetch: bool = False
    merchants: tuple[str, ...] = ()

    @property
    def page_path(self) -> Path | None:
        """Where the page goes; None for nowhere."""
        return self.out or (None if self.as_json else DEFAULT_AUDIT_PAGE)


def audit_index(settings: Settings, asked: AuditRequest) -> ExitCode:
    """Report on the index of the settings.

    Args:
        settings: Index, encoder and limits of photos.
        asked: What is reported on, and how.

    Returns:
        OK, whatever was found.

    Raises:
        InvalidValueError: The files cannot be written.
        EncoderError: The encoder cannot be loaded, or did not make this index.
        IndexStoreError: There is no index there, or it cannot be opened.
    """
    path, filters = asked.page_path, Filters(merchant_id=asked.merchants)
    reader = PhotoReader(settings.photo)
    with (
        open_index(settings) as index,
        get_stderr_console().status("looking through the catalogue"),
    ):
        found = audit_catalog(index, reader, filters)
    if path:
        _write(found, path, reader, asked.fetch)
    if asked.as_json:
        typer.echo(audit_to_json(found))
    else:
        _show(found)
    if path:
        print_notice(f"{path} is the page, {_table_beside(path)} the table of every finding")
    return ExitCode.OK


def audit_to_json(report: CatalogAudit) -> str:
    """Return a report as one JSON document.

    Returns:
        An object with the keys location, n_products, n_concerned and sections.
    """
    sections = [
        {
            "name": section.name,
            "was_checked": section.was_checked,
            "note": section.note,
            "findings": [
                {**asdict(each), "recommended_action": each.advice} for each in section.findings
            ],
        }
        for section in report.sections
    ]
    document = {
        "location": report.location,
        "n_products": report.n_products,
        "n_affected": report.n_affected,
        "sections": sections,
    }
    # Where stdout cannot carry Arabic, JSON's own escapes can.
    is_unicode = (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")
    return json.dumps(document, ensure_ascii=not is_unicode, indent=2)


def iter_finding_rows(finding: Finding) -> Iterator[tuple[str, ...]]:
    """Yield a finding as rows of the table: one for each of its products.

    Yields:
        Cells in the order of `HEADER`; one row without id when it is about the whole catalogue.
    """
    if not finding.products:
        yield _cells("", "", finding.kind, finding.detail, finding.advice)
    for each in finding.products:
        others = [other.id for other in finding.products if other.id != each.id]
        named = ", ".join(others[:_OTHERS_NAMED])
        more = f" and {len(others) - _OTHERS_NAMED:,} more" if len(others) > _OTHERS_NAMED else ""
        found = f"{finding.detail} as {named}{more}" if others else finding.detail
        yield _cells(each.id, each.title, finding.kind, found, finding.advice)


def _cells(*values: str) -> tuple[str, ...]:
    texts = [sanitize_line(value) for value in values]
    return tuple(map(escape_formula, texts))


def _table_beside(path: Path) -> Path:
    return path.with_suffix(".csv")


def _write(report: CatalogAudit, path: Path, reader: PhotoReader, fetch: bool) -> None:
    if path.suffix.lower() == ".csv":
        raise InvalidValueError("--out", "the name of a page, such as report.html", str(path))
    table = _table_beside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with table.open("w", encoding="utf-8-sig", newline="") as stream:  # Excel needs the BOM
            writer = csv.writer(stream)
            writer.writerow(FINDINGS_HEADER)
            for finding in report.findings:
                writer.writerows(iter_finding_rows(finding))
        path.write_text(render_page(report, table.name, reader, fetch), encoding="utf-8")
    except OSError as exc:
        raise InvalidValueError("--out", f"a file that can be written ({exc})", str(path)) from exc


def _show(report: CatalogAudit) -> None:
    title = f"{report.n_affected:,} of {report.n_products:,} products want a look"
    table = Table(title=title, title_justify="left")
    table.add_column("section")
    table.add_column("finding", ratio=1)
    table.add_column("findings", justify="right")
    for section in report.sections:
        kinds = [(kind.heading, f"{len(some):,}") for kind, some in section.by_kind()]
        for heading, n_findings in kinds or [_none(section)]:
            table.add_row(section.heading, heading, n_findings)
    get_stdout_console().print(table)
    for section in report.sections:
        if section.note:
            print_notice(f"{section.heading}: {section.note}")


def _none(section: AuditSection) -> tuple[str, str]:
    return ("nothing found", "0") if section.was_checked else ("cannot be told", "")
