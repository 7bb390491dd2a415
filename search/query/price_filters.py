"""Prices in a query: "under 50", "between 100 and 200 AED", "أقل من ٢٠٠ ريال"."""

import re
import unicodedata
from dataclasses import dataclass

_NUMBER = r"(\d+(?:[.,]\d+)?)"
_CURRENCY = (
    r"(?:aed|sar|qar|kwd|bhd|omr|egp|usd|eur|gbp|try|inr|dollars?|euros?|dirhams?|riyals?|dinars?|"
    r"pounds?|rupees?|dhs?|درهم(?:ا)?|دراهم|ريال(?:ا)?|ريالات|دينار(?:ا)?|دنانير|جنيه(?:ا)?|"
    r"دولار(?:ا)?|يورو|ليرة|[$€£₹])"
)
_MONEY = rf"{_CURRENCY}?\s*{_NUMBER}\s*({_CURRENCY})?"
_MOST = (
    r"under|below|less than|cheaper than|at most|up to|no more than|not over|"
    r"(?:ب)?(?:أقل|اقل|أرخص|ارخص) من|تحت|دون|بحد أقصى|بحد اقصى|لا يتجاوز|لا يزيد عن|حتى"
)
_LEAST = (
    r"over|above|more than|at least|starting at|"
    r"(?:ب)?(?:أكثر|اكثر|أغلى|اغلى|أعلى|اعلى) من|فوق|على الأقل|ابتداء من|يبدأ من"
)
_THING = (
    r"\s*(?:cm|mm|m|km|in|inch(?:es)?|ft|feet|kg|g|lbs?|oz|ml|l|liters?|litres?|gb|tb|mb|w|watts?|v|"
    r"volts?|mah|hz|mp|years?|months?|days?|hours?|minutes?|pcs|pieces?|pack|people|persons?|%|"
    r"سم|مم|متر|كجم|كغ|كيلو|جرام|غرام|مل|لتر|واط|فولت|بوصة|سنوات|سنة|سنين|شهر|أشهر|قطعة|قطع)\b"
)
"""What a number counts when it is no price."""

_END = rf"(?![.,]?\d)(?!{_THING})"
_RANGES = tuple(
    re.compile(rf"(?:{start})\s+{_MONEY}\s+(?:{to})\s*{_MONEY}{_END}", re.IGNORECASE)
    for start, to in (("between|بين", "and|و"), ("from|من", "to|إلى|الى"))
)
_UPPER = re.compile(rf"(?<!\w)(?:{_MOST})\s+{_MONEY}{_END}", re.IGNORECASE)
_LOWER = re.compile(rf"(?<!\w)(?:{_LEAST})\s+{_MONEY}{_END}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PriceConstraint:
    """A price that a query names.

    Attributes:
        typed: The phrase, as typed.
        low: Least price; None when only the greatest is named.
        high: Greatest price; None when only the least is named.
    """

    typed: str
    low: float | None
    high: float | None


def extract_price(text: str) -> PriceConstraint | None:
    """Return the first price range that a text names, or None.

    A number that counts something else ("under 50 cm") is no price, and a bare number never is.

    Args:
        text: Any text, English or Arabic; Arabic-Indic digits are read too.
    """
    plain = "".join(str(unicodedata.digit(c)) if c.isdigit() and c > "9" else c for c in text)
    for pattern in _RANGES:
        if found := pattern.search(plain):
            low, high = sorted((_number(found[1]), _number(found[3])))
            return PriceConstraint(text[found.start() : found.end()].strip(), low, high)
    if found := _UPPER.search(plain):
        return PriceConstraint(text[found.start() : found.end()].strip(), None, _number(found[1]))
    if found := _LOWER.search(plain):
        return PriceConstraint(text[found.start() : found.end()].strip(), _number(found[1]), None)
    return None


def _number(digits: str) -> float:
    whole, mark, rest = digits.replace(",", ".").partition(".")
    if mark and len(rest) == 3:  # a thousands mark
        return float(whole + rest)
    return float(f"{whole}.{rest or 0}")
