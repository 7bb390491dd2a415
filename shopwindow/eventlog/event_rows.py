"""Between an event and a row of a file: names of columns, kinds and times as shops write them."""

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, TypeAlias

from shopwindow.values.errors import InvalidEventError
from shopwindow.values.event import EVENT_KINDS, Event

Write: TypeAlias = Callable[[Mapping[str, Any]], None]
"""Writes one row of a file."""

EVENT_COLUMNS = tuple(each.name for each in fields(Event))
REQUIRED_FIELDS = ("kind", "product_id", "time")

COLUMN_ALIASES: Mapping[str, tuple[str, ...]] = {
    "kind": ("event", "event_type", "event_name", "type", "action"),
    "product_id": ("product", "item", "item_id", "itemid", "sku", "productid"),
    "user_id": ("user", "userid", "visitor", "visitor_id", "visitorid", "customer_id"),
    "session_id": ("session", "sessionid", "user_session", "visit_id"),
    "query_id": ("queryid", "search_id", "request_id"),
    "surface": (),
    "position": ("rank", "place"),
    "propensity": (),
    "ranker": (),
    "ranker_version": (),
    "features": (),
    "value": ("price", "revenue"),
    "currency": ("currency_code",),
    "time": ("timestamp", "event_time", "ts", "datetime", "date"),
    "event_id": ("eventid",),
}
"""Names of a column besides its own, best first; case, spaces and hyphens do not matter."""

KIND_ALIASES: Mapping[str, str] = {
    **{kind: kind for kind in EVENT_KINDS},
    **dict.fromkeys(("impressions", "shown", "exposure", "view_item_list"), "impression"),
    # Shops call it a view when a product's own page is opened: that is our click.
    **dict.fromkeys(("view", "pageview", "detail", "view_item", "select_item"), "click"),
    **dict.fromkeys(("addtocart", "add_to_cart", "basket"), "cart"),
    **dict.fromkeys(("transaction", "order", "buy"), "purchase"),
    **dict.fromkeys(("favorite", "favourite", "wishlist", "add_to_wishlist"), "like"),
    "dislike": "hide",
}
"""What shops call the kinds; the names of Google Analytics 4 are among them."""

_EPOCH_UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
"""From which number on a time since 1970 is in nano-, micro- or milliseconds: each is 1973."""


def map_columns(names: Mapping[str, Any]) -> dict[str, str]:
    """Return the file's own column for each field of an event that it has."""
    known = {_plain(each): each for each in reversed(list(names))}
    found = {}
    for name in EVENT_COLUMNS:
        own = next((known[each] for each in (name, *COLUMN_ALIASES[name]) if each in known), None)
        if own is not None:
            found[name] = own
    return found


def to_event(cells: Mapping[str, Any], line: int) -> Event:
    """Return the event of a row.

    A row without an id gets one made of what it says and its line, so that the same file read
    twice gives the same events, and two equal rows of one file are two events.

    Raises:
        InvalidEventError: A value is missing or has no sense.
    """
    own = map_columns(cells)
    values = {name: cells[column] for name, column in own.items()}
    given = {name: value for name, value in values.items() if value is not None and value != ""}
    for name in REQUIRED_FIELDS:
        if name not in given:
            expected = (
                f"a value in a column {name!r} or {', '.join(map(repr, COLUMN_ALIASES[name]))}"
            )
            raise InvalidEventError(name, expected, cells.get(own.get(name, "")))
    read = {name: _READERS.get(name, _text)(name, value) for name, value in given.items()}
    if "event_id" not in read:
        read["event_id"] = _id_of(line, given)
    return Event(**read)


def to_cells(event: Event, nested: bool, times: bool) -> dict[str, Any]:
    """Return the row of an event.

    Args:
        event: The event.
        nested: Whether a cell can hold numbers by name; otherwise they are JSON in a text.
        times: Whether a cell can hold a time; otherwise it is ISO 8601 in a text.
    """
    cells = {name: getattr(event, name) for name in EVENT_COLUMNS}
    features = dict(event.features)
    cells["features"] = features if nested else json.dumps(features, ensure_ascii=False)
    cells["time"] = event.time if times else event.time.isoformat()
    return cells


def _plain(name: object) -> str:
    return str(name).strip().casefold().replace(" ", "_").replace("-", "_")


def _id_of(line: int, given: Mapping[str, Any]) -> str:
    said = json.dumps([line, *(str(given.get(name)) for name in EVENT_COLUMNS)])
    return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise InvalidEventError(name, "a text", value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # ids that a table kept as numbers, with gaps
    return str(value)


def _kind(_name: str, value: Any) -> str:
    return KIND_ALIASES.get(_plain(value), str(value))


def _surface(_name: str, value: Any) -> str:
    return _plain(value)


def _number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError) as exc:
        raise InvalidEventError(name, "a number", value) from exc


def _place(name: str, value: Any) -> int:
    number = _number(name, value)
    if not number.is_integer():
        raise InvalidEventError(name, "a whole number", value)
    return int(number)


def _features(name: str, value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError) as exc:
        raise InvalidEventError(name, "numbers by name, as JSON", value) from exc


def _time(name: str, value: Any) -> datetime:
    """Return a time; one without a zone is taken to be in UTC.

    Raises:
        InvalidEventError: It is none.
    """
    expected = "a time in ISO 8601, or seconds or milliseconds since 1970"
    try:
        if isinstance(value, datetime):
            found = value
        elif (seconds := _seconds(value)) is not None:
            found = datetime.fromtimestamp(seconds, UTC)
        else:
            found = datetime.fromisoformat(str(value).strip().removesuffix(" UTC"))
    except (ValueError, OverflowError, OSError) as exc:
        raise InvalidEventError(name, expected, value) from exc
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _seconds(value: Any) -> float | None:
    """Return a time since 1970 in seconds; None when it is no number."""
    if isinstance(value, str) and len(value.strip()) == len("20260131"):
        return None  # a day: as seconds it would be in 1970
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    if not math.isfinite(number):
        return None
    return next((number / unit for least, unit in _EPOCH_UNITS if abs(number) >= least), number)


_READERS: Mapping[str, Any] = {
    "kind": _kind,
    "surface": _surface,
    "position": _place,
    "propensity": _number,
    "features": _features,
    "value": _number,
    "time": _time,
}
