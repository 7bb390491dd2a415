"""Whether a product is in stock, from words, quantities and flags."""

import math
from decimal import Decimal

from index.catalog.records import CellError
from index.text.prices import parse_price

_IN_STOCK_WORDS = (
    "yes", "y", "true", "t", "on", "in stock", "instock", "available", "available for order",
    "limited availability", "low stock", "نعم", "متوفر", "متاح", "متوفرة", "في المخزون",
)  # fmt: skip
_OUT_OF_STOCK_WORDS = (
    "no", "n", "false", "f", "off", "out of stock", "outofstock", "sold out", "soldout",
    "unavailable", "not available", "discontinued", "لا", "غير متوفر", "غير متاح", "نفد",
    "نفذ", "نفدت الكمية", "غير متوفرة",
)  # fmt: skip
# They can be ordered, but cannot be shipped now, so a filter for products in stock must not match
# them. The word itself is kept as the attribute "availability".
PREORDER_WORDS = ("preorder", "pre order", "backorder", "back order", "on backorder", "onbackorder")

_IN_STOCK_BY_WORD = {
    **dict.fromkeys(_IN_STOCK_WORDS, True),
    **dict.fromkeys((*_OUT_OF_STOCK_WORDS, *PREORDER_WORDS), False),
}


def parse_in_stock(value: object) -> bool:
    """Return whether a quantity (over zero is in stock) or a word means in stock.

    Raises:
        CellError: It is neither a number nor a known word.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float, Decimal)) and math.isfinite(value):
        return value > 0
    word = normalize_availability(value)
    if word in _IN_STOCK_BY_WORD:
        return _IN_STOCK_BY_WORD[word]
    try:
        return parse_price(word.removeprefix("-")).amount > 0 and word[0] != "-"
    except CellError:
        raise CellError(
            f'a number, "in stock" or "out of stock" expected, got {str(value)[:60]!r}'
        ) from None


def normalize_availability(value: object) -> str:
    """Return an availability in lower case, with spaces, and without the schema.org prefix."""
    text = str(value).casefold().strip().removeprefix("https://").removeprefix("http://")
    text = text.removeprefix("schema.org/").replace("_", " ")
    sign = "-" if text.startswith("-") else ""  # a negative quantity; other dashes join words
    return sign + " ".join(text.replace("-", " ").split())
