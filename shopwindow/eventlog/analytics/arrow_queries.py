"""The questions of `EventStore` to a dataset of events, in Arrow and numpy."""

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
    label_impressions,
    read_impressions,
)
from shopwindow.eventlog.analytics.periods import DAY_US, TimeBounds
from shopwindow.eventlog.analytics.rates import DailyCount, PositionClickRate, RankerPerformance
from shopwindow.eventlog.log_schema import to_date

Groups: TypeAlias = list[dict[str, Any]]


def count_by_day(events: ds.Dataset, bounds: TimeBounds) -> list[DailyCount]:
    """Return events by day and kind; see `EventStore`."""
    table = events.to_table(columns=["kind", "time"], filter=build_time_filter(bounds))
    days = pa.array(table["time"].to_numpy() // DAY_US)
    groups = table.append_column("day", days).group_by(["day", "kind"])
    found = groups.aggregate([([], "count_all")]).to_pylist()
    rows = [DailyCount(to_date(each["day"]), each["kind"], each["count_all"]) for each in found]
    return sorted(rows, key=lambda row: (row.day, row.kind))


def count_by_product(events: ds.Dataset, bounds: TimeBounds) -> pa.Table:
    """Return one row a product; see `EventStore`."""
    columns = ["product_id", "kind", "value", "currency"]
    table = events.to_table(columns=columns, filter=build_time_filter(bounds))
    encoded = table["product_id"].combine_chunks().dictionary_encode()
    codes = encoded.indices.to_numpy()
    products = encoded.dictionary
    found = {"product_id": products}
    for kind, name in COUNT_COLUMNS.items():
        is_kind = pc.equal(table["kind"], kind).to_numpy()
        found[name] = pa.array(np.bincount(codes[is_kind], minlength=len(products)))
    found |= _worth(table, products)
    return pa.table(found).cast(PRODUCT_COUNT_SCHEMA).sort_by("product_id")


def _worth(table: pa.Table, products: pa.Array) -> dict[str, pa.Array]:
    """Return what purchases were worth, for each product, where that is in one currency."""
    is_worth = pc.and_(pc.equal(table["kind"], "purchase"), pc.is_valid(table["value"]))
    groups = table.filter(is_worth).group_by(["product_id", "currency"])
    sums = groups.aggregate([("value", "sum")])
    n_currencies = sums.group_by("product_id").aggregate([([], "count_all")])
    single = n_currencies.filter(pc.equal(n_currencies["count_all"], 1))["product_id"]
    sums = sums.filter(pc.is_in(sums["product_id"], single.combine_chunks()))
    at = pc.index_in(products, sums["product_id"].combine_chunks())
    currencies = pc.fill_null(sums["currency"].take(at), "")
    return {"value": sums["value_sum"].take(at), "currency": currencies}


def compute_position_rates(events: ds.Dataset, bounds: TimeBounds) -> list[PositionClickRate]:
    """Return the position curves; see `EventStore`."""
    table = _clicked(events, bounds, ["surface", "position"])
    sums: list[tuple[str, str]] = [("clicked", "sum")]
    rows = [
        PositionClickRate(each["surface"], each["position"], each["count_all"], each["clicked_sum"])
        for each in _grouped(table, ["surface", "position"], sums)
    ]
    return sorted(rows, key=lambda row: (row.surface, row.position))


def compute_ranker_rates(events: ds.Dataset, bounds: TimeBounds) -> list[RankerPerformance]:
    """Return what came of the rankers; see `EventStore`."""
    keys = ["ranker", "ranker_version", "surface"]
    table = _clicked(events, bounds, [*keys, "propensity"])
    weight = pc.divide(1.0, table["propensity"])  # null where there is no propensity
    sizes = {
        "is_weighted": pc.cast(pc.is_valid(weight), pa.int64()),
        "w_clicked": pc.multiply(weight, pc.cast(table["clicked"], pa.float64())),
        "w": weight,
        "w_squared": pc.multiply(weight, weight),
    }
    for name, column in sizes.items():
        table = table.append_column(name, column)
    rows = [
        RankerPerformance.from_sums(
            (each["ranker"], each["ranker_version"], each["surface"]),
            (each["count_all"], each["clicked_sum"], each["is_weighted_sum"]),
            (each["w_clicked_sum"], each["w_sum"], each["w_squared_sum"]),
        )
        for each in _grouped(table, keys, [(name, "sum") for name in ("clicked", *sizes)])
    ]
    return sorted(rows, key=lambda row: (row.ranker, row.version, row.surface))


def build_training_rows(events: ds.Dataset, bounds: TimeBounds) -> pa.Table:
    """Return one row an impression; see `EventStore`."""
    own = [name for name in TRAINING_SCHEMA.names if name in events.schema.names]
    table = read_impressions(events, bounds, own)
    for name, label in label_impressions(events, bounds, table).items():
        table = table.append_column(name, pa.array(label))
    table = table.sort_by([("time", "ascending"), ("event_id", "ascending")])
    return table.select(TRAINING_SCHEMA.names).cast(TRAINING_SCHEMA)


def _clicked(events: ds.Dataset, bounds: TimeBounds, columns: list[str]) -> pa.Table:
    """Return impressions, and 1 where they were clicked."""
    table = read_impressions(events, bounds, columns)
    clicked = label_impressions(events, bounds, table, kinds=("click",))["clicked"]
    return table.append_column("clicked", pa.array(clicked.astype(np.int64)))


def _grouped(table: pa.Table, keys: list[str], sums: list[tuple[str, str]]) -> Groups:
    found: Groups = table.group_by(keys).aggregate([([], "count_all"), *sums]).to_pylist()
    return found
