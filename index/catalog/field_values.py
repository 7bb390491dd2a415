"""Parsing of single cell values: ids and codes, languages, currencies, numbers, addresses."""

import re

from index.catalog.excel_damage import is_rounded_number, strip_whole_decimals
from index.catalog.null_words import is_null_id
from index.catalog.records import CellError
from index.catalog.text_cleaning import as_text
from index.text.currencies import to_currency_code
from index.text.folding import ASCII_DIGITS
from index.text.languages import to_language_code
from index.text.prices import parse_price

_ADDRESS = re.compile(r"https?://[^\s/?#@:]+[^\s]*", re.IGNORECASE)
_BARE_HOST = re.compile(r"www\.[^\s/]+\.[^\s/]+", re.IGNORECASE)
_NUMBER = r"(?P<number>[-\u2212]?\d+(?:[.,]\d+)?)"
_RATING = re.compile(
    rf"{_NUMBER}\s*(?:(?P<percent>%|٪)|(?:/|of|out of|من|von|sur)\s*(?P<best>\d+(?:[.,]\d+)?))?"
    r"\s*(?:stars?|نجوم|نجمة|sterne|étoiles)?",
    re.IGNORECASE,
)
_MARGIN = re.compile(rf"{_NUMBER}\s*(?P<percent>%)?")
_MAX_QUANTITY = 10**12


def parse_id(value: object) -> str:
    """Return an id without surrounding whitespace; "123.0" is 123.

    Raises:
        CellError: It holds control characters or bytes that are not valid text, is a word for "no
            value", or is a number that a spreadsheet rounded.
    """
    text = strip_whole_decimals(as_text(value).strip())
    if is_null_id(text):
        raise CellError(f"an id expected, got {text!r}, which stands for no value")
    if is_rounded_number(text):
        raise CellError(
            f"an id expected, got {text!r}: a spreadsheet rounded it and its digits are lost; "
            "format the column as text and export it again from the shop"
        )
    if text.isascii() and text.isprintable():
        return text
    if any(ord(ch) < 32 or 0x7F <= ord(ch) < 0xA0 for ch in text):
        raise CellError(f"a text without control characters expected, got {text[:60]!r}")
    if any(0xD800 <= ord(ch) <= 0xDFFF for ch in text):
        raise CellError("broken characters: these bytes are not valid UTF-8")
    return text


def parse_language(value: object) -> str:
    """Return a two-letter language code.

    Raises:
        CellError: It is not a known language.
    """
    code = to_language_code(as_text(value))
    if not code:
        raise CellError(f'a language such as "en" or "ar" expected, got {str(value)[:60]!r}')
    return code


def parse_currency(value: object) -> str:
    """Return an ISO 4217 currency code.

    Raises:
        CellError: It is not a known currency.
    """
    code = to_currency_code(as_text(value))
    if not code:
        raise CellError(f'a currency such as "AED" expected, got {str(value)[:60]!r}')
    return code


def parse_code(value: object) -> str:
    """Return a stock keeping unit or part number; empty for a word that means none.

    Raises:
        CellError: It holds control characters, or is a number that a spreadsheet rounded.
    """
    return "" if is_null_id(as_text(value).strip()) else parse_id(value)


def parse_gtin(value: object) -> str:
    """Return a global trade item number as its digits, 8, 12, 13 or 14 of them.

    Zeros that a spreadsheet took from the front are put back. Source: GS1 General Specifications,
    section 7.9, the check digit.

    Raises:
        CellError: It is no such number, or its check digit is wrong.
    """
    text = parse_code(value)
    digits = re.sub(r"[\s\-\u2010-\u2014]", "", text).translate(ASCII_DIGITS)
    if not digits:
        return ""
    if _is_isbn10(digits):
        return digits.upper()
    for length in (8, 12, 13, 14):
        padded = digits.zfill(length)
        if digits.isascii() and digits.isdigit() and len(padded) == length and _is_gtin(padded):
            return padded
    raise CellError(f"8, 12, 13 or 14 digits with a right check digit expected, got {text[:40]!r}")


def _is_gtin(digits: str) -> bool:
    weighted = (int(digit) * (3 if n % 2 else 1) for n, digit in enumerate(reversed(digits)))
    return sum(weighted) % 10 == 0 and bool(digits.strip("0"))


def _is_isbn10(code: str) -> bool:
    if not re.fullmatch(r"[0-9]{9}[0-9Xx]", code):
        return False
    values = [10 if ch in "Xx" else int(ch) for ch in code]
    return sum(value * (10 - n) for n, value in enumerate(values)) % 11 == 0


def parse_url(value: object) -> str:
    """Return the http(s) address of a product's page.

    Raises:
        CellError: It is no such address.
    """
    text = as_text(value).strip()
    if text.startswith("//"):
        text = f"https:{text}"
    elif _BARE_HOST.match(text):
        text = f"https://{text}"
    if text and not _ADDRESS.fullmatch(text):
        raise CellError(f"an http or https address expected, got {text[:80]!r}")
    return text


def parse_quantity(value: object) -> int | None:
    """Return the pieces in stock; a negative number, of products oversold, is 0.

    Raises:
        CellError: It is not a number.
    """
    text = as_text(value).strip()
    if text.startswith(("-", "\u2212")):
        parse_popularity(text[1:])
        return 0
    return parse_count(value)


def parse_count(value: object) -> int | None:
    """Return a whole number of zero or more, in any number format that prices may have.

    Raises:
        CellError: It is no such number.
    """
    number = parse_popularity(value)
    return None if number is None else min(int(number), _MAX_QUANTITY)


def parse_rating(value: object) -> float | None:
    """Return a mean rating from 0 to 5; "4.5/5", "9 of 10", "80 %" and "4,5 stars" are read too.

    Raises:
        CellError: It is none of these.
    """
    text = as_text(value).translate(ASCII_DIGITS).replace("٫", ".").strip()
    match = _RATING.fullmatch(text)
    if match:
        number = float(match["number"].replace(",", "."))
        best = 100.0 if match["percent"] else float((match["best"] or "5").replace(",", "."))
        if best > 0 and 0 <= number <= best:
            return round(5 * number / best, 4)
    raise CellError(f"a rating from 0 to 5 expected, got {text[:60]!r}")


def parse_margin(value: object) -> float | None:
    """Return a margin as a share of the price: 0.35, "35 %" and "35" are all 35 percent.

    Raises:
        CellError: It is not a number, or above 100 percent.
    """
    text = as_text(value).translate(ASCII_DIGITS).replace("٪", "%").replace("٫", ".").strip()
    match = _MARGIN.fullmatch(text)
    if match:
        number = float(match["number"].replace(",", ".").replace("\u2212", "-"))
        share = number / 100 if match["percent"] or abs(number) > 1 else number
        if share <= 1:
            return round(share, 6)
    raise CellError(f"a share of the price such as 0.35 or 35 % expected, got {text[:60]!r}")


def parse_popularity(value: object) -> float | None:
    """Return a count of sales or views, in any number format that prices may have.

    Raises:
        CellError: It is not a number of zero or more.
    """
    try:
        return parse_price(value).amount
    except CellError as exc:
        raise CellError(f"a number of zero or more expected, got {str(value)[:60]!r}") from exc
