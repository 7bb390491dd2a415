"""Which formats there are, and which one a file has."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from index.catalog.delimited import DelimitedSource
from index.catalog.file_detection import detect_encoding, read_sample
from index.catalog.google_xml import GoogleXmlSource
from index.catalog.jsonl import JsonLinesSource
from index.catalog.records import FeedSource
from index.catalog.shopify import ShopifySource, is_shopify_header
from shopwindow.values.errors import FeedError


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read a file, where it is settled: empty values are found out."""

    format: str = ""
    encoding: str = ""
    delimiter: str = ""


_SOURCES: dict[str, Callable[[Path, str, str], FeedSource]] = {
    "csv": DelimitedSource,
    "tsv": DelimitedSource,
    "jsonl": lambda path, encoding, _: JsonLinesSource(path, encoding),
    "parquet": lambda path, _encoding, _delimiter: _parquet(path),
    "google-xml": lambda path, _encoding, _delimiter: GoogleXmlSource(path),
    "shopify": ShopifySource,
}
FEED_FORMATS = tuple(_SOURCES)
_BINARY = frozenset({"parquet", "google-xml"})

_NOT_A_FEED = (
    (b"PK\x03\x04", "a zip file or an Excel workbook; save the sheet as CSV UTF-8"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook; save the sheet as CSV UTF-8"),
    (b"BZh", "packed with bzip2; unpack it, or pack it with gzip"),
    (b"\xfd7zXZ", "packed with xz; unpack it, or pack it with gzip"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd; unpack it, or pack it with gzip"),
    (b"%PDF", "a PDF; export the catalogue as CSV"),
)


def open_source(path: Path, reading: ReadOptions) -> tuple[str, FeedSource]:
    """Return the format's name and its reader.

    Raises:
        FeedError: There is no such file or format, or the file is none that can be read.
    """
    if reading.format and reading.format not in _SOURCES:
        raise FeedError(path, f"no format {reading.format!r}; known: {', '.join(FEED_FORMATS)}")
    if reading.delimiter and len(reading.delimiter) != 1:
        raise FeedError(path, f"one character as delimiter expected, got {reading.delimiter!r}")
    if not path.is_file():
        what = "is a folder, a file was expected" if path.is_dir() else "there is no such file"
        raise FeedError(path, what)
    sample = read_sample(path)
    binary = reading.format or _binary_format(path, sample)
    if binary in _BINARY:
        return binary, _SOURCES[binary](path, reading.encoding, "")
    encoding = detect_encoding(path, sample, reading.encoding)
    named = reading.format or _text_format(path, sample, encoding, reading.delimiter)
    return named, _SOURCES[named](path, encoding, reading.delimiter)


def _parquet(path: Path) -> FeedSource:
    # pyarrow takes half a second to import, and every search would wait for it.
    from index.catalog.parquet_feed import ParquetSource  # noqa: PLC0415

    return ParquetSource(path)


def _binary_format(path: Path, sample: bytes) -> str:
    """Return the format that the first bytes show; empty when they are plain text.

    Raises:
        FeedError: They show something that is no feed.
    """
    if sample.startswith(b"PAR1"):
        return "parquet"
    for magic, what in _NOT_A_FEED:
        if sample.startswith(magic):
            raise FeedError(path, f"this is {what}")
    head = sample[:400].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xfe\xff \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html")):
        raise FeedError(path, "this is a web page, not a feed; was its address right?")
    if path.suffix.lower() == ".parquet":
        raise FeedError(path, "not Parquet, though it is named so: it does not begin with PAR1")
    return "google-xml" if head.startswith(b"<") else ""


def _text_format(path: Path, sample: bytes, encoding: str, delimiter: str) -> str:
    """Return the format of a text.

    Raises:
        FeedError: It is one JSON array, or has no header.
    """
    head = sample.decode(encoding, "replace").lstrip("\ufeff \t\r\n")
    if head.startswith("["):
        raise FeedError(
            path,
            "this is one JSON array; JSON Lines expected, one object a line. "
            f"To convert: jq -c '.[]' {path.name} > {path.stem}.jsonl",
        )
    suffixes = {suffix.lower() for suffix in path.suffixes[-2:]}
    if head.startswith("{") or suffixes & {".jsonl", ".ndjson"}:
        return "jsonl"
    table = DelimitedSource(path, encoding, delimiter)
    if is_shopify_header(table.read_columns()):
        return "shopify"
    return "tsv" if table.delimiter == "\t" else "csv"
