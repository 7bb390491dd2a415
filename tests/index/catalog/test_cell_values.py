"""Parsing of single cell values: prices, stock, times, photos, categories, texts."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.catalog.category_paths import parse_category
from index.catalog.image_addresses import PhotoRoot
from index.catalog.records import CellError
from index.catalog.stock_status import parse_in_stock
from index.catalog.text_cleaning import MAX_TEXT_CHARS, MAX_TITLE_CHARS, clean_line, clean_text
from index.catalog.timestamps import parse_datetime
from index.text.currencies import to_currency_code
from index.text.currency_names import CURRENCY_CODES, CURRENCY_SYMBOLS
from index.text.prices import Money, parse_price

PRICES = [
    ("79", 79.0, ""),
    ("79.00 AED", 79.0, "AED"),
    ("1,299.00 AED", 1299.0, "AED"),
    ("AED 1.299,00", 1299.0, "AED"),
    ("AED1299", 1299.0, "AED"),
    ("٩٩٫٥٠ ر.س", 99.5, "SAR"),
    ("١٬٢٩٩٫٥٠ ر.س.", 1299.5, "SAR"),
    ("۱۲۳٫۴", 123.4, ""),
    ("د.إ.\u200f ٧٥", 75.0, "AED"),
    ("75 د.إ", 75.0, "AED"),
    ("١٢٫٥٠٠ د.ك", 12.5, "KWD"),
    ("12.500 KWD", 12.5, "KWD"),
    ("12.500 EUR", 12500.0, "EUR"),
    ("12.500", 12.5, ""),
    ("0.125 EUR", 0.125, "EUR"),
    ("1,299", 1299.0, ""),
    ("12,50", 12.5, ""),
    ("12,5 €", 12.5, "EUR"),
    ("$12", 12.0, "USD"),
    ("US$ 12.30", 12.3, "USD"),
    ("12,50 €", 12.5, "EUR"),
    ("1.234.567,89 €", 1234567.89, "EUR"),
    ("1 299,00 €", 1299.0, "EUR"),
    ("1\u202f299,00 €", 1299.0, "EUR"),
    ("1'299.00 CHF", 1299.0, "CHF"),
    ("₹1,29,900.00", 129900.0, "INR"),
    ("12.- CHF", 12.0, "CHF"),
    ("12,-- EUR", 12.0, "EUR"),
    ("75.00 SR", 75.0, "SAR"),
    ("ر.ق 5", 5.0, "QAR"),
    ("ج.م.٥", 5.0, "EGP"),
    ("Dhs. 12.50", 12.5, "AED"),
    ("Dhs.12", 12.0, "AED"),
    ("$.50", 0.5, "USD"),
    ("+5", 5.0, ""),
    ("0", 0.0, ""),
    ("1e3", 1000.0, ""),
    (5, 5.0, ""),
    (5.25, 5.25, ""),
    (Decimal("5.25"), 5.25, ""),
]


@pytest.mark.parametrize(("value", "amount", "currency"), PRICES, ids=str)
def test_price_formats(value: object, amount: float, currency: str) -> None:
    assert parse_price(value) == Money(amount, currency)


INVALID_PRICES = [
    "free", "-1", "−1", "AED -1", "1-2", "10 - -5", "1,2,3", "1.2.3", "12 34", "1,23,4", "NaN",
    "inf", "1e999", "٫", "AED", "1 AED 2", "12 per month", "(12)", "0x10", "1_000", "²", "1.5.",
    float("nan"), float("inf"), -1, -0.01, True, b"12", [12], {"value": 12}, 10**400,
]  # fmt: skip


@pytest.mark.parametrize("value", INVALID_PRICES, ids=lambda value: str(value)[:20])
def test_an_invalid_price_is_refused(value: object) -> None:
    with pytest.raises(CellError, match="price"):
        parse_price(value)


TO_ARABIC = str.maketrans("0123456789.,", "٠١٢٣٤٥٦٧٨٩٫٬")


@given(
    st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False),
    st.sampled_from(sorted(CURRENCY_CODES)),
)
def test_a_price_has_the_same_value_in_every_format(amount: Decimal, code: str) -> None:
    english = f"{amount:,.2f}"
    german = english.translate(str.maketrans(".,", ",."))
    spaced, arabic = english.replace(",", " "), english.translate(TO_ARABIC)
    for number in (english, german, arabic, spaced, str(amount)):
        assert parse_price(f"{number} {code}") == Money(float(amount), code)
        assert parse_price(f"{code.lower()}{number}") == Money(float(amount), code)
        assert parse_price(number) == Money(float(amount))


@given(st.floats(min_value=0, allow_infinity=False, allow_nan=False))
def test_a_python_float_survives_its_repr(number: float) -> None:
    assert parse_price(repr(number)) == parse_price(number) == Money(number)


@given(st.text(max_size=40))
def test_any_text_is_a_price_or_refused_with_a_short_reason(text: str) -> None:
    reason = ""
    try:
        assert parse_price(text).amount >= 0
    except CellError as exc:
        reason = exc.reason
    assert len(reason) <= 160


def test_every_symbol_stands_for_a_currency() -> None:
    assert {code for _, code in CURRENCY_SYMBOLS} <= CURRENCY_CODES
    assert all(to_currency_code(sign) == code for sign, code in CURRENCY_SYMBOLS)
    assert all(parse_price(f"5 {sign}") == Money(5.0, code) for sign, code in CURRENCY_SYMBOLS)
    assert to_currency_code("aed") == "AED"
    assert not to_currency_code("dirhams of the emirates")


@pytest.mark.parametrize(
    "value",
    [True, 1, 3.5, "1", "12", "٣", "yes", "TRUE", "In Stock", "in_stock", "in-stock", "InStock",
     "http://schema.org/InStock", "متوفر", "نعم", "limited availability"],
)  # fmt: skip
def test_values_that_mean_in_stock(value: object) -> None:
    assert parse_in_stock(value) is True


@pytest.mark.parametrize(
    "value",
    [False, 0, -3, "0", "-3", "0.0", "no", "False", "out of stock", "out_of_stock", "OutOfStock",
     "غير متوفر", "لا", "preorder", "pre-order", "backorder", "on backorder", "sold out"],
)  # fmt: skip
def test_values_that_mean_out_of_stock(value: object) -> None:
    assert parse_in_stock(value) is False


@pytest.mark.parametrize(
    "value", ["maybe", "2 days", "-3 or so", "-", {}, float("nan"), "?"], ids=str
)
def test_an_unknown_availability_is_refused(value: object) -> None:
    with pytest.raises(CellError, match="in stock"):
        parse_in_stock(value)


NOON = datetime(2024, 5, 31, 12, tzinfo=UTC)
TIMES = [
    ("2024-05-31", datetime(2024, 5, 31, tzinfo=UTC)),
    ("٢٠٢٤-٠٥-٣١", datetime(2024, 5, 31, tzinfo=UTC)),
    ("2024-05-31T12:00:00", NOON),
    ("2024-05-31 12:00:00", NOON),
    ("2024-05-31T12:00:00Z", NOON),
    ("2024-05-31 12:00:00 UTC", NOON),
    ("2024-05-31T16:00:00+04:00", NOON),
    ("20240531T120000Z", NOON),
    ("1717156800", NOON),
    ("1717156800000", NOON),
    (1717156800, NOON),
    (1717156800.0, NOON),
    (date(2024, 5, 31), datetime(2024, 5, 31, tzinfo=UTC)),
    (datetime(2024, 5, 31, 12), NOON),
    (datetime(2024, 5, 31, 16, tzinfo=timezone(timedelta(hours=4))), NOON),
]


@pytest.mark.parametrize(("value", "expected"), TIMES, ids=str)
def test_timestamp_formats(value: object, expected: datetime) -> None:
    assert parse_datetime(value) == expected
    assert parse_datetime(value).tzinfo is not None


@pytest.mark.parametrize(
    "value",
    ["31/05/2024 or so", "May 31", "2024-13-01", "12", True, [2024], 1e300, -5, "soon"],
    ids=str,
)
def test_an_invalid_timestamp_is_refused(value: object) -> None:
    with pytest.raises(CellError, match="a date such as"):
        parse_datetime(value)


def test_photo_paths_must_stay_in_their_folder(tmp_path: Path) -> None:
    root = PhotoRoot(tmp_path)
    inside = str(tmp_path / "a" / "b.jpg")
    for text in ("a/b.jpg", "./a/b.jpg", "a\\b.jpg", "c/../a/b.jpg", " a/b.jpg ", inside):
        assert root.resolve(text) == inside
    for text in ("https://x.org/a.jpg", "HTTP://user@x.org:8000/a.jpg?b=1", "http://[::1]/a.jpg"):
        assert root.resolve(text) == text
    assert root.resolve("//x.org/a.jpg") == "https://x.org/a.jpg"
    assert root.resolve("https://x.org/a b.jpg") == "https://x.org/a%20b.jpg"

    sibling = f"{tmp_path}-other/a.jpg"
    for text in (
        "../a.jpg",
        sibling,
        "/",
        "",
        "https://",
        "https://?a",
        "javascript:x",
        "x" * 5000,
    ):
        with pytest.raises(CellError, match=r"expected|outside"):
            root.resolve(text)


CATEGORY_PATHS = [
    ("A > B > C", ("A", "B", "C")),
    ("A>B", ("A", "B")),
    ("A / B", ("A", "B")),
    ("A | B", ("A", "B")),
    ("Baby/Toddler > Shoes", ("Baby/Toddler", "Shoes")),
    ("Home & Garden", ("Home & Garden",)),
    ("A &gt; B", ("A", "B")),
    ("ملابس > فساتين", ("ملابس", "فساتين")),
    ('["A", "B"]', ("A", "B")),
    (["A", "B"], ("A", "B")),
    (["A > B"], ("A", "B")),
    ([["A", "B"], ["C"]], ("A", "B")),
    (" > A > ", ("A",)),
    ("2271", ()),
    ("[broken", ("[broken",)),
]


@pytest.mark.parametrize(("value", "path"), CATEGORY_PATHS, ids=str)
def test_category_path_formats(value: object, path: tuple[str, ...]) -> None:
    assert parse_category(value) == path


TEXTS = [
    ("  a \t b ", "a b"),
    ("a\x00b\x07c", "a b c"),
    ("cafe\u0301", "café"),
    ("\ufeffx", "x"),
    ("<p>one</p><p>two</p>", "one\ntwo"),
    ("one<br/>two<br>three", "one\ntwo\nthree"),
    ("<b>Fish</b> &amp; chips", "Fish & chips"),
    ("&lt;p&gt;Fish &amp;amp; chips&lt;/p&gt;", "Fish & chips"),
    ("Fish &amp; chips", "Fish & chips"),
    ("<style>p {}</style><p>x<!-- no --></p><script>var a = '<p>';</script>y", "x\ny"),
    ("a < b and c > d", "a < b and c > d"),
    ("<3 this", "<3 this"),
    ("AT&T", "AT&T"),
    ("a\r\n\r\n\r\nb", "a\nb"),
    ("<![CDATA[ <p>x</p> ]]>", "x"),
    ("می\u200cخواهم", "می\u200cخواهم"),
    (12.0, "12"),
    (["one", None, "two"], "one\ntwo"),
]


@pytest.mark.parametrize(("value", "text"), TEXTS, ids=str)
def test_texts_are_cleaned_of_html_and_control_characters(value: object, text: str) -> None:
    assert clean_text(value) == text
    assert clean_line(value) == " ".join(text.split())


@given(st.text())
def test_cleaning_is_idempotent_and_removes_control_characters(text: str) -> None:
    try:
        cleaned = clean_text(text)
    except CellError:
        assert any("\ud800" <= ch <= "\udfff" for ch in text)
        return
    assert not any(ord(ch) < 32 and ch != "\n" for ch in cleaned)
    if not {"<", "&"} & set(cleaned):
        assert clean_text(cleaned) == cleaned


def test_long_texts_are_truncated() -> None:
    assert len(clean_line("x" * 5_000)) == MAX_TITLE_CHARS
    assert len(clean_text("é" * 50_000)) == MAX_TEXT_CHARS
    assert len(clean_text("<p>" + "a &amp; " * 20_000)) <= MAX_TEXT_CHARS


@pytest.mark.parametrize("piece", ["<a ", "<!--", "</", "<script>", "&", "<p ", " \n", "<!", "< "])
def test_hostile_markup_is_cleaned_in_linear_time(piece: str) -> None:
    text = "<p>" + piece * (100_000 // len(piece))
    started = datetime.now(UTC)
    clean_text(text)
    assert datetime.now(UTC) - started < timedelta(seconds=2)
