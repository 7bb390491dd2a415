"""CSV and TSV feeds: any of four delimiters, quoted line breaks, exact line numbers."""

import csv
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TextIO

from index.catalog.file_detection import READ_ERRORS, open_text, read_sample, skip_line
from index.catalog.records import MAX_ROW_CELLS, MAX_ROW_CHARS, MalformedRow, SourceRow, excerpt
from shopwindow.values.errors import FeedError

DELIMITERS = "\t;,|"
_MAX_FIELD_CHARS = 1_000_000
_MAX_RESUMED = 100


class DelimitedSource:
    """Reads a table with a header; see `FeedSource`.

    A quote that is never closed would swallow the rows after it. Such a row is rejected alone and
    reading resumes in its second line; after a hundred of them, behind what was swallowed.
    """

    def __init__(self, path: Path, encoding: str, delimiter: str = "") -> None:
        self.path = path
        self.encoding = encoding
        self.delimiter = delimiter or _sniffed(path, encoding)

    def read_columns(self) -> tuple[str, ...]:
        """Return the header's names.

        Raises:
            FeedError: There is no header, or it is not readable.
        """
        try:
            with open_text(self.path, self.encoding) as stream:
                return self._header(iter(self._records(stream)))
        except READ_ERRORS as exc:
            raise FeedError(self.path, f"the header cannot be read: {exc}") from exc

    def get_format_columns(self) -> Mapping[str, tuple[str, ...]]:
        """Return nothing: a table's columns mean what they are called."""
        return {}

    def iter_rows(self) -> Iterator[SourceRow | MalformedRow]:
        """Yield the rows under the header; empty ones are passed over.

        Yields:
            Rows, and faults for rows with too many cells or broken quotes. The cells that a short
            row lacks are empty, and its problem says so.

        Raises:
            FeedError: The file is gone, or has no header.
        """
        with open_text(self.path, self.encoding) as stream:
            records = iter(self._records(stream))
            columns = self._header(records)
            for record in records:
                if isinstance(record, MalformedRow):
                    yield record
                elif any(record[1]):
                    yield self._row(columns, *record)

    def _row(
        self, columns: tuple[str, ...], line: int, cells: list[str]
    ) -> SourceRow | MalformedRow:
        if any(cells[len(columns) :]):
            return MalformedRow(line, _counted(columns, cells), raw=self.delimiter.join(cells))
        is_short = len(cells) < len(columns)
        problem = f"{_counted(columns, cells)}; the others are empty" if is_short else ""
        return SourceRow(line, dict(zip(columns, cells, strict=False)), problem)

    def _header(self, records: Iterator["tuple[int, list[str]] | MalformedRow"]) -> tuple[str, ...]:
        for record in records:
            if isinstance(record, MalformedRow):
                raise FeedError(
                    self.path, f"the header in line {record.line} is broken: {record.reason}"
                )
            hint = self.delimiter.join(record[1]).casefold().startswith("sep=")
            if any(cell.strip() for cell in record[1]) and not hint:
                return self._named(record[1])
        raise FeedError(self.path, "the feed has no header: its first line must name the columns")

    def _named(self, cells: list[str]) -> tuple[str, ...]:
        if len(cells) > MAX_ROW_CELLS:
            raise FeedError(
                self.path, f"at most {MAX_ROW_CELLS:,} columns expected, got {len(cells):,}"
            )
        return tuple(cell.strip() for cell in cells)

    def _records(self, stream: TextIO) -> Iterator["tuple[int, list[str]] | MalformedRow"]:
        csv.field_size_limit(_MAX_FIELD_CHARS)
        lines = _Lines(stream)
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        n_resumed = 0
        while True:
            lines.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as exc:
                resume = n_resumed < _MAX_RESUMED
                n_resumed += lines.number > lines.first
                yield MalformedRow(lines.first, lines.why(exc, resume), raw=lines.excerpt())
                if resume:
                    lines.rewind()
                reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
                continue
            yield lines.first, cells


def _counted(columns: tuple[str, ...], cells: list[str]) -> str:
    return f"{len(columns)} cells expected as in the header, got {len(cells)}"


class _Lines:
    """The lines of a file for the csv module, with the number of each and a way back."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._again: deque[str] = deque()
        self._record: list[str] = []
        self._n_chars = 0
        self.number = 0
        self.first = 1

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._stream.readline(MAX_ROW_CHARS)
        if not line:
            raise StopIteration
        self.number += 1
        self._n_chars += len(line)
        self._record.append(line)
        if self._n_chars >= MAX_ROW_CHARS:
            if not line.endswith(("\n", "\r")):
                skip_line(self._stream)
            raise csv.Error(f"a row may have {MAX_ROW_CHARS:,} characters at most")
        return line

    def begin(self) -> None:
        """Say that the next line starts a row."""
        self.first = self.number + 1
        self._record.clear()
        self._n_chars = 0

    def rewind(self) -> None:
        """Go back to the line after the first of this row."""
        self._again.extendleft(reversed(self._record[1:]))
        self.number = self.first

    def excerpt(self) -> str:
        """Return the beginning of the row."""
        return excerpt("".join(self._record[:1]).rstrip("\r\n"))

    def why(self, cause: csv.Error, resumed: bool) -> str:
        """Return the reason of a broken row in words of a feed."""
        if self.number == self.first:
            return f"broken quotes: {cause}" if "limit" not in str(cause) else str(cause)
        lost = "" if resumed else f"; lines {self.first} to {self.number} are passed over"
        return f"a quote is opened and not closed properly ({cause}){lost}"


def _sniffed(path: Path, encoding: str) -> str:
    """Return the delimiter that the header uses most outside quotes; a comma when it has none.

    Raises:
        FeedError: The feed cannot be opened or unpacked.
    """
    head = read_sample(path).decode(encoding, "replace").lstrip("\ufeff\r\n ")
    if head[:4].casefold() == "sep=" and head[4:5] in DELIMITERS:
        return head[4]
    counts = dict.fromkeys(DELIMITERS, 0)
    quoted = False
    for ch in head:
        quoted ^= ch == '"'
        if ch in "\r\n" and not quoted:
            break
        if ch in counts and not quoted:
            counts[ch] += 1
    best = max(DELIMITERS, key=lambda ch: counts[ch])
    return best if counts[best] else ","
