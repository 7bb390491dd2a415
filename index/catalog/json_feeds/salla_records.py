"""Products of Salla's Merchant API: money with its currency, variants as `skus`.

Source: Salla, "List Products" (Merchant API).
"""

from collections.abc import Iterator

from index.catalog.json_feeds.nested_values import list_items
from index.catalog.json_feeds.plain_records import Record
from index.catalog.json_feeds.record_keys import keep_related, rename
from index.catalog.json_feeds.record_variants import expand

CONSUMED = ("type", "promotion", "urls", "skus", "max_quantity", "channels")
_OPTION_VALUES = "related_option_values"
_NAMES = {
    "name": "title", "sold_quantity": "popularity", "stock_quantity": "quantity", "barcode": "gtin",
    "is_available": "in_stock", "main_image": "image_link",
    "cost_price": "cost",
}  # fmt: skip


def is_salla(record: Record) -> bool:
    """Return whether a record is one of Salla's Merchant API."""
    urls, price = record.get("urls"), record.get("price")
    has_address = isinstance(urls, dict) and "customer" in urls
    has_prices = isinstance(price, dict) and "amount" in price and "regular_price" in record
    return has_address or (has_prices and "status" in record)


def build_salla(record: Record) -> Iterator[dict[str, object]]:
    """Yield the variants (`skus`) of a product, with the values of its options.

    Yields:
        Cells by key.
    """
    product = _read(record)
    options = {
        value["id"]: {"name": option.get("name"), "value": value.get("name")}
        for option in list_items(record.get("options"))
        if isinstance(option, dict)
        for value in list_items(option.get("values"))
        if isinstance(value, dict) and isinstance(value.get("id"), (int, str))
    }
    variants = []
    for item in list_items(product.pop("skus", None)):
        if isinstance(item, dict):
            values = [v for v in list_items(item.get(_OPTION_VALUES)) if isinstance(v, (int, str))]
            variant = _read(item)
            variant["options"] = [options[value] for value in values if value in options]
            variants.append(variant)
    product.pop("options", None)
    yield from expand({**product, "variants": variants} if variants else product)


def _read(record: Record) -> dict[str, object]:
    renamed = rename(record, _NAMES)
    regular = renamed.pop("regular_price", None)
    if not _is_zero(regular):
        renamed["price"] = regular
    if isinstance(urls := record.get("urls"), dict):
        renamed["url"] = urls.get("customer")
    if record.get("unlimited_quantity") is True:
        renamed["in_stock"] = True
        renamed.pop("quantity", None)
    if record.get("status") == "out":
        renamed["in_stock"] = False
    if "categories" in renamed:
        renamed["categories"] = keep_related(renamed["categories"])
    return renamed


def _is_zero(money: object) -> bool:
    amount = money.get("amount") if isinstance(money, dict) else money
    return amount in (None, "", 0, "0", 0.0)
