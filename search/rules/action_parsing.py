"""Parsing of the one action of a rule's table."""

from collections.abc import Callable, Mapping
from typing import Any

from search.rules.actions import (
    BURY_TO_END,
    Action,
    Boost,
    Bury,
    Hide,
    Pin,
    Redirect,
    Synonyms,
)
from search.rules.rule_checks import format_value
from search.rules.selection import Selection
from search.rules.table_fields import TableReader
from shopwindow.values import Filters

ACTION_KEYS = ("pin", "boost", "bury", "hide", "redirect", "synonyms")

_DEFAULT_BOOST = 0.2
_PLACEHOLDER = Selection(("-",))
"""Stands for invalid products, so that the rest of the action is still checked."""

_ALLOWED_ACTIONS = {"place": ("pin",), "by": ("boost", "bury")}
_CONDITION_KEYS = (
    "ids",
    "brand",
    "category",
    "price_min",
    "price_max",
    "in_stock",
    "attributes",
    "created_since",
    "group_id",
)


def parse_action(fields: TableReader) -> Action | None:
    """Return the action of a rule; None, and faults, when there is not exactly one valid action."""
    present_keys = [key for key in ACTION_KEYS if fields.has(key)]
    if len(present_keys) != 1:
        choice = f"expected exactly one of {', '.join(ACTION_KEYS)}"
        got = (
            f"got {' and '.join(present_keys)}; make a rule of each" if present_keys else "got none"
        )
        fields.problems.append(f"{choice}, {got}")
        return None
    for key, actions in _ALLOWED_ACTIONS.items():
        if fields.has(key) and present_keys[0] not in actions:
            fields.problems.append(
                f"`{key}` belongs to {' or '.join(actions)}, not to {present_keys[0]}"
            )
    return fields.build(lambda: _PARSERS[present_keys[0]](fields))


def _parse_pin(fields: TableReader) -> Action | None:
    ids = fields.get_texts("pin")
    position = fields.get_number("place", 1)
    pin = Pin(ids or _PLACEHOLDER.ids, position)  # type: ignore[arg-type]  # Pin checks it
    return pin if ids else None


def _parse_boost(fields: TableReader) -> Action | None:
    selection = _parse_selection(fields, "boost")
    boost = Boost(selection or _PLACEHOLDER, fields.get_number("by", _DEFAULT_BOOST))
    return boost if selection else None


def _parse_bury(fields: TableReader) -> Action | None:
    selection = _parse_selection(fields, "bury")
    bury = Bury(selection or _PLACEHOLDER, fields.get_number("by", BURY_TO_END))
    return bury if selection else None


def _parse_hide(fields: TableReader) -> Action | None:
    selection = _parse_selection(fields, "hide")
    return Hide(selection) if selection else None


def _parse_redirect(fields: TableReader) -> Action | None:
    address = fields.get_text("redirect")
    return Redirect(address) if address else None


def _parse_synonyms(fields: TableReader) -> Action | None:
    groups = fields.get_raw("synonyms")
    if not isinstance(groups, list) or not all(_is_list_of_texts(group) for group in groups):
        expected = 'groups of words, such as [["abaya", "عباية"]]'
        fields.problems.append(f"`synonyms`: expected {expected}, got {format_value(groups)}")
        return None
    return Synonyms(tuple(tuple(word.strip() for word in group) for group in groups))


_PARSERS: Mapping[str, Callable[[TableReader], Action | None]] = {
    "pin": _parse_pin,
    "boost": _parse_boost,
    "bury": _parse_bury,
    "hide": _parse_hide,
    "redirect": _parse_redirect,
    "synonyms": _parse_synonyms,
}


def _parse_selection(fields: TableReader, key: str) -> Selection | None:
    """Return the products of an action: a list of ids, or a table of conditions."""
    value = fields.get_raw(key)
    n_faults = len(fields.problems)
    if isinstance(value, dict):
        return _parse_conditions(
            TableReader(value, _CONDITION_KEYS, fields.problems, key), n_faults
        )
    ids = fields.get_texts(key)
    return Selection(ids) if ids else None


def _parse_conditions(table: TableReader, n_faults: int) -> Selection | None:
    ids = table.get_texts("ids")
    filters = table.build(lambda: _parse_filters(table))
    is_valid = len(table.problems) == n_faults and filters is not None
    return table.build(lambda: Selection(ids, filters)) if is_valid and filters else None


def _parse_filters(table: TableReader) -> Filters:
    return Filters(
        category=table.get_text("category"),
        brand=table.get_texts("brand"),
        price_min=table.get_number("price_min"),
        price_max=table.get_number("price_max"),
        in_stock=table.get_bool("in_stock"),
        attributes=_parse_attributes(table),
        created_since=table.get_time("created_since"),
        group_id=table.get_text("group_id"),
    )


def _parse_attributes(table: TableReader) -> dict[str, tuple[str, ...]]:
    if not table.has("attributes"):
        return {}
    values: Any = table.get_raw("attributes")
    if not isinstance(values, dict) or not values:
        expected = 'values by name, such as {color = "red"}'
        table.problems.append(f"`attributes`: expected {expected}, got {format_value(values)}")
        return {}
    reader = TableReader(values, tuple(values), table.problems, "attributes")
    return {name: reader.get_texts(name) for name in values}


def _is_list_of_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
