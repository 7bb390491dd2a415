"""Read and write rows of CSV, JSON Lines and Parquet files, one at a time."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shopwindow.eventlog.event_rows import RowWriter
from shopwindow.values import escape_formula, unescape_formula
from shopwindow.values.errors import EventFileError

MAX_CELL_CHARS = 1_000_000
_ENCODING_ERRORS = "surrogateescape"  # the event rejects such a text; the next row is read


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row of a file, parsed or not.

    Attributes:
        line: Line where it ends, from 1; in Parquet the number of the row, from 1.
        cells: Values by the file's own column names; empty if the row cannot be parsed.
        parse_error: Why the row cannot be parsed; empty if it can.
    """

    line: int
    cells: Mapping[str, Any]
    parse_error: str = ""


def read_rows(path: Path) -> Iterator[FileRow]:
    """Yield the rows of a file; its suffix says its format.

    Yields:
        The rows, in the order of the file.

    Raises:
        EventFileError: The file is missing, or not of the format of its suffix.
    """
    read, _ = _get_format(path)
    try:
        yield from read(path)
    except FileNotFoundError as exc:
        raise EventFileError(path, "there is no such file") from exc
    except (OSError, csv.Error) as exc:
        raise EventFileError(path, f"the file cannot be read further: {exc}") from exc


@contextmanager
def open_row_writer(path: Path) -> Iterator[RowWriter]:
    """Open a file to write rows to; its suffix says its format.

    Yields:
        A function that writes one row; all rows must have the same columns.

    Raises:
        EventFileError: The file cannot be written, or its suffix is not supported.
    """
    _, open_writer = _get_format(path)
    with replace_atomically(path) as temporary_path, open_writer(temporary_path) as write_row:
        yield write_row


@contextmanager
def replace_atomically(path: Path) -> Iterator[Path]:
    """Replace a file as a whole, or leave it untouched if the block fails.

    Yields:
        A temporary path to write the new content to.

    Raises:
        EventFileError: The file cannot be written.
    """
    temporary_path = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary_path
        temporary_path.replace(path)
    except OSError as exc:
        raise EventFileError(path, f"the file cannot be written: {exc}") from exc
    finally:
        with suppress(OSError):
            temporary_path.unlink()


def supports_nested(path: Path) -> bool:
    """Return whether a cell of the file's format can hold a mapping of names to numbers."""
    return path.suffix.lower() in _JSON_LINES_SUFFIXES


def _read_csv(path: Path) -> Iterator[FileRow]:
    csv.field_size_limit(MAX_CELL_CHARS)
    with path.open(encoding="utf-8-sig", errors=_ENCODING_ERRORS, newline="") as stream:
        rows = csv.reader(stream)
        names = next(rows, [])
        while True:
            try:
                cells = next(rows)
            except StopIteration:
                return
            except csv.Error as exc:
                yield FileRow(rows.line_num, {}, f"the line cannot be parsed: {exc}")
                continue
            if len(cells) > len(names):
                reason = f"{len(names)} cells expected, as in the header, got {len(cells)}"
                yield FileRow(rows.line_num, {}, reason)
            elif any(cells):
                values = map(unescape_formula, cells)
                yield FileRow(rows.line_num, dict(zip(names, values, strict=False)))


def _read_json_lines(path: Path) -> Iterator[FileRow]:
    with path.open(encoding="utf-8-sig", errors=_ENCODING_ERRORS) as stream:
        for line, text in enumerate(stream, 1):
            if not text.strip():
                continue
            try:
                cells = json.loads(text)
            except (ValueError, RecursionError) as exc:
                yield FileRow(line, {}, f"one JSON object expected: {exc}")
                continue
            is_object = isinstance(cells, dict)
            yield FileRow(line, cells if is_object else {}, "" if is_object else _NOT_AN_OBJECT)


def _read_parquet(path: Path) -> Iterator[FileRow]:
    from shopwindow.eventlog.parquet_events import read_parquet  # noqa: PLC0415 -- Arrow takes half a second

    for line, cells in enumerate(read_parquet(path), 1):
        yield FileRow(line, cells)


@contextmanager
def _open_csv_writer(path: Path) -> Iterator[RowWriter]:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        is_first = True

        def write_row(row: Mapping[str, Any]) -> None:
            nonlocal is_first
            if is_first:
                writer.writerow(row)
                is_first = False
            writer.writerow([_to_csv_cell(value) for value in row.values()])

        yield write_row


def _to_csv_cell(value: object) -> object:
    if isinstance(value, str):
        return escape_formula(value)  # ids may come from visitors' cookies
    return "" if value is None else value


@contextmanager
def _open_json_lines_writer(path: Path) -> Iterator[RowWriter]:
    with path.open("w", encoding="utf-8") as stream:
        yield lambda row: print(json.dumps(dict(row), ensure_ascii=False), file=stream)


def _open_parquet_writer(path: Path) -> AbstractContextManager[RowWriter]:
    from shopwindow.eventlog.parquet_events import open_parquet_writer  # noqa: PLC0415 -- as above

    return open_parquet_writer(path)


_NOT_AN_OBJECT = "one JSON object expected, got another JSON value"
_JSON_LINES_SUFFIXES = (".jsonl", ".ndjson")
_FORMATS: Mapping[str, tuple[Callable[[Path], Iterator[FileRow]], Any]] = {
    ".csv": (_read_csv, _open_csv_writer),
    **dict.fromkeys(_JSON_LINES_SUFFIXES, (_read_json_lines, _open_json_lines_writer)),
    ".parquet": (_read_parquet, _open_parquet_writer),
}


def _get_format(path: Path) -> tuple[Callable[[Path], Iterator[FileRow]], Any]:
    file_format = _FORMATS.get(path.suffix.lower())
    if file_format is None:
        raise EventFileError(path, f"a name that ends in {', '.join(_FORMATS)} was expected")
    return file_format
