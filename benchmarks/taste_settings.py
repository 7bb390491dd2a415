"""What the settings of profiles do: quality of recommendations, several interests, taste changes.

`python -m benchmarks.taste_settings --data FOLDER` ranks by profiles alone, without the service,
for visitors of another seed than `benchmarks.tastes` reports on, so that defaults can be chosen
here.
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
    CLICK_COUNTS,
    MAX_DRIFT_CLICKS,
    TOP,
    SimulatedVisitor,
    covers_both,
    dominates,
    ndcg,
    simulate_visitors,
)
from benchmarks.taste_shop import Stock, open_index
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
    "session of 20 minutes, share 1": {"session_half_life_s": 1200.0, "session_boost": 1.0},
    "session share 3": {"session_boost": 3.0},
    "session of 3 days": {"session_half_life_s": 3 * DAY_S},
    "no session": {"session_boost": 0.0},
    "all interests count whole": {"saturation_share": 0.01},
    "joins from 0.6": {"join_threshold": 0.6},
    "vectors alone": {"preference_weight": 0.0},
    "half of it labels": {"preference_weight": 0.5},
}


def update_profile(profile: Profile, visit: Visit, settings: ProfileSettings) -> Profile:
    """Return a profile after one click and the skips before it."""
    for touch in visit.interactions:
        profile = profile.with_interaction(touch, settings)
    return profile


def rank_products(
    world: World, profile: Profile, clicked: set[int], settings: ProfileSettings
) -> Sequence[int]:
    """Return the first products as the service would rank them, without its statistics."""
    cosines = world.vectors @ profile.interests.to_unit_vectors().T  # (n_products, n_interests)
    n_per_interest = max(30, N_NEAREST // cosines.shape[1]) + len(clicked)
    nearest = np.argsort(-cosines, axis=0, kind="stable")[:n_per_interest]
    pool = np.array(sorted(set(nearest.ravel().tolist()) - clicked))
    vectors, attributes = world.vectors[pool], [world.attributes[index] for index in pool]
    catalog_mean, now_s = world.vectors.mean(axis=0), profile.time_s
    scores = score_affinity(profile, vectors, attributes, now_s, catalog_mean, settings)
    groups, shares = assign_interests(profile, vectors, now_s, catalog_mean, settings)
    slate: list[int] = pool[diversify_slate(scores, groups, shares, TOP)].tolist()
    return slate


def measure_settings(
    world: World, visitors: Sequence[SimulatedVisitor], settings: ProfileSettings
) -> dict[str, Any]:
    """Return the results of one choice of settings."""
    values: dict[int, list[float]] = {n_clicks: [] for n_clicks in CLICK_COUNTS}
    covers: dict[int, list[bool]] = {n_clicks: [] for n_clicks in CLICK_COUNTS}
    clicks = []
    for visitor in visitors:
        profile = Profile.empty("any", world.vectors.shape[1])
        clicked: set[int] = set()
        for n_clicks, visit in enumerate(visitor.history, 1):
            profile = update_profile(profile, visit, settings)
            clicked.add(visit.clicked)
            if n_clicks in CLICK_COUNTS:
                slate = rank_products(world, profile, clicked, settings)
                values[n_clicks].append(ndcg(slate, visitor.remaining_grades(n_clicks)))
                covers[n_clicks].append(covers_both(slate, world, visitor.tastes))
        clicks += (
            [_count_clicks_until_new(world, profile, visitor, clicked, settings)]
            if visitor.drift_history
            else []
        )
    return {
        "nDCG@10": {
            str(n_clicks): mean_interval(click_values) for n_clicks, click_values in values.items()
        },
        "both interests": {
            str(n_clicks): mean_interval(click_values, 2)
            for n_clicks, click_values in covers.items()
        },
        "clicks until a new taste leads": median_interval(clicks),
    }


def _count_clicks_until_new(
    world: World,
    profile: Profile,
    visitor: SimulatedVisitor,
    clicked: set[int],
    settings: ProfileSettings,
) -> int:
    for n_clicks, visit in enumerate(visitor.drift_history, 1):
        profile = update_profile(profile, visit, settings)
        clicked.add(visit.clicked)
        if dominates(rank_products(world, profile, clicked, settings), world, visitor.new_taste):
            return n_clicks
    return MAX_DRIFT_CLICKS + 1


def main(
    data: DataFolder = DATA,
    encoder: EncoderName = "compact",
    visitors: Annotated[int, typer.Option(help="Visitors; half of them change their taste.")] = 200,
) -> None:
    """Measure and write `results/taste_settings.json`."""
    stock = Stock.sample(data)
    with open_index(stock, encoder, are_labelled=True) as index:
        world = stock.make_world(CatalogItems(index))
    simulated = simulate_visitors(world, visitors, visitors // 2, VALIDATION_SEED)
    results = {}
    for name, changed in SETTINGS.items():
        results[name] = measure_settings(
            world, simulated, replace(DEFAULT_PROFILE_SETTINGS, **changed)
        )
        means = {
            measure: {n_clicks: row["mean"] for n_clicks, row in results[name][measure].items()}
            for measure in ("nDCG@10", "both interests")
        }
        print(name, means, results[name]["clicks until a new taste leads"], flush=True)
    command = f"python -m benchmarks.taste_settings --data {DATA} --visitors {visitors}"
    write_result("taste_settings", {"n_visitors": visitors, "settings": results}, command=command)


if __name__ == "__main__":
    typer.run(main)
