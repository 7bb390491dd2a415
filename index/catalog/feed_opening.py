"""Opening a feed: its format, its mapping, and the defaults of its rows."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from index.catalog.column_mapping import check_mapped_columns
from index.catalog.exports import EXPORT_FORMATS
from index.catalog.feed_mapping import FeedMapping
from index.catalog.formats import ReadOptions, open_source
from index.catalog.product_builder import RowDefaults
from index.catalog.records import FeedSource
from index.catalog.sources.feed_address import parse_feed_address
from index.text.currencies import to_currency_code
from index.text.languages import to_language_code
from shopwindow.values.errors import FeedError

_FORMATS_WITH_HEADER = frozenset({"csv", "tsv", "parquet", *EXPORT_FORMATS})


class OpenedFeed(NamedTuple):
    """A feed whose format was detected, and how its rows are read.

    Attributes:
        path: The file.
        name: How messages and reports call it: its path, or the address without its secrets.
        format: Its format, one of `FEED_FORMATS`.
        source: Reader of the format.
        mapping: The shop's column mapping.
        defaults: Values for rows that do not give their own.
        rejects: File to write rejected rows to; None for none.
    """

    path: Path
    name: str
    format: str
    source: FeedSource
    mapping: FeedMapping
    defaults: RowDefaults
    rejects: Path | None

    @property
    def has_header(self) -> bool:
        """Whether its columns are known; without a header they are those of its first rows."""
        return bool(self.source.read_columns()) or self.format in _FORMATS_WITH_HEADER


def open_feed(
    path: Path,
    mapping: FeedMapping,
    options: ReadOptions,
    arguments: RowDefaults,
    rejects: Path | None,
    *,
    base_address: str = "",
) -> OpenedFeed:
    """Open a feed, and check the columns that its mapping names.

    Args:
        path: The feed.
        mapping: The shop's mapping, with defaults for what is not given.
        options: How to read the file.
        arguments: Values for rows that do not give their own.
        rejects: Where rejected rows go; None for nowhere.
        base_address: The address that the feed was fetched from; empty for a file.

    Returns:
        The feed, with its format.

    Raises:
        FeedError: The file is missing, of no known format or encoding, or an option is invalid.
    """
    file = mapping.file
    options = ReadOptions(
        options.format or file.get("format", ""),
        options.encoding or file.get("encoding", ""),
        file.get("delimiter", ""),
    )
    format_name, source = open_source(path, options)
    if format_name in _FORMATS_WITH_HEADER:
        check_mapped_columns(source.read_columns(), mapping, path)
    if rejects and rejects.resolve() == path.resolve():
        raise FeedError(path, "rejected rows cannot be written over the feed itself")
    defaults = _resolve_defaults(path, arguments, mapping.defaults)
    name = parse_feed_address(base_address).shown if base_address else str(path)
    return OpenedFeed(path, name, format_name, source, mapping, defaults, rejects)


def _resolve_defaults(path: Path, arguments: RowDefaults, mapped: Mapping[str, str]) -> RowDefaults:
    """Return the defaults of rows: the arguments, then those of the mapping file.

    Raises:
        FeedError: The currency or the language is unknown.
    """
    currency = arguments.currency or mapped.get("currency", "")
    language = arguments.language or mapped.get("language", "")
    if currency and not to_currency_code(currency):
        raise FeedError(path, f"currency {currency!r} is no ISO 4217 code such as AED")
    if language and not to_language_code(language):
        raise FeedError(path, f"language {language!r} is no language code such as en")
    return RowDefaults(
        merchant_id=arguments.merchant_id or mapped.get("merchant_id", ""),
        currency=to_currency_code(currency) if currency else "",
        language=to_language_code(language) if language else "",
    )
