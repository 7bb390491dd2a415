"""Whether a product is in stock, from words, quantities and flags."""

import math
import re
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from index.catalog.records import CellError
from index.catalog.stock_words import (
    FILLERS,
    IN_STOCK_BY_WORD,
    PREORDER_WORDS,
    STATE_BY_WORD,
    UNITS,
)
from index.text.folding import ASCII_DIGITS, fold_spelling
from index.text.prices import parse_price
from shopwindow.values import Availability

_SCHEMA = re.compile(r"^(?:https?://)?(?:www\.)?schema\.org/|^schema:", re.IGNORECASE)
_CAMEL_CASE = re.compile(r"(?<=[a-z])(?=[A-Z])")
_QUANTITY = re.compile(r"(?<![\w.,-])([0-9]{1,9})(?:[.,]0+)?(?![\w.,])", re.ASCII)
_SIGNS = re.compile(r"[()\[\]:>≥~+!,*✓✔]")
_MAX_CHARS = 80
_CACHED_WORDS = 1_000


def parse_in_stock(value: object) -> bool:
    """Return whether a quantity (over zero is in stock) or a word means in stock.

    Of a word with a quantity ("in stock (5)", "10+", "only 2 left") both must be in stock.

    Raises:
        CellError: It is neither a number nor a known word.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float, Decimal)) and math.isfinite(value):
        return value > 0
    if isinstance(value, str) and len(value) <= _MAX_CHARS:
        return _parse_text(value)
    raise CellError(_format_error(value))


class Stock(NamedTuple):
    """Whether a product can be bought now, and its state; empty when nothing was said."""

    in_stock: bool = True
    availability: Availability | Literal[""] = ""


def parse_stock(value: object) -> Stock:
    """Return what a quantity, or a word of availability, means.

    Raises:
        CellError: It is neither a number nor a known word.
    """
    in_stock = parse_in_stock(value)
    word = normalize_availability(value) if isinstance(value, str) else ""
    if word in PREORDER_WORDS:
        return Stock(in_stock, "preorder" if word.startswith("pre") else "backorder")
    return Stock(in_stock, "in_stock" if in_stock else "out_of_stock")


@lru_cache(maxsize=_CACHED_WORDS)
def _parse_text(value: str) -> bool:
    word = normalize_availability(value)
    if word in IN_STOCK_BY_WORD:
        return IN_STOCK_BY_WORD[word]
    try:
        return parse_price(word.removeprefix("-")).amount > 0 and word[0] != "-"
    except CellError:
        in_stock = _parse_quantity(word)
    if in_stock is None:
        raise CellError(_format_error(value))
    return in_stock


def _parse_quantity(word: str) -> bool | None:
    """Return whether a quantity with words or signs is in stock; None when it is not clear."""
    quantities = _QUANTITY.findall(word)
    if len(quantities) != 1:
        return None
    words = _SIGNS.sub(" ", _QUANTITY.sub(" ", word)).split()
    without_units = [part for part in words if part not in UNITS]
    # "in" is a part of "in stock", but not of "5 in total".
    with_in = [part for part in words if part == "in" or part not in UNITS]
    for phrase in (words, with_in, without_units or ["available"]):
        known = IN_STOCK_BY_WORD.get(" ".join(phrase))
        if known is not None:
            return known and int(quantities[0]) > 0
    return None


def normalize_availability(value: object) -> str:
    """Return an availability in lower case, with spaces, and without the schema.org prefix.

    Spellings, diacritics and words such as "currently" are left out; the words of other languages
    for an order in advance are "preorder" and "backorder".
    """
    return _normalize(str(value)[:_MAX_CHARS])


@lru_cache(maxsize=_CACHED_WORDS)
def _normalize(value: str) -> str:
    text = _SCHEMA.sub("", value.translate(ASCII_DIGITS).strip().strip("\"'").rstrip("/.!"))
    text = fold_spelling(_CAMEL_CASE.sub(" ", text)).replace("_", " ")
    sign = "-" if text.startswith("-") else ""  # a negative quantity; other dashes join words
    words = text.replace("-", " ").split()
    phrase = " ".join(words)
    if phrase not in IN_STOCK_BY_WORD and phrase not in STATE_BY_WORD:
        phrase = " ".join(word for word in words if word not in FILLERS) or phrase
    return STATE_BY_WORD.get(phrase, sign + phrase)


def _format_error(value: object) -> str:
    return f'a number, "in stock" or "out of stock" expected, got {str(value)[:60]!r}'
