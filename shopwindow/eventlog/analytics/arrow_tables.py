"""Tables of events in Arrow: what a store keeps, and what it answers with."""

from collections.abc import Sequence

import pyarrow as pa

from shopwindow.eventlog.log_schema import microseconds
from shopwindow.values.event import Event

TIME = pa.timestamp("us", tz="UTC")
_FEATURES = pa.map_(pa.string(), pa.float64())

EVENTS = pa.schema(
    [
        ("kind", pa.string()),
        ("product_id", pa.string()),
        ("user_id", pa.string()),
        ("session_id", pa.string()),
        ("query_id", pa.string()),
        ("surface", pa.string()),
        ("position", pa.int64()),
        ("propensity", pa.float64()),
        ("ranker", pa.string()),
        ("ranker_version", pa.string()),
        ("features", _FEATURES),
        ("value", pa.float64()),
        ("currency", pa.string()),
        ("time", pa.int64()),
        ("event_id", pa.string()),
    ]
)
"""The fields of `shopwindow.values.event.Event`; the time in microseconds since 1970, as in the log."""

ACTIONS = {
    "click": "clicked",
    "cart": "carted",
    "purchase": "purchased",
    "like": "liked",
    "hide": "hidden",
}
"""What can follow an impression, and the label it gives the impression."""

COUNT_NAMES = {
    "impression": "impressions",
    "click": "clicks",
    "cart": "carts",
    "purchase": "purchases",
    "like": "likes",
    "hide": "hides",
}
"""Columns of `COUNTS` by kind."""

COUNTS = pa.schema(
    [
        ("product_id", pa.string()),
        *((name, pa.int64()) for name in COUNT_NAMES.values()),
        ("value", pa.float64()),
        ("currency", pa.string()),
    ]
)
"""Events of a product by kind, and what its purchases were worth in `currency`.

`value` is null, and `currency` empty, where no purchase has one, or they are in several currencies.
"""

SHOWN = (
    "query_id", "user_id", "session_id", "product_id", "surface", "position", "propensity",
    "ranker", "ranker_version", "features",
)  # fmt: skip
"""Fields of an impression that stand in `TRAINING` as they are."""

TRAINING = pa.schema(
    [
        *(EVENTS.field(name) for name in SHOWN),
        ("time", TIME),
        EVENTS.field("event_id"),
        *((label, pa.bool_()) for label in ACTIONS.values()),
    ]
)
"""An impression, and whether it was clicked, carted, purchased, liked, hidden."""


def to_table(events: Sequence[Event]) -> pa.Table:
    """Return events as a table of `EVENTS`."""
    columns = {name: [getattr(each, name) for each in events] for name in EVENTS.names}
    columns["time"] = [microseconds(each) for each in columns["time"]]
    columns["features"] = [list(each.items()) for each in columns["features"]]
    arrays = [pa.array(columns[field.name], field.type) for field in EVENTS]
    return pa.Table.from_arrays(arrays, schema=EVENTS)
