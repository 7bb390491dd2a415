"""Values of Amazon's reports and templates: conditions by number, times in the seller's zone.

Source: Amazon Selling Partner API, "Inventory Reports" and "Inventory reports attributes".
"""

import re

_CONDITIONS = {
    "11": "new", "10": "refurbished",
    **dict.fromkeys(("1", "2", "3", "4"), "used"),
    **dict.fromkeys(("5", "6", "7", "8"), "collectible"),
}  # fmt: skip
_OFFSETS = {
    "PDT": "-07:00", "PST": "-08:00", "EDT": "-04:00", "EST": "-05:00", "BST": "+01:00",
    "GMT": "Z", "UTC": "Z", "WET": "Z", "CET": "+01:00", "MET": "+01:00", "CEST": "+02:00",
    "MEST": "+02:00", "EET": "+02:00", "EEST": "+03:00", "JST": "+09:00", "GST": "+04:00",
    "AST": "+03:00", "TRT": "+03:00", "SGT": "+08:00",
}  # fmt: skip
_TIME = re.compile(r"(\d{4})[-/](\d\d)[-/](\d\d) (\d\d:\d\d:\d\d) ([A-Z]{3,4})")
_GTIN_TYPES = frozenset({"2", "3", "4", "isbn", "upc", "ean", "gtin"})


def read_condition(text: str) -> str:
    """Return a condition in words: "new" for 11."""
    return _CONDITIONS.get(text, text)


def read_time(text: str) -> str:
    """Return a time such as "2013-05-13 08:12:12 PDT" in ISO 8601; other texts unchanged.

    The zones are those of Amazon's marketplaces: BST is British and AST Arabian time there.
    """
    match = _TIME.fullmatch(text)
    if match is None or match[5] not in _OFFSETS:
        return text
    return f"{match[1]}-{match[2]}-{match[3]}T{match[4]}{_OFFSETS[match[5]]}"


def is_gtin_type(text: str) -> bool:
    """Return whether a product id's type, by number or name, is ISBN, UPC or EAN."""
    return text.casefold() in _GTIN_TYPES
