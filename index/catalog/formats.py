"""The supported formats, and detection of a file's format."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from index.catalog.delimited import DelimitedSource
from index.catalog.exports import (
    EXPORT_FORMATS,
    ExportSource,
    find_export,
    find_export_encoding,
    find_refusal,
)
from index.catalog.file_detection import detect_encoding, read_sample
from index.catalog.google_xml import GoogleXmlSource
from index.catalog.json_feeds import JSON_FORMATS, JsonSource, WebPageSource, is_json
from index.catalog.records import FeedSource
from index.catalog.rejects_source import RejectsSource, is_rejects_file
from shopwindow.values.errors import FeedError


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read a file; empty values are detected.

    Attributes:
        format: One of `FEED_FORMATS`.
        encoding: Name of the text encoding.
        delimiter: Delimiter of a CSV, one character.
    """

    format: str = ""
    encoding: str = ""
    delimiter: str = ""


_SOURCES: dict[str, Callable[[Path, str, str], FeedSource]] = {
    "csv": DelimitedSource,
    "tsv": DelimitedSource,
    "parquet": lambda path, _encoding, _delimiter: _open_parquet(path),
    "html": lambda path, encoding, _delimiter: WebPageSource(path, encoding),
    "google-xml": lambda path, _encoding, _delimiter: GoogleXmlSource(path),
    **{name: partial(ExportSource, export) for name, export in EXPORT_FORMATS.items()},
}
FEED_FORMATS = (*_SOURCES, *JSON_FORMATS)
_BINARY_FORMATS = frozenset({"parquet", "google-xml"})

_OTHER_FILE_TYPES = (
    (b"PK\x03\x04", "an Excel workbook; save the sheet as CSV UTF-8"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook; save the sheet as CSV UTF-8"),
    (b"BZh", "compressed with bzip2; decompress it, or use gzip"),
    (b"\xfd7zXZ", "compressed with xz; decompress it, or use gzip"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd; decompress it, or use gzip"),
    (b"%PDF", "a PDF; export the catalogue as CSV"),
)


def open_source(path: Path, options: ReadOptions) -> tuple[str, FeedSource]:
    """Return the name of a file's format, and its reader.

    Raises:
        FeedError: The file does not exist, or its format is unknown or unsupported.
    """
    if options.format and options.format not in FEED_FORMATS:
        raise FeedError(path, f"no format {options.format!r}; known: {', '.join(FEED_FORMATS)}")
    if options.delimiter and len(options.delimiter) != 1:
        raise FeedError(path, f"one character as delimiter expected, got {options.delimiter!r}")
    if not path.is_file():
        reason = "is a folder, a file was expected" if path.is_dir() else "there is no such file"
        raise FeedError(path, reason)
    sample = read_sample(path)
    if is_rejects_file(sample):
        return "csv", RejectsSource(path, sample)
    name = options.format or _detect_binary_format(path, sample)
    if name in _BINARY_FORMATS:
        return name, _SOURCES[name](path, options.encoding, "")
    encoding = detect_encoding(path, sample, options.encoding, find_export_encoding)
    if name in JSON_FORMATS or (not name and is_json(sample.decode(encoding, "replace"), path)):
        source = JsonSource(path, encoding, name)
        return source.format, source
    name = name or _detect_table_format(path, encoding, options.delimiter)
    return name, _SOURCES[name](path, encoding, options.delimiter)


def _open_parquet(path: Path) -> FeedSource:
    # pyarrow takes half a second to import, which would slow down every command.
    from index.catalog.parquet_feed import ParquetSource  # noqa: PLC0415

    return ParquetSource(path)


def _detect_binary_format(path: Path, sample: bytes) -> str:
    """Return the format that the first bytes identify; empty when they are plain text.

    Raises:
        FeedError: They identify a type of file that is not a feed.
    """
    if sample.startswith(b"PAR1"):
        with path.open("rb") as file:
            if file.read(4) != b"PAR1":
                raise FeedError(path, "Parquet in a compressed file; unpack it first")
        return "parquet"
    for magic, description in _OTHER_FILE_TYPES:
        if sample.startswith(magic):
            raise FeedError(path, f"this is {description}")
    head = sample[:400].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xfe\xff \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html")):
        return "html"
    if path.suffix.lower() == ".parquet":
        raise FeedError(path, "not Parquet despite its name: it does not begin with PAR1")
    return "google-xml" if head.startswith(b"<") else ""


def _detect_table_format(path: Path, encoding: str, delimiter: str) -> str:
    """Return the format of a table.

    Raises:
        FeedError: It has no header, or holds no products.
    """
    table = DelimitedSource(path, encoding, delimiter)
    columns = table.read_columns()
    if refusal := find_refusal(columns):
        raise FeedError(path, refusal)
    if export := find_export(columns):
        return export
    return "tsv" if table.delimiter == "\t" else "csv"
