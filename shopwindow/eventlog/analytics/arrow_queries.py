"""The queries of `EventStore` over an Arrow dataset of events, in Arrow and numpy."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from shopwindow.eventlog.analytics.arrow_tables import (
    COUNT_COLUMNS,
    PRODUCT_COUNT_SCHEMA,
    TRAINING_SCHEMA,
)
from shopwindow.eventlog.analytics.label_join import (
    build_time_filter,
    find_dwell_times,
    label_impressions,
    read_impressions,
)
from shopwindow.eventlog.analytics.periods import DAY_US, TimeBounds
from shopwindow.eventlog.analytics.rates import DailyCount, PositionClickRate, RankerPerformance
from shopwindow.eventlog.log_schema import to_date

Groups: TypeAlias = list[dict[str, Any]]
"""One row per group: keys, `count_all`, and a column `NAME_sum` per summed column."""


def count_by_day(events: ds.Dataset, bounds: TimeBounds) -> list[DailyCount]:
    """Return event counts by day and kind; see `EventStore`."""
    table = events.to_table(columns=["kind", "time"], filter=build_time_filter(bounds))
    days = pa.array(table["time"].to_numpy() // DAY_US)
    groups = _aggregate(table.append_column("day", days), ["day", "kind"])
    counts = [DailyCount(to_date(row["day"]), row["kind"], row["count_all"]) for row in groups]
    return sorted(counts, key=lambda count: (count.day, count.kind))


def count_by_product(events: ds.Dataset, bounds: TimeBounds) -> pa.Table:
    """Return event counts by product; see `EventStore`."""
    columns = ["product_id", "kind", "value", "currency"]
    table = events.to_table(columns=columns, filter=build_time_filter(bounds))
    encoded = table["product_id"].combine_chunks().dictionary_encode()
    codes = encoded.indices.to_numpy()  # (n_events,)
    product_ids = encoded.dictionary  # (n_products,)
    counts = {"product_id": product_ids}
    for kind, name in COUNT_COLUMNS.items():
        is_kind = pc.equal(table["kind"], kind).to_numpy()
        counts[name] = pa.array(np.bincount(codes[is_kind], minlength=len(product_ids)))
    counts |= _sum_revenue(table, product_ids)
    return pa.table(counts).cast(PRODUCT_COUNT_SCHEMA).sort_by("product_id")


def _sum_revenue(table: pa.Table, product_ids: pa.Array) -> dict[str, pa.Array]:
    """Sum the values of each product's purchases, less those of its returns, if in one currency.

    Returns:
        `value`, null for the other products, and `currency`, empty for them; shape (n_products,).
    """
    is_sale = pc.is_in(table["kind"], pa.array(["purchase", "return"]))
    sales = table.filter(pc.and_(is_sale, pc.is_valid(table["value"])))
    is_return = pc.equal(sales["kind"], "return")
    signed = pc.if_else(is_return, pc.negate(sales["value"]), sales["value"])
    sales = sales.drop_columns(["value"]).append_column("value", signed)
    groups = sales.group_by(["product_id", "currency"])
    sums = groups.aggregate([("value", "sum")])
    n_currencies = sums.group_by("product_id").aggregate([([], "count_all")])
    single = n_currencies.filter(pc.equal(n_currencies["count_all"], 1))["product_id"]
    sums = sums.filter(pc.is_in(sums["product_id"], single.combine_chunks()))
    rows = pc.index_in(product_ids, sums["product_id"].combine_chunks())
    currencies = pc.fill_null(sums["currency"].take(rows), "")
    return {"value": sums["value_sum"].take(rows), "currency": currencies}


def compute_position_rates(events: ds.Dataset, bounds: TimeBounds) -> list[PositionClickRate]:
    """Return click rates by position; see `EventStore`."""
    table = _read_click_labels(events, bounds, ["surface", "position"])
    rates = [
        PositionClickRate(row["surface"], row["position"], row["count_all"], row["clicked_sum"])
        for row in _aggregate(table, ["surface", "position"], ["clicked"])
    ]
    return sorted(rates, key=lambda rate: (rate.surface, rate.position))


def compute_ranker_rates(events: ds.Dataset, bounds: TimeBounds) -> list[RankerPerformance]:
    """Return click rates by ranker; see `EventStore`."""
    keys = ["ranker", "ranker_version", "surface"]
    table = _read_click_labels(events, bounds, [*keys, "propensity"])
    weight = pc.divide(1.0, table["propensity"])  # null without a propensity
    weight_columns = {
        "has_propensity": pc.cast(pc.is_valid(weight), pa.int64()),
        "w_clicked": pc.multiply(weight, pc.cast(table["clicked"], pa.float64())),
        "w": weight,
        "w_squared": pc.multiply(weight, weight),
    }
    for name, column in weight_columns.items():
        table = table.append_column(name, column)
    rates = [
        RankerPerformance.from_sums(
            (row["ranker"], row["ranker_version"], row["surface"]),
            (row["count_all"], row["clicked_sum"], row["has_propensity_sum"]),
            (row["w_clicked_sum"], row["w_sum"], row["w_squared_sum"]),
        )
        for row in _aggregate(table, keys, ["clicked", *weight_columns])
    ]
    return sorted(rates, key=lambda rate: (rate.ranker, rate.version, rate.surface))


def build_training_rows(events: ds.Dataset, bounds: TimeBounds) -> pa.Table:
    """Return one labelled row per impression; see `EventStore`."""
    event_columns = [name for name in TRAINING_SCHEMA.names if name in events.schema.names]
    table = read_impressions(events, bounds, event_columns).drop_columns(["dwell_ms"])
    for name, label in label_impressions(events, bounds, table).items():
        table = table.append_column(name, pa.array(label))
    table = table.append_column("dwell_ms", find_dwell_times(events, bounds, table))
    table = table.sort_by([("time", "ascending"), ("event_id", "ascending")])
    return table.select(TRAINING_SCHEMA.names).cast(TRAINING_SCHEMA)


def _read_click_labels(events: ds.Dataset, bounds: TimeBounds, columns: list[str]) -> pa.Table:
    """Return impressions with a column `clicked`, which is 1 if they were clicked, else 0."""
    table = read_impressions(events, bounds, columns)
    clicked = label_impressions(events, bounds, table, kinds=("click",))["clicked"]
    return table.append_column("clicked", pa.array(clicked.astype(np.int64)))


def _aggregate(table: pa.Table, keys: list[str], summed: Sequence[str] = ()) -> Groups:
    aggregations: list[Any] = [([], "count_all"), *((name, "sum") for name in summed)]
    groups: Groups = table.group_by(keys).aggregate(aggregations).to_pylist()
    return groups
