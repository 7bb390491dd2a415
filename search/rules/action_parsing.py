"""The one action of a rule, out of its table."""

from collections.abc import Callable, Mapping
from typing import Any

from search.rules.actions import (
    BEHIND_EVERYTHING,
    Action,
    Boost,
    Bury,
    Hide,
    Pin,
    Redirect,
    Synonyms,
)
from search.rules.rule_checks import shown
from search.rules.selection import Selection
from search.rules.table_fields import Fields
from shopwindow.values.query import Filters

ACTIONS = ("pin", "boost", "bury", "hide", "redirect", "synonyms")

_DEFAULT_BOOST = 0.2
_STAND_IN = Selection(("-",))
"""For products that are written wrongly, so that the rest of the action is still checked."""

_BELONGS = {"place": ("pin",), "by": ("boost", "bury")}
_CONDITIONS = (
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


def read_action(fields: Fields) -> Action | None:
    """Return the action of a rule; None, and faults, when there is not exactly one that fits."""
    given = [key for key in ACTIONS if fields.has(key)]
    if len(given) != 1:
        choice = f"expected exactly one of {', '.join(ACTIONS)}"
        got = f"got {' and '.join(given)}; make a rule of each" if given else "got none"
        fields.faults.append(f"{choice}, {got}")
        return None
    for key, actions in _BELONGS.items():
        if fields.has(key) and given[0] not in actions:
            fields.faults.append(f"`{key}` belongs to {' or '.join(actions)}, not to {given[0]}")
    return fields.made(lambda: _READERS[given[0]](fields))


def _pin(fields: Fields) -> Action | None:
    ids = fields.texts("pin")
    place = fields.number("place", 1)
    pin = Pin(ids or _STAND_IN.ids, place)  # type: ignore[arg-type]  # Pin checks it
    return pin if ids else None


def _boost(fields: Fields) -> Action | None:
    selection = _selection(fields, "boost")
    boost = Boost(selection or _STAND_IN, fields.number("by", _DEFAULT_BOOST))
    return boost if selection else None


def _bury(fields: Fields) -> Action | None:
    selection = _selection(fields, "bury")
    bury = Bury(selection or _STAND_IN, fields.number("by", BEHIND_EVERYTHING))
    return bury if selection else None


def _hide(fields: Fields) -> Action | None:
    selection = _selection(fields, "hide")
    return Hide(selection) if selection else None


def _redirect(fields: Fields) -> Action | None:
    address = fields.text("redirect")
    return Redirect(address) if address else None


def _synonyms(fields: Fields) -> Action | None:
    groups = fields.raw("synonyms")
    if not isinstance(groups, list) or not all(_is_texts(each) for each in groups):
        expected = 'groups of words, such as [["abaya", "عباية"]]'
        fields.faults.append(f"`synonyms`: expected {expected}, got {shown(groups)}")
        return None
    return Synonyms(tuple(tuple(word.strip() for word in group) for group in groups))


_READERS: Mapping[str, Callable[[Fields], Action | None]] = {
    "pin": _pin,
    "boost": _boost,
    "bury": _bury,
    "hide": _hide,
    "redirect": _redirect,
    "synonyms": _synonyms,
}


def _selection(fields: Fields, key: str) -> Selection | None:
    """Return the products that an action is about: a list of ids, or a table of conditions."""
    value = fields.raw(key)
    n_faults = len(fields.faults)
    if isinstance(value, dict):
        return _by_conditions(Fields(value, _CONDITIONS, fields.faults, key), n_faults)
    ids = fields.texts(key)
    return Selection(ids) if ids else None


def _by_conditions(table: Fields, n_faults: int) -> Selection | None:
    ids = table.texts("ids")
    filters = table.made(lambda: _filters(table))
    is_whole = len(table.faults) == n_faults and filters is not None
    return table.made(lambda: Selection(ids, filters)) if is_whole and filters else None


def _filters(table: Fields) -> Filters:
    return Filters(
        category=table.text("category"),
        brand=table.texts("brand"),
        price_min=table.number("price_min"),
        price_max=table.number("price_max"),
        in_stock=table.flag("in_stock"),
        attributes=_attributes(table),
        created_since=table.time("created_since"),
        group_id=table.text("group_id"),
    )


def _attributes(table: Fields) -> dict[str, tuple[str, ...]]:
    if not table.has("attributes"):
        return {}
    values: Any = table.raw("attributes")
    if not isinstance(values, dict) or not values:
        expected = 'values by name, such as {color = "red"}'
        table.faults.append(f"`attributes`: expected {expected}, got {shown(values)}")
        return {}
    each_of = Fields(values, tuple(values), table.faults, "attributes")
    return {name: each_of.texts(name) for name in values}


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
