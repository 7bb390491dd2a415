"""Table rows about visitors: preferences, recommendations, complements, sequences, events."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from benchmarks.results_file import read_result

Row: TypeAlias = tuple[str, str, str]

METHOD_LABELS = {
    "service": "service",
    "one average vector": "mean vector",
    "popularity": "popularity",
    "somebody else's history": "another visitor's history",
    "not personal": "not personalized",
}
SURFACE_LABELS = {"feed": "recommendations", "search": "search"}
QUERY_LABELS = {
    "count_by_product": "counts by product",
    "compute_position_rates": "click rates by position",
    "build_training_rows": "training rows",
}


def build_taste_rows() -> list[Row]:
    """Return the rows of simulated preferences."""
    result, rows = read_result("tastes"), []
    for shop in ("labels given", "photos alone"):
        by_clicks = result[shop]["after clicks"]
        n_visitors = result[shop]["n_visitors"]["feed"]
        for surface, surface_label in SURFACE_LABELS.items():
            methods = [name for name in METHOD_LABELS if name != "not personal"]
            methods += ["not personal"] if surface == "search" else []
            measured = "; ".join(
                f"{METHOD_LABELS[name]} {_format_curve(by_clicks, surface, 'nDCG@10', name)}"
                for name in methods
            )
            clicks = ", ".join(by_clicks)
            what = f"simulated preferences, {shop}, {surface_label}: nDCG@10 after {clicks} clicks"
            rows.append((f"{what} ({n_visitors:,} visitors)", measured))
        both = _format_curve(by_clicks, "feed", "both interests", "service")
        mean_vector = _format_curve(by_clicks, "feed", "both interests", "one average vector")
        drift = result[shop]["clicks until a new taste leads"]
        rows.append(
            (
                f"two interests, {shop}: both in the first ten; clicks until a new one leads",
                f"{both} (mean vector {mean_vector}); {drift['service']['median']:.0f} "
                f"({drift['one average vector']['median']:.0f})",
            )
        )
    return [(what, measured, result["command"]) for what, measured in rows]


def build_new_product_rows() -> list[Row]:
    """Return the rows of products without history."""
    result = read_result("new_products")
    exposures, costs = [], []
    for name, policy in result["policies"].items():
        label = name.removeprefix("and ").replace("tried", "exploration")
        exposures.append(f"{label} {policy['exposure by age']['0']['mean']:.1f}")
        difference = policy.get("less content and inheritance", {}).get("all")
        if difference and name != "content and inheritance":
            costs.append(f"{label} {difference['mean']:+.3f}")
    return [
        (
            "exposure of new products on their first day, 1 is an equal share",
            ", ".join(exposures),
            result["command"],
        ),
        (
            "clicks per page, difference from content and inheritance",
            ", ".join(costs),
            result["command"],
        ),
    ]


def _format_curve(by_clicks: Mapping[str, Any], surface: str, measure: str, name: str) -> str:
    means = (measures[surface][measure][name]["mean"] for measures in by_clicks.values())
    return ", ".join(f"{mean:.2f}" for mean in means)


def build_complement_rows() -> list[Row]:
    """Return the row of complements."""
    result = read_result("complements")
    methods = result["test rooms"]["means over rooms and standard errors"]
    baselines = {
        "texts": "texts",
        "popular products": "popular products",
        "popular kinds": "popular categories",
        "photos": "photos",
        "chance": "chance",
    }
    compared = ", ".join(
        f"{label} {_format_mean(methods[name]['recall@10'])}" for name, label in baselines.items()
    )
    measured = f"recall@10 {_format_with_error(methods['ours']['recall@10'])} ({compared})"
    return [("complements, 60 unseen rooms", measured, result["command"])]


def build_sequence_rows() -> list[Row]:
    """Return the row of next items on public behaviour data."""
    result = read_result("sequences")
    dataset_labels = {
        "amazon_video_games": "Amazon games",
        "retailrocket_sessions": "RetailRocket",
        "yoochoose_100k": "YooChoose 100k",
    }
    baselines = {"session kNN": "V-SKNN", "item kNN": "item-kNN", "popularity": "popularity"}
    datasets = []
    for dataset, label in dataset_labels.items():
        methods = result[dataset]["methods"]
        compared = ", ".join(
            f"{name} {_format_next_item(methods[method])}" for name, method in baselines.items()
        )
        datasets.append(f"{label} {_format_next_item(methods['ours'])} ({compared})")
    return [("next item, recall@20; nDCG@20", " · ".join(datasets), result["command"])]


def build_visit_rows() -> list[Row]:
    """Return the rows of response times."""
    result, rows = read_result("visits"), []
    for n_products, times in result["sizes"].items():
        measured = (
            f"recommendations {_format_times(times['feed'])}, for an anonymous visitor "
            f"{_format_times(times['feed_of_a_stranger'])}; complements "
            f"{_format_times(times['complements'])}; search {_format_times(times['search'])}, "
            f"personalized {_format_times(times['search_personal'])}; from a click to updated "
            f"recommendations {_format_times(times['click_until_feed_knows'])}"
        )
        rows.append((f"response times, {int(n_products):,} products (p50, p95)", measured))
    return [(what, measured, result["command"]) for what, measured in rows]


def build_profile_cost_rows() -> list[Row]:
    """Return the row of what profiles cost."""
    result = read_result("taste_costs")
    profile, store = result["512 numbers"], result["store"]
    measured = (
        f"an interaction p95 {profile['touch_ms']['p95']:.1f} ms; affinity of 500 products p95 "
        f"{profile['affinity of 500 products_ms']['p95']:.1f} ms; {store['profiles']:,} profiles "
        f"{store['file_mb'] / 1000:.1f} GB, lookup p95 {store['get_ms']['p95']:.2f} ms"
    )
    return [("profiles", measured, result["command"])]


def build_event_rows() -> list[Row]:
    """Return the rows of the event log and the analytic store behind it."""
    log, crash, store = (read_result(name) for name in ("events", "event_crash", "event_store"))
    speeds = ", ".join(
        f"{append['events_per_s']:,}/s in batches of {append['batch']:,}"
        for append in log["append"]
    )
    lost = f"{crash['lost']} of {crash['acknowledged']:,} acknowledged batches lost"
    queries_s = store["queries_s"]["parquet"]
    queries = ", ".join(
        f"{label} {queries_s[name]['passed']:.1f} s" for name, label in QUERY_LABELS.items()
    )
    n_events = f"{store['events'] / 1e6:.0f} million events"
    return [
        ("durable events per second, one fsync per batch", speeds, log["command"]),
        (f"kill -9 while logging, {len(crash['rounds'])} rounds", lost, crash["command"]),
        (f"queries over {n_events}, Parquet", queries, store["command"]),
    ]


def _format_mean(mean_and_error: Any) -> str:
    return f"{mean_and_error[0]:.3f}"


def _format_with_error(mean_and_error: Any) -> str:
    return f"{mean_and_error[0]:.3f} ± {mean_and_error[1]:.3f}"


def _format_next_item(measures: Mapping[str, Any]) -> str:
    return f"{measures['recall@20'][0]:.3f}; {measures['nDCG@20'][0]:.3f}"


def _format_times(percentiles: Mapping[str, float]) -> str:
    return f"{percentiles['p50_ms']:.0f}, {percentiles['p95_ms']:.0f} ms"
