"""Arrow schemas of what a store holds and returns."""

from collections.abc import Sequence

import pyarrow as pa

from shopwindow.eventlog.log_schema import to_microseconds
from shopwindow.values import Event

TIMESTAMP_TYPE = pa.timestamp("us", tz="UTC")
_FEATURES_TYPE = pa.map_(pa.string(), pa.float64())

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
        ("features", _FEATURES_TYPE),
        ("value", pa.float64()),
        ("currency", pa.string()),
        ("time", pa.int64()),
        ("event_id", pa.string()),
        ("dwell_ms", pa.int64()),
    ]
)
"""The fields of `shopwindow.values.event.Event`; time in microseconds since 1970, as in the log."""

ACTION_LABELS = {
    "click": "clicked",
    "cart": "carted",
    "purchase": "purchased",
    "like": "liked",
    "hide": "hidden",
}
"""Kinds of events that label an impression, and the label column of each."""

COUNT_COLUMNS = {
    "impression": "impressions",
    "click": "clicks",
    "cart": "carts",
    "purchase": "purchases",
    "like": "likes",
    "hide": "hides",
    "return": "returns",
}
"""Count columns of `PRODUCT_COUNT_SCHEMA` by kind."""

PRODUCT_COUNT_SCHEMA = pa.schema(
    [
        ("product_id", pa.string()),
        *((name, pa.int64()) for name in COUNT_COLUMNS.values()),
        ("value", pa.float64()),
        ("currency", pa.string()),
    ]
)
"""A product's number of events by kind, and its revenue in `currency`: the total value of its
purchases without that of its returns.

`value` is null and `currency` empty if none of them has a value, or they are in several currencies.
"""

IMPRESSION_FIELDS = (
    "query_id", "user_id", "session_id", "product_id", "surface", "position", "propensity",
    "ranker", "ranker_version", "features",
)  # fmt: skip
"""Fields of an impression that `TRAINING_SCHEMA` takes over unchanged."""

TRAINING_SCHEMA = pa.schema(
    [
        *(EVENT_SCHEMA.field(name) for name in IMPRESSION_FIELDS),
        ("time", TIMESTAMP_TYPE),
        EVENT_SCHEMA.field("event_id"),
        *((label, pa.bool_()) for label in ACTION_LABELS.values()),
        EVENT_SCHEMA.field("dwell_ms"),
    ]
)
"""An impression, whether it was clicked, carted, purchased, liked, hidden, and the longest dwell
time of its clicks; null when none is known."""


def events_to_table(events: Sequence[Event]) -> pa.Table:
    """Return events as a table of `EVENT_SCHEMA`, in their order."""
    columns = {name: [getattr(event, name) for event in events] for name in EVENT_SCHEMA.names}
    columns["time"] = [to_microseconds(time) for time in columns["time"]]
    columns["features"] = [list(features.items()) for features in columns["features"]]
    arrays = [pa.array(columns[field.name], field.type) for field in EVENT_SCHEMA]
    return pa.Table.from_arrays(arrays, schema=EVENT_SCHEMA)
