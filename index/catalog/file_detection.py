"""Opening a feed: packed or not, in whatever encoding it says."""

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TextIO, cast

from index.catalog.records import (
    MAX_ROW_CHARS,
    UNREADABLE_REST,
    FeedSource,
    MalformedRow,
    SourceRow,
)
from shopwindow.values.errors import FeedError

SAMPLE_BYTES = 65_536
_GZIP = b"\x1f\x8b"
READ_ERRORS = (OSError, EOFError, zlib.error, UnicodeError)
"""What reading raises where a file was cut, damaged, or is in another encoding."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def open_bytes(path: Path) -> IO[bytes]:
    """Return a feed's bytes as a stream; gzip is unpacked on the way.

    Raises:
        FeedError: There is no such file, or it may not be read.
    """
    try:
        stream = path.open("rb")
    except OSError as exc:
        raise FeedError(path, f"the feed cannot be opened: {exc.strerror or exc}") from exc
    packed = stream.read(2) == _GZIP
    stream.seek(0)
    return cast(IO[bytes], _Gzip(stream)) if packed else stream


class _Gzip(gzip.GzipFile):
    """A gzip reader that closes its file too."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(fileobj=stream, mode="rb")
        self._inner = stream

    def close(self) -> None:
        super().close()
        self._inner.close()


def open_text(path: Path, encoding: str, newline: str = "") -> TextIO:
    """Return a feed's text as a stream.

    Bytes that are no UTF-8 come through as lone surrogates: only their own row is then rejected.

    Raises:
        FeedError: There is no such file, or it may not be read.
    """
    errors = "surrogateescape" if encoding.startswith("utf-8") else "strict"
    stream = cast(io.BufferedReader, open_bytes(path))
    return io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline=newline)


def read_sample(path: Path) -> bytes:
    """Return the first 64 KB of a feed, unpacked.

    Raises:
        FeedError: The feed cannot be opened, or is empty.
    """
    try:
        with open_bytes(path) as stream:
            sample = stream.read(SAMPLE_BYTES)
    except READ_ERRORS as exc:
        raise FeedError(path, f"the feed cannot be unpacked: {exc}") from exc
    if not sample.strip():
        raise FeedError(path, "the feed is empty")
    return sample


def detect_encoding(path: Path, sample: bytes, wanted: str) -> str:
    """Return the encoding to read a text feed with: the wanted one, that of its mark, or UTF-8.

    Raises:
        FeedError: Python does not know the wanted encoding, or the feed is not UTF-8.
    """
    if wanted:
        return _known(path, wanted)
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding
    if sample.count(0) * 5 > len(sample):
        raise FeedError(
            path, 'the feed looks like UTF-16 without a mark; give encoding="utf-16-le"'
        )
    text = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode(sample)
    broken = [at for at, ch in enumerate(text) if "\udc80" <= ch <= "\udcff"]
    if len(broken) > sum(not ch.isascii() for ch in text) - len(broken):
        line = text.count("\n", 0, broken[0]) + 1
        byte = ord(text[broken[0]]) - 0xDC00
        raise FeedError(
            path,
            f"the feed is not UTF-8 (byte 0x{byte:02x} in line {line}). Save it as UTF-8, or give "
            'its encoding, such as encoding="cp1252" (Western) or "cp1256" (Arabic)',
        )
    return "utf-8"


def _known(path: Path, encoding: str) -> str:
    try:
        "a".encode(encoding)
    except (LookupError, UnicodeError) as exc:
        raise FeedError(path, f"encoding {encoding!r} is not known; try utf-8 or cp1256") from exc
    name = codecs.lookup(encoding).name
    return "utf-8-sig" if name == "utf-8" else name


def iter_bounded_lines(stream: TextIO) -> Iterator[tuple[int, str | None]]:
    """Yield the number and text of each line; None for a line too long to hold.

    Yields:
        Pairs; a packed feed could otherwise unfold into one line that fills the memory.
    """
    number = 0
    while line := stream.readline(MAX_ROW_CHARS):
        number += 1
        if len(line) == MAX_ROW_CHARS and not line.endswith("\n"):
            skip_line(stream)
            yield number, None
        else:
            yield number, line


def skip_line(stream: TextIO) -> None:
    """Read to the end of the line and forget it."""
    while (rest := stream.readline(MAX_ROW_CHARS)) and not rest.endswith(("\n", "\r")):
        pass


def iter_rows_safely(source: FeedSource) -> Iterator[SourceRow | MalformedRow]:
    """Yield a source's rows; where the file breaks off, one last fault instead of an error.

    Yields:
        Everything before the break, and then what it was.

    Raises:
        FeedError: The source says that the file is not of its format.
    """
    line = 0
    try:
        for row in source.iter_rows():
            line = row.line
            yield row
    except READ_ERRORS as exc:
        yield MalformedRow(line + 1, format_unreadable_rest(exc))


def format_unreadable_rest(cause: object) -> str:
    """Return the reason of the fault that ends a broken file."""
    return f"{UNREADABLE_REST}: {cause}"
