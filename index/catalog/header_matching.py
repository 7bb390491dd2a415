"""Matching of a feed's column names to fields, whatever unit, currency or type they carry."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from index.catalog.header_vocabulary import (
    ATTRIBUTE_BY_COLUMN,
    ATTRIBUTE_PREFIX,
    FIELD_BY_COLUMN,
    FIELDS_BESIDE,
    normalize_column_name,
)
from index.text.currencies import to_currency_code
from index.text.languages import split_language, split_leading_language

PRICE_FIELDS = frozenset({"price", "list_price", "sale_price", "cost"})

_MAX_NAME_CHARS = 200
_MAX_SUFFIXES = 3
_BRACKETED = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]\s*\*?\s*$")
_STRUCTURE = re.compile(r"[a-z_]+(?::[a-z_]+)+", re.ASCII)
"""The parts of a value, as Google writes them: `(section_name:attribute_name)`."""
_TYPE_ID = re.compile(r"\[id\]\s*$", re.IGNORECASE)
"""`name [id]` says that the column holds an id, not that it is in Indonesian."""
_WORD_BREAK = re.compile(r"[\s_\-/:,]+")
_REPEAT = re.compile(r" \[#\d+\]$", re.ASCII)
_TYPES = (
    "id sku number text string int integer float decimal double boolean bool date datetime url "
    "link list array required optional mandatory yes/no 0/1 true/false cm mm m kg g ml l pcs "
    "piece pieces units multi json localizable scopable html html-text رابط إجباري اختياري "
    "مطلوب نص رقم قطعة"
)
_TYPE_WORDS = frozenset(map(normalize_column_name, _TYPES.split()))
"""What exports write in brackets behind a name without changing its meaning."""
_TAXES = (
    "in incl including inclusive excl excluding exclusive of vat tax gst with without per unit "
    "شامل غير الضريبة ضريبة القيمة المضافة"
)
_TAX_WORDS = frozenset(_TAXES.split())


class ColumnMatch(NamedTuple):
    """What a column name says.

    Attributes:
        field: Product field.
        rank: Rank of the alias, 0 is the most trusted.
        currency: ISO code that the name of a price column carries; empty for none.
        is_exact: Whether the whole name is an alias.
    """

    field: str
    rank: int
    currency: str = ""
    is_exact: bool = True


def mark_repeats(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names with a mark on each repetition, so that every column keeps its own cells."""
    counts: dict[str, int] = {}
    marked = []
    for name in names:
        counts[name] = counts.get(name, 0) + 1
        marked.append(f"{name} [#{counts[name]}]" if name and counts[name] > 1 else name)
    return tuple(marked)


def strip_repeat(name: str) -> str:
    """Return the name without the mark of `mark_repeats`: as the feed writes it."""
    return _REPEAT.sub("", name)


@lru_cache(maxsize=8_192)
def match_field(column: str) -> ColumnMatch | None:
    """Return the field that a column fills by its name; None for no known name."""
    name = strip_repeat(column)
    known = _get_field(name)
    if known and known[0] not in PRICE_FIELDS:
        return ColumnMatch(*known)
    if len(name) > _MAX_NAME_CHARS:
        return None
    for base, currency in (_split_suffixes(name), *_iter_currency_splits(name)):
        found = _get_field(base)
        if found and base != name and (found[0] in PRICE_FIELDS or not currency):
            return ColumnMatch(*found, currency, is_exact=known is not None)
    return ColumnMatch(*known) if known else None


def match_field_beside(column: str) -> str:
    """Return the second field that a column fills by its name; empty for none.

    A column of stock keeping units may hold the ids, and one of pieces says what is in stock.
    """
    name = strip_repeat(column)
    return FIELDS_BESIDE.get(normalize_column_name(name)) or FIELDS_BESIDE.get(
        normalize_column_name(_split_suffixes(name[:_MAX_NAME_CHARS])[0]), ""
    )


@lru_cache(maxsize=8_192)
def match_attribute(column: str) -> str:
    """Return the attribute that a column names, by a known name or a prefix; empty for none."""
    name = strip_repeat(column).strip()
    prefix = ATTRIBUTE_PREFIX.match(name)
    if prefix:
        return name[prefix.end() :].strip().casefold()
    alias = ATTRIBUTE_BY_COLUMN.get(normalize_column_name(name), "")
    if alias or len(name) > _MAX_NAME_CHARS:
        return alias
    return ATTRIBUTE_BY_COLUMN.get(normalize_column_name(_split_suffixes(name)[0]), "")


@lru_cache(maxsize=8_192)
def match_language(column: str) -> tuple[str, str]:
    """Return the field and the language of `title_ar`, `Arabic name`; empty texts for neither."""
    if _TYPE_ID.search(column):
        return "", ""
    for split in (split_language, split_leading_language):
        base, language = split(strip_repeat(column))
        match = match_field(base) if language else None
        if match and match.field in {"title", "description"}:
            return match.field, language
    return "", ""


def strip_suffixes(column: str) -> str:
    """Return a column name without types, units and currencies in brackets behind it."""
    name = strip_repeat(column).strip()
    return _split_suffixes(name)[0] if len(name) <= _MAX_NAME_CHARS else name


def _split_suffixes(name: str) -> tuple[str, str]:
    """Return a name without its last brackets, and the currency that they name."""
    currency = ""
    for _ in range(_MAX_SUFFIXES):
        bracketed = _BRACKETED.search(name)
        if bracketed is None or not name[: bracketed.start()].strip():
            break
        found = _read_currency(bracketed[1])
        if not (found or _says_nothing(bracketed[1])):
            break
        currency = currency or found
        name = name[: bracketed.start()].rstrip()
    return name, currency


def _read_currency(text: str) -> str:
    """Return the currency of "SAR", "ر.س", "SAR incl. VAT"; empty when other words stand there."""
    if code := to_currency_code(text):
        return code
    others = _list_words(text)
    # ريال سعودي, درهم إماراتي: the country stands behind the currency.
    return to_currency_code(_strip_preposition(others[0])) if 1 <= len(others) <= 2 else ""


def _iter_currency_splits(name: str) -> Iterator[tuple[str, str]]:
    """Yield the ways to split `price_sar`, `السعر بالريال السعودي` into name and currency."""
    text = name.strip()
    for found in reversed(list(_WORD_BREAK.finditer(text))[-_MAX_SUFFIXES:]):
        if code := _read_currency(text[found.end() :]):
            yield text[: found.start()], code


def _get_field(name: str) -> tuple[str, int] | None:
    return FIELD_BY_COLUMN.get(normalize_column_name(name))


def _says_nothing(text: str) -> bool:
    """Return whether brackets hold only a type, a unit, or whether tax is included."""
    is_structure = _STRUCTURE.fullmatch(text.strip()) is not None
    return is_structure or normalize_column_name(text) in _TYPE_WORDS or not _list_words(text)


def _list_words(text: str) -> list[str]:
    words = _WORD_BREAK.split(text.strip())
    return [word for word in words if word and word.casefold().rstrip(".") not in _TAX_WORDS]


def _strip_preposition(word: str) -> str:
    return word.removeprefix("بال").removeprefix("ب") if word.startswith("ب") else word
