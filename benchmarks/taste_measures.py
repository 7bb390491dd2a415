"""What orders are worth to simulated visitors, and how soon they follow a change of taste."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.intervals import mean_interval, median_interval
from benchmarks.taste_persons import AFTER, DRIFT_AT_MOST, TOP, Person, has_both, leads, ndcg
from benchmarks.taste_served import LATER_S, Bench, averaged
from benchmarks.taste_shop import events_of

Orders = dict[str, list[Sequence[int]]]
"""By name, one order for each visitor."""

OURS, SHUFFLED, RANDOM = "service", "somebody else's history", "random"
POPULARITY, AVERAGE, PLAIN = "popularity", "one average vector", "not personal"


def measured(bench: Bench, n_searching: int) -> dict[str, Any]:
    """Return what feeds and answers are worth after 1, 3, 10 and 30 clicks.

    Args:
        bench: The shop; nobody has clicked yet.
        n_searching: Visitors who search, too.
    """
    found, done = {}, 0
    for n_clicks in AFTER:
        bench.click(done, n_clicks)
        done = n_clicks
        found[str(n_clicks)] = {
            "feed": _of_feeds(bench, n_clicks),
            "search": _of_searches(bench, bench.people[:n_searching], n_clicks),
        }
        print(n_clicks, {k: v["nDCG@10"][OURS]["mean"] for k, v in found[str(n_clicks)].items()})
    return found


def _of_feeds(bench: Bench, n_clicks: int) -> dict[str, Any]:
    popular = bench.popularity(n_clicks)
    orders: Orders = {name: [] for name in (OURS, POPULARITY, AVERAGE, RANDOM)}
    for person in bench.people:
        done = set(person.clicked(n_clicks))
        suits = averaged(bench.world, person.history[:n_clicks])
        by_average = np.argsort(-suits, kind="stable")[: TOP + len(done)].tolist()
        orders[OURS].append(bench.feed(person, n_clicks))
        orders[POPULARITY].append(_without(popular[: TOP + len(done)], done))
        orders[AVERAGE].append(_without(by_average, done))
        orders[RANDOM].append(bench.rng.permutation(len(bench.ids)).tolist()[:TOP])
    orders[SHUFFLED] = orders[OURS][1:] + orders[OURS][:1]
    worth = [person.worth_left(n_clicks) for person in bench.people]
    found = _compared(orders, worth, (POPULARITY, AVERAGE, SHUFFLED))
    both = {
        name: [has_both(o, bench.world, p.tastes) for o, p in zip(some, bench.people, strict=True)]
        for name, some in orders.items()
    }
    found["both interests"] = {name: mean_interval(some) for name, some in both.items()}
    return found


def _of_searches(bench: Bench, people: Sequence[Person], n_clicks: int) -> dict[str, Any]:
    """Return what answers are worth: of what was asked for, what suits."""
    counts = np.zeros(len(bench.ids))
    for n, number in enumerate(reversed(bench.popularity(n_clicks))):
        counts[number] = 2 * n / len(counts) - 1  # from -1 for the least popular up to 1
    orders: Orders = {name: [] for name in (OURS, SHUFFLED, PLAIN, POPULARITY, AVERAGE, RANDOM)}
    worth, asked = [], []
    for n, person in enumerate(people):
        text, matches = _query(bench, person, n)
        done = set(person.clicked(n_clicks))
        other = people[n - 1]
        chance = bench.world.vectors @ bench.world.vectors.mean(axis=0)
        suits = averaged(bench.world, person.history[:n_clicks]) - chance
        found = {
            OURS: bench.searched(person, text, n_clicks),
            SHUFFLED: bench.searched(other, text, n_clicks),
            PLAIN: [number for number, _ in bench.answer(text)],
            POPULARITY: bench.reordered(text, counts),
            AVERAGE: bench.reordered(text, suits),
            RANDOM: bench.reordered(text, bench.rng.uniform(-1, 1, len(counts))),
        }
        for name, order in found.items():
            orders[name].append(_without(order, done))
        worth.append(person.worth_left(n_clicks) * matches)
        asked.append(matches)
    compared = _compared(orders, worth, (PLAIN, POPULARITY, AVERAGE, SHUFFLED))
    compared["share of the first ten that was asked for"] = {
        name: mean_interval([m[list(o[:TOP])].mean() for o, m in zip(some, asked, strict=True)])
        for name, some in orders.items()
    }
    return compared


def _query(bench: Bench, person: Person, n: int) -> tuple[str, NDArray[np.bool_]]:
    """Return what a visitor asks for, a kind or a colour that they like, and what has it."""
    taste = person.tastes[n // 2 % 2]
    if n % 2:
        return taste.color, bench.world.colors == taste.color
    return taste.category, bench.world.categories == taste.category


def _compared(
    orders: Orders, worth: Sequence[NDArray[np.int64]], rivals: Sequence[str]
) -> dict[str, Any]:
    values = {
        name: np.array([ndcg(o, w) for o, w in zip(some, worth, strict=True)])
        for name, some in orders.items()
    }
    less = {f"{OURS} less {name}": values[OURS] - values[name] for name in rivals}
    for name in (RANDOM, POPULARITY, PLAIN):
        if name in values:
            less[f"{SHUFFLED} less {name}"] = values[SHUFFLED] - values[name]
    return {"nDCG@10": _means(values), "differences": _means(less)}


def _means(values: Mapping[str, NDArray[np.float64]]) -> dict[str, Any]:
    return {name: mean_interval(some) for name, some in values.items()}


def _without(order: Sequence[int], done: set[int]) -> list[int]:
    return [each for each in order if each not in done][:TOP]


def drift(bench: Bench) -> dict[str, Any]:
    """Return how many clicks after a change of taste the new one leads the first ten.

    After thirty clicks on two tastes, and a week, there are only clicks on a third.
    """
    drifting = [person for person in bench.people if person.later]
    clicks: dict[str, dict[str, int]] = {OURS: {}, AVERAGE: {}}
    begun = dict.fromkeys((person.user_id for person in drifting), "")
    for n in range(1, DRIFT_AT_MOST + 1):
        left = [person for person in drifting if person.user_id not in clicks[OURS]]
        events = []
        for person in left:
            last = person.later[n - 1 : n]
            some, query_id = events_of(person.user_id, last, bench.ids, begun[person.user_id])
            begun[person.user_id] = query_id
            events += some
        bench.shop.learn(events)
        for person in left:
            now_s = person.later[n - 1].time_s + LATER_S
            order = bench.fed(person.user_id, now_s)
            if leads(order, bench.world, person.new_taste):
                clicks[OURS][person.user_id] = n
        for person in drifting:
            if person.user_id not in clicks[AVERAGE] and _average_leads(bench, person, n):
                clicks[AVERAGE][person.user_id] = n
    return {name: _clicks(list(some.values()), len(drifting)) for name, some in clicks.items()}


def _average_leads(bench: Bench, person: Person, n: int) -> bool:
    done = [*person.history, *person.later[:n]]
    order = np.argsort(-averaged(bench.world, done), kind="stable").tolist()
    return leads(_without(order, {each.clicked for each in done}), bench.world, person.new_taste)


def _clicks(counts: list[int], n_people: int) -> dict[str, Any]:
    """Return the median of clicks; who was not followed within the most clicks counts as more."""
    missing = n_people - len(counts)
    all_counts = counts + [DRIFT_AT_MOST + 1] * missing
    return {
        **median_interval(all_counts),
        f"not within {DRIFT_AT_MOST}": round(missing / n_people, 3),
    }
