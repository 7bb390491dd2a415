"""CSV and TSV feeds: four possible delimiters, quoted line breaks, exact line numbers."""

import csv
from collections import deque
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TextIO

from index.catalog.file_detection import READ_ERRORS, open_text, read_sample, skip_line
from index.catalog.header_line import MAX_LINES_ABOVE, find_header, sniff_delimiter
from index.catalog.header_matching import mark_repeats
from index.catalog.records import MAX_ROW_CELLS, MAX_ROW_CHARS, MalformedRow, SourceRow, excerpt
from shopwindow.values.errors import FeedError

_MAX_FIELD_CHARS = 1_000_000
_MAX_RECOVERIES = 100


class DelimitedSource:
    """Reads a table with a header; see `FeedSource`.

    A quote that is never closed would swallow the rows after it. Only that row is rejected, and
    reading resumes at its second line; after a hundred such rows, after the swallowed lines.

    Args:
        path: The file.
        encoding: Encoding of its text.
        delimiter: One character; empty to detect it.
        has_quotes: Whether quotes enclose cells; otherwise they are characters like any other.
    """

    def __init__(
        self, path: Path, encoding: str, delimiter: str = "", has_quotes: bool = True
    ) -> None:
        self.path = path
        self.encoding = encoding
        self._has_quotes = has_quotes
        self.delimiter = delimiter or _sniff_delimiter(path, encoding)

    def read_columns(self) -> tuple[str, ...]:
        """Return the column names of the header.

        Raises:
            FeedError: There is no header, or it cannot be read.
        """
        try:
            with open_text(self.path, self.encoding) as stream:
                return self._read_header(self._iter_records(stream))
        except READ_ERRORS as exc:
            raise FeedError(self.path, f"the header cannot be read: {exc}") from exc

    def get_format_columns(self) -> Mapping[str, tuple[str, ...]]:
        """Return nothing: columns are recognized by their names alone."""
        return {}

    def iter_rows(self) -> Iterator[SourceRow | MalformedRow]:
        """Yield the rows below the header; empty ones are skipped.

        Yields:
            Rows; a malformed row where one has too many cells or broken quotes. The missing cells
            of a short row are empty, and its warning says so.

        Raises:
            FeedError: The file is missing, or has no header.
        """
        with open_text(self.path, self.encoding) as stream:
            records = self._iter_records(stream)
            columns = self._read_header(records)
            for record in records:
                if isinstance(record, MalformedRow):
                    yield record
                elif any(record[1]):
                    yield self._build_row(columns, *record)

    def _build_row(
        self, columns: tuple[str, ...], line: int, cells: list[str]
    ) -> SourceRow | MalformedRow:
        cell_count = _format_cell_count(columns, cells)
        if any(cells[len(columns) :]):
            return MalformedRow(line, cell_count, raw=self.delimiter.join(cells))
        warning = f"{cell_count}; the others are empty" if len(cells) < len(columns) else ""
        return SourceRow(line, dict(zip(columns, cells, strict=False)), warning)

    def _read_header(
        self, records: Iterator["tuple[int, list[str]] | MalformedRow"]
    ) -> tuple[str, ...]:
        """Read past the lines above the header, and the header.

        Returns:
            The column names.

        Raises:
            FeedError: There is no header, or it is broken.
        """
        n_above = self._count_lines_above()
        for record in records:
            if isinstance(record, MalformedRow):
                raise FeedError(
                    self.path, f"the header in line {record.line} is broken: {record.reason}"
                )
            if n_above == 0:
                return self._name_columns(record[1])
            n_above -= 1
        raise FeedError(self.path, "the feed has no header: its first line must name the columns")

    def _count_lines_above(self) -> int:
        """Return how many records stand above the header."""
        with open_text(self.path, self.encoding) as stream:
            records = islice(self._iter_records(stream), MAX_LINES_ABOVE)
            return find_header(
                [[] if isinstance(record, MalformedRow) else record[1] for record in records]
            )

    def _name_columns(self, cells: list[str]) -> tuple[str, ...]:
        if len(cells) > MAX_ROW_CELLS:
            raise FeedError(
                self.path, f"at most {MAX_ROW_CELLS:,} columns expected, got {len(cells):,}"
            )
        return mark_repeats(tuple(cell.strip("\ufeff \t\r\n") for cell in cells))

    def _iter_records(self, stream: TextIO) -> Iterator["tuple[int, list[str]] | MalformedRow"]:
        """Yield the line number and the cells of each record, the header included."""
        csv.field_size_limit(_MAX_FIELD_CHARS)
        lines = _RecordLines(stream)
        reader = self._make_reader(lines)
        n_recoveries = 0
        while True:
            lines.start_record()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as exc:
                can_rewind = n_recoveries < _MAX_RECOVERIES
                n_recoveries += lines.line_number > lines.first_line
                reason = lines.format_reason(exc, can_rewind)
                yield MalformedRow(lines.first_line, reason, raw=lines.excerpt())
                if can_rewind:
                    lines.rewind()
                reader = self._make_reader(lines)
                continue
            yield lines.first_line, cells

    def _make_reader(self, lines: Iterator[str]) -> Iterator[list[str]]:
        if self._has_quotes:
            return csv.reader(lines, delimiter=self.delimiter, strict=True)
        return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE, strict=True)


def _format_cell_count(columns: tuple[str, ...], cells: list[str]) -> str:
    return f"{len(columns)} cells expected as in the header, got {len(cells)}"


class _RecordLines:
    """The lines of a file for the csv module, numbered, and rewindable within a record.

    Attributes:
        line_number: Number of the line read last, from 1; 0 before the first.
        first_line: Number of the first line of the current record.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._rewound: deque[str] = deque()
        self._record: list[str] = []
        self._n_chars = 0
        self.line_number = 0
        self.first_line = 1

    def __iter__(self) -> "_RecordLines":
        return self

    def __next__(self) -> str:
        line = self._rewound.popleft() if self._rewound else self._stream.readline(MAX_ROW_CHARS)
        if not line:
            raise StopIteration
        self.line_number += 1
        self._n_chars += len(line)
        self._record.append(line)
        if self._n_chars >= MAX_ROW_CHARS:
            if not line.endswith(("\n", "\r")):
                skip_line(self._stream)
            raise csv.Error(f"a row may have {MAX_ROW_CHARS:,} characters at most")
        return line

    def start_record(self) -> None:
        """Start a new record at the next line."""
        self.first_line = self.line_number + 1
        self._record.clear()
        self._n_chars = 0

    def rewind(self) -> None:
        """Go back to the second line of this record."""
        self._rewound.extendleft(reversed(self._record[1:]))
        self.line_number = self.first_line

    def excerpt(self) -> str:
        """Return the beginning of the record."""
        return excerpt("".join(self._record[:1]).rstrip("\r\n"))

    def format_reason(self, cause: csv.Error, is_rewound: bool) -> str:
        """Return why the record is malformed, in terms of the feed's lines."""
        if self.line_number == self.first_line:
            return f"broken quotes: {cause}" if "limit" not in str(cause) else str(cause)
        skipped = (
            "" if is_rewound else f"; lines {self.first_line} to {self.line_number} are skipped"
        )
        return f"a quote is opened and not closed properly ({cause}){skipped}"


def _sniff_delimiter(path: Path, encoding: str) -> str:
    """Return the delimiter of a feed's header; a comma when it has none.

    Raises:
        FeedError: The feed cannot be opened or decompressed.
    """
    return sniff_delimiter(read_sample(path).decode(encoding, "replace"))
