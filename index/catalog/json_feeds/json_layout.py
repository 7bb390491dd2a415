"""Where the products are in a JSON file: lines, an array, or a list within an object."""

import io
import re
from collections.abc import Mapping
from typing import Union

from index.catalog.json_feeds.json_text import JsonText

LIST_NAMES = (
    "products", "hits", "items", "edges", "nodes", "records", "results", "data", "value", "entries",
    "docs", "documents", "rows", "list", "content", "objects", "product", "item", "elements",
)  # fmt: skip
"""Names of the list of products in an answer of an API, most trusted first."""
ANY_KEY = "*"
"""Stands in a path for every key of an object whose values are the products, by their ids."""
_CONTAINERS = frozenset({
    *LIST_NAMES, "response", "result", "payload", "body", "catalog", "catalogue", "store", "shop",
    "_embedded", "search", "output", "collection", "productsearch", "props", "pageprops",
})  # fmt: skip
_PRODUCT_LISTS = frozenset({"products", "hits", "edges"})
_PRODUCT_KEYS = frozenset({
    "title", "name", "price", "sale_price", "image", "images", "image_link", "imageurl",
    "image_url", "brand", "sku", "variants", "offers", "objectid", "description", "product_name",
})  # fmt: skip
_CERTAIN_KEYS = frozenset({"price", "sku", "variants", "offers", "objectid", "image_link", "brand"})
_LINKED_DATA = frozenset({"@context", "@type", "@graph", "@id"})
_OBJECTS, _EMPTY, _OTHER = "a list of objects", "an empty list", "another value"
_LIST_OF_OBJECTS = re.compile(r"\[\s*[{\[]")
_EMPTY_LIST = re.compile(r"\[\s*\]")
_MAX_DEPTH = 5
Keys = Mapping[str, Union[str, "Keys"]]


def find_list_path(sample: str) -> tuple[str, ...]:
    """Return the keys that lead from an object to its list of products; empty for none.

    Args:
        sample: The beginning of a file: an object, or an array of such objects.
    """
    text = JsonText(io.StringIO(sample))
    while text.peek() == "[":
        text.skip_character()
    if text.peek() != "{":
        return ()
    keys: dict[str, str | Keys] = {}
    _read_keys(text, keys, 0)
    return _choose_path(keys) or ()


def _read_keys(text: JsonText, keys: dict[str, "str | Keys"], depth: int) -> None:
    """Collect the keys of an object and what their values are, as far as the sample reaches."""
    text.skip_character()
    while text.peek() == '"':
        key = text.take().data
        opening = text.peek()
        if not isinstance(key, str) or not opening or opening in "}]":
            return
        if opening == "{" and depth < _MAX_DEPTH:
            below: dict[str, str | Keys] = {}
            keys[key] = below
            _read_keys(text, below, depth + 1)
            continue
        is_list = text.starts_with(_LIST_OF_OBJECTS)
        keys[key] = _OBJECTS if is_list else _EMPTY if text.starts_with(_EMPTY_LIST) else _OTHER
        text.take()
    if text.peek() == "}":
        text.skip_character()


def _choose_path(keys: Keys, depth: int = 0) -> tuple[str, ...] | None:
    if _LINKED_DATA & keys.keys() or _is_product(keys) or depth > _MAX_DEPTH:
        return None
    if len(keys) > 1 and all(isinstance(below, Mapping) and _is_product(below)
                             for below in keys.values()):  # fmt: skip
        return (ANY_KEY,)
    by_name: dict[str, str] = {}
    for key in keys:
        by_name.setdefault(key.casefold(), key)
    known = [by_name[name] for name in LIST_NAMES if name in by_name]
    for key in known:
        if keys[key] == _OBJECTS:
            return (key,)
    for key in (*known, *keys):
        below = keys[key]
        if isinstance(below, Mapping) and key.casefold() in _CONTAINERS:
            path = _choose_path(below, depth + 1)
            if path is not None or _is_product(below):
                return (key, *(path or ()))
    lists = [key for key, value in keys.items() if value == _OBJECTS]
    empty = [key for key in known if keys[key] == _EMPTY]
    return (lists[0],) if len(lists) == 1 else (empty[0],) if empty and not lists else None


def _is_product(keys: Keys) -> bool:
    """Return whether an object is a product, rather than an answer that lists products."""
    names = {key.casefold() for key in keys}
    if names & _CERTAIN_KEYS:
        return True
    lists = {key.casefold() for key, value in keys.items() if value == _OBJECTS}
    if lists & _PRODUCT_LISTS:
        return False
    return len(names & _PRODUCT_KEYS) > 1 or bool(names & _PRODUCT_KEYS and names & {"id", "_id"})
