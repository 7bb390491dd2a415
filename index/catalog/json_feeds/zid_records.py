"""Products of Zid's Merchant API: texts in Arabic and English, photos in several sizes.

Source: Zid, "Products" (Merchant API).
"""

from collections.abc import Iterator

from index.catalog.json_feeds.nested_values import list_items
from index.catalog.json_feeds.plain_records import Record
from index.catalog.json_feeds.record_keys import keep_related, rename
from index.catalog.json_feeds.record_variants import expand

CONSUMED = ("html_url", "product_class", "requires_shipping")
_NAMES = {"name": "title", "html_url": "url", "barcode": "gtin", "sold_products_count": "sold"}


def is_zid(record: Record) -> bool:
    """Return whether a record is one of Zid's Merchant API."""
    return "is_infinite" in record or ("html_url" in record and "is_published" in record)


def build_zid(record: Record) -> Iterator[dict[str, object]]:
    """Yield the variants of a product.

    Yields:
        Cells by key.
    """
    product = _read(record)
    variants = [_read(v) for v in list_items(record.get("variants")) if isinstance(v, dict)]
    product.pop("variants", None)
    yield from expand({**product, "variants": variants} if variants else product)


def _read(record: Record) -> dict[str, object]:
    renamed = rename(record, _NAMES)
    if record.get("is_infinite") is True:
        renamed["in_stock"] = True
        renamed.pop("quantity", None)
    if "categories" in renamed:
        renamed["categories"] = keep_related(renamed["categories"])
    return renamed
