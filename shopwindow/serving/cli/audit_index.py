"""The audit of an index: its HTML page, its table of findings, and its JSON."""

import csv
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
    to_json,
)
from shopwindow.values import Filters, escape_formula
from shopwindow.values.errors import InvalidValueError
from shopwindow.values.settings import Settings

DEFAULT_AUDIT_PAGE = Path("audit.html")
FINDINGS_HEADER = ("product_id", "title", "kind", "finding", "recommended_action")

_MAX_OTHERS_NAMED = 5


@dataclass(frozen=True, slots=True)
class AuditRequest:
    """What is audited, and where the findings go.

    Attributes:
        out: Where the page goes; when None to `audit.html`, or nowhere with `as_json`.
        as_json: Write the findings to stdout as JSON instead of a table of counts.
        fetch: Fetch photos behind addresses.
        merchants: Sellers whose products are audited; everybody's for none.
    """

    out: Path | None = None
    as_json: bool = False
    fetch: bool = False
    merchants: tuple[str, ...] = ()

    @property
    def page_path(self) -> Path | None:
        """Where the page goes; None for nowhere."""
        return self.out or (None if self.as_json else DEFAULT_AUDIT_PAGE)


def audit_index(settings: Settings, request: AuditRequest) -> ExitCode:
    """Audit the index of the settings, and write the findings.

    Args:
        settings: Index, encoder and limits of photos.
        request: What is audited, and where the findings go.

    Returns:
        OK, whatever was found.

    Raises:
        InvalidValueError: The files cannot be written.
        EncoderError: The encoder cannot be loaded, or did not make this index.
        IndexStoreError: There is no index there, or it cannot be opened.
    """
    path, filters = request.page_path, Filters(merchant_id=request.merchants)
    reader = PhotoReader(settings.photo)
    with open_index(settings) as index, get_stderr_console().status("auditing the catalogue"):
        audit = audit_catalog(index, reader, filters)
    if path:
        _write_files(audit, path, reader, request.fetch)
    if request.as_json:
        typer.echo(audit_to_json(audit))
    else:
        _show_counts(audit)
    if path:
        print_notice(f"{path} is the page, {_get_table_path(path)} the table of every finding")
    return ExitCode.OK


def audit_to_json(audit: CatalogAudit) -> str:
    """Format an audit as one JSON document.

    Returns:
        An object with the keys location, n_products, n_affected and sections.
    """
    sections = [
        {
            "name": section.name,
            "was_checked": section.was_checked,
            "note": section.note,
            "findings": [
                {**asdict(finding), "recommended_action": finding.advice}
                for finding in section.findings
            ],
        }
        for section in audit.sections
    ]
    return to_json(
        {
            "location": audit.location,
            "n_products": audit.n_products,
            "n_affected": audit.n_affected,
            "sections": sections,
        }
    )


def iter_finding_rows(finding: Finding) -> Iterator[tuple[str, ...]]:
    """Yield a finding as rows of the table: one for each of its products.

    Yields:
        Cells in the order of `FINDINGS_HEADER`; one row without id when it is about the whole
        catalogue.
    """
    if not finding.products:
        yield _escape_cells("", "", finding.kind, finding.detail, finding.advice)
    for product in finding.products:
        others = [other.id for other in finding.products if other.id != product.id]
        named = ", ".join(others[:_MAX_OTHERS_NAMED])
        n_more = len(others) - _MAX_OTHERS_NAMED
        more = f" and {n_more:,} more" if n_more > 0 else ""
        detail = f"{finding.detail} as {named}{more}" if others else finding.detail
        yield _escape_cells(product.id, product.title, finding.kind, detail, finding.advice)


def _escape_cells(*values: str) -> tuple[str, ...]:
    return tuple(escape_formula(sanitize_line(value)) for value in values)


def _get_table_path(page_path: Path) -> Path:
    return page_path.with_suffix(".csv")


def _write_files(audit: CatalogAudit, path: Path, reader: PhotoReader, fetch: bool) -> None:
    if path.suffix.lower() == ".csv":
        raise InvalidValueError("--out", "the name of a page, such as audit.html", str(path))
    table_path = _get_table_path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with table_path.open("w", encoding="utf-8-sig", newline="") as stream:  # Excel needs a BOM
            writer = csv.writer(stream)
            writer.writerow(FINDINGS_HEADER)
            for finding in audit.findings:
                writer.writerows(iter_finding_rows(finding))
        path.write_text(render_page(audit, table_path.name, reader, fetch), encoding="utf-8")
    except OSError as exc:
        raise InvalidValueError("--out", f"a file that can be written ({exc})", str(path)) from exc


def _show_counts(audit: CatalogAudit) -> None:
    title = f"{audit.n_affected:,} of {audit.n_products:,} products need attention"
    table = Table(title=title, title_justify="left")
    table.add_column("section")
    table.add_column("finding", ratio=1)
    table.add_column("findings", justify="right")
    for section in audit.sections:
        counts = [(kind.heading, f"{len(findings):,}") for kind, findings in section.by_kind()]
        for heading, n_findings in counts or [_describe_empty(section)]:
            table.add_row(section.heading, heading, n_findings)
    get_stdout_console().print(table)
    for section in audit.sections:
        if section.note:
            print_notice(f"{section.heading}: {section.note}")


def _describe_empty(section: AuditSection) -> tuple[str, str]:
    return ("nothing found", "0") if section.was_checked else ("not checked", "")
