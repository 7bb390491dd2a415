"""Opening a feed: its encoding is detected, damage is reported as a row."""

import codecs
import io
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO, cast
from zipfile import BadZipFile

from index.catalog.compression import open_bytes
from index.catalog.records import (
    MAX_ROW_CHARS,
    UNREADABLE_REST,
    FeedSource,
    JoiningSource,
    MalformedRow,
    SourceRow,
)
from shopwindow.values.errors import FeedError

SAMPLE_BYTES = 65_536
READ_ERRORS = (OSError, EOFError, zlib.error, BadZipFile, UnicodeError)
"""Errors of reading a file that is truncated, damaged, or in another encoding."""

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def open_text(path: Path, encoding: str, newline: str = "") -> TextIO:
    """Return a feed's text as a stream.

    Bytes that are not UTF-8 become lone surrogates, so that only their own row is rejected.

    Raises:
        FeedError: The file does not exist, or cannot be read.
    """
    errors = "surrogateescape" if encoding.startswith("utf-8") else "strict"
    stream = cast(io.BufferedReader, open_bytes(path))
    return io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline=newline)


def read_sample(path: Path) -> bytes:
    """Return the first 64 KB of a feed, decompressed.

    Raises:
        FeedError: The feed cannot be opened, or is empty.
    """
    try:
        with open_bytes(path) as stream:
            sample = stream.read(SAMPLE_BYTES)
    except READ_ERRORS as exc:
        raise FeedError(path, f"the feed cannot be decompressed: {exc}") from exc
    if not sample.strip():
        raise FeedError(path, "the feed is empty")
    return sample


def detect_encoding(
    path: Path, sample: bytes, encoding: str, guess: Callable[[bytes], str] = lambda sample: ""
) -> str:
    """Return the encoding to read a text feed with.

    Args:
        path: The feed.
        sample: Its first bytes, decompressed.
        encoding: The encoding, if it is known; empty to detect it by the byte order mark, with
            UTF-8 as the default.
        guess: Returns the encoding of a sample that is not UTF-8; an empty text when not known.

    Returns:
        Python's name of the encoding.

    Raises:
        FeedError: Python does not know the given encoding, or the feed is not UTF-8.
    """
    if encoding:
        return _validate_encoding(path, encoding)
    for mark, marked_encoding in _BYTE_ORDER_MARKS:
        if sample.startswith(mark):
            return marked_encoding
    if sample.count(0) * 5 > len(sample):
        raise FeedError(
            path, 'the feed looks like UTF-16 without a mark; give encoding="utf-16-le"'
        )
    text = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode(sample)
    invalid = [index for index, ch in enumerate(text) if "\udc80" <= ch <= "\udcff"]
    if len(invalid) > sum(not ch.isascii() for ch in text) - len(invalid):
        if known := guess(sample):
            return known
        line = text.count("\n", 0, invalid[0]) + 1
        byte = ord(text[invalid[0]]) - 0xDC00
        raise FeedError(
            path,
            f"the feed is not UTF-8 (byte 0x{byte:02x} in line {line}). Save it as UTF-8, or give "
            'its encoding, such as encoding="cp1252" (Western) or "cp1256" (Arabic)',
        )
    return "utf-8"


def _validate_encoding(path: Path, encoding: str) -> str:
    try:
        "a".encode(encoding)
    except (LookupError, UnicodeError) as exc:
        raise FeedError(path, f"encoding {encoding!r} is not known; try utf-8 or cp1256") from exc
    name = codecs.lookup(encoding).name
    return "utf-8-sig" if name == "utf-8" else name


def skip_line(stream: TextIO) -> None:
    """Read to the end of the line and discard it."""
    while (rest := stream.readline(MAX_ROW_CHARS)) and not rest.endswith(("\n", "\r")):
        pass


def iter_rows_safely(
    source: FeedSource, *, joined: bool = True
) -> Iterator[SourceRow | MalformedRow]:
    """Yield a source's rows; a truncated file ends with a malformed row instead of an error.

    Args:
        source: Reader of the feed.
        joined: Whether rows that make one product are joined, which may take the whole file.

    Yields:
        The rows before the break, and then a malformed row that explains it.

    Raises:
        FeedError: The file is not of the source's format.
    """
    line = 0
    try:
        for row in _iter_rows(source, joined):
            line = row.line
            yield row
    except READ_ERRORS as exc:
        yield MalformedRow(line + 1, format_unreadable_rest(exc))


def _iter_rows(source: FeedSource, joined: bool) -> Iterator[SourceRow | MalformedRow]:
    if isinstance(source, JoiningSource) and not joined:
        return source.iter_single_rows()
    return source.iter_rows()


def format_unreadable_rest(cause: object) -> str:
    """Return the reason of the malformed row that ends a truncated or damaged file."""
    return f"{UNREADABLE_REST}: {cause}"
