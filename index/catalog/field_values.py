"""Single values of a row: keys, languages, currencies, numbers."""

from index.catalog.records import CellError
from index.catalog.text_cleaning import as_text
from index.text.currencies import to_currency_code
from index.text.languages import to_language_code
from index.text.prices import parse_price


def parse_id(value: object) -> str:
    """Return a key as it is, without blanks around it.

    Raises:
        CellError: It holds control characters or bytes that are not valid text.
    """
    text = as_text(value).strip()
    if text.isascii() and text.isprintable():
        return text
    if any(ord(ch) < 32 or 0x7F <= ord(ch) < 0xA0 for ch in text):
        raise CellError(f"a text without control characters expected, got {text[:60]!r}")
    if any(0xD800 <= ord(ch) <= 0xDFFF for ch in text):
        raise CellError("broken characters: these bytes are not valid UTF-8")
    return text


def parse_language(value: object) -> str:
    """Return the code of a language.

    Raises:
        CellError: It is no language.
    """
    code = to_language_code(as_text(value))
    if not code:
        raise CellError(f'a language such as "en" or "ar" expected, got {str(value)[:60]!r}')
    return code


def parse_currency(value: object) -> str:
    """Return the ISO code of a currency.

    Raises:
        CellError: It is no currency.
    """
    code = to_currency_code(as_text(value))
    if not code:
        raise CellError(f'a currency such as "AED" expected, got {str(value)[:60]!r}')
    return code


def parse_popularity(value: object) -> float | None:
    """Return how often something was sold or seen, written as prices are.

    Raises:
        CellError: It is not a number of zero or more.
    """
    try:
        return parse_price(value).amount
    except CellError as exc:
        raise CellError(f"a number of zero or more expected, got {str(value)[:60]!r}") from exc
