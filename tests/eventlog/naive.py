"""The queries of an event store in plain Python: the reference for every store."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from shopwindow.eventlog.analytics import DailyCount, Period, PositionClickRate, RankerPerformance
from shopwindow.eventlog.analytics.arrow_tables import ACTION_LABELS, COUNT_COLUMNS, TRAINING_SCHEMA
from shopwindow.values import Event


def filter_period(events: Sequence[Event], period: Period) -> list[Event]:
    return [
        event
        for event in events
        if (period.since is None or event.time >= period.since)
        and (period.until is None or event.time < period.until)
    ]


def count_by_day(events: Sequence[Event], period: Period) -> list[DailyCount]:
    counts = Counter((event.time.date(), event.kind) for event in filter_period(events, period))
    return [DailyCount(day, kind, n_events) for (day, kind), n_events in sorted(counts.items())]


def count_by_product(events: Sequence[Event], period: Period) -> list[dict[str, Any]]:
    by_product: dict[str, list[Event]] = defaultdict(list)
    for event in filter_period(events, period):
        by_product[event.product_id].append(event)
    rows = []
    for product_id, product_events in sorted(by_product.items()):
        counts = Counter(event.kind for event in product_events)
        sales = [e for e in product_events if e.kind in {"purchase", "return"}]
        priced = [e for e in sales if e.value is not None]
        currencies = {event.currency for event in priced}
        has_one_currency = len(currencies) == 1
        row: dict[str, Any] = {"product_id": product_id}
        row |= {name: counts[kind] for kind, name in COUNT_COLUMNS.items()}  # type: ignore[index]
        row["value"] = math.fsum(map(_get_revenue, priced)) if has_one_currency else None
        row["currency"] = currencies.pop() if has_one_currency else ""
        rows.append(row)
    return rows


def _get_revenue(event: Event) -> float:
    return (event.value or 0) * (-1 if event.kind == "return" else 1)


def build_training_rows(events: Sequence[Event], period: Period) -> list[dict[str, Any]]:
    impressions = [event for event in filter_period(events, period) if event.kind == "impression"]
    joined = {*ACTION_LABELS.values(), "dwell_ms"}
    names = [name for name in TRAINING_SCHEMA.names if name not in joined]
    rows = []
    for impression in sorted(impressions, key=lambda event: (event.time, event.event_id)):
        row = {name: getattr(impression, name) for name in names}
        row["features"] = list(impression.features.items())
        row |= {
            label: _has_action(events, impression, period, kind)
            for kind, label in ACTION_LABELS.items()
        }
        row["dwell_ms"] = _find_longest_dwell(events, impression, period)
        rows.append(row)
    return rows


def _has_action(events: Sequence[Event], impression: Event, period: Period, kind: str) -> bool:
    return any(
        event.kind == kind
        and event.product_id == impression.product_id
        and (period.since is None or event.time >= period.since)
        and (_has_same_query(impression, event) or _is_later_purchase(impression, event))
        for event in events
    )


def _find_longest_dwell(events: Sequence[Event], impression: Event, period: Period) -> int | None:
    dwell_times = [
        event.dwell_ms
        for event in events
        if event.kind == "click"
        and event.dwell_ms is not None
        and event.product_id == impression.product_id
        and (period.since is None or event.time >= period.since)
        and _has_same_query(impression, event)
    ]
    return max(dwell_times, default=None)


def _has_same_query(impression: Event, action: Event) -> bool:
    return impression.query_id != "" and impression.query_id == action.query_id


def _is_later_purchase(impression: Event, action: Event) -> bool:
    return (
        (action.kind, action.query_id) == ("purchase", "")
        and impression.user_id != ""
        and impression.user_id == action.user_id
        and timedelta() <= action.time - impression.time <= timedelta(days=1)
    )


def compute_position_rates(events: Sequence[Event], period: Period) -> list[PositionClickRate]:
    clicks: dict[tuple[str, int], list[bool]] = defaultdict(list)
    for row in build_training_rows(events, period):
        clicks[row["surface"], row["position"]].append(row["clicked"])
    return [
        PositionClickRate(*key, len(clicked), sum(clicked))
        for key, clicked in sorted(clicks.items())
    ]


def compute_ranker_rates(events: Sequence[Event], period: Period) -> list[RankerPerformance]:
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in build_training_rows(events, period):
        groups[row["ranker"], row["ranker_version"], row["surface"]].append(row)
    return [_compute_ranker_rate(key, rows) for key, rows in sorted(groups.items())]


def _compute_ranker_rate(
    key: tuple[str, str, str], rows: Sequence[dict[str, Any]]
) -> RankerPerformance:
    n_clicks = sum(row["clicked"] for row in rows)
    weighted = [(1 / row["propensity"], row["clicked"]) for row in rows if row["propensity"]]
    if not weighted:
        return RankerPerformance(*key, len(rows), n_clicks, 0, None, None, None)
    w_clicked = sum(w * clicked for w, clicked in weighted)
    w_sum, w_squared = sum(w for w, _ in weighted), sum(w * w for w, _ in weighted)
    return RankerPerformance(
        *key, len(rows), n_clicks, len(weighted),
        w_clicked / len(weighted), w_clicked / w_sum, w_sum**2 / w_squared,
    )  # fmt: skip
