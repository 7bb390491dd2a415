"""Parsing of single cell values: ids, languages, currencies, popularity."""

from index.catalog.excel_damage import is_rounded_number, strip_whole_decimals
from index.catalog.null_words import is_null_id
from index.catalog.records import CellError
from index.catalog.text_cleaning import as_text
from index.text.currencies import to_currency_code
from index.text.languages import to_language_code
from index.text.prices import parse_price


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


def parse_popularity(value: object) -> float | None:
    """Return a count of sales or views, in any number format that prices may have.

    Raises:
        CellError: It is not a number of zero or more.
    """
    try:
        return parse_price(value).amount
    except CellError as exc:
        raise CellError(f"a number of zero or more expected, got {str(value)[:60]!r}") from exc
