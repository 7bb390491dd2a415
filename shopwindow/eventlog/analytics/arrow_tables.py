"""Tables of events in Arrow: what a store keeps, and what it answers with."""

from collections.abc import Sequence

import pyarrow as pa

from shopwindow.eventlog.log_schema import to_microseconds
from shopwindow.values.event import Event

TIMESTAMP_TYPE = pa.timestamp("us", tz="UTC")
_FEATURES = pa.map_(pa.string(), pa.float64())

EVENT_SCHEMA = pa.schema(
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

ACTION_LABELS = {
    "click": "clicked",
    "cart": "carted",
    "purchase": "purchased",
    "like": "liked",
    "hide": "hidden",
}
"""What can follow an impression, and the label it gives the impression."""

COUNT_COLUMNS = {
    "impression": "impressions",
    "click": "clicks",
    "cart": "carts",
    "purchase": "purchases",
    "like": "likes",
    "hide": "hides",
}
"""Columns of `COUNTS` by kind."""

PRODUCT_COUNT_SCHEMA = pa.schema(
    [
        ("product_id", pa.string()),
        *((name, pa.int64()) for name in COUNT_COLUMNS.values()),
        ("value", pa.float64()),
        ("currency", pa.string()),
    ]
)
"""Events of a product by kind, and what its purchases were worth in `currency`.

`value` is null, and `currency` empty, where no purchase has one, or they are in several currencies.
"""

IMPRESSION_FIELDS = (
    "query_id", "user_id", "session_id", "product_id", "surface", "position", "propensity",
    "ranker", "ranker_version", "features",
)  # fmt: skip
"""Fields of an impression that stand in `TRAINING_SCHEMA` as they are."""

TRAINING_SCHEMA = pa.schema(
    [
        *(EVENT_SCHEMA.field(name) for name in IMPRESSION_FIELDS),
        ("time", TIMESTAMP_TYPE),
        EVENT_SCHEMA.field("event_id"),
        *((label, pa.bool_()) for label in ACTION_LABELS.values()),
    ]
)
"""An impression, and whether it was clicked, carted, purchased, liked, hidden."""


def events_to_table(events: Sequence[Event]) -> pa.Table:
    """Return events as a table of `EVENTS`."""
    columns = {name: [getattr(each, name) for each in events] for name in EVENT_SCHEMA.names}
    columns["time"] = [to_microseconds(each) for each in columns["time"]]
    columns["features"] = [list(each.items()) for each in columns["features"]]
    arrays = [pa.array(columns[field.name], field.type) for field in EVENT_SCHEMA]
    return pa.Table.from_arrays(arrays, schema=EVENT_SCHEMA)
