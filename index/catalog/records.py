"""What passes between a format's reader, the builder of products and whoever reads the feed."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from shopwindow.values.product import Product

MAX_RAW_CHARS = 200
MAX_ROW_CHARS = 4_000_000
MAX_ROW_CELLS = 2_000
SHORT_ROW = "cells"
"""What stands as the field of a warning when a row has fewer cells than the header."""
UNREADABLE_REST = "the rest of the file could not be read"


class CellError(ValueError):
    """One value of a row cannot be used: a rejection or a warning, nothing that a caller meets.

    Attributes:
        reason: What was expected and what came.
        column: The feed's own name of the column; empty until somebody knows it.
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
    """The row says that its product is not for sale: a draft, archived, unpublished, disabled."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row of a feed that did not become a product, or a value that its product goes without.

    Attributes:
        file: The feed.
        line: Line where the row starts, from 1; in Parquet the number of the row, from 1.
        column: The feed's own name of the column at fault; empty when it is the whole row.
        reason: What was expected and what came.
        product_id: The row's id; empty when it has none or is not readable.
        raw: The beginning of the row, at most 200 characters.
        merchant_id: The row's seller; empty when it names none or is not readable.
        field: The field that the product goes without, such as "price"; "cells" for a row that is
            short. Empty when the row is no product.
        withdrawn: Whether the row says that its product is not for sale.
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
        """Whether it stands for everything after it: the feed is not complete."""
        return self.reason.startswith(UNREADABLE_REST)

    @property
    def message(self) -> str:
        """The reason, and before it that the product was taken all the same, if it was."""
        if not self.field:
            return self.reason
        without = "" if self.field == SHORT_ROW else f" without {self.field}"
        return f"taken{without}: {self.reason}"


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One row of a feed: a product, or the reason why there is none.

    Attributes:
        line: Line where the row starts, from 1; in Parquet the number of the row, from 1.
        product: The product; None when the row was rejected.
        rejection: The reason; None when there is a product.
        warnings: What the product goes without, because its cell could not be used.
        is_replacement: Whether an earlier row with the same id lacked something; this one counts.
    """

    line: int
    product: Product | None = None
    rejection: Rejection | None = None
    warnings: tuple[Rejection, ...] = ()
    is_replacement: bool = False


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row as the file has it: values by the feed's own column names.

    Attributes:
        line: Line where the row starts, from 1.
        cells: Values by column.
        warning: What is odd about the row as a whole, although it can be used; empty if nothing.
    """

    line: int
    cells: Mapping[str, object]
    warning: str = ""


@dataclass(frozen=True, slots=True)
class MalformedRow:
    """A row that the format's reader could not take apart.

    Attributes:
        line: Line where the row starts, from 1.
        reason: What was expected and what came.
        raw: The beginning of the row.
        cells: Those values of the row that are certain; the id may be among them.
    """

    line: int
    reason: str
    raw: str = ""
    cells: Mapping[str, object] = field(default_factory=dict)


class FeedSource(Protocol):
    """Reads one format. A new format implements this and joins the table in `sources.py`.

    Opening again for each call makes a feed repeatable; reading row by row keeps it small.
    """

    def read_columns(self) -> tuple[str, ...]:
        """Return the feed's column names: its header, or the names that its first rows use.

        Raises:
            FeedError: The file is not of this format.
        """
        ...

    def get_format_columns(self) -> Mapping[str, tuple[str, ...]]:
        """Return the columns whose meaning the format itself settles, by field, best first."""
        ...

    def iter_rows(self) -> Iterator[SourceRow | MalformedRow]:
        """Yield each row in the order of the file.

        Yields:
            Rows, and faults for what could not be taken apart.

        Raises:
            FeedError: The file is gone, or is not of this format.
        """
        ...


@runtime_checkable
class ColumnarSource(FeedSource, Protocol):
    """A format stored by columns, which can leave those alone that nobody uses."""

    def select_columns(self, columns: tuple[str, ...]) -> None:
        """Read only these columns from now on."""
        ...


def excerpt(value: object, limit: int = MAX_RAW_CHARS) -> str:
    """Return the beginning of a row as one line of text, at most `limit` characters."""
    text = value if isinstance(value, str) else as_json(value)
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= limit else text[: limit - 1] + "…"


def as_json(value: object) -> str:
    """Return any value of a row as JSON; what JSON does not know is written as text."""
    return json.dumps(value, ensure_ascii=False, default=_shown)


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return str(dict(value))
    return f"<{len(value)} bytes>" if isinstance(value, bytes) else str(value)


def describe_merchant(merchant_id: str) -> str:
    """Return a seller as messages name it."""
    return f"the merchant {merchant_id[:80]!r}" if merchant_id else "no merchant"
