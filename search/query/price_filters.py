"""Price ranges in a query: "under 50", "between 100 and 200 AED", "أقل من ٢٠٠ ريال"."""

import re
import unicodedata
from dataclasses import dataclass, replace

from index.text import read_currency

_NUMBER = r"(\d+(?:[.,]\d+)?)"
_CURRENCY = (
    r"(?:aed|sar|qar|kwd|bhd|omr|egp|usd|eur|gbp|try|inr|dollars?|euros?|dirhams?|riyals?|dinars?|"
    r"pounds?|rupees?|dhs?|درهم(?:ا)?|دراهم|ريال(?:ا)?|ريالات|دينار(?:ا)?|دنانير|جنيه(?:ا)?|"
    r"دولار(?:ا)?|يورو|ليرة|[$€£₹])"
)
_MONEY = rf"{_CURRENCY}?\s*{_NUMBER}\s*({_CURRENCY})?"
_UPPER_WORDS = (
    r"under|below|less than|cheaper than|at most|up to|no more than|not over|"
    r"(?:ب)?(?:أقل|اقل|أرخص|ارخص) من|تحت|دون|بحد أقصى|بحد اقصى|لا يتجاوز|لا يزيد عن|حتى"
)
_LOWER_WORDS = (
    r"over|above|more than|at least|starting at|"
    r"(?:ب)?(?:أكثر|اكثر|أغلى|اغلى|أعلى|اعلى) من|فوق|على الأقل|ابتداء من|يبدأ من"
)
_UNIT = (
    r"\s*(?:cm|mm|m|km|in|inch(?:es)?|ft|feet|kg|g|lbs?|oz|ml|l|liters?|litres?|gb|tb|mb|w|watts?|v|"
    r"volts?|mah|hz|mp|years?|months?|days?|hours?|minutes?|pcs|pieces?|pack|people|persons?|%|"
    r"سم|مم|متر|كجم|كغ|كيلو|جرام|غرام|مل|لتر|واط|فولت|بوصة|سنوات|سنة|سنين|شهر|أشهر|قطعة|قطع)\b"
)
"""Units after which a number is no price."""

_END = rf"(?![.,]?\d)(?!{_UNIT})"
_CURRENCY_WORD = re.compile(rf"(?<![^\W\d_]){_CURRENCY}(?![^\W\d_])", re.IGNORECASE)
_RANGES = tuple(
    re.compile(rf"(?:{start})\s+{_MONEY}\s+(?:{to})\s*{_MONEY}{_END}", re.IGNORECASE)
    for start, to in (("between|بين", "and|و"), ("from|من", "to|إلى|الى"))
)
_UPPER = re.compile(rf"(?<!\w)(?:{_UPPER_WORDS})\s+{_MONEY}{_END}", re.IGNORECASE)
_LOWER = re.compile(rf"(?<!\w)(?:{_LOWER_WORDS})\s+{_MONEY}{_END}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PriceConstraint:
    """A price range in a query.

    Attributes:
        typed: The phrase, as typed.
        low: Minimum price, inclusive; None when only the maximum is given.
        high: Maximum price, inclusive; None when only the minimum is given.
        currency: ISO code of both, if the phrase names another currency than the catalogue's.
    """

    typed: str
    low: float | None
    high: float | None
    currency: str = ""


def extract_price(text: str, currency: str = "") -> PriceConstraint | None:
    """Return the first price range of a text, or None.

    A number with another unit ("under 50 cm") is no price, and a bare number never is.

    Args:
        text: Any text, English or Arabic; Arabic-Indic digits are parsed too.
        currency: ISO code of the catalogue's prices; it decides what a shared name such as "riyal"
            means.
    """
    price = _find_range(text)
    if price is None:
        return None
    found = _CURRENCY_WORD.search(price.typed)
    code = read_currency(found[0], currency).code if found else ""
    return price if code in {"", currency} else replace(price, currency=code)


def _find_range(text: str) -> PriceConstraint | None:
    ascii_text = "".join(str(unicodedata.digit(c)) if c.isdigit() and c > "9" else c for c in text)
    for pattern in _RANGES:
        if match := pattern.search(ascii_text):
            low, high = sorted((_parse_number(match[1]), _parse_number(match[3])))
            return PriceConstraint(_get_typed(text, match), low, high)
    if match := _UPPER.search(ascii_text):
        return PriceConstraint(_get_typed(text, match), None, _parse_number(match[1]))
    if match := _LOWER.search(ascii_text):
        return PriceConstraint(_get_typed(text, match), _parse_number(match[1]), None)
    return None


def _get_typed(text: str, match: re.Match[str]) -> str:
    return text[match.start() : match.end()].strip()


def _parse_number(digits: str) -> float:
    whole, separator, rest = digits.replace(",", ".").partition(".")
    if separator and len(rest) == 3:  # a thousands separator
        return float(whole + rest)
    return float(f"{whole}.{rest or 0}")
