"""Values that JSON nests, as one value of a field: money, names, photos, attributes.

Nothing here raises: a value of a form that is not known is returned as it is, so that the field's
own parser says what was expected.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation

from index.catalog.exports.export_values import name_attribute
from index.catalog.header_vocabulary import ATTRIBUTE_BY_COLUMN, normalize_column_name
from index.catalog.text_cleaning import is_empty
from index.text.currencies import to_currency_code
from index.text.currency_names import CURRENCY_CODES, THREE_DECIMAL_CURRENCIES
from index.text.languages import to_language_code

MAX_ITEMS = 1_000
_MAX_DEPTH = 8
_NAME_KEYS = ("name", "title", "label", "value", "displayName", "display_name", "text", "slug")
_VALUE_KEYS = (
    "value", "values", "option", "options", "text", "val", "answer", "displayValue", "label",
)  # fmt: skip
_UNIT_KEYS = ("unit", "units", "unitText")
_PAIR_NAMES = (
    "name", "key", "option_display_name", "option_name", "attribute_name", "displayName", "label",
    "attribute", "attribute_code", "title", "code",
)  # fmt: skip
_TEXT_KEYS = (
    "rendered",
    "html",
    "text",
    "plain",
    "value",
    "raw",
    "content",
    "long",
    "full",
    "short",
)
_PHOTO_KEYS = (
    "url", "src", "original", "full_size", "fullSize", "large", "link", "image", "path", "href",
    "source", "contentUrl", "originalSrc", "transformedSrc", "secure_url", "download_url",
    "image_url", "imageUrl", "url_standard", "url_zoom", "standard", "full", "medium", "thumbnail",
    "file",
)  # fmt: skip
_MAIN_PHOTO_KEYS = ("main", "is_main", "isMain", "is_default", "default", "is_thumbnail", "primary")
_AMOUNT_KEYS = (
    "amount", "value", "price", "current", "default", "final", "gross", "sale", "regular", "min",
    "minimum", "minVariantPrice", "raw", "formatted", "display",
)  # fmt: skip
_CURRENCY_KEYS = (
    "currency", "currencyCode", "currency_code", "priceCurrency", "code", "iso", "unit", "symbol",
)  # fmt: skip
_MINOR_KEYS = ("centAmount", "amount_minor", "minor", "minorAmount", "minor_units", "cents")
_NAMED = frozenset({"name", "title", "url", "src"})
_LIST_KEYS = ("edges", "nodes", "data", "items")


def get_first(value: Mapping[str, object], keys: Iterable[str]) -> object:
    """Return the first value under one of these keys that is not empty; None without one."""
    return next((value[key] for key in keys if not is_empty(value.get(key))), None)


def list_items(value: object) -> list[object]:
    """Return the items of a list, or of an object that holds one; GraphQL's nodes are unpacked."""
    for _ in range(2):
        if isinstance(value, dict):
            inner = None if _NAMED & value.keys() else get_first(value, _LIST_KEYS)
            value = inner if isinstance(inner, list) else [value]
    if not isinstance(value, list):
        return [] if is_empty(value) else [value]
    return [
        item["node"] if isinstance(item, dict) and isinstance(item.get("node"), dict) else item
        for item in value[:MAX_ITEMS]
    ]


