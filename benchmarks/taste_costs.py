"""What profiles cost: time of a touch and of an affinity, bytes, look-ups in a full store.

`python -m benchmarks.taste_costs --profiles 1000000` fills the store with a million.
"""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from benchmarks.results_file import SEED, write_result
from benchmarks.simulator import World, synthetic_world
from shopwindow.personalization import OnlineStore
from shopwindow.ranking import (
    Profile,
    ProfileInteraction,
    deserialize_profile,
    score_affinity,
    serialize_profile,
)

N_CANDIDATES = 500
DIMS = (512, 1024)
"""Widths of vectors; `compact` has 1024."""

ENCODER = "any"
_WRITTEN_AT_ONCE = 5000


def costs(n_profiles: int) -> dict[str, Any]:
    """Measure everything on synthetic vectors; the store holds those of 512 numbers.

    Args:
        n_profiles: Profiles in the store.

    Returns:
        Times in milliseconds (median, 95th percentile), sizes in bytes.
    """
    worlds = {
        dim: synthetic_world(np.random.default_rng(SEED), 2 * N_CANDIDATES, dim) for dim in DIMS
    }
    found = {f"{dim} numbers": _of_one(world) for dim, world in worlds.items()}
    return found | {"store": _store(worlds[DIMS[0]], n_profiles)}


def _of_one(world: World) -> dict[str, Any]:
    profile = full_profile(world, 200)
    touch = _touch(world, 7, 200)
    rows, facts = world.vectors[:N_CANDIDATES], world.facts[:N_CANDIDATES]
    background = world.vectors.mean(axis=0)
    data = serialize_profile(profile)
    return {
        "interests": len(profile.interests),
        "dislikes": len(profile.dislikes),
        "touch_ms": timed(lambda _: profile.with_interaction(touch)),
        f"affinity of {N_CANDIDATES} products_ms": timed(
            lambda _: score_affinity(profile, rows, facts, profile.time_s + 60, background)
        ),
        "to_bytes_ms": timed(lambda _: serialize_profile(profile)),
        "from_bytes_ms": timed(lambda _: deserialize_profile(data, ENCODER)),
        "bytes": len(data),
    }


def full_profile(world: World, n_touches: int) -> Profile:
    """Return a profile with as many interests as it may have."""
    profile = Profile.empty(ENCODER, world.vectors.shape[1])
    for n in range(n_touches):
        profile = profile.with_interaction(_touch(world, n, n))
    return profile


def _touch(world: World, at: int, n: int) -> ProfileInteraction:
    kind = "hide" if n % 20 == 19 else "click"
    return ProfileInteraction(f"p{at}", kind, 3600.0 * n, world.vectors[at], world.facts[at])


def timed(run: Callable[[int], object], n_times: int = 300) -> dict[str, float]:
    """Return median and 95th percentile of a call's time in milliseconds.

    The processor's time stands beside the clock's: on a busy machine only it is the call's own.
    """
    took, worked = [], []
    for n in range(n_times):
        begun, begun_work = time.perf_counter(), time.thread_time()
        run(n)
        worked.append(1000 * (time.thread_time() - begun_work))
        took.append(1000 * (time.perf_counter() - begun))
    return {
        "p50": round(float(np.median(took)), 3),
        "p95": round(float(np.percentile(took, 95)), 3),
        "processor p95": round(float(np.percentile(worked, 95)), 3),
    }


def _store(world: World, n_profiles: int) -> dict[str, Any]:
    kinds = [full_profile(world, n) for n in (3, 10, 30, 100)]
    rng = np.random.default_rng(SEED)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "profiles.sqlite"
        with OnlineStore(path, ENCODER) as store:
            begun = time.perf_counter()
            for start in range(0, n_profiles, _WRITTEN_AT_ONCE):
                some = range(start, min(start + _WRITTEN_AT_ONCE, n_profiles))
                with store.begin() as change:
                    change.set_profiles({f"visitor-{n}": kinds[n % len(kinds)] for n in some})
            took_s = time.perf_counter() - begun
        with OnlineStore(path, ENCODER) as store:
            asked = [f"visitor-{n}" for n in rng.integers(0, n_profiles, 1000)]
            cold = timed(lambda n: store.get_profile(asked[n]), len(asked))
            warm = timed(lambda n: store.get_profile(asked[n]), len(asked))
            erased = timed(lambda n: store.erase(asked[n]), 50)
            return {
                "profiles": n_profiles,
                "written per second": round(n_profiles / took_s),
                "get_ms": cold,
                "get again_ms": warm,
                "erase_ms": erased,
                "file_mb": round(os.path.getsize(path) / 1e6, 1),
            }


def main(
    profiles: Annotated[int, typer.Option(help="Profiles in the store.")] = 100_000,
) -> None:
    """Measure and write `results/taste_costs.json`."""
    found = costs(profiles)
    for name, numbers in found.items():
        print(name, numbers)
    command = f"python -m benchmarks.taste_costs --profiles {profiles}"
    write_result("taste_costs", found, command=command)


if __name__ == "__main__":
    typer.run(main)
