"""Latency for visitors: recommendations, personalised searches, complements, event processing.

`python -m benchmarks.visits` fills indexes with 10,000 and 100,000 products whose vectors are
random in clusters, logs clicks of visitors in clusters of their own, and measures all requests in
turn. It needs no data.
"""

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from benchmarks.latency import COLOURS, KINDS, PER_CLUSTER, filled
from benchmarks.results_file import SEED, write_result
from embed import load_encoder
from index import ProductIndex
from search import SearchService
from shopwindow.eventlog import EventLog
from shopwindow.values import Event, Filters, Query

N_VISITORS = 200
N_CLICKS = 30
N_ASKED = 300
N_SEEN = 50
"""Clicks that are timed until recommendations follow them."""


def measure(index: ProductIndex, n_products: int) -> dict[str, Any]:
    """Time all requests in turn.

    Returns:
        Milliseconds (p50, p95) of each request, the steps of a recommendation, and events consumed
        per second.
    """
    rng = np.random.default_rng(SEED)
    with tempfile.TemporaryDirectory() as folder, EventLog.open(Path(folder)) as log:
        events = [
            event for n in range(N_VISITORS) for event in _make_clicks(rng, f"u{n}", n_products)
        ]
        log.append(events)
        service = SearchService(index, event_log=log)
        service.recorder.impressions_enabled = False
        started = time.perf_counter()
        service.flush()
        consumed_s = time.perf_counter() - started
        service.warm_up()
        laps_ms, steps_ms = _time_requests(service, rng, n_products)
        seen_ms = [_time_until_seen(service, rng, n, n_products) for n in range(N_SEEN)]
        service.close()
    return {
        "learned_events_per_s": round(len(events) / consumed_s),
        **{name: _compute_percentiles(values) for name, values in laps_ms.items()},
        "click_until_feed_knows": _compute_percentiles(seen_ms),
        "feed_steps_p50": steps_ms,
    }


def _make_clicks(rng: np.random.Generator, user_id: str, n_products: int) -> list[Event]:
    """Return clicks in three clusters of products."""
    clusters = rng.integers(max(n_products // PER_CLUSTER, 1), size=3)
    chosen = rng.choice(clusters, N_CLICKS)
    products = chosen + rng.integers(PER_CLUSTER, size=N_CLICKS) * (n_products // PER_CLUSTER)
    return [Event("click", f"sku-{n % n_products}", user_id=user_id) for n in products.tolist()]


def _time_requests(
    service: SearchService, rng: np.random.Generator, n_products: int
) -> tuple[dict[str, list[float]], dict[str, float]]:
    laps_ms: dict[str, list[float]] = {}
    steps: list[Mapping[str, float]] = []
    for n in range(N_ASKED):
        user, product = f"u{n % N_VISITORS}", f"sku-{int(rng.integers(n_products))}"
        text = f"{COLOURS[n % 8]} {KINDS[n % 10]} {n}"
        filters = Filters(merchant_id=f"m{n % 20}")
        calls: dict[str, Callable[[], object]] = {
            "feed": lambda user=user: steps.append(service.recommend(user).took_ms),  # type: ignore[misc]
            "feed_of_a_stranger": service.recommend,
            "feed_of_one_merchant": lambda user=user, filters=filters: service.recommend(
                user, 20, filters
            ),  # type: ignore[misc]
            "search": lambda text=text: service.search(Query(text=text)),  # type: ignore[misc]
            "search_personal": lambda text=text, user=user: service.search(  # type: ignore[misc]
                Query(text=text, user_id=user)
            ),
            "complements": lambda product=product: service.complements(product),  # type: ignore[misc]
        }
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            laps_ms.setdefault(name, []).append(1000 * (time.perf_counter() - started))
    medians = {name: float(np.median([lap[name] for lap in steps])) for name in steps[0]}
    return laps_ms, {name: round(median_ms, 2) for name, median_ms in medians.items()}


def _time_until_seen(
    service: SearchService, rng: np.random.Generator, n: int, n_products: int
) -> float:
    """Return the milliseconds from a new visitor's click until their recommendations follow it."""
    user = f"new-{n}"
    started = time.perf_counter()
    service.record(Event("click", f"sku-{int(rng.integers(n_products))}", user_id=user))
    while not service.personalization.get_user_context(user).has_preferences:
        time.sleep(0.001)
    service.recommend(user)
    return 1000 * (time.perf_counter() - started)


def _compute_percentiles(values: Sequence[float]) -> dict[str, float]:
    return {f"p{share}_ms": round(float(np.percentile(values, share)), 2) for share in (50, 95)}


def main(
    sizes: Annotated[str, typer.Option(help="Numbers of products, with commas.")] = "10000,100000",
) -> None:
    """Measure and write `results/visits.json`."""
    encoder, results = load_encoder("compact"), {}
    for n_products in [int(size) for size in sizes.split(",")]:
        with filled(n_products, encoder) as (index, _, _):
            results[str(n_products)] = measure(index, n_products)
        print(n_products, results[str(n_products)])
    numbers = {"n_visitors": N_VISITORS, "n_clicks": N_CLICKS, "n_asked": N_ASKED, "sizes": results}
    write_result("visits", numbers, command="python -m benchmarks.visits")


if __name__ == "__main__":
    typer.run(main)
