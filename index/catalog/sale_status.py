"""Whether a product is for sale at all, from the words and flags by which shops hide products."""

from collections.abc import Callable
from typing import NamedTuple

from index.catalog.records import CellError, WithdrawnError
from index.catalog.row_cells import RowReader
from index.catalog.text_cleaning import as_text
from index.catalog.timestamps import parse_datetime

_HIDDEN = frozenset({
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
_NO = frozenset({"no", "n", "false", "f", "off", "0", "-1", "2", "لا"})
_YES = frozenset({"yes", "y", "true", "t", "on", "1", "نعم"})


def is_hidden_status(value: object) -> bool:
    """Return whether a word of status or visibility says that nobody may see the product.

    Words that are not known say nothing: a status may as well be "new" or "bestseller". Numbers
    say nothing either: Magento's visibility 1 and 2 are products that are sold.
    """
    return _word(value) in _HIDDEN


def is_inactive(value: object) -> bool:
    """Return whether a status, or an answer to "is it published?", is a word for hidden or a no."""
    return _word(value) in _HIDDEN | _NO


def is_flag_set(value: object) -> bool:
    """Return whether a flag such as "deleted" holds: yes, or the time since when it does."""
    word = _word(value)
    if word in _YES | _HIDDEN:
        return True
    if word in _NO:
        return False
    try:
        parse_datetime(value)
    except CellError:
        return False
    return True


def _word(value: object) -> str:
    try:
        text = as_text(value)
    except CellError:
        return ""
    words = text[:60].casefold().strip().removesuffix(".0").replace("_", " ")
    sign = "-" if words.startswith("-") else ""
    return sign + " ".join(words.replace("-", " ").split())


class StatusField(NamedTuple):
    """One kind of column that says whether a product is for sale, and how to read it."""

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
    """Check that no column says that the product is not for sale.

    Raises:
        WithdrawnError: One does; the error carries the column.
    """
    for each in STATUS_FIELDS:
        for column, value in row.get_values(each.field):
            if each.is_withdrawn(value):
                raise WithdrawnError(each.reason.format(value=_word(value)), column)
