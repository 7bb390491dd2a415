"""Records whose keys are those of any feed: nested values become the values of their fields."""

from collections.abc import Callable, Mapping

from index.catalog.exports.export_values import to_decimal
from index.catalog.header_matching import match_attribute, match_field, match_language
from index.catalog.json_feeds.nested_categories import read_category
from index.catalog.json_feeds.nested_values import (
    from_minor_units,
    get_first,
    is_pairs,
    read_money,
    read_name,
    read_pairs,
    read_photos,
    read_text,
    read_value,
)
from index.catalog.text_cleaning import is_empty
from index.text.currency_names import CURRENCY_CODES

Record = Mapping[str, object]
ATTRIBUTES = "attributes"
_ENVELOPES = ("node", "_source", "product", "item", "fields", ATTRIBUTES, "document")
_TITLE_KEYS = frozenset({"title", "name", "product_name", "productName", "title_ar", "title_en"})
_PARTS = frozenset({
    "pricing", "prices", "price_info", "priceinfo", "price_range", "pricerange", "offer", "offers",
    "media", "stock_info", "inventory_info", "details",
})  # fmt: skip
"""Objects within a record that only group its fields."""
_OTHER_NAMES = {
    "inventory_level": "quantity", "inventoryLevel": "quantity", "availableForSale": "in_stock",
    "isAvailable": "in_stock", "is_available": "in_stock",
}  # fmt: skip
_PAIR_FIELDS = frozenset({"description", "sale_price", "brand"})
_RATINGS = frozenset({"rating", "ratings", "reviews", "aggregaterating", "review_summary"})
_REGULAR_KEYS = (
    "regular", "original", "list", "was", "before", "compareAt", "compare_at", "listPrice",
    "list_price", "compare_at_price", "regular_price",
)  # fmt: skip
_SALE_KEYS = (
    "sale", "discounted", "now", "current", "special", "final", "promo", "sale_price", "amount",
    "value",
)  # fmt: skip
_PART_FIELDS = frozenset({
    "price", "sale_price", "list_price", "cost", "margin", "sale_start", "sale_end", "sale_dates",
    "currency", "in_stock", "quantity", "image", "brand",
})  # fmt: skip
_MONEY_FIELDS = frozenset({"price", "sale_price", "list_price", "cost"})
_QUANTITY_KEYS = ("quantity", "qty", "stock_quantity", "available_quantity", "level", "count")
_STOCK_KEYS = (
    "in_stock", "inStock", "is_in_stock", "value", "available", "availability", "status",
    "quantity", "qty", "stock", "level", "count", "available_quantity",
)  # fmt: skip
_NESTED = (dict, list)
_MINOR_SUFFIXES = ("_in_cents", "_cents", "_minor", "InCents", "_in_fils", "_in_halalas")


def unwrap(record: Record) -> Record:
    """Return the product of {"node": {...}}, {"id": 1, "attributes": {"title": ...}} and the like.

    These are the envelopes of GraphQL, Elasticsearch, JSON:API and Airtable.
    """
    for _ in range(2):
        if _TITLE_KEYS & record.keys():
            return record
        for key in _ENVELOPES:
            inner = record.get(key)
            if isinstance(inner, dict) and _TITLE_KEYS & inner.keys():
                outer = {k: v for k, v in record.items() if k != key and not isinstance(v, dict)}
                record = {**_rename_id(outer), **inner}
                break
        else:
            return record
    return record


def _rename_id(outer: Record) -> Record:
    """Return what stands around a product; only its id counts of Elasticsearch's own keys."""
    named = {key: value for key, value in outer.items() if key in ("id", "type", "cursor")}
    named.pop("type", None)
    named.pop("cursor", None)
    if "_id" in outer:
        named.setdefault("id", outer["_id"])
    return named


def flatten(record: Record) -> dict[str, object]:
    """Return a record with one value for each key; those without objects and lists are unchanged.

    Pairs of names and values under any key become attributes. An object that only groups fields,
    such as `pricing`, is replaced by those that the record itself lacks.
    """
    cells = dict(record)
    for key in _OTHER_NAMES.keys() & record.keys():
        cells.setdefault(_OTHER_NAMES[key], cells.pop(key))
    record = dict(cells)
    if cells.get("parent_id") == 0:  # no parent: one group of all products otherwise
        del cells["parent_id"]
    nested = [key for key, value in record.items() if value and isinstance(value, _NESTED)]
    pairs: dict[str, object] = {}
    for key in nested:
        value = _unpack_extended(record[key])
        if key.casefold() in _PARTS and isinstance(value, dict):
            _lift(cells, key, value)
            continue
        if key.casefold() in _RATINGS and isinstance(value, dict):
            _split_rating(cells, key, value)
            continue
        field = _find_field(key)
        if field == "in_stock" and isinstance(value, dict):
            _split_stock(cells, key, value)
            continue
        if field == "price" and isinstance(value, dict) and _split_sale(cells, key, value):
            continue
        if field == ATTRIBUTES or (not field and is_pairs(value)):
            pairs.update((name, item) for name, item in read_pairs(value) if name not in pairs)
            del cells[key]
            continue
        cells[key] = _READERS[field](value) if field in _READERS else _read_other(key, value, field)
    _lift_pairs(cells, pairs)
    if pairs:
        cells[ATTRIBUTES] = pairs
    _add_minor_prices(cells)
    return cells


def _find_field(key: str) -> str:
    match = match_field(key)
    return match.field if match else ""


def _read_other(key: str, value: object, field: str) -> object:
    """Return a nested value of another field, of an attribute, or of an unknown key."""
    if field or match_language(key)[1]:
        return value
    if match_attribute(key):
        return read_value(value)
    if isinstance(value, dict) and _is_money(value):
        return read_money(value)
    return read_value(value)


