"""Parsing of prices: digit grouping, either decimal separator, Arabic digits, currencies.

A single comma or dot before three digits is ambiguous, and is resolved like this:

    1,299          1299: a comma before three digits groups
    1.299          1.299: a dot is the decimal separator, as machines write it
    1.299 €        1299: the euro does not have three decimals
    12.500 KWD     12.5: the Kuwaiti dinar has three decimals
    12,500 KWD     12.5: for the same reason; also where a column names the dinar
    25,000 IQD     25000: the Iraqi dinar is written without decimals
    ١٢٫٥٠٠ د.ك      12.5: the Arabic decimal separator is unambiguous

A sign or word that several countries share ("$", "ريال", "Rs") stands for the currency that the
row or the feed names, if it is one of theirs; otherwise see `currency_names.SHARED_NAMES`. Of a
range the lower price counts. A number with words that are not understood is no price.
"""

import math
import re
from decimal import Decimal
from typing import NamedTuple

from index.catalog.records import CellError
from index.text.currencies import read_currency
from index.text.currency_names import CURRENCY_CODES, THREE_DECIMAL_CURRENCIES
from index.text.folding import ASCII_DIGITS
from index.text.price_phrases import strip_price_phrases

_BIDI_MARKS = dict.fromkeys(
    (0x200E, 0x200F, 0x061C, 0x202A, 0x202B, 0x202C, 0x2066, 0x2067, 0x2069)
)
_SPACES = dict.fromkeys((0xA0, 0x202F, 0x2009, 0x2007), " ")
_TO_ASCII = {
    **ASCII_DIGITS,
    **_BIDI_MARKS,
    **_SPACES,
    0x2212: "-",
    0x2019: "'",
    0x066C: "'",
    0x060C: ",",
}
_ARABIC_DECIMAL_SEPARATOR = "٫"

_PLAIN_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d{1,3})?", re.IGNORECASE | re.ASCII)
_PRICE_WITH_CODE = re.compile(r"(\d+(?:\.\d{1,2})?) ?([A-Z]{3})", re.ASCII)
_NUMBER = re.compile(r"(?:(?<!\w)[.,٫])?[0-9](?:[0-9.,'٫ ]*[0-9])?(?:[.,](?:[-–—]{1,2})?(?!\w))?")
_DASH_FOR_CENTS = re.compile(r"[.,][-–—]{1,2}$")
_RANGE = re.compile(
    r"\s*(?:[-–—~]|(?<!\w)(?:to|bis|à|ile|إلى|إلي|الى|الي)(?!\w))\s*", re.IGNORECASE
)
_BRACKETED_WORDS = re.compile(r"[(\[]([^()\[\]\d]*)[)\]]")
_MAX_CHARS = 120
_GROUPED = re.compile(r"\d{1,3}(?:(?P<sep>[ '.,])\d{3})(?:(?P=sep)\d{3})*", re.ASCII)
_INDIAN_GROUPED = re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}", re.ASCII)


class Money(NamedTuple):
    """An amount with the ISO code of its currency; empty when none was written."""

    amount: float
    currency: str = ""


def parse_price(value: object, currency: str = "") -> Money:
    """Return the amount and the currency of a price; of a range, the lower amount.

    Args:
        value: The price.
        currency: ISO code that the row or the feed has for it; decides what is ambiguous.

    Raises:
        CellError: It is not a single number of zero or more, or names several currencies.
    """
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return Money(_to_amount(value, value))
    if not isinstance(value, str):
        raise CellError(_format_error(value))
    text = value.translate(_TO_ASCII).strip()
    if _PLAIN_NUMBER.fullmatch(text):
        return Money(_to_amount(text, value))
    simple = _PRICE_WITH_CODE.fullmatch(text)
    if simple and simple[2] in CURRENCY_CODES:
        return Money(float(simple[1]), simple[2])
    if len(text) > _MAX_CHARS:
        raise CellError(_format_error(value))
    return _parse_phrase(strip_price_phrases(text), currency, value)


