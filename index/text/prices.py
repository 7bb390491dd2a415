"""Parsing of prices: digit grouping, either decimal separator, Arabic digits, currencies.

A single comma or dot before three digits is ambiguous, and is resolved like this:

    1,299          1299: a comma before three digits groups
    1.299          1.299: a dot is the decimal separator, as machines write it
    1.299 €        1299: the euro does not have three decimals
    12.500 KWD     12.5: the Kuwaiti dinar has three decimals
    ١٢٫٥٠٠ د.ك      12.5: the Arabic decimal separator is unambiguous
"""

import math
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from index.catalog.records import CellError
from index.text.currencies import THREE_DECIMAL_CURRENCIES, split_currency

_DIGITS = {ord(d): str(i % 10) for i, d in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")}
_BIDI_MARKS = dict.fromkeys(
    (0x200E, 0x200F, 0x061C, 0x202A, 0x202B, 0x202C, 0x2066, 0x2067, 0x2069)
)
_SPACES = dict.fromkeys((0xA0, 0x202F, 0x2009, 0x2007), " ")
_TO_ASCII = {**_DIGITS, **_BIDI_MARKS, **_SPACES, 0x2212: "-", 0x2019: "'", 0x066C: "'"}
_ARABIC_DECIMAL_SEPARATOR = "٫"

_PLAIN_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d{1,3})?", re.IGNORECASE | re.ASCII)
_DASH_FOR_CENTS = re.compile(r"[.,][-–—]{1,2}$")
_GROUPED = re.compile(r"\d{1,3}(?:(?P<sep>[ '.,])\d{3})(?:(?P=sep)\d{3})*", re.ASCII)
_INDIAN_GROUPED = re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}", re.ASCII)


class Money(NamedTuple):
    """An amount with the ISO code of its currency; empty when none was written."""

    amount: float
    currency: str = ""


def parse_price(value: object) -> Money:
    """Return the amount and the currency of a price.

    Raises:
        CellError: It is not a single number of zero or more.
    """
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return Money(_to_amount(value, value))
    if not isinstance(value, str):
        raise CellError(_format_error(value))
    text = value.translate(_TO_ASCII).strip()
    if _PLAIN_NUMBER.fullmatch(text):
        return Money(_to_amount(text, value))
    number, currency = split_currency(text)
    number = _DASH_FOR_CENTS.sub("", number.strip()).strip().removeprefix("+").strip()
    if number.startswith("-"):
        raise CellError(f"a price of zero or more expected, got {value!r}"[:120])
    return Money(_to_amount(_normalize_number(number, currency, value), value), currency)


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
    if may_group and (separator == "," or (currency and currency not in THREE_DECIMAL_CURRENCIES)):
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


def is_sale_active(value: object, now: datetime | None = None) -> bool:
    """Return whether a sale period ("start/end") includes the current time.

    A value that is not a period counts as active: the sale price alone then states the sale.
    Source: Google Merchant Center, attribute sale_price_effective_date.

    Args:
        value: The period; times without a zone are in UTC.
        now: The current time; None for the clock's.
    """
    now = now or datetime.now(UTC)
    start_text, separator, end_text = str(value).partition("/")
    try:
        start = datetime.fromisoformat(start_text.strip())
        end = datetime.fromisoformat(end_text.strip())
    except ValueError:
        return True
    start, end = (time if time.tzinfo else time.replace(tzinfo=UTC) for time in (start, end))
    return start <= now <= end if separator else True
