"""Categories that JSON nests: paths, parents, levels, names by language."""

import re
from collections.abc import Mapping

from index.catalog.exports.export_values import choose_category
from index.catalog.json_feeds.nested_values import MAX_ITEMS, get_first, list_items, read_name

_MAX_DEPTH = 8
_PATH_KEYS = ("path", "full_path", "fullPath", "breadcrumb", "breadcrumbs", "category_path")
_LEVEL = re.compile(r"(?:lvl|level_?)(\d{1,2})", re.IGNORECASE)
_STEP = re.compile(r"\s*(?:>|›|»|///)\s*")


def read_category(value: object) -> object:
    """Return a path of categories, the deepest of several.

    A category may be a name, a path ("A > B"), an object with its name and its parent, or have
    levels (`lvl0`, `lvl1`). Names without any relation are one path, as in lists of names.
    """
    if isinstance(value, str):
        return value
    items = list_items(value)
    if items and all(isinstance(item, int) or str(item).isdecimal() for item in items):
        return []  # ids of categories are no names for shoppers
    if not any(isinstance(item, dict) or _is_path(item) for item in items):
        return value
    by_id = {str(item["id"]): item for item in items if isinstance(item, dict) and "id" in item}
    paths = [_read_path(item, by_id, 0) for item in items]
    paths = [path for path in paths if path]
    if len(paths) > 1 and all(len(path) == 1 for path in paths):
        return [path[0] for path in paths]
    return choose_category(paths) or (value if not isinstance(value, (dict, list)) else [])


def _is_path(item: object) -> bool:
    return isinstance(item, str) and (_STEP.search(item) is not None or _is_rooted(item))


def _is_rooted(text: str) -> bool:
    return len(text) > 1 and text.startswith("/") and not text.startswith("//")


def split_path(text: str) -> list[str]:
    """Return the steps of "A > B", "A /// B" or "/A/B/"."""
    steps = text.split("/") if _is_rooted(text) else _STEP.split(text)
    return [step.strip() for step in steps if step.strip()]


def _read_path(item: object, by_id: Mapping[str, Mapping[str, object]], depth: int) -> list[str]:
    if isinstance(item, str):
        return split_path(item)
    if isinstance(item, list):
        return [name for step in item[:MAX_ITEMS] for name in _read_path(step, by_id, depth + 1)]
    if not isinstance(item, dict) or depth > _MAX_DEPTH:
        return []
    if levels := _read_levels(item):
        return levels
    path = get_first(item, _PATH_KEYS)
    if path is not None and (isinstance(path, list) or _is_path(path)):
        return _read_path(path, by_id, depth + 1)
    name = read_name(item)
    above = get_first(item, ("parent", "ancestors", "parents"))
    if not isinstance(above, (dict, list)):
        above = by_id.get(str(get_first(item, ("parent_id", "parentId", "parent"))), above)
    parents = _read_path(above, by_id, depth + 1) if isinstance(above, (dict, list)) else []
    if isinstance(above, str) and not above.isdecimal():
        parents = split_path(above)
    return [*parents, name.strip()] if isinstance(name, str) and name.strip() else parents


def _read_levels(item: Mapping[str, object]) -> list[str]:
    """Return the deepest level of {"lvl0": "A", "lvl1": "A > B"}; each may be a list."""
    levels = sorted((int(match[1]), key) for key in item if (match := _LEVEL.fullmatch(key)))
    for _, key in reversed(levels):
        value = item[key]
        first = next((text for text in value if text), "") if isinstance(value, list) else value
        if isinstance(first, str) and first.strip():
            return split_path(first)
    return []
