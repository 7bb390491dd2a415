"""Products of schema.org in JSON-LD: products, groups with variants, lists and graphs of them.

Source: schema.org, "Product", "ProductGroup", "Offer"; Google Search Central, "Product variant
structured data" and "Merchant listing structured data".
"""

from collections.abc import Iterable, Iterator, Mapping

from index.catalog.json_feeds.nested_values import get_first, list_items, read_name, read_photos
from index.catalog.json_feeds.plain_records import Record, flatten
from index.catalog.json_feeds.record_variants import join_variant
from index.catalog.records import CellError
from index.catalog.stock_status import parse_in_stock
from index.catalog.text_cleaning import is_empty

CONSUMED = ("offers", "@context", "@type", "@id", "hasVariant", "variesBy", "aggregateRating",
            "isVariantOf", "review", "additionalProperty", "productGroupID")  # fmt: skip
_PRODUCT_TYPES = frozenset({"Product", "ProductGroup", "IndividualProduct", "ProductModel"})
_LISTS = ("@graph", "itemListElement", "mainEntity", "item", "hasPart", "about")
_ID_KEYS = ("sku", "productID", "gtin", "gtin13", "gtin12", "gtin14", "gtin8", "mpn", "@id", "url")
_GTINS = ("gtin", "gtin13", "gtin12", "gtin14", "gtin8", "isbn")
_LIST_PRICES = ("StrikethroughPrice", "ListPrice", "MSRP", "SRP", "RegularPrice")
_MAX_DEPTH = 6
_PRODUCT_FIRST = frozenset({"sku", "mpn", "gtin", "url"})
"""What an offer only says where its product does not."""
Nodes = Mapping[str, Record]


def is_schema_org(record: Record) -> bool:
    """Return whether a record is JSON-LD."""
    return "@type" in record or "@graph" in record


def build_schema_org(record: Record) -> Iterator[dict[str, object]]:
    """Yield the products of a document, each variant of a group as one.

    A product's id is its SKU, else its product id, GTIN, MPN, `@id` or address.

    Yields:
        Cells by key.
    """
    found = list(_walk(record, 0))
    nodes = {str(node["@id"]): node for node in found if "@id" in node and len(node) > 1}
    variant_ids = {
        str(variant["@id"])
        for node in found
        for variant in list_items(node.get("hasVariant"))
        if isinstance(variant, dict) and "@id" in variant
    }
    for node in found:
        if _PRODUCT_TYPES & _get_types(node) and str(node.get("@id", "")) not in variant_ids:
            yield from _build(node, nodes)


def _walk(node: object, depth: int) -> Iterator[Record]:
    """Yield the nodes of a document that may be products; a product's own parts are not."""
    if isinstance(node, list):
        for item in node:
            yield from _walk(item, depth)
    if not isinstance(node, dict) or depth > _MAX_DEPTH:
        return
    node = {_strip_prefix(key): value for key, value in node.items()}
    yield node
    if not _PRODUCT_TYPES & _get_types(node) and "BreadcrumbList" not in _get_types(node):
        for key in _LISTS:
            yield from _walk(node.get(key), depth + 1)


def _strip_prefix(name: str) -> str:
    for prefix in ("https://schema.org/", "http://schema.org/", "schema:"):
        name = name.removeprefix(prefix)
    return name


def _get_types(node: Record) -> set[str]:
    return {_strip_prefix(name) for name in list_items(node.get("@type")) if isinstance(name, str)}


def _build(node: Record, nodes: Nodes) -> Iterator[dict[str, object]]:
    cells = _read_product(node, nodes)
    variants = [_resolve(item, nodes) for item in list_items(node.get("hasVariant"))]
    variants = [variant for variant in variants if variant]
    if not variants:
        yield cells
        return
    group = cells.pop("group_id", None) or cells["id"]
    for variant in variants:
        own = _read_product(variant, nodes)
        joined = join_variant({**cells, "id": group}, own, {})
        yield {**joined, "title": own.get("title") or cells.get("title"), "group_id": group}


def _resolve(item: object, nodes: Nodes) -> Record:
    """Return a node; for a mere reference, the node that it refers to."""
    if isinstance(item, str):
        return nodes.get(item, {})
    if not isinstance(item, dict):
        return {}
    node = {_strip_prefix(key): value for key, value in item.items()}
    return nodes.get(str(node.get("@id")), node) if len(node) == 1 else node


