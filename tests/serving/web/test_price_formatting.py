"""Prices by currency and language."""

import pytest

from shopwindow.serving.web.price_formatting import format_price
from shopwindow.serving.web.translations import Language


@pytest.mark.parametrize(
    ("price", "currency", "language", "text"),
    [
        (80.0, "AED", "en", "AED 80"),
        (79.5, "AED", "en", "AED 79.50"),
        (1234.5, "USD", "en", "USD 1,234.50"),
        (12.345, "KWD", "en", "KWD 12.345"),
        (99.5, "JPY", "en", "JPY 100"),
        (5.0, "", "en", "5"),
        (79.5, "SAR", "ar", "79.50 ر.س."),
        (79.5, "CHF", "ar", "79.50 CHF"),
        (0.0, "AED", "en", "AED 0"),
    ],
)
def test_prices_are_formatted_by_currency_and_language(
    price: float, currency: str, language: Language, text: str
) -> None:
    assert format_price(price, currency, language) == text
