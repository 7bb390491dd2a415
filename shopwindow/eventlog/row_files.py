"""Rows of CSV, JSON Lines and Parquet files, one at a time, and files of rows written."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shopwindow.eventlog.event_rows import Write
from shopwindow.values.errors import EventFileError
from shopwindow.values.spreadsheet import escape_formula, unescape_formula

MAX_CELL_CHARS = 1_000_000
_ERRORS = "surrogateescape"  # the event refuses such a text, and the next row is read


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row of a file.

    Attributes:
        line: Line where it ends, from 1; in Parquet the number of the row, from 1.
        cells: Values by the file's own column names; empty where there is a fault.
        parse_error: Why it could not be taken apart; empty when it could.
    """

    line: int
    cells: Mapping[str, Any]
    parse_error: str = ""


def read_rows(path: Path) -> Iterator[FileRow]:
    """Yield the rows of a file, whose ending says what it is.

    Yields:
        Rows in the order of the file.

    Raises:
        EventFileError: The file is missing, or not what its name says.
    """
    reader, _ = _format(path)
    try:
        yield from reader(path)
    except FileNotFoundError as exc:
        raise EventFileError(path, "there is no such file") from exc
    except (OSError, csv.Error) as exc:
        raise EventFileError(path, f"the file cannot be read further: {exc}") from exc


@contextmanager
def open_row_writer(path: Path) -> Iterator[Write]:
    """Open a file, whose ending says what it is, to write rows to.

    Yields:
        A function that writes one row; every row has the same columns.

    Raises:
        EventFileError: The file cannot be written, or its ending is not known.
    """
    _, writer = _format(path)
    with replace_atomically(path) as new, writer(new) as write:
        yield write


@contextmanager
def replace_atomically(path: Path) -> Iterator[Path]:
    """Replace a file whole, or leave it as it is when the block fails.

    Yields:
        Where to write what takes its place.

    Raises:
        EventFileError: It cannot be written.
    """
    new = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield new
        new.replace(path)
    except OSError as exc:
        raise EventFileError(path, f"the file cannot be written: {exc}") from exc
    finally:
        with suppress(OSError):
            new.unlink()


def supports_nested(path: Path) -> bool:
    """Return whether a cell of the format can hold numbers by name as they are."""
    return path.suffix.lower() in _JSON_LINES


def _read_csv(path: Path) -> Iterator[FileRow]:
    csv.field_size_limit(MAX_CELL_CHARS)
    with path.open(encoding="utf-8-sig", errors=_ERRORS, newline="") as stream:
        rows = csv.reader(stream)
        names = next(rows, [])
        while True:
            try:
                cells = next(rows)
            except StopIteration:
                return
            except csv.Error as exc:
                yield FileRow(rows.line_num, {}, f"the line cannot be taken apart: {exc}")
                continue
            if len(cells) > len(names):
                fault = f"{len(names)} cells expected, as in the header, got {len(cells)}"
                yield FileRow(rows.line_num, {}, fault)
            elif any(cells):
                yield FileRow(
                    rows.line_num, dict(zip(names, map(unescape_formula, cells), strict=False))
                )


def _read_json_lines(path: Path) -> Iterator[FileRow]:
    with path.open(encoding="utf-8-sig", errors=_ERRORS) as stream:
        for line, text in enumerate(stream, 1):
            if not text.strip():
                continue
            try:
                cells = json.loads(text)
            except (ValueError, RecursionError) as exc:
                yield FileRow(line, {}, f"one JSON object expected: {exc}")
                continue
            is_object = isinstance(cells, dict)
            yield FileRow(line, cells if is_object else {}, "" if is_object else _NO_OBJECT)


def _read_parquet(path: Path) -> Iterator[FileRow]:
    from shopwindow.eventlog.parquet_events import read_parquet  # noqa: PLC0415 -- half a second that few files need

    for line, cells in enumerate(read_parquet(path), 1):
        yield FileRow(line, cells)


@contextmanager
def _csv_writer(path: Path) -> Iterator[Write]:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        is_first = True

        def write(row: Mapping[str, Any]) -> None:
            nonlocal is_first
            if is_first:
                writer.writerow(row)
                is_first = False
            writer.writerow([_cell(value) for value in row.values()])

        yield write


def _cell(value: object) -> object:
    if isinstance(value, str):
        return escape_formula(value)  # ids may come from strangers' cookies
    return "" if value is None else value


@contextmanager
def _json_lines_writer(path: Path) -> Iterator[Write]:
    with path.open("w", encoding="utf-8") as stream:
        yield lambda row: print(json.dumps(dict(row), ensure_ascii=False), file=stream)


def _parquet_writer(path: Path) -> AbstractContextManager[Write]:
    from shopwindow.eventlog.parquet_events import open_parquet_writer  # noqa: PLC0415 -- as above

    return open_parquet_writer(path)


_NO_OBJECT = "one JSON object expected, got another JSON value"
_JSON_LINES = (".jsonl", ".ndjson")
_FORMATS: Mapping[str, tuple[Callable[[Path], Iterator[FileRow]], Any]] = {
    ".csv": (_read_csv, _csv_writer),
    **dict.fromkeys(_JSON_LINES, (_read_json_lines, _json_lines_writer)),
    ".parquet": (_read_parquet, _parquet_writer),
}


def _format(path: Path) -> tuple[Callable[[Path], Iterator[FileRow]], Any]:
    found = _FORMATS.get(path.suffix.lower())
    if found is None:
        raise EventFileError(path, f"a name that ends in {', '.join(_FORMATS)} was expected")
    return found
