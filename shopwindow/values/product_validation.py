"""Validation of the fields of a product."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, cast, get_args

from shopwindow.values.errors import InvalidProductError
from shopwindow.values.translation import Translation
from shopwindow.values.validation import MAX_ID_CHARS, Validator, are_plain_strings

Availability = Literal["in_stock", "out_of_stock", "preorder", "backorder"]
"""Source: Google Merchant Center, attribute availability."""

AVAILABILITIES: tuple[Availability, ...] = get_args(Availability)
MAX_RATING = 5.0
MAX_IMAGES = 20
"""Further photos of one product."""

_VALIDATOR = Validator(InvalidProductError)
_TEXT_FIELDS = (
    "id", "title", "description", "currency", "brand", "image", "merchant_id", "group_id",
    "language", "url", "sku", "gtin", "mpn", "availability", "google_product_category",
)  # fmt: skip
_NON_NEGATIVE = ("a number of zero or more", lambda n: n >= 0)
_NUMBERS: Mapping[str, tuple[str, Callable[[float], bool]]] = {
    "price": _NON_NEGATIVE,
    "list_price": _NON_NEGATIVE,
    "sale_price": _NON_NEGATIVE,
    "popularity": _NON_NEGATIVE,
    "rating": (f"a number from 0 to {MAX_RATING:g}", lambda n: 0 <= n <= MAX_RATING),
    "margin": ("a share of the price, at most 1", lambda n: n <= 1),
}
_COUNTS = ("quantity", "rating_count")
_MAX_COUNT = 10**12
_EXPECTED_COUNT = "a whole number of zero or more"
_TIMES = ("created_at", "sale_start", "sale_end")


def validate_fields(values: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Yield the validated fields of a product by name; those without a value are left out.

    Args:
        values: All fields of a product by name.

    Raises:
        InvalidProductError: A field is missing or invalid; the error names it.
    """
    yield from _validate_texts(values)
    yield "translations", MappingProxyType(_validate_translations(values["translations"]))
    yield "attributes", MappingProxyType(_validate_attributes(values["attributes"]))
    yield "category", _validate_category(values["category"])
    yield "in_stock", _VALIDATOR.check_bool("in_stock", values["in_stock"])
    if values["images"] != ():
        yield "images", _validate_images(values["images"])
    yield from _validate_numbers(values)
    for name in _TIMES:
        if values[name] is not None:
            yield name, _VALIDATOR.check_datetime(name, values[name])
    _check_choices(values)
    check_sale(values)


def validate_value(name: str, value: object) -> object:
    """Return one validated value of a product's field, whatever the others are.

    Args:
        name: One of the fields that an update may change.
        value: Its value; not None.

    Raises:
        InvalidProductError: It is invalid.
    """
    if name in _NUMBERS:
        return _VALIDATOR.check_number(name, value, *_NUMBERS[name])
    if name in _COUNTS:
        return _VALIDATOR.check_integer(name, value, _EXPECTED_COUNT, 0, _MAX_COUNT)
    if name in _TIMES:
        return _VALIDATOR.check_datetime(name, value)
    if name in _OTHERS:
        return _OTHERS[name](value)
    text = _VALIDATOR.check_text(name, value)
    _check_choices({"availability": "", "url": "", name: text})
    return text


def _validate_texts(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the validated texts by field name; nothing when all are plain strings already."""
    texts = [values[name] for name in _TEXT_FIELDS]
    if are_plain_strings(texts) and values["id"].strip() and len(values["id"]) <= MAX_ID_CHARS:
        return
    yield "id", _VALIDATOR.check_text("id", values["id"], MAX_ID_CHARS, required=True)
    for name, text in zip(_TEXT_FIELDS, texts, strict=True):
        yield name, _VALIDATOR.check_text(name, text)


def _validate_translations(value: object) -> dict[str, Translation]:
    expected = "Translation values by language code"
    translations = _VALIDATOR.check_mapping("translations", value, expected)
    for translation in translations.values():
        if not isinstance(translation, Translation):
            raise InvalidProductError("translations", expected, translation)
    return cast(dict[str, Translation], translations)


def _validate_attributes(value: object) -> dict[str, str]:
    attributes = _VALIDATOR.check_mapping("attributes", value, "texts by name")
    if are_plain_strings(list(attributes.values())):
        return cast(dict[str, str], attributes)
    return {name: _VALIDATOR.check_text("attributes", text) for name, text in attributes.items()}


def _validate_category(value: object) -> tuple[str, ...]:
    if isinstance(value, (str, set, frozenset)):
        raise InvalidProductError("category", "a tuple from the broadest to the narrowest", value)
    return _VALIDATOR.check_texts("category", value)


def _validate_images(value: object) -> tuple[str, ...]:
    expected = f"at most {MAX_IMAGES} paths or addresses in a tuple"
    if isinstance(value, (str, set, frozenset)):
        raise InvalidProductError("images", expected, value)
    images = _VALIDATOR.check_texts("images", value, required=True)
    if len(images) > MAX_IMAGES:
        raise InvalidProductError("images", expected, value)
    return images


def _validate_numbers(values: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for name, (expected, is_valid) in _NUMBERS.items():
        if values[name] is not None:
            yield name, _VALIDATOR.check_number(name, values[name], expected, is_valid)
    for name in _COUNTS:
        if values[name] is not None:
            yield name, _VALIDATOR.check_integer(name, values[name], _EXPECTED_COUNT, 0, _MAX_COUNT)


def _check_choices(values: Mapping[str, Any]) -> None:
    """Check the availability and the address.

    Raises:
        InvalidProductError: One of them is not what the field holds.
    """
    availability, url = values["availability"], values["url"]
    if availability:
        _VALIDATOR.check_choice("availability", availability, AVAILABILITIES)
    if url and not url.startswith(("http://", "https://")):
        raise InvalidProductError("url", "an http or https address", url)


def check_sale(values: Mapping[str, Any]) -> None:
    """Check that a sale with a window has all of its parts.

    Args:
        values: Fields of a product by name, at least those of the sale.

    Raises:
        InvalidProductError: There is a window without a sale price or the other way round, or its
            end is before its start.
    """
    start: datetime | None = values["sale_start"]
    end: datetime | None = values["sale_end"]
    if (values["sale_price"] is None) != (start is None and end is None):
        expected = "a sale price, and a start or an end of its sale, or none of them"
        raise InvalidProductError("sale_price", expected, values["sale_price"])
    if start and end and end < start:
        raise InvalidProductError("sale_end", f"a time after {start.isoformat()}", end.isoformat())


_OTHERS: Mapping[str, Callable[[object], object]] = {
    "attributes": _validate_attributes,
    "category": _validate_category,
    "in_stock": lambda value: _VALIDATOR.check_bool("in_stock", value),
}
