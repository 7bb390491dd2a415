"""Formats prices, numbers, percentages and times as people read them, in English and Arabic.

What programs read (JSON, CSV, attributes of forms) stays unformatted. Locale data is Unicode's
CLDR, through Babel, which is loaded at first use: a table of the command line waits for no more
than the decimals of its currencies.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Literal, TypeAlias

Language: TypeAlias = Literal["en", "ar"]

_LOCALES: Mapping[Language, str] = {"en": "en_001", "ar": "ar_AE"}
"""World English, whose dates no reader takes for American ones; Arabic as the Gulf writes it."""

_DIGITS = "latn"  # 0 to 9: what CLDR gives for ar_AE
_NO_BREAK_SPACE = "\u00a0"
_RIGHT_TO_LEFT_ISOLATE, _FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2067", "\u2068", "\u2069"
_DECIMALS_WITHOUT_CURRENCY = 2
_TIME_PATTERN = "d MMM y, HH:mm"


def format_price(
    price: float, currency: str, language: Language = "en", *, trims_whole: bool = False
) -> str:
    """Return a price with its currency: "AED 79.50", "KWD 12.345", "79.50 د.إ.".

    English has the ISO code, since several currencies are called dollar; Arabic has the currency's
    symbol. A code that is not known is shown as it is. An Arabic price is isolated, and its symbol
    once more: neither a Latin brand name beside it changes the order of its parts, nor does "US$"
    become "$US". The order of the parts is that of the CLDR for ar_AE; a test holds it.

    Args:
        price: Zero or more; halves are rounded to the even digit.
        currency: ISO 4217 code; empty when unknown.
        language: Decides the symbol and its side.
        trims_whole: Leave out the decimals of a whole price.
    """
    is_trimmed = trims_whole and float(price).is_integer()
    decimals = 0 if is_trimmed else _count_decimals(currency)
    if not currency:
        return format_number(price, decimals)
    if language == "en":
        return f"{currency}{_NO_BREAK_SPACE}{format_number(price, decimals)}"
    symbol = format_currency(currency, language)
    price_text = f"{format_number(price, decimals)}{_NO_BREAK_SPACE}{symbol}"
    return f"{_RIGHT_TO_LEFT_ISOLATE}{price_text}{_POP_ISOLATE}"


def format_number(number: float, decimals: int = 0, *, signed: bool = False) -> str:
    """Return a number with grouped thousands: "12,345", "+0.250".

    English and the Arabic of the Gulf write it alike, as Python does; a test holds it to the CLDR.

    Args:
        number: The number; halves are rounded to the even digit.
        decimals: Digits after the point.
        signed: Write the plus of a number that is not negative.
    """
    return f"{Decimal(str(number)):{'+' if signed else ''},.{decimals}f}"


def format_percent(
    share: float, language: Language = "en", *, significant_digits: int | None = None
) -> str:
    """Return a share as a percentage: "45%".

    Args:
        share: 1.0 is 100%.
        language: Of the text around it.
        significant_digits: Digits shown of a small share ("0.051%"); None for whole percents.
    """
    from babel.numbers import format_percent  # noqa: PLC0415 -- most commands do without

    pattern = f"@{'#' * (significant_digits - 1)}%" if significant_digits else None
    return format_percent(share, pattern, locale=_LOCALES[language], numbering_system=_DIGITS)


def format_day(day: date, language: Language = "en") -> str:
    """Return a day: "1 Dec 2026"."""
    from babel.dates import format_date  # noqa: PLC0415 -- most commands do without

    return format_date(day, "medium", locale=_LOCALES[language])


def format_time(time: datetime, language: Language = "en") -> str:
    """Return a time to the minute, in its own time zone: "1 Dec 2026, 06:52"."""
    from babel.dates import format_datetime  # noqa: PLC0415 -- most commands do without

    return format_datetime(time, _TIME_PATTERN, tzinfo=time.tzinfo, locale=_LOCALES[language])


def select_plural_form(count: int, language: Language) -> str:
    """Return the plural category of a number: "one", "two", "few", "many", "other" or "zero"."""
    from babel import Locale  # noqa: PLC0415 -- the command line does without

    return Locale.parse(_LOCALES[language]).plural_form(count)


def _count_decimals(currency: str) -> int:
    if not currency:
        return _DECIMALS_WITHOUT_CURRENCY
    from babel.numbers import get_currency_precision  # noqa: PLC0415 -- most commands do without

    return get_currency_precision(currency)


@lru_cache(maxsize=256)
def format_currency(currency: str, language: Language = "en") -> str:
    """Return a currency as prices show it: its ISO code in English, its symbol in Arabic.

    Args:
        currency: ISO 4217 code; empty when unknown.
        language: Language of the text.
    """
    if not currency or language == "en":
        return currency
    return f"{_FIRST_STRONG_ISOLATE}{_get_symbol(currency, language)}{_POP_ISOLATE}"


def _get_symbol(currency: str, language: Language) -> str:
    from babel.numbers import get_currency_symbol  # noqa: PLC0415 -- English does without

    return get_currency_symbol(currency, locale=_LOCALES[language])
