"""The rows of a feed, at each step from the format's reader to the caller."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from shopwindow.values import Product

MAX_RAW_CHARS = 200
MAX_ROW_CHARS = 4_000_000
MAX_ROW_CELLS = 2_000
SHORT_ROW = "cells"
"""Field of the warning about a row that has fewer cells than the header."""
NO_FIELD = ""
"""Key of a format's columns that are not read by their names: other columns are made of them."""
NOT_READ = "-"
"""Key of a format's columns that say nothing of a product."""
UNREADABLE_REST = "the rest of the file could not be read"
"""Start of the reason of the last rejection of a truncated or damaged file."""


class CellError(ValueError):
    """One value of a row cannot be used; it becomes a rejection or a warning for the caller.

    Attributes:
        reason: What was expected and what came.
        column: The feed's own name of the column; empty until it is known.
        product_id: The row's id, where it was readable.
        merchant_id: The row's seller, where it was readable.
    """

    def __init__(
        self, reason: str, column: str = "", product_id: str = "", merchant_id: str = ""
    ) -> None:
        self.reason = reason
        self.column = column
        self.product_id = product_id
        self.merchant_id = merchant_id
        super().__init__(reason)


class WithdrawnError(CellError):
    """The row marks its product as not for sale: a draft, archived, unpublished or disabled."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that did not become a product, or a value that was dropped from a product.

    Attributes:
        file: Path of the feed.
        line: Line where the row starts, from 1; in Parquet the number of the row, from 1.
        column: The feed's own name of the column at fault; empty for the whole row.
        reason: What was expected and what came.
        product_id: The row's id; empty when it has none or is not readable.
        raw: The beginning of the row, at most 200 characters.
        merchant_id: The row's seller; empty when it names none or is not readable.
        field: The field that was dropped, such as "price"; "cells" for a short row. Empty when
            the whole row was rejected.
        withdrawn: Whether the row marks its product as not for sale.
    """

    file: str
    line: int
    column: str
    reason: str
    product_id: str = ""
    raw: str = ""
    merchant_id: str = ""
    field: str = ""
    withdrawn: bool = False

    @property
    def is_fatal(self) -> bool:
        """Whether the rest of the feed could not be read, so that the feed is incomplete."""
        return self.reason.startswith(UNREADABLE_REST)

    @property
    def message(self) -> str:
        """The reason; for a dropped value, preceded by what the product was imported without."""
        if not self.field:
            return self.reason
        without = "" if self.field == SHORT_ROW else f" without {self.field}"
        return f"imported{without}: {self.reason}"


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One row of a feed: a product, or the rejection of the row.

    Attributes:
        line: Line where the row starts, from 1; in Parquet the number of the row, from 1.
        product: The product; None when the row was rejected.
        rejection: The rejection; None when there is a product.
        warnings: Values that were dropped from the product because they could not be used.
        is_replacement: Whether it replaces an earlier, less complete row with the same id.
        photo_column: The feed's own name of the column that the main photo comes from.
        further_photo_column: That of the further photos, or of the first of them.
    """

    line: int
    product: Product | None = None
    rejection: Rejection | None = None
    warnings: tuple[Rejection, ...] = ()
    is_replacement: bool = False
    photo_column: str = "image"
    further_photo_column: str = "images"


@dataclass(frozen=True, slots=True)
class SourceRow:
    """An unparsed row: values by the feed's own column names.

    Attributes:
        line: Line where the row starts, from 1.
        cells: Values by column.
        warning: A problem of the row as a whole that does not prevent its use; empty for none.
    """

    line: int
    cells: Mapping[str, object]
    warning: str = ""


@dataclass(frozen=True, slots=True)
class MalformedRow:
    """A row that the format's reader could not split into cells.

    Attributes:
        line: Line where the row starts, from 1.
        reason: What was expected and what came.
        raw: The beginning of the row.
        cells: The values that could be read reliably; the id may be among them.
    """

    line: int
    reason: str
    raw: str = ""
    cells: Mapping[str, object] = field(default_factory=dict)


class FeedSource(Protocol):
    """Reader of one format. A new format implements this and is listed in `formats.py`.

    Opening the file in each call makes a feed repeatable; reading row by row bounds memory.
    """

    def read_columns(self) -> tuple[str, ...]:
        """Return the feed's column names: its header, or the names used by its first rows.

        Raises:
            FeedError: The file is not of this format.
        """
        ...

    def get_format_columns(self) -> Mapping[str, tuple[str, ...]]:
        """Return the columns whose meaning the format defines, by field, most trusted first.

        Those under `NO_FIELD` and `NOT_READ` fill none by their names, unless a shop's mapping
        names them for one.
        """
        ...

    def iter_rows(self) -> Iterator[SourceRow | MalformedRow]:
        """Yield each row in the order of the file.

        Yields:
            Rows; a malformed row where one could not be split into cells.

        Raises:
            FeedError: The file is missing, or is not of this format.
        """
        ...


@runtime_checkable
class ColumnarSource(FeedSource, Protocol):
    """Reader of a columnar format, which can skip unused columns."""

    def select_columns(self, columns: tuple[str, ...]) -> None:
        """Read only these columns from now on."""
        ...


@runtime_checkable
class JoiningSource(FeedSource, Protocol):
    """Reader of a format whose products take several rows: it reads the whole file to join them."""

    def iter_single_rows(self) -> Iterator[SourceRow | MalformedRow]:
        """Yield each row as the file has it, without reading the file to its end first.

        Yields:
            Rows, without the columns that are derived.

        Raises:
            FeedError: The file is missing, or is not of this format.
        """
        ...


def excerpt(value: object, limit: int = MAX_RAW_CHARS) -> str:
    """Return the beginning of a row as one line of text, at most `limit` characters."""
    text = value if isinstance(value, str) else as_json(value)
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= limit else text[: limit - 1] + "…"


def as_json(value: object) -> str:
    """Return any value of a row as JSON; types that JSON lacks are written as text."""
    return json.dumps(value, ensure_ascii=False, default=_to_jsonable)


def _to_jsonable(value: object) -> str:
    if isinstance(value, Mapping):
        return str(dict(value))
    return f"<{len(value)} bytes>" if isinstance(value, bytes) else str(value)


def describe_merchant(merchant_id: str) -> str:
    """Return how messages refer to a seller."""
    return f"the merchant {merchant_id[:80]!r}" if merchant_id else "no merchant"
