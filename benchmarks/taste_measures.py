"""The quality of orders for simulated visitors, and how soon they follow a change of taste."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.intervals import mean_interval, median_interval
from benchmarks.taste_persons import (
    CLICK_COUNTS,
    MAX_DRIFT_CLICKS,
    TOP,
    SimulatedVisitor,
    covers_both,
    dominates,
    ndcg,
)
from benchmarks.taste_served import LATER_S, Bench, score_by_average
from benchmarks.taste_shop import make_events

Orders = dict[str, list[Sequence[int]]]
"""One order per visitor, by name."""

SERVICE, SHUFFLED, RANDOM = "service", "somebody else's history", "random"
POPULARITY, AVERAGE, PLAIN = "popularity", "one average vector", "not personal"


def measure(bench: Bench, n_searching: int) -> dict[str, Any]:
    """Measure recommendations and search results after 1, 3, 10 and 30 clicks.

    Args:
        bench: The shop; nobody has clicked yet.
        n_searching: Number of visitors who search, too.

    Returns:
        Results by number of clicks and surface.
    """
    results, n_done = {}, 0
    for n_clicks in CLICK_COUNTS:
        bench.click(n_done, n_clicks)
        n_done = n_clicks
        results[str(n_clicks)] = {
            "feed": _measure_recommendations(bench, n_clicks),
            "search": _measure_searches(bench, bench.visitors[:n_searching], n_clicks),
        }
        print(
            n_clicks,
            {
                surface: result["nDCG@10"][SERVICE]["mean"]
                for surface, result in results[str(n_clicks)].items()
            },
        )
    return results


def _measure_recommendations(bench: Bench, n_clicks: int) -> dict[str, Any]:
    popular = bench.popularity(n_clicks)
    orders: Orders = {name: [] for name in (SERVICE, POPULARITY, AVERAGE, RANDOM)}
    for visitor in bench.visitors:
        clicked = set(visitor.clicked(n_clicks))
        average_scores = score_by_average(bench.world, visitor.history[:n_clicks])
        by_average = np.argsort(-average_scores, kind="stable")[: TOP + len(clicked)].tolist()
        orders[SERVICE].append(bench.recommend(visitor, n_clicks))
        orders[POPULARITY].append(_remove_clicked(popular[: TOP + len(clicked)], clicked))
        orders[AVERAGE].append(_remove_clicked(by_average, clicked))
        orders[RANDOM].append(bench.rng.permutation(len(bench.ids)).tolist()[:TOP])
    orders[SHUFFLED] = orders[SERVICE][1:] + orders[SERVICE][:1]
    grades = [visitor.remaining_grades(n_clicks) for visitor in bench.visitors]
    result = _compare(orders, grades, (POPULARITY, AVERAGE, SHUFFLED))
    covers = {
        name: [
            covers_both(order, bench.world, visitor.tastes)
            for order, visitor in zip(visitor_orders, bench.visitors, strict=True)
        ]
        for name, visitor_orders in orders.items()
    }
    result["both interests"] = {
        name: mean_interval(visitor_orders) for name, visitor_orders in covers.items()
    }
    return result


def _measure_searches(
    bench: Bench, visitors: Sequence[SimulatedVisitor], n_clicks: int
) -> dict[str, Any]:
    """Return the quality of search results: the grades of products that match the query."""
    counts = np.zeros(len(bench.ids))
    for rank, product in enumerate(reversed(bench.popularity(n_clicks))):
        counts[product] = 2 * rank / len(counts) - 1  # from -1 for the least popular up to 1
    orders: Orders = {name: [] for name in (SERVICE, SHUFFLED, PLAIN, POPULARITY, AVERAGE, RANDOM)}
    grades, matches_by_visitor = [], []
    for index, visitor in enumerate(visitors):
        text, matches = _query(bench, visitor, index)
        clicked = set(visitor.clicked(n_clicks))
        other_visitor = visitors[index - 1]
        baseline = bench.world.vectors @ bench.world.vectors.mean(axis=0)
        average_scores = score_by_average(bench.world, visitor.history[:n_clicks]) - baseline
        order_by_name = {
            SERVICE: bench.rank_for_visitor(visitor, text, n_clicks),
            SHUFFLED: bench.rank_for_visitor(other_visitor, text, n_clicks),
            PLAIN: [product for product, _ in bench.search(text)],
            POPULARITY: bench.rerank(text, counts),
            AVERAGE: bench.rerank(text, average_scores),
            RANDOM: bench.rerank(text, bench.rng.uniform(-1, 1, len(counts))),
        }
        for name, order in order_by_name.items():
            orders[name].append(_remove_clicked(order, clicked))
        grades.append(visitor.remaining_grades(n_clicks) * matches)
        matches_by_visitor.append(matches)
    result = _compare(orders, grades, (PLAIN, POPULARITY, AVERAGE, SHUFFLED))
    result["share of the first ten that was asked for"] = {
        name: mean_interval(
            [
                matches[list(order[:TOP])].mean()
                for order, matches in zip(visitor_orders, matches_by_visitor, strict=True)
            ]
        )
        for name, visitor_orders in orders.items()
    }
    return result


def _query(bench: Bench, visitor: SimulatedVisitor, index: int) -> tuple[str, NDArray[np.bool_]]:
    """Return a visitor's query, a category or colour of their tastes, and the products with it."""
    taste = visitor.tastes[index // 2 % 2]
    if index % 2:
        return taste.color, bench.world.colors == taste.color
    return taste.category, bench.world.categories == taste.category


def _compare(
    orders: Orders, grades: Sequence[NDArray[np.int64]], baselines: Sequence[str]
) -> dict[str, Any]:
    values = {
        name: np.array(
            [
                ndcg(order, visitor_grades)
                for order, visitor_grades in zip(visitor_orders, grades, strict=True)
            ]
        )
        for name, visitor_orders in orders.items()
    }
    differences = {f"{SERVICE} less {name}": values[SERVICE] - values[name] for name in baselines}
    for name in (RANDOM, POPULARITY, PLAIN):
        if name in values:
            differences[f"{SHUFFLED} less {name}"] = values[SHUFFLED] - values[name]
    return {"nDCG@10": _means(values), "differences": _means(differences)}


def _means(values: Mapping[str, NDArray[np.float64]]) -> dict[str, Any]:
    return {name: mean_interval(name_values) for name, name_values in values.items()}


def _remove_clicked(order: Sequence[int], clicked: set[int]) -> list[int]:
    return [product for product in order if product not in clicked][:TOP]


def measure_drift(bench: Bench) -> dict[str, Any]:
    """Return how many clicks after a change of taste the new one dominates the first ten.

    After thirty clicks on two tastes, and a week, all clicks are on a third.
    """
    drifting = [visitor for visitor in bench.visitors if visitor.drift_history]
    clicks: dict[str, dict[str, int]] = {SERVICE: {}, AVERAGE: {}}
    query_ids = dict.fromkeys((visitor.user_id for visitor in drifting), "")
    for n_clicks in range(1, MAX_DRIFT_CLICKS + 1):
        remaining = [visitor for visitor in drifting if visitor.user_id not in clicks[SERVICE]]
        events = []
        for visitor in remaining:
            last_click = visitor.drift_history[n_clicks - 1 : n_clicks]
            visitor_events, query_id = make_events(
                visitor.user_id, last_click, bench.ids, query_ids[visitor.user_id]
            )
            query_ids[visitor.user_id] = query_id
            events += visitor_events
        bench.shop.learn(events)
        for visitor in remaining:
            now_s = visitor.drift_history[n_clicks - 1].time_s + LATER_S
            order = bench.recommend_at(visitor.user_id, now_s)
            if dominates(order, bench.world, visitor.new_taste):
                clicks[SERVICE][visitor.user_id] = n_clicks
        for visitor in drifting:
            if visitor.user_id not in clicks[AVERAGE] and _average_leads(bench, visitor, n_clicks):
                clicks[AVERAGE][visitor.user_id] = n_clicks
    return {
        name: _summarize_clicks(list(counts.values()), len(drifting))
        for name, counts in clicks.items()
    }


def _average_leads(bench: Bench, visitor: SimulatedVisitor, n_clicks: int) -> bool:
    clicks = [*visitor.history, *visitor.drift_history[:n_clicks]]
    order = np.argsort(-score_by_average(bench.world, clicks), kind="stable").tolist()
    return dominates(
        _remove_clicked(order, {click.clicked for click in clicks}), bench.world, visitor.new_taste
    )


def _summarize_clicks(counts: list[int], n_people: int) -> dict[str, Any]:
    """Return the median of clicks; visitors beyond the limit count as one more than it."""
    missing = n_people - len(counts)
    all_counts = counts + [MAX_DRIFT_CLICKS + 1] * missing
    return {
        **median_interval(all_counts),
        f"not within {MAX_DRIFT_CLICKS}": round(missing / n_people, 3),
    }
