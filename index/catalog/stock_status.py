"""Whether a product is in stock, from words, numbers and yes or no."""

import math
from decimal import Decimal

from index.catalog.records import CellError
from index.text.prices import parse_price

_YES = (
    "yes", "y", "true", "t", "on", "in stock", "instock", "available", "available for order",
    "limited availability", "low stock", "نعم", "متوفر", "متاح", "متوفرة", "في المخزون",
)  # fmt: skip
_NO = (
    "no", "n", "false", "f", "off", "out of stock", "outofstock", "sold out", "soldout",
    "unavailable", "not available", "discontinued", "لا", "غير متوفر", "غير متاح", "نفد",
    "نفذ", "نفدت الكمية", "غير متوفرة",
)  # fmt: skip
# They can be ordered, but there is nothing to send: a shopper who asks for what is in stock does
# not mean them. The word itself is kept as the attribute "availability".
PREORDER_WORDS = ("preorder", "pre order", "backorder", "back order", "on backorder", "onbackorder")

_WORDS = {**dict.fromkeys(_YES, True), **dict.fromkeys((*_NO, *PREORDER_WORDS), False)}


def parse_in_stock(value: object) -> bool:
    """Return what a quantity ("3" is in stock, "0" and less are not) or a word says.

    Raises:
        CellError: It is neither.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float, Decimal)) and math.isfinite(value):
        return value > 0
    word = normalize_availability(value)
    if word in _WORDS:
        return _WORDS[word]
    try:
        return parse_price(word.removeprefix("-")).amount > 0 and word[0] != "-"
    except CellError:
        raise CellError(
            f'a number, "in stock" or "out of stock" expected, got {str(value)[:60]!r}'
        ) from None


def normalize_availability(value: object) -> str:
    """Return a word of stock as the tables above write it."""
    text = str(value).casefold().strip().removeprefix("https://").removeprefix("http://")
    text = text.removeprefix("schema.org/").replace("_", " ")
    sign = "-" if text.startswith("-") else ""  # a quantity below zero; other dashes join words
    return sign + " ".join(text.replace("-", " ").split())
