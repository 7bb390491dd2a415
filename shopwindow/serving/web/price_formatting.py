"""Formats prices for shoppers."""

from collections.abc import Mapping

from shopwindow.serving.web.translations import Language

_DECIMALS: Mapping[str, int] = {
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "OMR": 3, "TND": 3, "LYD": 3,
    "JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0,
}  # fmt: skip
"""Decimals of currencies that do not have two. Source: ISO 4217, minor units."""

_ARABIC_CURRENCIES: Mapping[str, str] = {
    "AED": "د.إ.", "SAR": "ر.س.", "QAR": "ر.ق.", "KWD": "د.ك.", "BHD": "د.ب.", "OMR": "ر.ع.",
    "EGP": "ج.م.", "JOD": "د.أ.", "IQD": "د.ع.", "USD": "دولار", "EUR": "يورو",
}  # fmt: skip


def format_price(price: float, currency: str, language: Language) -> str:
    """Return a price with its currency: "AED 79.50", "1,200 د.إ."; whole prices have no decimals.

    Args:
        price: Zero or more.
        currency: ISO 4217 code; empty when unknown.
        language: Decides the name and the side of the currency.
    """
    digits = 0 if float(price).is_integer() else _DECIMALS.get(currency, 2)
    number = f"{price:,.{digits}f}"
    if language == "ar":
        return f"{number} {_ARABIC_CURRENCIES.get(currency, currency)}".strip()
    return f"{currency} {number}".strip()
