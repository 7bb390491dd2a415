"""Prices as shops write them: grouped, with either decimal sign, in Arabic digits, with currency.

A single comma or dot before three digits can mean both. It is read so:

    1,299          1299: a comma before three digits groups
    1.299          1.299: a dot is the decimal sign, as machines write
    1.299 €        1299: three decimals make no sense in that currency
    12.500 KWD     12.5: the Kuwaiti dinar has a thousand parts
    ١٢٫٥٠٠ د.ك      12.5: the Arabic decimal sign is never anything else
"""

import math
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from index.catalog.records import CellError
from index.text.currencies import THREE_DECIMAL_CURRENCIES, split_currency

_DIGITS = {ord(d): str(i % 10) for i, d in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")}
_MARKS = dict.fromkeys((0x200E, 0x200F, 0x061C, 0x202A, 0x202B, 0x202C, 0x2066, 0x2067, 0x2069))
_SPACES = dict.fromkeys((0xA0, 0x202F, 0x2009, 0x2007), " ")
_PLAIN = {**_DIGITS, **_MARKS, **_SPACES, 0x2212: "-", 0x2019: "'", 0x066C: "'"}
_ARABIC_DECIMAL = "٫"

_MACHINE = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d{1,3})?", re.IGNORECASE | re.ASCII)
_NO_CENTS = re.compile(r"[.,][-–—]{1,2}$")
_GROUPED = re.compile(r"\d{1,3}(?:(?P<sep>[ '.,])\d{3})(?:(?P=sep)\d{3})*", re.ASCII)
_LAKH = re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}", re.ASCII)


class Money(NamedTuple):
    """A price, and the currency that stood beside it; empty when none did."""

    amount: float
    currency: str = ""


def parse_price(value: object) -> Money:
    """Return the amount and the currency of a price.

    Raises:
        CellError: It is not one number of zero or more.
    """
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return Money(_checked(value, value))
    if not isinstance(value, str):
        raise CellError(_message(value))
    text = value.translate(_PLAIN).strip()
    if _MACHINE.fullmatch(text):
        return Money(_checked(text, value))
    number, currency = split_currency(text)
    number = _NO_CENTS.sub("", number.strip()).strip().removeprefix("+").strip()
    if number.startswith("-"):
        raise CellError(f"a price of zero or more expected, got {value!r}"[:120])
    return Money(_checked(_plain_number(number, currency, value), value), currency)


def _plain_number(text: str, currency: str, value: object) -> str:
    """Return the number with a dot for the decimals and no grouping.

    Raises:
        CellError: It is not one number.
    """
    whole, sign, decimals = text.partition(_ARABIC_DECIMAL)
    if not sign:
        whole, decimals = _split_decimals(text, currency)
    if not whole.isdecimal():
        if not (_GROUPED.fullmatch(whole) or _LAKH.fullmatch(whole)):
            raise CellError(_message(value))
        whole = re.sub(r"[ '.,]", "", whole)
    if decimals and not decimals.isdecimal():
        raise CellError(_message(value))
    return f"{whole}.{decimals or '0'}"


def _split_decimals(text: str, currency: str) -> tuple[str, str]:
    """Return what stands before and after the decimal sign; the table above settles doubts."""
    last = max(text.rfind("."), text.rfind(","))
    if last < 0:
        return text, ""
    sign, other = text[last], "," if text[last] == "." else "."
    whole, decimals = text[:last], text[last + 1 :]
    if text.count(sign) > 1:
        return text, ""
    grouping = len(decimals) == 3 and 1 <= len(whole) <= 3 and whole != "0" and other not in whole
    if grouping and (sign == "," or (currency and currency not in THREE_DECIMAL_CURRENCIES)):
        return text, ""
    return whole or "0", decimals


def _checked(number: float | Decimal | str, value: object) -> float:
    try:
        amount = float(number)
    except (ValueError, OverflowError) as exc:
        raise CellError(_message(value)) from exc
    if not math.isfinite(amount):
        raise CellError(f"a finite price expected, got {value!r}"[:120])
    if amount < 0:
        raise CellError(f"a price of zero or more expected, got {value!r}"[:120])
    return amount


def _message(value: object) -> str:
    return f'a price such as "79.00" or "1,299.00 AED" expected, got {value!r}'[:160]


def is_sale_active(value: object, now: datetime | None = None) -> bool:
    """Return whether an interval of a sale ("start/end") holds now.

    What is not such an interval counts as holding: then the sale price itself is the statement.
    Source: Google Merchant Center, attribute sale_price_effective_date.
    """
    now = now or datetime.now(UTC)
    start, sign, end = str(value).partition("/")
    try:
        first, last = datetime.fromisoformat(start.strip()), datetime.fromisoformat(end.strip())
    except ValueError:
        return True
    first, last = (each if each.tzinfo else each.replace(tzinfo=UTC) for each in (first, last))
    return first <= now <= last if sign else True
