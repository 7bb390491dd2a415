"""Whether a product is for sale, from the statuses and flags that shops hide products with."""

from collections.abc import Callable
from typing import NamedTuple

from index.catalog.date_formats import DateOrder
from index.catalog.records import CellError, WithdrawnError
from index.catalog.row_cells import RowReader
from index.catalog.text_cleaning import as_text
from index.catalog.timestamps import parse_datetime

_HIDDEN_STATUSES = frozenset({
    "draft", "drafted", "archive", "archived", "unpublished", "not published", "inactive",
    "not active", "deactivated", "disabled", "private", "hidden", "invisible", "not visible",
    "unlisted", "deleted", "removed", "trash", "trashed", "pending", "pending review", "suspended",
    "blocked", "banned", "rejected", "expired", "retired", "withdrawn", "discontinued", "staging",
    "offline", "closed", "not for sale", "paused",
    "مسودة", "مسوده", "مؤرشف", "مؤرشفة", "غير منشور", "غير منشورة", "مخفي", "مخفية", "معطل",
    "معطلة", "غير نشط", "غير نشطة", "غير مفعل", "غير مفعلة", "محذوف", "محذوفة", "خاص", "موقوف",
})  # fmt: skip
# Source: WooCommerce's product CSV has -1 for a draft and 0 for a private product; Magento's
# product_online has 2 for a disabled one.
_NO_WORDS = frozenset({"no", "n", "false", "f", "off", "0", "-1", "2", "لا"})
_YES_WORDS = frozenset({"yes", "y", "true", "t", "on", "1", "نعم"})


def is_hidden_status(value: object) -> bool:
    """Return whether a status or visibility hides the product from shoppers.

    Unknown words do not: a status may be "new" or "bestseller". Numbers do not either: Magento's
    visibility 1 and 2 are products that are sold.
    """
    return _normalize_status(value) in _HIDDEN_STATUSES


def is_inactive(value: object) -> bool:
    """Return whether a status, or a flag such as "published", means hidden or no."""
    return _normalize_status(value) in _HIDDEN_STATUSES | _NO_WORDS


def is_flag_set(value: object) -> bool:
    """Return whether a flag such as "deleted" is set: yes, or the time when it was set."""
    status = _normalize_status(value)
    if status in _YES_WORDS | _HIDDEN_STATUSES:
        return True
    if status in _NO_WORDS:
        return False
    try:
        parse_datetime(value, DateOrder.ANY)
    except CellError:
        return False
    return True


def _normalize_status(value: object) -> str:
    try:
        text = as_text(value)
    except CellError:
        return ""
    words = text[:60].casefold().strip().removesuffix(".0").replace("_", " ")
    sign = "-" if words.startswith("-") else ""
    return sign + " ".join(words.replace("-", " ").split())


class StatusField(NamedTuple):
    """A field that can mark a product as not for sale, and how to read its values.

    Attributes:
        field: The field, as in `FIELD_ALIASES`.
        is_withdrawn: Whether a value marks the product as not for sale.
        reason: Reason of the rejection, with `{value}` for the normalized value.
    """

    field: str
    is_withdrawn: Callable[[object], bool]
    reason: str


STATUS_FIELDS = (
    StatusField("status", is_inactive, "the product's status is {value}, not active"),
    StatusField("published", is_inactive, "the product is not published"),
    StatusField("visibility", is_hidden_status, "the product's visibility is {value}"),
    StatusField("withdrawn", is_flag_set, "the product is marked as not for sale: {value}"),
)


def require_for_sale(row: RowReader) -> None:
    """Check that no column marks the product as not for sale.

    Raises:
        WithdrawnError: One does; the error carries the column.
    """
    for status in STATUS_FIELDS:
        for column, value in row.get_values(status.field):
            if status.is_withdrawn(value):
                raise WithdrawnError(status.reason.format(value=_normalize_status(value)), column)
