"""What visitors wait for: feeds, personal answers, complements, and a click until it shows.

`python -m benchmarks.visits` fills indexes with 10,000 and 100,000 products whose vectors are
random in clusters, lets visitors click in clusters of their own, and measures by turns. It needs
no data.
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
"""Clicks whose way into the next feed is timed."""


def measure(index: ProductIndex, n_products: int) -> dict[str, Any]:
    """Ask for everything by turns.

    Returns:
        Milliseconds (p50, p95) of each question, the steps of a feed, and events learned a second.
    """
    rng = np.random.default_rng(SEED)
    with tempfile.TemporaryDirectory() as folder, EventLog.open(Path(folder)) as log:
        events = [event for n in range(N_VISITORS) for event in _clicks(rng, f"u{n}", n_products)]
        log.append(events)
        service = SearchService(index, event_log=log)
        service.recorder.impressions_enabled = False
        began = time.perf_counter()
        service.flush()
        learned_s = time.perf_counter() - began
        service.warm_up()
        laps, steps = _asked(service, rng, n_products)
        seen = [_until_seen(service, rng, n, n_products) for n in range(N_SEEN)]
        service.close()
    return {
        "learned_events_per_s": round(len(events) / learned_s),
        **{name: _percentiles(values) for name, values in laps.items()},
        "click_until_feed_knows": _percentiles(seen),
        "feed_steps_p50": steps,
    }


def _clicks(rng: np.random.Generator, user_id: str, n_products: int) -> list[Event]:
    """Return clicks in three clusters of products."""
    clusters = rng.integers(max(n_products // PER_CLUSTER, 1), size=3)
    several = rng.choice(clusters, N_CLICKS)
    products = several + rng.integers(PER_CLUSTER, size=N_CLICKS) * (n_products // PER_CLUSTER)
    return [Event("click", f"sku-{n % n_products}", user_id=user_id) for n in products.tolist()]


def _asked(
    service: SearchService, rng: np.random.Generator, n_products: int
) -> tuple[dict[str, list[float]], dict[str, float]]:
    laps: dict[str, list[float]] = {}
    steps: list[Mapping[str, float]] = []
    for n in range(N_ASKED):
        user, product = f"u{n % N_VISITORS}", f"sku-{int(rng.integers(n_products))}"
        text = f"{COLOURS[n % 8]} {KINDS[n % 10]} {n}"
        only = Filters(merchant_id=f"m{n % 20}")
        calls: dict[str, Callable[[], object]] = {
            "feed": lambda user=user: steps.append(service.recommend(user).took_ms),  # type: ignore[misc]
            "feed_of_a_stranger": service.recommend,
            "feed_of_one_merchant": lambda user=user, only=only: service.recommend(user, 20, only),  # type: ignore[misc]
            "search": lambda text=text: service.search(Query(text=text)),  # type: ignore[misc]
            "search_personal": lambda text=text, user=user: service.search(  # type: ignore[misc]
                Query(text=text, user_id=user)
            ),
            "complements": lambda product=product: service.complements(product),  # type: ignore[misc]
        }
        for name, call in calls.items():
            began = time.perf_counter()
            call()
            laps.setdefault(name, []).append(1000 * (time.perf_counter() - began))
    names = steps[0]
    return laps, {name: round(float(np.median([s[name] for s in steps])), 2) for name in names}


def _until_seen(service: SearchService, rng: np.random.Generator, n: int, n_products: int) -> float:
    """Return the milliseconds from a click of a new visitor until their feed follows it."""
    user = f"new-{n}"
    began = time.perf_counter()
    service.record(Event("click", f"sku-{int(rng.integers(n_products))}", user_id=user))
    while not service.personalization.get_user_context(user).has_preferences:
        time.sleep(0.001)
    service.recommend(user)
    return 1000 * (time.perf_counter() - began)


def _percentiles(values: Sequence[float]) -> dict[str, float]:
    return {f"p{share}_ms": round(float(np.percentile(values, share)), 2) for share in (50, 95)}


def main(
    sizes: Annotated[str, typer.Option(help="Numbers of products, with commas.")] = "10000,100000",
) -> None:
    """Measure and write `results/visits.json`."""
    loaded, found = load_encoder("compact"), {}
    for n_products in [int(size) for size in sizes.split(",")]:
        with filled(n_products, loaded) as (index, _, _):
            found[str(n_products)] = measure(index, n_products)
        print(n_products, found[str(n_products)])
    numbers = {"n_visitors": N_VISITORS, "n_clicks": N_CLICKS, "n_asked": N_ASKED, "sizes": found}
    write_result("visits", numbers, command="python -m benchmarks.visits")


if __name__ == "__main__":
    typer.run(main)
