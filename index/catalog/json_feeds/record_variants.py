"""Variants of a record: each becomes a product that inherits what it does not have itself."""

from collections.abc import Iterator, Mapping

from index.catalog.exports.export_values import build_attributes, is_same_price
from index.catalog.header_matching import match_field, match_field_beside
from index.catalog.json_feeds.nested_values import get_first, list_items, read_name, read_pairs
from index.catalog.json_feeds.plain_records import ATTRIBUTES, Record, flatten
from index.catalog.records import CellError
from index.catalog.sale_status import STATUS_FIELDS
from index.catalog.stock_status import parse_in_stock
from index.catalog.text_cleaning import is_empty

VARIANT_KEYS = (
    "variants", "variations", "skus", "product_variants", "productVariants", "children",
    "combinations", "variant_list", "sub_products",
)  # fmt: skip
_OPTION_KEYS = (
    "attributes", "options", "option_values", "optionValues", "selectedOptions",
    "selected_options", "choices", "variant_options", "specs",
)  # fmt: skip
_IMAGE_KEYS = (
    "image", "featured_image", "featuredImage", "images", "media", "photo", "image_url",
    "imageUrl",
)  # fmt: skip
_ID_KEYS = ("id", "_id", "product_id", "productId", "variant_id", "sku", "handle")
_STATUS_BY_FIELD = {status.field: status.is_withdrawn for status in STATUS_FIELDS}
_OWN_FIELDS = frozenset({"gtin", "mpn"})
_NUMBERED_OPTIONS = ("option1", "option2", "option3")
_NO_OPTION = "default title"


def find_variants(record: Record) -> tuple[str, list[Record]]:
    """Return the key and the variants of a record; an empty key without any."""
    for key in VARIANT_KEYS:
        if key not in record:
            continue
        items = list_items(record[key])
        variants: list[Record] = [item for item in items if isinstance(item, dict)]
        if variants:
            return key, variants
    return "", []


def expand(record: Record) -> Iterator[dict[str, object]]:
    """Yield the cells of each variant of a record, or of the record itself without variants.

    A variant's id is its own `id`, else its SKU, else its product's id with its options behind it.

    Yields:
        Cells by key.
    """
    key, variants = find_variants(record)
    if not key:
        yield flatten(record)
        return
    names = _list_option_names(record)
    product = flatten({k: v for k, v in record.items() if k not in (key, "options")})
    for variant in variants:
        options = read_options(variant, names)
        yield join_variant(product, _flatten_variant(variant), options)


def _flatten_variant(variant: Record) -> dict[str, object]:
    left_out = {*_OPTION_KEYS, *_NUMBERED_OPTIONS}
    cells = flatten({key: value for key, value in variant.items() if key not in left_out})
    if image := get_first(variant, _IMAGE_KEYS):
        cells["image"] = flatten({"image": image})["image"]
    for name in ("featured_image", "featuredImage", "product_id", "productId"):
        cells.pop(name, None)
    return cells


def join_variant(product: Record, variant: Record, options: Mapping[str, str]) -> dict[str, object]:
    """Return the cells of a variant of a product.

    A column of the product that fills a field which the variant fills by another column is left
    out, so that a variant's `quantity` counts before its product's `in_stock`. A variant with
    another price has no part in its product's sale, and none inherits codes and pieces.
    """
    own = {key: value for key, value in variant.items() if not is_empty(value)}
    title = str(own.pop("title", "") or own.pop("name", "") or "")
    own.pop("name", None)
    filled = {field for key in own if (field := _get_field(key))}
    if "price" in filled and not is_same_price(own.get("price"), product.get("price")):
        filled |= {"sale_price", "list_price", "cost", "margin"}
    cells = {
        key: value
        for key, value in product.items()
        if (key in _ID_KEYS or _get_field(key) not in filled or _is_withdrawn(key, value))
        and _get_field(key) not in _OWN_FIELDS
        and match_field_beside(key) != "sku"
    }
    _share_stock(cells)
    kept = {key for key in own if key in cells and _is_withdrawn(key, cells[key])}
    cells.update((key, value) for key, value in own.items() if key not in kept)
    product_title = str(get_first(product, ("title", "name")) or "")
    if title and (not product_title or product_title.casefold() in title.casefold()):
        cells["name" if "name" in product and "title" not in product else "title"] = title
    group = get_first(product, _ID_KEYS)
    cells["id"] = get_first(own, _ID_KEYS) or _name_variant(group, options)
    cells["group_id"] = group
    attributes = product.get(ATTRIBUTES)
    shared = attributes if isinstance(attributes, dict) else {}
    of_variant = own.get(ATTRIBUTES)
    cells[ATTRIBUTES] = {
        **shared, **(of_variant if isinstance(of_variant, dict) else {}), **options
    }  # fmt: skip
    return cells


def _share_stock(cells: dict[str, object]) -> None:
    """Keep of a product's pieces only whether there are any: not each variant has them all."""
    for key in [key for key in cells if match_field_beside(key) == "quantity"]:
        try:
            cells[key] = parse_in_stock(cells[key])
        except CellError:
            continue


def _get_field(key: str) -> str:
    match = match_field(key)
    return match.field if match else ""


def _is_withdrawn(key: str, value: object) -> bool:
    """Return whether a cell of a product marks it, and so its variants, as not for sale."""
    is_withdrawn = _STATUS_BY_FIELD.get(_get_field(key))
    return is_withdrawn is not None and is_withdrawn(value)


def _name_variant(group: object, options: Mapping[str, str]) -> str:
    return "/".join(filter(None, [str(group or ""), "-".join(options.values())]))


def _list_option_names(record: Record) -> list[str]:
    """Return the names of [{"name": "Size", ...}, ...] or ["Size", ...], in their order."""
    names = [read_name(option) for option in list_items(record.get("options"))]
    return [name for name in names if isinstance(name, str)]


def read_options(variant: Record, names: list[str]) -> dict[str, str]:
    """Return a variant's options as attributes.

    Args:
        variant: The variant.
        names: The names of the product's options, for variants that only have values.
    """
    pairs: list[tuple[str, object]] = []
    for key in _OPTION_KEYS:
        value = variant.get(key)
        if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
            pairs += zip(names, value, strict=False)
        elif isinstance(value, (dict, list)):
            pairs += read_pairs(value)
    numbered = [variant.get(key) for key in _NUMBERED_OPTIONS]
    pairs += zip(names, numbered, strict=False)
    return build_attributes((name, _format(value)) for name, value in pairs)


def _format(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, map(_format, value)))
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    text = str(value).strip()
    return "" if text.casefold() == _NO_OPTION else text