def _read_product(node: Record, nodes: Nodes) -> dict[str, object]:
    """Return the cells of a product or group, without what belongs to its variants."""
    plain = {key: _read_literal(value) for key, value in node.items() if key not in CONSUMED}
    pairs = {"specs": node["additionalProperty"]} if "additionalProperty" in node else {}
    cells = flatten({**plain, **pairs})
    cells["title"] = cells.pop("name", None)
    cells["id"] = _read_literal(get_first(node, _ID_KEYS))
    cells["gtin"] = get_first(node, _GTINS)
    images = [_resolve(item, nodes) or item for item in list_items(node.get("image"))]
    cells["image"] = read_photos(images)
    for name in ("brand", "manufacturer", "color", "size", "material", "pattern"):
        if name in node:
            value = _resolve(node[name], nodes) if isinstance(node[name], dict) else node[name]
            cells[name] = _read_literal(read_name(value))
    cells["group_id"] = get_first(node, ("productGroupID", "inProductGroupWithID")) or _get_group(
        node, nodes
    )
    cells.pop("inProductGroupWithID", None)
    rating = _resolve(node.get("aggregateRating"), nodes)
    cells["rating"] = _read_rating(rating)
    cells["rating_count"] = get_first(rating, ("ratingCount", "reviewCount"))
    offers = [_resolve(item, nodes) for item in list_items(node.get("offers"))]
    offered = {key: value for key, value in _read_offers(offers).items() if not is_empty(value)}
    own = {key: value for key, value in cells.items() if not is_empty(value)}
    kept = {key: value for key, value in offered.items()
            if key not in _PRODUCT_FIRST or key not in own}  # fmt: skip
    return {**own, **kept}


def _read_rating(rating: Record) -> object:
    """Return "9/10" for a value of 9 with 10 as the best."""
    value, best = rating.get("ratingValue"), rating.get("bestRating")
    if isinstance(value, (int, float, str)) and isinstance(best, (int, float, str)):
        return f"{value}/{best}"
    return value


def _get_group(node: Record, nodes: Nodes) -> object:
    group = next(iter(list_items(node.get("isVariantOf"))), None)
    return get_first(_resolve(group, nodes), ("productGroupID", "@id", "sku"))


def _read_literal(value: object) -> object:
    """Return the text of {"@value": "Cup", "@language": "en"}; several become texts by language."""
    if isinstance(value, list) and value and all(_is_literal(item) for item in value):
        return {item.get("@language", ""): item["@value"] for item in value}
    return value["@value"] if isinstance(value, dict) and _is_literal(value) else value


def _is_literal(value: object) -> bool:
    return isinstance(value, dict) and "@value" in value


def _read_offers(offers: list[Record]) -> dict[str, object]:
    """Return price, currency and availability of the first offer that can be bought."""
    offers = [inner for offer in offers for inner in _list_offers(offer)]
    available = [offer for offer in offers if _is_available(offer)]
    if not offers:
        return {}
    offer = next(iter(available or offers))
    specifications = [s for s in list_items(offer.get("priceSpecification")) if isinstance(s, dict)]
    listed = [s for s in specifications if _is_list_price(s)]
    current = [s for s in specifications if s not in listed]
    price = get_first(offer, ("price", "lowPrice"))
    return {
        "price": price if price is not None else _find(current or listed, "price"),
        "list_price": _find(listed, "price") if price is not None or current else None,
        "currency": get_first(offer, ("priceCurrency",)) or _find(specifications, "priceCurrency"),
        "availability": offer.get("availability"),
        "quantity": _resolve(offer.get("inventoryLevel"), {}).get("value"),
        "url": offer.get("url"),
        "sku": offer.get("sku"),
        "mpn": offer.get("mpn"),
        "gtin": get_first(offer, _GTINS),
        "seller": read_name(offer.get("seller")),
    }


def _list_offers(offer: Record) -> list[Record]:
    """Return the offers of an aggregate that names them, or the offer itself."""
    inner = [item for item in list_items(offer.get("offers")) if isinstance(item, dict)]
    if not inner:
        return [offer] if offer else []
    shared = {key: offer[key] for key in ("priceCurrency", "availability") if key in offer}
    return [{**shared, **item} for item in inner]


def _is_available(offer: Record) -> bool:
    try:
        return is_empty(offer.get("availability")) or parse_in_stock(offer["availability"])
    except CellError:
        return True


def _is_list_price(specification: Record) -> bool:
    return str(specification.get("priceType", "")).rpartition("/")[2] in _LIST_PRICES


def _find(items: Iterable[Record], key: str) -> object:
    return next((item[key] for item in items if not is_empty(item.get(key))), None)
