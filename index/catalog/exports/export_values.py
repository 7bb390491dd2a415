"""Values that several exports write alike: options, lists of categories and photos, sales."""

import re
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal, InvalidOperation

from index.catalog.exports.export_header import ExportHeader
from index.catalog.header_vocabulary import ATTRIBUTE_BY_COLUMN, normalize_column_name
from index.catalog.records import CellError
from index.text.prices import parse_price

_UNESCAPED_COMMA = re.compile(r"(?<!\\)\s*,\s*")
_LINE_ESCAPES = {"\\r\\n": "\n", "\\n": "\n", "\\r": "\n", '\\"': '"', "\\,": ","}
_LINE_ESCAPE = re.compile(r'\\r\\n|\\[nr",]')


_NAMES_BY_ATTRIBUTE = {
    "color": ("farbe", "couleur", "renk"),
    "size": ("größe", "grösse", "taille", "pointure", "beden"),
    "material": ("materialien", "stoff", "matière", "matériau", "tissu", "malzeme"),
    "pattern": ("muster", "motif", "desen"),
    "gender": ("geschlecht", "genre", "sexe", "cinsiyet"),
    "style": ("stil",),
    "model": ("modell", "modèle"),
}
_ATTRIBUTE_BY_NAME = {
    normalize_column_name(name): attribute
    for attribute, names in _NAMES_BY_ATTRIBUTE.items()
    for name in names
}
"""Names of options in the other languages of exports, German, French and Turkish."""


def name_attribute(heading: str) -> str:
    """Return an option's name as an attribute: "color" for "Colour", "Farbe" or "اللون"."""
    key = normalize_column_name(heading)
    known = ATTRIBUTE_BY_COLUMN.get(key) or _ATTRIBUTE_BY_NAME.get(key)
    return known or heading.strip().casefold()


def is_same_price(one: object, other: object) -> bool:
    """Return whether two cells hold the same amount, such as "40" and "40.00"."""
    try:
        return parse_price(one).amount == parse_price(other).amount
    except CellError:
        return one == other


def has_own_price(
    header: ExportHeader, cells: Mapping[str, object], product: Mapping[str, object]
) -> bool:
    """Return whether a variant has another price than its product, and so no part in its sale."""
    price = header.get_text(cells, "price")
    return bool(price) and not is_same_price(price, header.get_text(product, "price"))


def build_attributes(options: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return options as attributes; of two with one name the first that is not empty counts."""
    attributes: dict[str, str] = {}
    for heading, value in options:
        name = name_attribute(heading)
        if name and value:
            attributes.setdefault(name, value)
    return attributes


def split_list(text: str) -> list[str]:
    r"""Return the items of "A, B\, C" as ["A", "B, C"]."""
    items = (item.replace("\\,", ",").strip() for item in _UNESCAPED_COMMA.split(text))
    return [item for item in items if item]


def choose_category(paths: Iterable[list[str]]) -> list[str]:
    """Return the deepest of several category paths; of equally deep ones the first."""
    return max(paths, key=len, default=[])


def strip_root(path: list[str], roots: Collection[str]) -> list[str]:
    """Return a path without the shop's root category, if there is something below it."""
    return path[1:] if len(path) > 1 and path[0].casefold() in roots else path


def to_decimal(text: str) -> Decimal | None:
    """Return a plain number, also with a decimal comma; None for other texts."""
    try:
        number = Decimal(text.strip().replace(",", ".", 1))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def split_category_paths(text: str) -> list[list[str]]:
    """Return the paths of "A > B, C" as [["A", "B"], ["C"]]."""
    return [[name.strip() for name in path.split(">") if name.strip()] for path in split_list(text)]


def unescape_text(text: str) -> str:
    r"""Return a text with line breaks, quotes and commas for a literal `\n`, `\"` and `\,`."""
    if "\\" not in text:
        return text
    return _LINE_ESCAPE.sub(lambda match: _LINE_ESCAPES[match[0]], text)
