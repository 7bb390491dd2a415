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
from search.audit import CatalogueReport, Finding, Section, catalogue_report
from shopwindow.serving.cli.audit_page import page
from shopwindow.serving.cli.context import opened_index
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.output import answers, notices, printable, say
from shopwindow.values.errors import InvalidValueError
from shopwindow.values.query import Filters
from shopwindow.values.settings import Settings
from shopwindow.values.spreadsheet import as_cell

PAGE = Path("report.html")
HEADER = ("product_id", "title", "kind", "found", "what_to_do")

_OTHERS_NAMED = 5


@dataclass(frozen=True, slots=True)
class ReportRequest:
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
    def path(self) -> Path | None:
        """Where the page goes; None for nowhere."""
        return self.out or (None if self.as_json else PAGE)


def report_on_index(settings: Settings, asked: ReportRequest) -> ExitCode:
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
    path, filters = asked.path, Filters(merchant_id=asked.merchants)
    reader = PhotoReader(settings.photo)
    with opened_index(settings) as index, notices().status("looking through the catalogue"):
        found = catalogue_report(index, reader, filters)
    if path:
        _write(found, path, reader, asked.fetch)
    if asked.as_json:
        typer.echo(as_document(found))
    else:
        _show(found)
    if path:
        say(f"{path} is the page, {_table_beside(path)} the table of every finding")
    return ExitCode.OK


def as_document(report: CatalogueReport) -> str:
    """Return a report as one JSON document.

    Returns:
        An object with the keys location, n_products, n_concerned and sections.
    """
    sections = [
        {
            "name": section.name,
            "told": section.told,
            "note": section.note,
            "findings": [{**asdict(each), "what_to_do": each.advice} for each in section.findings],
        }
        for section in report.sections
    ]
    document = {
        "location": report.location,
        "n_products": report.n_products,
        "n_concerned": report.n_concerned,
        "sections": sections,
    }
    # Where stdout cannot carry Arabic, JSON's own escapes can.
    is_unicode = (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")
    return json.dumps(document, ensure_ascii=not is_unicode, indent=2)


def rows(finding: Finding) -> Iterator[tuple[str, ...]]:
    """Yield a finding as rows of the table: one for each of its products.

    Yields:
        Cells in the order of `HEADER`; one row without id when it is about the whole catalogue.
    """
    if not finding.products:
        yield _cells("", "", finding.kind, finding.found, finding.advice)
    for each in finding.products:
        others = [other.id for other in finding.products if other.id != each.id]
        named = ", ".join(others[:_OTHERS_NAMED])
        more = f" and {len(others) - _OTHERS_NAMED:,} more" if len(others) > _OTHERS_NAMED else ""
        found = f"{finding.found} as {named}{more}" if others else finding.found
        yield _cells(each.id, each.title, finding.kind, found, finding.advice)


def _cells(*values: str) -> tuple[str, ...]:
    texts = [printable(value) for value in values]
    return tuple(map(as_cell, texts))


def _table_beside(path: Path) -> Path:
    return path.with_suffix(".csv")


def _write(report: CatalogueReport, path: Path, reader: PhotoReader, fetch: bool) -> None:
    if path.suffix.lower() == ".csv":
        raise InvalidValueError("--out", "the name of a page, such as report.html", str(path))
    table = _table_beside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with table.open("w", encoding="utf-8-sig", newline="") as stream:  # Excel needs the BOM
            writer = csv.writer(stream)
            writer.writerow(HEADER)
            for finding in report.findings:
                writer.writerows(rows(finding))
        path.write_text(page(report, table.name, reader, fetch), encoding="utf-8")
    except OSError as exc:
        raise InvalidValueError("--out", f"a file that can be written ({exc})", str(path)) from exc


def _show(report: CatalogueReport) -> None:
    title = f"{report.n_concerned:,} of {report.n_products:,} products want a look"
    table = Table(title=title, title_justify="left")
    table.add_column("section")
    table.add_column("finding", ratio=1)
    table.add_column("findings", justify="right")
    for section in report.sections:
        kinds = [(kind.heading, f"{len(some):,}") for kind, some in section.by_kind()]
        for heading, n_findings in kinds or [_none(section)]:
            table.add_row(section.heading, heading, n_findings)
    answers().print(table)
    for section in report.sections:
        if section.note:
            say(f"{section.heading}: {section.note}")


def _none(section: Section) -> tuple[str, str]:
    return ("nothing found", "0") if section.told else ("cannot be told", "")
