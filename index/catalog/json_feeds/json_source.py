"""JSON feeds: one object per line, an array of objects, or a list of them within an object."""

import contextlib
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TextIO

from index.catalog.file_detection import (
    READ_ERRORS,
    iter_rows_safely,
    open_text,
    read_sample,
)
from index.catalog.json_feeds.json_layout import ANY_KEY, find_list_path
from index.catalog.json_feeds.json_text import JsonText, JsonValue
from index.catalog.json_feeds.known_formats import RECORD_FORMATS, find_format
from index.catalog.json_feeds.plain_records import Record, unwrap
from index.catalog.json_feeds.record_formats import RecordFormat
from index.catalog.records import (
    MAX_ROW_CELLS,
    NO_FIELD,
    UNREADABLE_REST,
    MalformedRow,
    SourceRow,
    excerpt,
)
from shopwindow.values.errors import FeedError

JSON_FORMATS = ("jsonl", "json", *RECORD_FORMATS)
_N_SAMPLED_RECORDS = 50
_MAX_NESTED_ARRAYS = 3
_SUFFIXES = frozenset({".jsonl", ".ndjson"})


def is_json(sample: str, path: Path) -> bool:
    """Return whether a text file is JSON, by its beginning or the end of its name."""
    suffixes = {suffix.lower() for suffix in path.suffixes[-2:]}
    return sample.lstrip("\ufeff \t\r\n").startswith(("{", "[")) or bool(suffixes & _SUFFIXES)


class JsonSource:
    """Reads objects, each with its own keys, one product or several variants; see `FeedSource`.

    The file is read as a stream, whatever its layout: lines, lines that end with a comma, objects
    over several lines, an array, the answer of an API with its list of products under a known name,
    or several of these in a row. A broken object costs itself alone.

    Args:
        path: The file.
        encoding: Encoding of its text.
        format_name: One of `JSON_FORMATS`; empty to detect it.

    Attributes:
        format: Its name as a format.
    """

    def __init__(self, path: Path, encoding: str, format_name: str = "") -> None:
        self.path = path
        self.encoding = encoding
        sample = read_sample(path).decode(encoding, "replace")
        self._path = find_list_path(sample)
        self._has_arrays = sample.lstrip("\ufeff \t\r\n").startswith("[") or bool(self._path)
        records = self._sample_records()
        self._format = (
            RECORD_FORMATS.get(format_name, RecordFormat()) if format_name else find_format(records)
        )
        self._raw_keys = tuple(dict.fromkeys(key for record in records for key in record))
        self.format = self._format.name or format_name or ("json" if self._has_arrays else "jsonl")

    def _sample_records(self) -> list[Record]:
        rows: list[SourceRow | MalformedRow] = []
        with contextlib.suppress(*READ_ERRORS):
            rows += islice(self.iter_records(), _N_SAMPLED_RECORDS)
        return [row.cells for row in rows if isinstance(row, SourceRow)]

    def read_columns(self) -> tuple[str, ...]:
        """Return the keys of the first fifty products, and of the objects that they are made of.

        Raises:
            FeedError: None of the first fifty values is an object.
        """
        rows = list(islice(iter_rows_safely(self), _N_SAMPLED_RECORDS))
        malformed = [row for row in rows if isinstance(row, MalformedRow)]
        if rows and len(malformed) == len(rows):
            raise FeedError(
                self.path,
                "not JSON Lines: one object per line expected, or an array of objects; line "
                f"{malformed[0].line}: {malformed[0].reason}",
            )
        keys = [key for row in rows if isinstance(row, SourceRow) for key in row.cells]
        return tuple(dict.fromkeys((*keys, *self._raw_keys)))

    def get_format_columns(self) -> Mapping[str, tuple[str, ...]]:
        """Return the keys that other cells were made of; all others are known by their names."""
        rows = islice(iter_rows_safely(self), _N_SAMPLED_RECORDS)
        built = {key for row in rows if isinstance(row, SourceRow) for key in row.cells}
        used = (key for key in self._raw_keys if key not in built)
        consumed = tuple(dict.fromkeys((*self._format.consumed, *used)))
        return {NO_FIELD: consumed} if consumed else {}

    def iter_rows(self) -> Iterator[SourceRow | MalformedRow]:
        """Yield the products.

        Yields:
            Rows; a malformed row for a value that is not an object.

        Raises:
            FeedError: The file is missing.
        """
        for row in self.iter_records():
            if isinstance(row, MalformedRow):
                yield row
                continue
            for cells in self._format.build(row.cells):
                yield SourceRow(row.line, cells)

    def iter_records(self) -> Iterator[SourceRow | MalformedRow]:
        """Yield the objects as the file has them.

        Yields:
            Rows with the keys of the file.

        Raises:
            FeedError: The file is missing.
        """
        with open_text(self.path, self.encoding, newline="\n") as stream:
            for value in _iter_values(stream, self._path, self._has_arrays):
                row = _to_row(value)
                yield row
                if isinstance(row, MalformedRow) and row.reason.startswith(UNREADABLE_REST):
                    return


