"""Conversion between events and rows of a file, with the names that shops use for columns."""

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, TypeAlias

from shopwindow.values import EVENT_KINDS, Event
from shopwindow.values.errors import InvalidEventError

RowWriter: TypeAlias = Callable[[Mapping[str, Any]], None]
"""Writes one row of a file."""

EVENT_COLUMNS = tuple(field.name for field in fields(Event))
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
    "dwell_ms": ("dwell_time_ms", "engagement_time_msec", "engagement_time_ms", "time_on_page_ms"),
}
"""Other names of a field's column, best first; case, spaces and hyphens do not matter."""

KIND_ALIASES: Mapping[str, str] = {
    **{kind: kind for kind in EVENT_KINDS},
    **dict.fromkeys(("impressions", "shown", "exposure", "view_item_list"), "impression"),
    # Shops say view when a product's own page is opened: that is our click.
    **dict.fromkeys(("view", "pageview", "detail", "view_item", "select_item"), "click"),
    **dict.fromkeys(("addtocart", "add_to_cart", "basket"), "cart"),
    **dict.fromkeys(("transaction", "order", "buy"), "purchase"),
    **dict.fromkeys(("favorite", "favourite", "wishlist", "add_to_wishlist"), "like"),
    "dislike": "hide",
    **dict.fromkeys(("refund", "returned", "item_returned", "order_returned"), "return"),
}
"""Shops' names of event kinds, lower case; those of Google Analytics 4 are among them."""

_EPOCH_UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
"""(smallest number, units per second) of a time since 1970 in nano-, micro- and milliseconds.

Each smallest number is in 1973.
"""


def map_columns(names: Iterable[str]) -> dict[str, str]:
    """Return the file's column name by event field; missing fields are left out."""
    by_normalized_name = {_normalize_name(name): name for name in reversed(list(names))}
    columns = {}
    for field_name in EVENT_COLUMNS:
        candidates = (field_name, *COLUMN_ALIASES[field_name])
        matches = [name for name in candidates if name in by_normalized_name]
        if matches:
            columns[field_name] = by_normalized_name[matches[0]]
    return columns


def to_event(cells: Mapping[str, Any], line: int) -> Event:
    """Return the event of a row.

    A row without an id gets one hashed from its line and content, so that the same file read twice
    gives the same events, and two equal rows of one file are two events.

    Raises:
        InvalidEventError: A required value is missing, or a value is invalid.
    """
    columns = map_columns(cells)
    values = {name: cells[column] for name, column in columns.items()}
    values = {name: value for name, value in values.items() if value is not None and value != ""}
    for name in REQUIRED_FIELDS:
        if name not in values:
            aliases = ", ".join(map(repr, COLUMN_ALIASES[name]))
            expected = f"a value in a column {name!r} or {aliases}"
            raise InvalidEventError(name, expected, cells.get(columns.get(name, "")))
    parsed = {name: _PARSERS.get(name, _parse_text)(name, value) for name, value in values.items()}
    if "event_id" not in parsed:
        parsed["event_id"] = _hash_row(line, values)
    return Event(**parsed)


def to_cells(event: Event, nested: bool, times: bool) -> dict[str, Any]:
    """Return an event as a row, in the order of `EVENT_COLUMNS`.

    Args:
        event: The event.
        nested: Whether a cell can hold numbers by name; otherwise they are written as JSON text.
        times: Whether a cell can hold a time; otherwise it is written as ISO 8601 text.
    """
    cells = {name: getattr(event, name) for name in EVENT_COLUMNS}
    features = dict(event.features)
    cells["features"] = features if nested else json.dumps(features, ensure_ascii=False)
    cells["time"] = event.time if times else event.time.isoformat()
    return cells


def _normalize_name(name: object) -> str:
    return str(name).strip().casefold().replace(" ", "_").replace("-", "_")


def _hash_row(line: int, values: Mapping[str, Any]) -> str:
    content = json.dumps([line, *(str(values.get(name)) for name in EVENT_COLUMNS)])
    return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()


def _parse_text(name: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise InvalidEventError(name, "a text", value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # ids that a table with missing values kept as floats
    return str(value)


def _parse_kind(_name: str, value: Any) -> str:
    return KIND_ALIASES.get(_normalize_name(value), str(value))


def _parse_surface(_name: str, value: Any) -> str:
    return _normalize_name(value)


def _parse_number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError) as exc:
        raise InvalidEventError(name, "a number", value) from exc


def _parse_whole_number(name: str, value: Any) -> int:
    number = _parse_number(name, value)
    if not number.is_integer():
        raise InvalidEventError(name, "a whole number", value)
    return int(number)


def _parse_features(name: str, value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError) as exc:
        raise InvalidEventError(name, "numbers by name, as JSON", value) from exc


def _parse_time(name: str, value: Any) -> datetime:
    """Return a parsed time; one without a zone is taken to be in UTC.

    Raises:
        InvalidEventError: The value is not a time.
    """
    expected = "a time in ISO 8601, or seconds or milliseconds since 1970"
    try:
        if isinstance(value, datetime):
            time = value
        elif (seconds := _parse_epoch_seconds(value)) is not None:
            time = datetime.fromtimestamp(seconds, UTC)
        else:
            time = datetime.fromisoformat(str(value).strip().removesuffix(" UTC"))
    except (ValueError, OverflowError, OSError) as exc:
        raise InvalidEventError(name, expected, value) from exc
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)


def _parse_epoch_seconds(value: Any) -> float | None:
    """Return a time since 1970, in any of the usual units, in seconds; None if not a number."""
    if isinstance(value, str) and len(value.strip()) == len("20260131"):
        return None  # a date: as seconds it would be in 1970
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    if not math.isfinite(number):
        return None
    return next(
        (number / unit for smallest, unit in _EPOCH_UNITS if abs(number) >= smallest), number
    )


_PARSERS: Mapping[str, Any] = {
    "kind": _parse_kind,
    "surface": _parse_surface,
    "position": _parse_whole_number,
    "dwell_ms": _parse_whole_number,
    "propensity": _parse_number,
    "features": _parse_features,
    "value": _parse_number,
    "time": _parse_time,
}
