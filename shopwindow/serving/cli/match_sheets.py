"""Files that take matches, by the suffix of their name."""

import csv
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from shopwindow.serving.cli.match_rows import SHEET_COLUMNS, build_rows
from shopwindow.serving.cli.match_thumbnails import IllustratedMatch
from shopwindow.values.errors import FeedError
from shopwindow.values.spreadsheet import escape_formula

COLUMN_NAMES = tuple(column.name for column in SHEET_COLUMNS)

MAX_XLSX_ROWS = 1_048_575
"""Rows of a worksheet below its header. Source: Excel specifications and limits."""


class Sheet(Protocol):
    """A file of matches that is being written."""

    def add(self, shown: IllustratedMatch) -> None:
        """Write the rows of one match."""
        ...

    def close(self) -> None:
        """Make the file whole."""
        ...


class CsvSheet:
    """CSV in UTF-8 with the mark by which Excel knows it, so that Arabic is shown as Arabic.

    Args:
        path: The file to write.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(COLUMN_NAMES)

    def add(self, shown: IllustratedMatch) -> None:
        """Write the rows of one match."""
        for row in build_rows(shown.match):
            guarded = [escape_formula(each) if isinstance(each, str) else each for each in row]
            self._writer.writerow(guarded)

    def close(self) -> None:
        """Make the file whole."""
        self._file.close()


class JsonLinesSheet:
    """One JSON object a line, for programs.

    Args:
        path: The file to write.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")

    def add(self, shown: IllustratedMatch) -> None:
        """Write the rows of one match."""
        for row in build_rows(shown.match):
            record = dict(zip(COLUMN_NAMES, row, strict=True))
            self._file.write(json.dumps(record, ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Make the file whole."""
        self._file.close()


def _workbook(path: Path) -> Sheet:
    from shopwindow.serving.cli.match_workbook import WorkbookSheet  # noqa: PLC0415 -- other formats do without

    return WorkbookSheet(path)


SHEETS: Mapping[str, Callable[[Path], Sheet]] = {
    ".xlsx": _workbook,
    ".csv": CsvSheet,
    ".jsonl": JsonLinesSheet,
}
"""Formats by the suffix of the file."""


def check_sheet(out: Path, force: bool) -> None:
    """Refuse a file that cannot take matches, before anything is done.

    Raises:
        FeedError: The suffix is unknown, or the file exists and `force` was not given.
    """
    if out.suffix.lower() not in SHEETS:
        raise FeedError(out, f"the sheet's name must end in one of {', '.join(SHEETS)}")
    if out.is_dir():
        raise FeedError(out, "this is a folder; give the name of a file")
    if out.exists() and not force:
        raise FeedError(out, "it exists already; give another --out, or --force to write over it")


@contextmanager
def open_sheet(out: Path) -> Iterator[Sheet]:
    """Open a sheet; whatever ends the block, the matches that were added are kept.

    The rows go into a file beside it, which takes its name at the end: what was there before stays
    whole until then, and stays for good when no match was added.

    Yields:
        The sheet.

    Raises:
        FeedError: It cannot be written.
    """
    part = out.with_name(f".{out.name}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        sheet = _Counting(SHEETS[out.suffix.lower()](part))
        part.touch()  # a workbook is written at its end: better to fail now
    except OSError as exc:
        raise FeedError(out, f"it cannot be written: {exc.strerror}") from exc
    try:
        yield sheet
    finally:
        _finish(sheet, part, out)


def _finish(sheet: "_Counting", part: Path, out: Path) -> None:
    try:
        sheet.close()
        if sheet.n_matches:
            os.replace(part, out)
        else:
            part.unlink()
    except OSError as exc:
        where = f"; the matches are in {part}" if part.exists() and sheet.n_matches else ""
        reason = f"it cannot be written ({exc}); close it where it is open{where}"
        raise FeedError(out, reason) from exc


class _Counting:
    """A sheet, and how many matches it took."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self.n_matches = 0

    def add(self, shown: IllustratedMatch) -> None:
        self._sheet.add(shown)
        self.n_matches += 1

    def close(self) -> None:
        self._sheet.close()
