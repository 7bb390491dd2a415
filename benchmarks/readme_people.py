"""The README's rows about visitors: events, tastes, feeds, complements, sequences."""

from typing import Any

from benchmarks.results_file import read_result

Row = tuple[str, str, str]

OTHERS = "somebody else's history"


def tastes() -> list[Row]:
    """Return the rows of planted tastes."""
    found, rows = read_result("tastes"), []
    for shop in ("labels given", "photos alone"):
        after = found[shop]["after clicks"]
        n_visitors = found[shop]["n_visitors"]["feed"]
        for place in ("feed", "search"):
            names = ["service", "one average vector", "popularity", OTHERS]
            names += ["not personal"] if place == "search" else []
            measured = "; ".join(
                f"{name} {_curve(after, place, 'nDCG@10', name)}" for name in names
            )
            what = f"planted tastes, {shop}, {place}: nDCG@10 after {', '.join(after)} clicks"
            rows.append((f"{what} ({n_visitors:,} visitors)", measured))
        both = _curve(after, "feed", "both interests", "service")
        average = _curve(after, "feed", "both interests", "one average vector")
        drift = found[shop]["clicks until a new taste leads"]
        rows.append(
            (
                f"two tastes, {shop}: both in the first ten; clicks until a new one leads",
                f"{both} (one average vector {average}); {drift['service']['median']:.0f} "
                f"({drift['one average vector']['median']:.0f})",
            )
        )
    return [(what, measured, found["command"]) for what, measured in rows]


def new_products() -> list[Row]:
    """Return the rows of products without history."""
    found = read_result("new_products")
    looks, price = [], []
    for name, policy in found["policies"].items():
        first = policy["exposure by age"]["0"]["mean"]
        name = name.removeprefix("and ")
        looks.append(f"{name} {first:.1f}")
        less = policy.get("less content and inheritance", {}).get("all")
        if less and name != "content and inheritance":
            price.append(f"{name} {less['mean']:+.3f}")
    return [
        (
            "new products' share of looks on their first day, 1 is even",
            ", ".join(looks),
            found["command"],
        ),
        ("clicks a page against content and inheritance", ", ".join(price), found["command"]),
    ]


def _curve(after: dict[str, Any], place: str, measure: str, name: str) -> str:
    means = (each[place][measure][name]["mean"] for each in after.values())
    return ", ".join(f"{mean:.2f}" for mean in means)


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
