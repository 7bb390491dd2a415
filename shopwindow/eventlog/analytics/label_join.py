"""Label impressions by joining the actions that followed them, in Arrow."""

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
    """Return the filter for events in a period."""
    since, until = bounds
    return (ds.field("time") >= since) & (ds.field("time") < until)


def read_impressions(events: ds.Dataset, bounds: TimeBounds, columns: Sequence[str]) -> pa.Table:
    """Return the impressions of a period.

    Args:
        events: The events.
        bounds: The period.
        columns: Columns to read besides those that `label_impressions` needs.
    """
    is_impression = (ds.field("kind") == "impression") & build_time_filter(bounds)
    return events.to_table(columns=list(dict.fromkeys((*columns, *_KEYS))), filter=is_impression)


def label_impressions(
    events: ds.Dataset,
    bounds: TimeBounds,
    impressions: pa.Table,
    kinds: Sequence[str] = tuple(ACTION_LABELS),
) -> dict[str, NDArray[np.bool_]]:
    """Label impressions as clicked, carted and so on.

    Args:
        events: The events.
        bounds: The period of the impressions.
        impressions: The result of `read_impressions`.
        kinds: Kinds of actions to label.

    Returns:
        One array per label, shape (n_impressions,), in the order of the impressions.
    """
    numbered = impressions.select(_KEYS).append_column("row", pa.array(np.arange(len(impressions))))
    with_query = numbered.filter(pc.not_equal(numbered["query_id"], "")).drop_columns(["user_id"])
    since, _ = bounds
    is_action = ds.field("kind").isin(kinds) & (ds.field("time") >= since)
    is_action &= ds.field("query_id") != ""
    actions = events.to_table(columns=["query_id", "product_id", "kind"], filter=is_action)
    pairs = with_query.join(actions, ["query_id", "product_id"], join_type="inner")
    labels = {}
    for kind in kinds:
        rows = pairs.filter(pc.equal(pairs["kind"], kind))["row"].to_numpy()
        label = np.zeros(len(impressions), dtype=bool)
        label[rows] = True
        labels[ACTION_LABELS[kind]] = label
    if "purchase" in kinds:
        labels["purchased"][_find_purchased_rows(events, bounds, numbered)] = True
    return labels


def find_dwell_times(events: ds.Dataset, bounds: TimeBounds, impressions: pa.Table) -> pa.Array:
    """Return the longest dwell time of the clicks on each impression.

    Args:
        events: The events.
        bounds: The period of the impressions.
        impressions: The result of `read_impressions`.

    Returns:
        Milliseconds, null where none is known; shape (n_impressions,).
    """
    numbered = impressions.select(["query_id", "product_id"]).append_column(
        "row", pa.array(np.arange(len(impressions)))
    )
    is_dwell = (ds.field("kind") == "click") & (ds.field("time") >= bounds[0])
    is_dwell &= (ds.field("query_id") != "") & ds.field("dwell_ms").is_valid()
    clicks = events.to_table(columns=["query_id", "product_id", "dwell_ms"], filter=is_dwell)
    pairs = numbered.join(clicks, ["query_id", "product_id"], join_type="inner")
    longest = pairs.group_by("row").aggregate([("dwell_ms", "max")])
    matches = pc.index_in(numbered["row"].combine_chunks(), longest["row"].combine_chunks())
    return longest["dwell_ms_max"].combine_chunks().take(matches)


def _find_purchased_rows(
    events: ds.Dataset, bounds: TimeBounds, numbered: pa.Table
) -> NDArray[np.int64]:
    """Find impressions followed by a purchase without a query, within the attribution window.

    Returns:
        Values of the column `row`, shape (n_matches,); a row may be repeated.
    """
    since, until = bounds
    is_purchase = (ds.field("kind") == "purchase") & (ds.field("query_id") == "")
    is_purchase &= (ds.field("user_id") != "") & (ds.field("time") >= since)
    is_purchase &= ds.field("time") <= until + ATTRIBUTION_WINDOW_US
    columns = {"user_id": "user_id", "product_id": "product_id", "purchase_time": "time"}
    fields = {name: ds.field(source) for name, source in columns.items()}
    purchases = events.to_table(columns=fields, filter=is_purchase)
    impressions = numbered.drop_columns(["query_id"])
    pairs = impressions.join(purchases, ["user_id", "product_id"], join_type="inner")
    delay_us = pairs["purchase_time"].to_numpy() - pairs["time"].to_numpy()
    is_attributed = (delay_us >= 0) & (delay_us <= ATTRIBUTION_WINDOW_US)
    rows: NDArray[np.int64] = pairs["row"].to_numpy()[is_attributed]
    return rows
