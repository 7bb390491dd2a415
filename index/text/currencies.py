"""Recognition of currencies: ISO codes, signs, abbreviations, and words with their country."""

import re
from typing import NamedTuple

from index.text.currency_names import (
    CURRENCIES_BY_COUNTRY,
    CURRENCY_CODES,
    CURRENCY_SYMBOLS,
    SHARED_NAMES,
    SharedName,
)
from index.text.folding import fold_spelling


class CurrencyWords(NamedTuple):
    """What the words around a number say about the currency.

    Attributes:
        code: ISO code; empty when it is not said, or not clear.
        unknown: The words that name no currency, joined by spaces; empty when all do.
    """

    code: str
    unknown: str = ""


_ABBREVIATION_DOT = re.compile(r"(?<=[^\W\d_])\.(?<!\brs\.)")
_SPACED_LETTERS = re.compile(r"(?<![^\W\d_])([\u0621-\u064A]) +(?=[\u0621-\u064A](?![^\W\d_]))")
_DIRHAM = re.compile(r"د\s?\.?\s?إ\.?")
_PREFIXED_SIGN = re.compile(r"\b(us|au|a|ca|c|hk|nz|mx|r|s|e|l)\s(?=[$£])")
_TOKEN = re.compile(r"(?:\b(?:us|au|a|ca|c|hk|nz|mx|r|s|e|l)[$£])|\brs\.|[^\W\d_]+|\S")
_ARTICLE = "ال"
_FILLERS = frozenset({"des", "de", "d", "of", "arab", "united", "عربيه", "متحده", "ب"})


def _normalize(text: str) -> str:
    """Return the folded words, with each abbreviation as one word: "ر. س." is "رس"."""
    folded = fold_spelling(_DIRHAM.sub(" AED ", text) if "إ" in text else text)
    folded = _ABBREVIATION_DOT.sub(lambda dot: "" if _joins(folded, dot.end()) else " ", folded)
    return _PREFIXED_SIGN.sub(r"\1", _SPACED_LETTERS.sub(r"\1", folded))


def _joins(text: str, position: int) -> bool:
    """Return whether the dot before a position is inside an abbreviation such as "ر.س"."""
    return text[position : position + 1].isalpha()


def _key(name: str) -> str:
    return _normalize(name).strip()


_CODE_BY_NAME = {
    **{_key(symbol): code for symbol, code in CURRENCY_SYMBOLS},
    **{code.lower(): code for code in CURRENCY_CODES},
}
_SHARED_BY_NAME = {_key(form): name for name in SHARED_NAMES for form in name.forms}
_CODE_BY_COUNTRY = {
    _key(country): code for names, code in CURRENCIES_BY_COUNTRY for country in names.split("|")
}


def to_currency_code(text: str) -> str:
    """Return the ISO code of "AED", "د.إ.", "$" or "دينار كويتي"; empty when it is no currency."""
    word = text.strip()
    if word in CURRENCY_CODES:
        return word
    words = read_currency(word[:60])
    return "" if words.unknown else words.code


def read_currency(text: str, expected: str = "") -> CurrencyWords:
    """Return the currency that the words around a number name.

    A currency may be said twice: "$ 12 USD" is USD, "$ 12 CAD" is CAD, since the sign is shared.

    Args:
        text: The words without the number.
        expected: ISO code that decides a shared name such as "$"; empty when unknown.

    Returns:
        The currency. Two currencies that contradict each other are `unknown` words.
    """
    exact: list[str] = []
    shared: list[SharedName] = []
    countries: list[str] = []
    unknown: list[str] = []
    for token in _TOKEN.findall(_normalize(text)):
        word = token if token in _SHARED_BY_NAME else _strip_article(token)
        if word in _SHARED_BY_NAME:
            shared.append(_SHARED_BY_NAME[word])
        elif word in _CODE_BY_COUNTRY:
            countries.append(_CODE_BY_COUNTRY[word])
        elif word in _CODE_BY_NAME:
            exact.append(_CODE_BY_NAME[word])
        elif word not in _FILLERS:
            unknown.append(token)
    if countries and not (shared or exact):
        unknown.append(text.strip())
    code, is_clear = _resolve({*exact, *countries}, shared, expected)
    return CurrencyWords(code, " ".join(unknown) if is_clear else text.strip())


def _strip_article(word: str) -> str:
    bare = word.removeprefix(_ARTICLE)
    return bare if bare in _SHARED_BY_NAME or bare in _CODE_BY_COUNTRY else word


def _resolve(codes: set[str], shared: list[SharedName], expected: str) -> tuple[str, bool]:
    """Return the code, and whether all names agree on it."""
    possible = frozenset.intersection(*(name.codes for name in shared)) if shared else frozenset()
    if len(codes) > 1 or (shared and not possible):
        return "", False
    if codes:
        code = next(iter(codes))
        return code, not shared or code in possible
    if expected in possible:
        return expected, True
    if expected and possible and not any(name.default for name in shared):
        return "", False  # "12 dinars" in a feed of dirhams
    defaults = {name.default for name in shared if name.default in possible}
    return (defaults.pop() if len(defaults) == 1 else ""), True
