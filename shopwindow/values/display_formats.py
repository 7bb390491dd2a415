"""Formats prices, numbers, percentages and times as people read them, in English and Arabic.

What programs read (JSON, CSV, attributes of forms) stays unformatted. Locale data is Unicode's
CLDR, through Babel, which is loaded at first use: English numbers do without, so that a table of
the command line waits for no more than the decimals of its currencies.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, TypeAlias

Language: TypeAlias = Literal["en", "ar"]

_LOCALES: Mapping[Language, str] = {"en": "en_001", "ar": "ar_AE"}
"""World English, whose dates no reader takes for American ones; Arabic as the Gulf writes it."""

_DIGITS = "latn"  # 0 to 9: what CLDR gives for ar_AE
_NO_BREAK_SPACE = "\u00a0"
_RIGHT_TO_LEFT_ISOLATE, _POP_ISOLATE = "\u2067", "\u2069"
_DECIMALS_WITHOUT_CURRENCY = 2
_TIME_PATTERN = "d MMM y, HH:mm"


def format_price(
    price: float, currency: str, language: Language = "en", *, trims_whole: bool = False
) -> str:
    """Return a price with its currency: "AED 79.50", "KWD 12.345", "79.50 د.إ.".

    English has the ISO code, since several currencies are called dollar; Arabic has the currency's
    symbol. A code that is not known is shown as it is. An Arabic price is isolated: the text around
    it, such as a Latin brand name, does not change the order of its parts.

    Args:
        price: Zero or more; halves are rounded to the even digit.
        currency: ISO 4217 code; empty when unknown.
        language: Decides the symbol and its side.
        trims_whole: Leave out the decimals of a whole price.
    """
    is_trimmed = trims_whole and float(price).is_integer()
    decimals = 0 if is_trimmed else _count_decimals(currency)
    if not currency:
        return format_number(price, language, decimals)
    if language == "en":
        return f"{currency}{_NO_BREAK_SPACE}{format_number(price, language, decimals)}"
    return _format_localized_price(price, currency, language, decimals)


def format_number(
    number: float, language: Language = "en", decimals: int = 0, *, signed: bool = False
) -> str:
    """Return a number with grouped thousands: "12,345", "+0.250".

    Args:
        number: The number; halves are rounded to the even digit.
        language: Of the text around it.
        decimals: Digits after the point.
        signed: Write the plus of a number that is not negative.
    """
    exact = Decimal(str(number))
    if language == "en":
        return f"{exact:{'+' if signed else ''},.{decimals}f}"
    from babel.numbers import format_decimal  # noqa: PLC0415 -- English does without

    pattern = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
    signed_pattern = f"+{pattern};-{pattern}" if signed else pattern
    return format_decimal(
        exact, signed_pattern, locale=_LOCALES[language], numbering_system=_DIGITS
    )


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


def _format_localized_price(price: float, currency: str, language: Language, decimals: int) -> str:
    from babel import Locale  # noqa: PLC0415 -- English does without
    from babel.numbers import format_currency  # noqa: PLC0415 -- English does without

    locale = Locale.parse(_LOCALES[language])
    pattern = locale.currency_formats["standard"].pattern
    text = format_currency(
        Decimal(str(price)),
        currency,
        pattern.replace("0.00", f"0.{'0' * decimals}" if decimals else "0"),
        locale=locale,
        currency_digits=False,
        numbering_system=_DIGITS,
    )
    return f"{_RIGHT_TO_LEFT_ISOLATE}{text}{_POP_ISOLATE}"
