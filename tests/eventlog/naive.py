"""The questions of an event store answered in plain Python, to hold the stores to."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from shopwindow.eventlog.analytics import DailyCount, Period, PositionClickRate, RankerPerformance
from shopwindow.eventlog.analytics.arrow_tables import ACTION_LABELS, COUNT_COLUMNS, TRAINING_SCHEMA
from shopwindow.values import Event


def within(events: Sequence[Event], period: Period) -> list[Event]:
    return [
        each
        for each in events
        if (period.since is None or each.time >= period.since)
        and (period.until is None or each.time < period.until)
    ]


def count_by_day(events: Sequence[Event], period: Period) -> list[DailyCount]:
    found = Counter((each.time.date(), each.kind) for each in within(events, period))
    return [DailyCount(day, kind, n) for (day, kind), n in sorted(found.items())]


def count_by_product(events: Sequence[Event], period: Period) -> list[dict[str, Any]]:
    by_product: dict[str, list[Event]] = defaultdict(list)
    for each in within(events, period):
        by_product[each.product_id].append(each)
    rows = []
    for product_id, theirs in sorted(by_product.items()):
        kinds = Counter(each.kind for each in theirs)
        paid = [e for e in theirs if e.kind == "purchase" and e.value is not None]
        currencies = {each.currency for each in paid}
        is_one = len(currencies) == 1
        row: dict[str, Any] = {"product_id": product_id}
        row |= {name: kinds[kind] for kind, name in COUNT_COLUMNS.items()}  # type: ignore[index]
        row["value"] = math.fsum(e.value or 0 for e in paid) if is_one else None
        row["currency"] = currencies.pop() if is_one else ""
        rows.append(row)
    return rows


def build_training_rows(events: Sequence[Event], period: Period) -> list[dict[str, Any]]:
    shown = [each for each in within(events, period) if each.kind == "impression"]
    rows = []
    for each in sorted(shown, key=lambda event: (event.time, event.event_id)):
        row = {
            n: getattr(each, n) for n in TRAINING_SCHEMA.names if n not in ACTION_LABELS.values()
        }
        row["features"] = list(each.features.items())
        row |= {
            label: _followed(events, each, period, kind) for kind, label in ACTION_LABELS.items()
        }
        rows.append(row)
    return rows


def _followed(events: Sequence[Event], shown: Event, period: Period, kind: str) -> bool:
    return any(
        each.kind == kind
        and each.product_id == shown.product_id
        and (period.since is None or each.time >= period.since)
        and (_same_query(shown, each) or _bought_later(shown, each))
        for each in events
    )


def _same_query(shown: Event, action: Event) -> bool:
    return shown.query_id != "" and shown.query_id == action.query_id


def _bought_later(shown: Event, action: Event) -> bool:
    return (
        (action.kind, action.query_id) == ("purchase", "")
        and shown.user_id != ""
        and shown.user_id == action.user_id
        and timedelta() <= action.time - shown.time <= timedelta(days=1)
    )


def compute_position_rates(events: Sequence[Event], period: Period) -> list[PositionClickRate]:
    groups: dict[tuple[str, int], list[bool]] = defaultdict(list)
    for row in build_training_rows(events, period):
        groups[row["surface"], row["position"]].append(row["clicked"])
    return [PositionClickRate(*key, len(c), sum(c)) for key, c in sorted(groups.items())]


def compute_ranker_rates(events: Sequence[Event], period: Period) -> list[RankerPerformance]:
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in build_training_rows(events, period):
        groups[row["ranker"], row["ranker_version"], row["surface"]].append(row)
    return [_ranker_rate(key, rows) for key, rows in sorted(groups.items())]


def _ranker_rate(key: tuple[str, str, str], rows: Sequence[dict[str, Any]]) -> RankerPerformance:
    n_clicks = sum(row["clicked"] for row in rows)
    known = [(1 / row["propensity"], row["clicked"]) for row in rows if row["propensity"]]
    if not known:
        return RankerPerformance(*key, len(rows), n_clicks, 0, None, None, None)
    gained = sum(w * c for w, c in known)
    total, squares = sum(w for w, _ in known), sum(w * w for w, _ in known)
    return RankerPerformance(
        *key, len(rows), n_clicks, len(known),
        gained / len(known), gained / total, total**2 / squares,
    )  # fmt: skip
