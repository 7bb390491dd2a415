"""Cells that BigCommerce writes in a way of its own: options, categories, custom fields, rules.

Source: BigCommerce, "Importing Complex Attributes", and for the tables of v2 "Importing Product
Options (v2)" and "Complex Attributes".
"""

import json
import re
from decimal import Decimal

from index.catalog.exports.export_values import choose_category, to_decimal

_V2_OPTION = re.compile(r"\[[A-Z]{1,3}\]")
_V3_OPTION = re.compile(
    r"(?:Type=[^|]*\|)?Name=([^|]*)\|Value=(.*?)(?=[|;,]?\s*Type=|$)", re.DOTALL
)
_COLORS = re.compile(r"(?::#[0-9a-fA-F]{3,8}[|:#0-9a-fA-F]*|\s*\[#[^\]]*\]|:https?://\S*)$")
_CATEGORY_PATH = re.compile(r"Category Path:\s*(.*?)\s*(?=[|;,]\s*Category (?:Name|ID|Path):|$)")
_PRODUCT_IMAGE = re.compile(
    r"product image (url|file|is thumbnail|sort)\s*-?\s*(\d+)", re.IGNORECASE
)
_RULE_PRICE = re.compile(r"\[([A-Z]+)\]\s*(-?[\d.,]+)?")


def parse_options(text: str) -> list[tuple[str, str]]:
    """Return names and values of a variant's options, of v2 or v3.

    v2 writes "[S]Size=Small,[CS]Colour=Red:#f00", v3 "Type=Rectangle|Name=Size|Value=Small", with
    the next option behind it. Colours and patterns of swatches are left out.
    """
    if "Value=" in text and "Name=" in text:
        pairs = _V3_OPTION.findall(text)
    else:
        parts = _V2_OPTION.split(text)[1:]
        pairs = [tuple(part.strip(" ,").partition("=")[::2]) for part in parts]
    cleaned = ((name.strip(), _COLORS.sub("", value.strip(" |;,"))) for name, value in pairs)
    return [(name, value.strip()) for name, value in cleaned if name and value]


def parse_categories(text: str) -> list[str]:
    """Return the deepest of "Shop/Women;Sale", or of v2's "Category Path: ..."; no numbers."""
    paths = _CATEGORY_PATH.findall(text) or text.split(";")
    return choose_category(
        [name.strip() for name in path.split("/") if name.strip()]
        for path in paths
        if not path.strip().isdecimal()
    )


def parse_custom_fields(text: str) -> list[tuple[str, str]]:
    """Return the pairs of "Care=Hand wash;Origin=UAE", or of a JSON list of names and values."""
    if text.startswith("["):
        try:
            fields = json.loads(text)
        except (ValueError, RecursionError):
            fields = None
        if isinstance(fields, list):
            pairs = [(f.get("name"), f.get("value")) for f in fields if isinstance(f, dict)]
            return [(str(name), str(value)) for name, value in pairs if name and value]
    parts = (part.partition("=") for part in re.split(r"[;\n]", text))
    return [
        (name.strip(' "[]'), value.strip(' "[]'))
        for name, _, value in parts
        if name.strip() and value.strip()
    ]


def apply_rule(base: str, rule: str) -> str:
    """Return a price after a rule: "[ADD]5", "[REMOVE]5" (also in %), "[FIXED]20" or "20".

    Args:
        base: The product's price.
        rule: The rule's price.

    Returns:
        The price; the base where the rule cannot be read.
    """
    match = _RULE_PRICE.match(rule)
    if match is None:
        return rule or base
    amount, price = to_decimal(match[2] or ""), to_decimal(base)
    if amount is None:
        return base
    if match[1].startswith("FIX"):
        return str(amount)
    if price is None:
        return base
    if "PERCENT" in match[1] or rule.rstrip().endswith("%"):
        amount = price * amount / Decimal(100)
    return str(price + amount if match[1].startswith("ADD") else price - amount)


def find_image_columns(columns: tuple[str, ...]) -> dict[int, dict[str, str]]:
    """Return by number the columns of a photo: its address, file, place and whether it is first."""
    found: dict[int, dict[str, str]] = {}
    for column in columns:
        if match := _PRODUCT_IMAGE.match(column.strip()):
            found.setdefault(int(match[2]), {})[match[1].casefold()] = column
    return dict(sorted(found.items()))