def _is_money(value: Record) -> bool:
    has_currency = any("currency" in key.casefold() for key in value)
    return has_currency or all(key.upper() in CURRENCY_CODES for key in value)


def _lift(cells: dict[str, object], key: str, part: Record) -> None:
    """Replace an object that groups fields by those fields that the record itself lacks."""
    own = {_find_field(name) for name, value in cells.items() if not is_empty(value)}
    lifted = {
        name: value
        for name, value in flatten(part).items()
        if _find_field(name) in _PART_FIELDS and _find_field(name) not in own
    }
    if not lifted and "price" not in own and _is_money(part):
        lifted = {"price": read_money(part)}
    if lifted:
        del cells[key]
    for name, value in lifted.items():
        cells.setdefault(name, value)


def _split_sale(cells: dict[str, object], key: str, price: Record) -> bool:
    """Read {"regular": 100, "sale": 80, "currency": "AED"} as two prices.

    Returns:
        Whether there are two.
    """
    regular, sale = get_first(price, _REGULAR_KEYS), get_first(price, _SALE_KEYS)
    if regular is None or sale is None:
        return False
    shared = {name: value for name, value in price.items() if "currency" in name.casefold()}
    cells[key] = read_money({**shared, "amount": regular})
    if all(_find_field(name) != "sale_price" for name in cells):
        cells["sale_price"] = read_money({**shared, "amount": sale})
    return True


def _split_rating(cells: dict[str, object], key: str, rating: Record) -> None:
    """Replace {"average": 4.5, "count": 7} by the two numbers."""
    del cells[key]
    average = get_first(rating, ("average", "avg", "rate", "value", "score", "ratingValue"))
    count = get_first(rating, ("count", "total_count", "votes", "ratingCount", "reviewCount"))
    if is_unrated(average, count):
        average = None
    for name, value in (("rating", average), ("rating_count", count)):
        if value is not None and is_empty(cells.get(name)):
            cells[name] = value


def is_unrated(average: object, count: object) -> bool:
    """Return whether a mean rating of zero says that nobody has rated."""
    return to_decimal(str(average)) == 0 and to_decimal(str(count or 0)) == 0


def _split_stock(cells: dict[str, object], key: str, stock: Record) -> None:
    """Replace {"status": "in stock", "quantity": 3} by what it says of both."""
    cells[key] = _read_stock(stock)
    quantity = get_first(stock, _QUANTITY_KEYS)
    if isinstance(quantity, (int, float, str)) and "quantity" not in cells:
        cells["quantity"] = quantity


def _read_stock(value: object) -> object:
    if not isinstance(value, dict):
        return value
    found = get_first(value, _STOCK_KEYS)
    return value if found is None else _read_stock(found)


def _unpack_extended(value: object) -> object:
    """Return the value of MongoDB's {"$oid": "..."}, {"$date": "..."}, {"$numberDecimal": "1"}."""
    while isinstance(value, dict) and len(value) == 1 and next(iter(value)).startswith("$"):
        value = next(iter(value.values()))
    return value


def _lift_pairs(cells: dict[str, object], pairs: dict[str, object]) -> None:
    """Move fields that the record lacks out of its attributes, such as Magento's description."""
    own = {_find_field(key) for key, value in cells.items() if not is_empty(value)}
    for name in list(pairs):
        if _find_field(name) in _PAIR_FIELDS - own and ATTRIBUTES not in own:
            cells[name] = pairs.pop(name)


def _rename_titles(texts: object) -> object:
    """Return translations whose titles are named `title`, as in {"ar": {"name": "..."}}."""
    if not isinstance(texts, dict):
        return texts
    return {
        code: {**text, "title": text.get("title") or text["name"]}
        if isinstance(text, dict) and "name" in text
        else text
        for code, text in texts.items()
    }


def _add_minor_prices(cells: dict[str, object]) -> None:
    """Read `price_cents` and the like where the record has no such price in whole units."""
    for key in [key for key in cells if key.endswith(_MINOR_SUFFIXES)]:
        suffix = next(suffix for suffix in _MINOR_SUFFIXES if key.endswith(suffix))
        base = key.removesuffix(suffix)
        if _find_field(base) in _MONEY_FIELDS and is_empty(cells.get(base)):
            currency = str(cells.get("currency") or "").strip().upper()
            cells[base] = from_minor_units(cells[key], currency)


def _read_first(value: object) -> object:
    return next(iter(value), None) if isinstance(value, list) else _pick(value, ("value", "code"))


def _pick(value: object, keys: tuple[str, ...]) -> object:
    return get_first(value, keys) if isinstance(value, dict) else value


_READERS: Mapping[str, Callable[[object], object]] = {
    "title": read_text,
    "translations": _rename_titles,
    "description": read_text,
    **dict.fromkeys(_MONEY_FIELDS, read_money),
    "url": lambda value: _pick(value, ("url", "href", "web", "customer", "link")),
    "gtin": _read_first,
    "mpn": _read_first,
    "google_product_category": lambda value: _pick(
        value, ("full_path", "fullName", "full_name", "path", "name", "id")
    ),
    "currency": read_name,
    "brand": read_name,
    "merchant_id": read_name,
    "language": read_name,
    "status": read_name,
    "category": read_category,
    "subcategory": read_category,
    "image": read_photos,
    "in_stock": _read_stock,
    "group_id": lambda value: _pick(value, ("id", "sku")),
    "popularity": lambda value: _pick(value, ("count", "total", "value")),
}
