"""What settings of profiles do: the quality of feeds, several interests, and a change of taste.

`python -m benchmarks.taste_settings --data FOLDER` asks profiles alone, without the service, and
visitors of another seed than `benchmarks.tastes` reports on, so that defaults can be chosen here.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

import numpy as np
import typer

from benchmarks.datasets import DATA, DataFolder, EncoderName
from benchmarks.intervals import mean_interval, median_interval
from benchmarks.results_file import SEED, write_result
from benchmarks.simulator import Visit, World
from benchmarks.taste_persons import (
    AFTER,
    DRIFT_AT_MOST,
    TOP,
    Person,
    has_both,
    leads,
    ndcg,
    persons,
)
from benchmarks.taste_shop import Stock, opened_index
from shopwindow.personalization import CatalogItems
from shopwindow.ranking import (
    Profile,
    ProfileSettings,
    assign_interests,
    diversify_slate,
    score_affinity,
)
from shopwindow.ranking.profile_settings import DAY_S, DEFAULT_PROFILE_SETTINGS

VALIDATION_SEED = SEED + 777
N_NEAREST = 240

SETTINGS: dict[str, dict[str, Any]] = {
    "default": {},
    "half-life 7 days": {"half_life_s": 7 * DAY_S},
    "half-life 30 days": {"half_life_s": 30 * DAY_S},
    "session of 20 minutes, share 1": {"session_half_life_s": 1200.0, "session_share": 1.0},
    "session share 3": {"session_share": 3.0},
    "session of 3 days": {"session_half_life_s": 3 * DAY_S},
    "no session": {"session_share": 0.0},
    "all interests count whole": {"heard_from": 0.01},
    "joins from 0.6": {"joins_from": 0.6},
    "vectors alone": {"weight_tastes": 0.0},
    "half of it labels": {"weight_tastes": 0.5},
}


def taught(profile: Profile, visit: Visit, settings: ProfileSettings) -> Profile:
    """Return a profile after one click and what was passed over for it."""
    for touch in visit.touches:
        profile = profile.with_interaction(touch, settings)
    return profile


def page(
    world: World, profile: Profile, done: set[int], settings: ProfileSettings
) -> Sequence[int]:
    """Return the first products of a feed as the service would put them, without its counts."""
    cosines = world.vectors @ profile.interests.to_unit_vectors().T  # (n_products, n_interests)
    n_each = max(30, N_NEAREST // cosines.shape[1]) + len(done)
    near = np.argsort(-cosines, axis=0, kind="stable")[:n_each]
    pool = np.array(sorted(set(near.ravel().tolist()) - done))
    rows, facts = world.vectors[pool], [world.facts[n] for n in pool]
    chance, now_s = world.vectors.mean(axis=0), profile.time_s
    scores = score_affinity(profile, rows, facts, now_s, chance, settings)
    groups, shares = assign_interests(profile, rows, now_s, chance, settings)
    first: list[int] = pool[diversify_slate(scores, groups, shares, TOP)].tolist()
    return first


def of_settings(
    world: World, people: Sequence[Person], settings: ProfileSettings
) -> dict[str, Any]:
    """Return what is measured with one choice of settings."""
    values: dict[int, list[float]] = {n: [] for n in AFTER}
    both: dict[int, list[bool]] = {n: [] for n in AFTER}
    clicks = []
    for person in people:
        profile = Profile.empty("any", world.vectors.shape[1])
        done: set[int] = set()
        for n, visit in enumerate(person.history, 1):
            profile = taught(profile, visit, settings)
            done.add(visit.clicked)
            if n in AFTER:
                first = page(world, profile, done, settings)
                values[n].append(ndcg(first, person.worth_left(n)))
                both[n].append(has_both(first, world, person.tastes))
        clicks += [_until_new(world, profile, person, done, settings)] if person.later else []
    return {
        "nDCG@10": {str(n): mean_interval(some) for n, some in values.items()},
        "both interests": {str(n): mean_interval(some, 2) for n, some in both.items()},
        "clicks until a new taste leads": median_interval(clicks),
    }


def _until_new(
    world: World, profile: Profile, person: Person, done: set[int], settings: ProfileSettings
) -> int:
    for n, visit in enumerate(person.later, 1):
        profile = taught(profile, visit, settings)
        done.add(visit.clicked)
        if leads(page(world, profile, done, settings), world, person.new_taste):
            return n
    return DRIFT_AT_MOST + 1


def main(
    data: DataFolder = DATA,
    encoder: EncoderName = "compact",
    visitors: Annotated[int, typer.Option(help="Visitors; half of them change their taste.")] = 200,
) -> None:
    """Measure and write `results/taste_settings.json`."""
    stock = Stock.of(data)
    with opened_index(stock, encoder, are_labelled=True) as index:
        world = stock.world(CatalogItems(index))
    people = persons(world, visitors, visitors // 2, VALIDATION_SEED)
    found = {}
    for name, changed in SETTINGS.items():
        found[name] = of_settings(world, people, replace(DEFAULT_PROFILE_SETTINGS, **changed))
        means = {part: {n: v["mean"] for n, v in found[name][part].items()}
                 for part in ("nDCG@10", "both interests")}  # fmt: skip
        print(name, means, found[name]["clicks until a new taste leads"], flush=True)
    command = f"python -m benchmarks.taste_settings --data {DATA} --visitors {visitors}"
    write_result("taste_settings", {"n_visitors": visitors, "settings": found}, command=command)


if __name__ == "__main__":
    typer.run(main)
