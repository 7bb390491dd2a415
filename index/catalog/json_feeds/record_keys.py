"""Keys that one system's records name in their own way, under the names that any feed has."""

from collections.abc import Mapping

from index.catalog.json_feeds.nested_values import get_first, list_items
from index.catalog.json_feeds.plain_records import Record
from index.catalog.text_cleaning import is_empty


def rename(record: Record, names: Mapping[str, str]) -> dict[str, object]:
    """Return a record with other keys, unless one has that key already."""
    renamed = dict(record)
    for key, name in names.items():
        if key in renamed:
            value = renamed.pop(key)
            if is_empty(renamed.get(name)):
                renamed[name] = value
    return renamed


def keep_related(categories: object) -> object:
    """Return the categories with a parent, or the first one: without one they are no path."""
    items = list_items(categories)
    related = [
        item
        for item in items
        if isinstance(item, dict) and get_first(item, ("parent_id", "parent", "parents"))
    ]
    return items if related else items[:1]
