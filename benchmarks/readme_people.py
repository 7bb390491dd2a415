"""The README's rows about visitors: events, tastes, feeds, complements, sequences."""

from typing import Any

from benchmarks.results_file import read_result

Row = tuple[str, str, str]


def complements() -> list[Row]:
    """Return the rows of what goes with a product."""
    found = read_result("complements")
    rooms = found["test rooms"]["means over rooms and standard errors"]
    rivals = ("texts", "popular products", "popular kinds", "photos", "chance")
    against = ", ".join(f"{name} {_mean(rooms[name]['recall@10'])}" for name in rivals)
    measured = f"recall@10 {_with_error(rooms['ours']['recall@10'])} ({against})"
    return [("what goes with a product, 60 unseen rooms", measured, found["command"])]


def sequences() -> list[Row]:
    """Return the rows of next items on public behaviour data."""
    found = read_result("sequences")
    names = {
        "amazon_video_games": "Amazon games",
        "retailrocket_sessions": "RetailRocket",
        "yoochoose_100k": "YooChoose 100k",
    }
    several = []
    for key, name in names.items():
        methods = found[key]["methods"]
        rivals = {"session kNN": "V-SKNN", "item kNN": "item-kNN", "popularity": "popularity"}
        against = ", ".join(f"{n} {_both(methods[method])}" for n, method in rivals.items())
        several.append(f"{name} {_both(methods['ours'])} ({against})")
    return [("next item, recall@20; nDCG@20", " · ".join(several), found["command"])]


def visits() -> list[Row]:
    """Return the rows of what visitors wait for."""
    found, rows = read_result("visits"), []
    for size, laps in found["sizes"].items():
        measured = (
            f"feed {_laps(laps['feed'])}; a stranger's {_laps(laps['feed_of_a_stranger'])}; what "
            f"goes with this {_laps(laps['complements'])}; search {_laps(laps['search'])}, "
            f"personal {_laps(laps['search_personal'])}; click to feed "
            f"{_laps(laps['click_until_feed_knows'])}"
        )
        rows.append((f"visitors wait, {int(size):,} products (p50, p95)", measured))
    return [(what, measured, found["command"]) for what, measured in rows]


def taste_costs() -> list[Row]:
    """Return the rows of what profiles cost."""
    found = read_result("taste_costs")
    one, store = found["512 numbers"], found["store"]
    measured = (
        f"a touch p95 {one['touch_ms']['p95']:.1f} ms; affinity of 500 products p95 "
        f"{one['affinity of 500 products_ms']['p95']:.1f} ms; {store['profiles']:,} profiles "
        f"{store['file_mb'] / 1000:.1f} GB, look-up p95 {store['get_ms']['p95']:.2f} ms"
    )
    return [("profiles", measured, found["command"])]


def events() -> list[Row]:
    """Return the rows of the event log and the store behind it."""
    found, crash, store = (read_result(n) for n in ("events", "event_crash", "event_store"))
    appended = {each["batch"]: each["events_per_s"] for each in found["append"]}
    speeds = ", ".join(f"{n:,} at once {speed:,}/s" for n, speed in appended.items())
    killed = f"{crash['lost']} of {crash['acknowledged']:,} acknowledged batches lost"
    parquet = store["questions_s"]["parquet"]
    questions = ", ".join(
        f"{name.replace('_', ' ')} {parquet[name]['passed']:.1f} s"
        for name in ("product_counts", "position_rates", "training_rows")
    )
    n_events = f"{store['events'] / 1e6:.0f} million events"
    return [
        ("durable events a second, fsync per batch", speeds, found["command"]),
        (f"kill -9 while logging, {len(crash['rounds'])} rounds", killed, crash["command"]),
        (f"questions to {n_events}, Parquet", questions, store["command"]),
    ]


def _mean(both: Any) -> str:
    return f"{both[0]:.3f}"


def _with_error(both: Any) -> str:
    return f"{both[0]:.3f} ± {both[1]:.3f}"


def _both(found: dict[str, Any]) -> str:
    return f"{found['recall@20'][0]:.3f}; {found['nDCG@20'][0]:.3f}"


def _laps(found: dict[str, float]) -> str:
    return f"{found['p50_ms']:.0f}, {found['p95_ms']:.0f} ms"
