"""Records of an Algolia index, as exported or as the hits of a search.

Source: Algolia, "Structure ecommerce product records" and "Query categorization" (Magento).
"""

from collections.abc import Iterator

from index.catalog.json_feeds.nested_categories import read_category
from index.catalog.json_feeds.plain_records import Record
from index.catalog.json_feeds.record_variants import expand

CONSUMED = (
    "_highlightResult", "_snippetResult", "_rankingInfo", "_distinctSeqID", "_tags", "_geoloc",
    "hierarchicalCategories", "hierarchical_categories", "objectID",
)  # fmt: skip
_HIERARCHIES = (
    "hierarchicalCategories", "hierarchical_categories", "categories_hierarchical", "categories",
)  # fmt: skip


def is_algolia(record: Record) -> bool:
    """Return whether a record has Algolia's id."""
    return "objectID" in record


def build_algolia(record: Record) -> Iterator[dict[str, object]]:
    """Yield the product of a record; its deepest category counts.

    Yields:
        Cells by key.
    """
    cells = {key: value for key, value in record.items() if key not in CONSUMED}
    cells["id"] = record.get("objectID") or record.get("id")
    if "image" not in cells and "thumbnail_url" in cells:
        cells["image"] = cells.pop("thumbnail_url")
    for key in _HIERARCHIES:
        levels = record.get(key)
        path = read_category(levels) if isinstance(levels, dict) else None
        if isinstance(path, list) and path:
            cells = {name: value for name, value in cells.items() if name not in _HIERARCHIES}
            cells["category"] = path
            break
    yield from expand(cells)
