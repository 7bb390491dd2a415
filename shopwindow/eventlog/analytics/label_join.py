"""What followed an impression: actions joined to impressions, in Arrow."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from numpy.typing import NDArray

from shopwindow.eventlog.analytics.arrow_tables import ACTION_LABELS
from shopwindow.eventlog.analytics.periods import ATTRIBUTION_WINDOW_US, TimeBounds

_KEYS = ("query_id", "product_id", "user_id", "time")


def build_time_filter(bounds: TimeBounds) -> ds.Expression:
    """Return the condition that an event is in a period."""
    since, until = bounds
    return (ds.field("time") >= since) & (ds.field("time") < until)


def read_impressions(events: ds.Dataset, bounds: TimeBounds, columns: Sequence[str]) -> pa.Table:
    """Return the impressions of a period.

    Args:
        events: The events.
        bounds: The period.
        columns: Columns that are wanted besides those that `label_impressions` needs.
    """
    wanted = (ds.field("kind") == "impression") & build_time_filter(bounds)
    return events.to_table(columns=list(dict.fromkeys((*columns, *_KEYS))), filter=wanted)


def label_impressions(
    events: ds.Dataset,
    bounds: TimeBounds,
    impressions: pa.Table,
    kinds: Sequence[str] = tuple(ACTION_LABELS),
) -> dict[str, NDArray[np.bool_]]:
    """Return which of the impressions were clicked, carted and so on.

    Args:
        events: The events.
        bounds: The period of the impressions.
        impressions: What `read_impressions` returned.
        kinds: Kinds of actions that matter.

    Returns:
        For each label, shape (n_impressions,).
    """
    numbered = impressions.select(_KEYS).append_column("row", pa.array(np.arange(len(impressions))))
    asked = numbered.filter(pc.not_equal(numbered["query_id"], "")).drop_columns(["user_id"])
    since, _ = bounds
    wanted = ds.field("kind").isin(kinds) & (ds.field("time") >= since)
    wanted &= ds.field("query_id") != ""
    actions = events.to_table(columns=["query_id", "product_id", "kind"], filter=wanted)
    pairs = asked.join(actions, ["query_id", "product_id"], join_type="inner")
    labels = {}
    for kind in kinds:
        rows = pairs.filter(pc.equal(pairs["kind"], kind))["row"].to_numpy()
        label = np.zeros(len(impressions), dtype=bool)
        label[rows] = True
        labels[ACTION_LABELS[kind]] = label
    if "purchase" in kinds:
        labels["purchased"][_bought_later(events, bounds, numbered)] = True
    return labels


def _bought_later(events: ds.Dataset, bounds: TimeBounds, numbered: pa.Table) -> NDArray[np.int64]:
    """Return the rows of impressions whose visitor bought the product soon, naming no query."""
    since, until = bounds
    wanted = (ds.field("kind") == "purchase") & (ds.field("query_id") == "")
    wanted &= (ds.field("user_id") != "") & (ds.field("time") >= since)
    wanted &= ds.field("time") <= until + ATTRIBUTION_WINDOW_US
    columns = {"user_id": "user_id", "product_id": "product_id", "bought": "time"}
    bought = events.to_table(columns={k: ds.field(v) for k, v in columns.items()}, filter=wanted)
    shown = numbered.drop_columns(["query_id"])
    pairs = shown.join(bought, ["user_id", "product_id"], join_type="inner")
    passed = pairs["bought"].to_numpy() - pairs["time"].to_numpy()
    rows: NDArray[np.int64] = pairs["row"].to_numpy()[
        (passed >= 0) & (passed <= ATTRIBUTION_WINDOW_US)
    ]
    return rows
