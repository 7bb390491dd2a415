"""Prices, numbers, percentages and times as people read them, in English and Arabic."""

import subprocess
import sys
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from babel.numbers import format_currency, format_decimal
from hypothesis import given
from hypothesis import strategies as st

from shopwindow.values.display_formats import (
    Language,
    format_day,
    format_number,
    format_percent,
    format_price,
    format_time,
    select_plural_form,
)


def to_visible(text: str) -> str:
    """Return a text without marks of direction, and with plain spaces."""
    visible = (letter for letter in text if unicodedata.category(letter) != "Cf")
    return "".join(visible).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("price", "currency", "language", "text"),
    [
        (80.0, "AED", "en", "AED 80.00"),
        (1234.5, "USD", "en", "USD 1,234.50"),
        (12.345, "KWD", "en", "KWD 12.345"),
        (5.0, "BHD", "en", "BHD 5.000"),
        (99.6, "JPY", "en", "JPY 100"),
        (5.0, "", "en", "5.00"),
        (0.0, "AED", "en", "AED 0.00"),
        (2.675, "AED", "en", "AED 2.68"),  # as written, not as its binary fraction
        (5.0, "NONE-SUCH", "en", "NONE-SUCH 5.00"),
        (1234.5, "SAR", "ar", "1,234.50 ر.س."),
        (12.345, "KWD", "ar", "12.345 د.ك."),
        (99.6, "JPY", "ar", "100 JP¥"),
        (5.0, "USD", "ar", "5.00 US$"),
        (5.0, "CHF", "ar", "5.00 CHF"),
        (5.0, "NONE-SUCH", "ar", "5.00 NONE-SUCH"),
        (5.0, "", "ar", "5.00"),
    ],
)
def test_prices_have_the_decimals_of_their_currency(
    price: float, currency: str, language: Language, text: str
) -> None:
    assert to_visible(format_price(price, currency, language)) == text


@pytest.mark.parametrize(
    ("price", "currency", "language", "text"),
    [
        (80.0, "AED", "en", "AED 80"),
        (79.5, "AED", "en", "AED 79.50"),
        (80.0, "", "en", "80"),
        (1200.0, "KWD", "ar", "1,200 د.ك."),
        (79.5, "KWD", "ar", "79.500 د.ك."),
    ],
)
def test_a_whole_price_can_go_without_decimals(
    price: float, currency: str, language: Language, text: str
) -> None:
    assert to_visible(format_price(price, currency, language, trims_whole=True)) == text


def test_a_price_does_not_break_over_two_lines() -> None:
    assert " " not in format_price(1234.5, "AED", "en") + format_price(1234.5, "AED", "ar")


@pytest.mark.parametrize("currency", ["AED", "CHF", "USD"])
def test_an_arabic_price_is_isolated_from_the_text_around_it(currency: str) -> None:
    price = format_price(79.5, currency, "ar")
    assert (unicodedata.name(price[0]), unicodedata.name(price[-1])) == (
        "RIGHT-TO-LEFT ISOLATE",
        "POP DIRECTIONAL ISOLATE",
    )


@pytest.mark.parametrize("currency", ["AED", "SAR", "KWD", "USD", "EUR", "JPY", "CHF"])
def test_arabic_prices_are_those_of_the_locale_data(currency: str) -> None:
    expected = format_currency(1234.5, currency, locale="ar_AE")
    assert to_visible(format_price(1234.5, currency, "ar")) == to_visible(expected)


def test_a_latin_symbol_keeps_its_order_in_an_arabic_price() -> None:
    assert "\u2068US$\u2069" in format_price(5.0, "USD", "ar")


@pytest.mark.parametrize("locale", ["en_001", "ar_AE"])
@given(
    number=st.floats(min_value=-1e12, max_value=1e12, allow_nan=False),
    decimals=st.integers(min_value=0, max_value=4),
)
def test_numbers_are_those_of_the_locale_data(number: float, decimals: int, locale: str) -> None:
    pattern = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
    expected = format_decimal(number, pattern, locale=locale)
    assert format_number(number, decimals).lstrip("-") == expected.lstrip("-")  # Babel has no -0
    signed = format_decimal(number, f"+{pattern};-{pattern}", locale=locale)
    assert format_number(number, decimals, signed=True)[1:] == signed[1:]


def test_numbers_are_grouped_and_signed() -> None:
    assert format_number(1234567) == "1,234,567"
    assert format_number(0.25, decimals=3, signed=True) == "+0.250"
    assert format_number(-0.4, decimals=3, signed=True) == "-0.400"


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(
    ("share", "significant_digits", "text"),
    [
        (0.45, None, "45%"),
        (1.0, None, "100%"),
        (0.0512, 2, "5.1%"),
        (0.9, 2, "90%"),
        (1.0, 2, "100%"),
        (0.00051, 2, "0.051%"),
    ],
)
def test_percentages(
    share: float, significant_digits: int | None, text: str, language: Language
) -> None:
    shown = format_percent(share, language, significant_digits=significant_digits)
    assert to_visible(shown) == text


def test_days_and_times_name_the_month() -> None:
    assert format_day(date(2026, 1, 12)) == "12 Jan 2026"
    time = datetime(2026, 12, 1, 6, 5, tzinfo=UTC)
    assert format_time(time) == "1 Dec 2026, 06:05"
    assert "ديسمبر" in format_time(time, "ar")
    in_dubai = time.astimezone(timezone(timedelta(hours=4)))
    assert format_time(in_dubai) == "1 Dec 2026, 10:05"


@pytest.mark.parametrize(
    ("count", "language", "form"),
    [
        (1, "en", "one"),
        (2, "en", "other"),
        (2, "ar", "two"),
        (5, "ar", "few"),
        (103, "ar", "few"),
        (11, "ar", "many"),
        (100, "ar", "other"),
        (0, "ar", "zero"),
    ],
)
def test_plural_forms(count: int, language: Language, form: str) -> None:
    assert select_plural_form(count, language) == form


def test_numbers_do_without_locale_data() -> None:
    code = (
        "import sys; from shopwindow.values.display_formats import format_number, format_price\n"
        "print(format_number(1234), format_price(5, ''), 'babel' in sys.modules)\n"
        "print(ascii(format_price(5, 'KWD')), 'babel.dates' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["1,234 5.00 False", r"'KWD\xa05.000' False"]