def read_name(value: object, depth: int = 0) -> object:
    """Return the name of {"id": 7, "name": "Noor"}, or of texts by language the first one."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, dict) or depth > _MAX_DEPTH:
        return value
    name = get_first(value, _NAME_KEYS)
    if name is None and is_by_language(value):
        name = next((text for text in value.values() if not is_empty(text)), None)
    return value if name is None else read_name(name, depth + 1)


def is_by_language(value: object) -> bool:
    """Return whether an object holds texts by language: {"ar": "...", "en": "..."}."""
    return (
        isinstance(value, dict)
        and bool(value)
        and all(
            isinstance(key, str)
            and to_language_code(key)
            and (text is None or isinstance(text, str))
            for key, text in value.items()
        )
    )


def read_text(value: object) -> object:
    """Return the text of {"rendered": "<p>...</p>"}; texts by language are left as they are."""
    if isinstance(value, dict):
        text = get_first(value, _TEXT_KEYS)
        return text if isinstance(text, str) else value
    return value


def read_money(value: object, depth: int = 0) -> object:
    """Return an amount with its currency as one text: "10 AED" for {"AED": 10} and the like.

    Of several prices the first counts. Amounts in cents are recognized by their names alone.
    """
    if isinstance(value, list) and value:
        value = value[0]
    if not isinstance(value, dict) or depth > _MAX_DEPTH:
        return value
    currency = _read_currency(value)
    minor = get_first(value, _MINOR_KEYS)
    if minor is not None and not isinstance(minor, dict):
        return _join_money(from_minor_units(minor, currency, value.get("fractionDigits")), currency)
    amount = get_first(value, _AMOUNT_KEYS)
    if amount is not None:
        return _join_money(read_money(amount, depth + 1), currency)
    for key, item in value.items():
        if key.upper() in CURRENCY_CODES and not is_empty(item):
            return _join_money(read_money(item, depth + 1), key.upper())
    return value


def from_minor_units(value: object, currency: str = "", digits: object = None) -> object:
    """Return an amount in cents (fils, halalas) in whole units: 1999 is 19.99."""
    if not isinstance(digits, int) or isinstance(digits, bool) or not 0 <= digits <= 4:
        digits = 3 if currency in THREE_DECIMAL_CURRENCIES else 2
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return value
    return str(amount.scaleb(-digits)) if amount.is_finite() else value


def _read_currency(value: Mapping[str, object]) -> str:
    found = get_first(value, _CURRENCY_KEYS)
    if isinstance(found, dict):
        found = get_first(found, ("code", "iso", "name"))
    return to_currency_code(found) if isinstance(found, str) else ""


def _join_money(amount: object, currency: str) -> object:
    if isinstance(amount, bool) or not isinstance(amount, (str, int, float)) or not currency:
        return amount
    text = str(amount).strip()
    return text if re.search(r"[^\W\d_]", text) else f"{text} {currency}"


def read_photos(value: object, depth: int = 0) -> list[object]:
    """Return the addresses of photos, the one that is marked as the main photo first."""
    if depth > _MAX_DEPTH:
        return []
    if isinstance(value, dict):
        found = get_first(value, (*_PHOTO_KEYS, *_LIST_KEYS))
        return [] if found is None else read_photos(found, depth + 1)
    if not isinstance(value, list):
        return [] if is_empty(value) else [value]
    items = list_items(value)
    items.sort(key=lambda item: not (isinstance(item, dict) and _is_main(item)))
    return [photo for item in items for photo in read_photos(item, depth + 1)]


def _is_main(photo: Mapping[str, object]) -> bool:
    return any(photo.get(key) in (True, 1, "1", "true") for key in _MAIN_PHOTO_KEYS)


def is_pairs(value: object) -> bool:
    """Return whether a list holds names and values: [{"name": "Color", "value": "Red"}]."""
    items = value if isinstance(value, list) else []
    return bool(items) and all(isinstance(item, dict) and _read_pair(item) for item in items)


def read_pairs(value: object) -> Iterator[tuple[str, object]]:
    """Yield the names and values of attributes, from an object or a list.

    A list may hold {"name": "Color", "value": "Red"}, {"Color": "Red"} or "Color: Red".

    Yields:
        Names and values; a value is a text, a number or a list of texts.
    """
    if isinstance(value, dict) and not isinstance(get_first(value, _LIST_KEYS), list):
        for key, item in value.items():
            name = str(key)
            yield ATTRIBUTE_BY_COLUMN.get(normalize_column_name(name)) or name, read_value(item)
        return
    for item in list_items(value):
        if isinstance(item, dict) and (pair := _read_pair(item)):
            yield name_attribute(pair[0]), pair[1]
        elif isinstance(item, dict) and len(item) == 1:
            yield from ((name_attribute(str(key)), read_value(own)) for key, own in item.items())
        elif isinstance(item, str) and ":" in item:
            name, _, text = item.partition(":")
            yield name_attribute(name), text.strip()


def _read_pair(item: Mapping[str, object]) -> tuple[str, object] | None:
    name_key = next((key for key in _PAIR_NAMES if not is_empty(item.get(key))), "")
    value_keys = [key for key in _VALUE_KEYS if key != name_key]
    name = read_name(item.get(name_key))
    value = get_first(item, value_keys)
    if not isinstance(name, str) or value is None:
        return None
    unit = get_first(item, _UNIT_KEYS)
    return name.strip(), read_value({"value": value, "unit": unit} if unit else value)


def read_value(value: object) -> object:
    """Return the value of an attribute: a name, a number with its unit, or a list of them."""
    if isinstance(value, list):
        return [read_name(item) for item in value if not is_empty(item)]
    if isinstance(value, dict):
        unit = get_first(value, _UNIT_KEYS)
        amount = get_first(value, ("value", "amount"))
        if isinstance(unit, str) and isinstance(amount, (str, int, float)):
            return f"{amount} {unit}"
    return read_name(value)
