"""The file formats of a sheet of matches, by suffix."""

import csv
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from shopwindow.serving.cli.match_rows import SHEET_COLUMNS, build_rows
from shopwindow.serving.cli.match_thumbnails import IllustratedMatch
from shopwindow.values import escape_formula
from shopwindow.values.errors import FeedError

COLUMN_NAMES = tuple(column.name for column in SHEET_COLUMNS)

MAX_XLSX_ROWS = 1_048_575
"""Rows of a worksheet below its header. Source: Excel specifications and limits."""


class Sheet(Protocol):
    """A file of matches, open for writing."""

    def add(self, illustrated: IllustratedMatch) -> None:
        """Write the rows of one match.

        Raises:
            OSError: They cannot be written.
        """
        ...

    def close(self) -> None:
        """Complete the file.

        Raises:
            OSError: It cannot be written.
        """
        ...


class CsvSheet:
    """CSV in UTF-8 with a byte order mark, without which Excel does not show Arabic.

    Args:
        path: The file to write.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(COLUMN_NAMES)

    def add(self, illustrated: IllustratedMatch) -> None:
        """Write the rows of one match."""
        for row in build_rows(illustrated.match):
            cells = [escape_formula(cell) if isinstance(cell, str) else cell for cell in row]
            self._writer.writerow(cells)

    def close(self) -> None:
        """Complete the file."""
        self._file.close()


class JsonLinesSheet:
    """One JSON object a line, for programs.

    Args:
        path: The file to write.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")

    def add(self, illustrated: IllustratedMatch) -> None:
        """Write the rows of one match."""
        for row in build_rows(illustrated.match):
            record = dict(zip(COLUMN_NAMES, row, strict=True))
            self._file.write(json.dumps(record, ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Complete the file."""
        self._file.close()


def _open_workbook(path: Path) -> Sheet:
    from shopwindow.serving.cli.match_workbook import WorkbookSheet  # noqa: PLC0415 -- other formats do without

    return WorkbookSheet(path)


SHEETS: Mapping[str, Callable[[Path], Sheet]] = {
    ".xlsx": _open_workbook,
    ".csv": CsvSheet,
    ".jsonl": JsonLinesSheet,
}
"""What opens a sheet, by the suffix of the file."""


def check_sheet(out: Path, force: bool) -> None:
    """Check that a sheet can be written, before any photo is matched.

    Raises:
        FeedError: The suffix is unknown, it is a folder, or it exists and `force` is False.
    """
    if out.suffix.lower() not in SHEETS:
        raise FeedError(out, f"the sheet's name must end in one of {', '.join(SHEETS)}")
    if out.is_dir():
        raise FeedError(out, "this is a folder; give the name of a file")
    if out.exists() and not force:
        raise FeedError(out, "it exists already; give another --out, or --force to overwrite it")


@contextmanager
def open_sheet(out: Path) -> Iterator[Sheet]:
    """Open a sheet; whatever ends the block, the matches that were added are kept.

    Rows go into a temporary file beside it, which replaces it at the end: a sheet that was there
    before stays whole until then, and is not replaced when no match was added.

    Yields:
        The sheet.

    Raises:
        FeedError: It cannot be written.
    """
    part = out.with_name(f".{out.name}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        sheet = _CountingSheet(SHEETS[out.suffix.lower()](part))
        part.touch()  # a workbook is written at its end: better to fail now
    except OSError as exc:
        raise FeedError(out, f"it cannot be written: {exc.strerror}") from exc
    try:
        yield sheet
    finally:
        _finish(sheet, part, out)


def _finish(sheet: "_CountingSheet", part: Path, out: Path) -> None:
    try:
        sheet.close()
        if sheet.n_matches:
            os.replace(part, out)
        else:
            part.unlink()
    except OSError as exc:
        rescued = f"; the matches are in {part}" if part.exists() and sheet.n_matches else ""
        reason = f"it cannot be written ({exc}); close it where it is open{rescued}"
        raise FeedError(out, reason) from exc


class _CountingSheet:
    """A sheet that counts its matches."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self.n_matches = 0

    def add(self, illustrated: IllustratedMatch) -> None:
        self._sheet.add(illustrated)
        self.n_matches += 1

    def close(self) -> None:
        self._sheet.close()