def _parse_phrase(text: str, expected: str, value: object) -> Money:
    """Return the price of a number, or of a range, among words.

    Raises:
        CellError: The words are unknown, or it is not a price.
    """
    text = _BRACKETED_WORDS.sub(r" \1 ", text).strip()
    numbers = list(_NUMBER.finditer(text))
    if not 1 <= len(numbers) <= 2:
        raise CellError(_format_error(value))
    words = _find_words(text, numbers, value)
    if "-" in words:
        raise CellError(f"a price of zero or more expected, got {value!r}"[:120])
    currency = read_currency(words.strip(" +:").replace("+", " "), expected)
    if currency.unknown:
        raise CellError(_format_error(value))
    # A feed's own currency decides about commas only: machines write dots as decimals.
    decisive = currency.code or (expected if expected in THREE_DECIMAL_CURRENCIES else "")
    amounts = [
        _to_amount(
            _normalize_number(_DASH_FOR_CENTS.sub("", match[0]).strip(), decisive, value), value
        )
        for match in numbers
    ]
    return Money(min(amounts), currency.code)


def _find_words(text: str, numbers: list[re.Match[str]], value: object) -> str:
    """Return the text around the numbers; without the dash or word between those of a range.

    Raises:
        CellError: Two numbers are no range. "1-2" is none: it may be a date, a code or a size.
    """
    first, last = numbers[0], numbers[-1]
    outside = f"{text[: first.start()]} {text[last.end() :]}"
    if first is last:
        return outside
    between = text[first.end() : last.start()]
    is_range = _RANGE.search(between)
    if not is_range or (between == "-" and not outside.strip() and (first[0] + last[0]).isdigit()):
        raise CellError(_format_error(value))
    return f"{outside} {_RANGE.sub(' ', between, count=1)}"


def _normalize_number(text: str, currency: str, value: object) -> str:
    """Return the number with a dot as decimal separator and without grouping.

    Raises:
        CellError: It is not a single number.
    """
    whole, separator, decimals = text.partition(_ARABIC_DECIMAL_SEPARATOR)
    if not separator:
        whole, decimals = _split_decimals(text, currency)
    if not whole.isdecimal():
        if not (_GROUPED.fullmatch(whole) or _INDIAN_GROUPED.fullmatch(whole)):
            raise CellError(_format_error(value))
        whole = re.sub(r"[ '.,]", "", whole)
    if decimals and not decimals.isdecimal():
        raise CellError(_format_error(value))
    return f"{whole}.{decimals or '0'}"


def _split_decimals(text: str, currency: str) -> tuple[str, str]:
    """Return the whole part and the decimals; the table above resolves ambiguous numbers."""
    last = max(text.rfind("."), text.rfind(","))
    if last < 0:
        return text, ""
    separator, other = text[last], "," if text[last] == "." else "."
    whole, decimals = text[:last], text[last + 1 :]
    if text.count(separator) > 1:
        return text, ""
    may_group = len(decimals) == 3 and 1 <= len(whole) <= 3 and whole != "0" and other not in whole
    has_three_decimals = currency in THREE_DECIMAL_CURRENCIES
    if may_group and not has_three_decimals and (separator == "," or currency):
        return text, ""
    return whole or "0", decimals


def _to_amount(number: float | Decimal | str, value: object) -> float:
    try:
        amount = float(number)
    except (ValueError, OverflowError) as exc:
        raise CellError(_format_error(value)) from exc
    if not math.isfinite(amount):
        raise CellError(f"a finite price expected, got {value!r}"[:120])
    if amount < 0:
        raise CellError(f"a price of zero or more expected, got {value!r}"[:120])
    return amount


def _format_error(value: object) -> str:
    return f'a price such as "79.00" or "1,299.00 AED" expected, got {value!r}'[:160]
