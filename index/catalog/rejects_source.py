"""Reading a corrected file of rejected rows as a feed."""

import codecs
import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from index.catalog.delimited import DelimitedSource
from index.catalog.file_detection import detect_encoding
from index.catalog.header_line import sniff_delimiter
from index.catalog.header_matching import mark_repeats, strip_repeat
from index.catalog.records import MalformedRow, SourceRow
from index.catalog.rejects_file import REJECTS_HEADER
from shopwindow.values import unescape_formula

_N_SAMPLED_ROWS = 50
_N_OWN = len(REJECTS_HEADER)
_ROW = REJECTS_HEADER[-1]


def is_rejects_file(sample: bytes) -> bool:
    """Return whether the first bytes of a file are those of a file of rejected rows."""
    is_utf_16 = sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "utf-16" if is_utf_16 else "utf-8-sig"
    head = sample.decode(encoding, "replace").lstrip().partition("\n")[0].replace('"', "")
    names = [name.strip() for name in head.split(sniff_delimiter(head))]
    return tuple(names[:_N_OWN]) == REJECTS_HEADER


class RejectsSource:
    """Reads the feed's own columns, or the JSON in the column `row` when it has none.

    A program may have written the file again with another delimiter or encoding; both are detected,
    whatever those of the feed were. See `FeedSource`.
    """

    def __init__(self, path: Path, sample: bytes) -> None:
        self._table = DelimitedSource(path, detect_encoding(path, sample, ""))
        columns = self._table.read_columns()
        self._written = columns[_N_OWN:]
        self._columns = mark_repeats(
            tuple(unescape_formula(strip_repeat(name)) for name in self._written)
        )

    def read_columns(self) -> tuple[str, ...]:
        """Return the feed's columns.

        Raises:
            FeedError: The file cannot be read.
        """
        if self._columns:
            return self._columns
        rows = islice(self.iter_rows(), _N_SAMPLED_ROWS)
        names = [name for row in rows if isinstance(row, SourceRow) for name in row.cells]
        return tuple(dict.fromkeys(names))

    def get_format_columns(self) -> Mapping[str, tuple[str, ...]]:
        """Return nothing: columns are recognized by their names alone."""
        return {}

    def iter_rows(self) -> Iterator[SourceRow | MalformedRow]:
        """Yield the rows; one that was written twice for two reasons is yielded once.

        Yields:
            Rows; a malformed row where neither the columns nor `row` have been filled in.

        Raises:
            FeedError: The file is missing, or has no header.
        """
        previous: set[tuple[object, str]] = set()
        for row in self._table.iter_rows():
            if isinstance(row, MalformedRow):
                yield row
                continue
            cells = self._read_cells(row.cells)
            key = (row.cells.get("line"), repr(cells))
            if cells is None:
                reason = "a row to read expected: fill in the feed's columns, or `row` as JSON"
                yield MalformedRow(row.line, reason, raw=str(row.cells.get(_ROW, "")))
            elif key not in previous:
                previous.add(key)
                yield SourceRow(row.line, cells)

    def _read_cells(self, cells: Mapping[str, object]) -> Mapping[str, object] | None:
        own = {
            name: unescape_formula(str(cells.get(written, "")))
            for name, written in zip(self._columns, self._written, strict=True)
        }
        if any(own.values()):
            return own
        if self._columns:
            return None
        try:
            parsed = json.loads(unescape_formula(str(cells.get(_ROW, ""))))
        except (ValueError, RecursionError):
            return None
        return parsed if isinstance(parsed, dict) else None