def _iter_values(stream: TextIO, path: tuple[str, ...], has_arrays: bool) -> Iterator[JsonValue]:
    text = JsonText(stream)
    while text.peek():
        yield from _iter_below(text, path, _MAX_NESTED_ARRAYS if has_arrays else 0)


def _iter_below(text: JsonText, path: tuple[str, ...], n_arrays: int) -> Iterator[JsonValue]:
    """Yield the values of an array, those at the end of a path of keys, or the value itself."""
    opening = text.peek()
    if opening == "[" and n_arrays:
        text.skip_character()
        while (character := text.peek()) != "]":
            if not character:
                yield JsonValue(text.line, None, _format_open("array"))
                return
            yield from _iter_below(text, path, n_arrays - 1)
        text.skip_character()
    elif opening == "{" and path:
        yield from _iter_object(text, path, n_arrays)
    else:
        yield text.take()


def _iter_object(text: JsonText, path: tuple[str, ...], n_arrays: int) -> Iterator[JsonValue]:
    line, is_found = text.line, False
    text.skip_character()
    while (character := text.peek()) != "}":
        if not character:
            yield JsonValue(text.line, None, _format_open("object"))
            return
        key = text.take()
        if key.error or not isinstance(key.data, str):
            yield JsonValue(key.line, None, key.error or "a name in quotes expected", key.raw)
            continue
        opening = text.peek()
        if opening and opening in "{[" and path[0] in (key.data, ANY_KEY):
            is_found = True
            for value in _iter_below(text, path[1:], n_arrays or 1):
                yield _add_id(value, key.data) if path[0] == ANY_KEY else value
        elif opening and opening not in "}]":
            text.take()
    text.skip_character()
    if not is_found:
        yield JsonValue(line, None, f"a list of products under {path[0]!r} expected")


def _add_id(value: JsonValue, key: str) -> JsonValue:
    """Return a product under the id that its object has it by, unless it has one itself."""
    if not isinstance(value.data, dict) or "id" in value.data:
        return value
    return value._replace(data={"id": key, **value.data})


def _format_open(what: str) -> str:
    return f"{UNREADABLE_REST}: the {what} is not closed, so the file is not complete"


def _to_row(value: JsonValue) -> SourceRow | MalformedRow:
    if value.error:
        return MalformedRow(value.line, value.error, raw=excerpt(value.raw))
    if not isinstance(value.data, dict):
        return MalformedRow(value.line, "an object {...} expected", raw=excerpt(value.data))
    if len(value.data) > MAX_ROW_CELLS:
        n_names = len(value.data)
        reason = f"an object may have {MAX_ROW_CELLS:,} names at most, this one has {n_names:,}"
        return MalformedRow(value.line, reason, raw=excerpt(value.data), cells=value.data)
    return SourceRow(value.line, unwrap(value.data))
