"""Metafields of Shopify's export: columns that the shop has defined itself.

Their headings end with the metafield's address: "Care (product.metafields.custom.care)". Source:
Shopify Help Center, "Using CSV files to import and export products"; Shopify, "Metafield types".
"""

import json
import re
from typing import NamedTuple

from index.catalog.header_matching import match_field
from index.catalog.header_vocabulary import ATTRIBUTE_BY_COLUMN, normalize_column_name
from index.catalog.inferred_values import find_unfit_reason
from index.catalog.unused_columns import find_unused_reason

_ADDRESS = re.compile(r"(product|variant)\.metafields\.([^()]+)\)")
_GOOGLE_PREFIX = "google shopping /"
_REFERENCE = "gid://"
_RATINGS = {"reviews.rating": "rating", "reviews.rating_count": "rating_count"}
_FIELDS = frozenset({"gtin", "mpn", "rating", "rating_count", "google_product_category"})


class Metafield(NamedTuple):
    """A column of a metafield, or of one of Google's attributes such as the gender.

    Attributes:
        name: Its name, as shoppers read it.
        column: The feed's name of the column.
        field: The product's field that it fills; empty for an attribute.
        is_of_variant: Whether each variant has its own.
    """

    name: str
    column: str
    field: str = ""
    is_of_variant: bool = False


def find_metafields(columns: tuple[str, ...]) -> tuple[Metafield, ...]:
    """Return the columns of metafields that say something of a product."""
    found = []
    for column in columns:
        name, _, rest = column.strip().rpartition("(")
        name = name.strip()
        address = _ADDRESS.fullmatch(rest)
        if name and address:
            match = match_field(name)
            field = _RATINGS.get(address[2]) or (match.field if match else "")
            field = field if field in _FIELDS else ""
            if field or not find_unused_reason(name):
                found.append(Metafield(name, column, field, address[1] == "variant"))
        elif column.strip().casefold().startswith(_GOOGLE_PREFIX):
            name = column.strip()[len(_GOOGLE_PREFIX) :].strip()
            if normalize_column_name(name) in ATTRIBUTE_BY_COLUMN:
                found.append(Metafield(name, column))
    return tuple(found)


def read_metafield(text: str) -> str:
    """Return the value of a metafield as a text; empty for references and other JSON.

    Lists are joined, measures get their unit, and ratings their scale: "4.5/5".
    """
    if text.startswith(("[", "{")):
        try:
            return _read_json(json.loads(text))
        except (ValueError, RecursionError):
            return ""
    return "" if text.startswith(_REFERENCE) or find_unfit_reason(text) else text


def _read_json(value: object) -> str:
    if isinstance(value, list):
        texts = [_read_json(item) for item in value[:50]]
        return ", ".join(filter(None, texts))
    if isinstance(value, dict):
        amount, unit, scale = (value.get(key) for key in ("value", "unit", "scale_max"))
        if isinstance(amount, (int, float, str)) and isinstance(scale, (int, float, str)):
            return f"{amount}/{scale}"
        if isinstance(amount, (int, float, str)) and isinstance(unit, str):
            return f"{amount} {unit.casefold()}"
        return ""
    return read_metafield(str(value)) if isinstance(value, (str, int, float)) else ""
