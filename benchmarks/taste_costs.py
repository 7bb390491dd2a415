"""What profiles cost: time of an interaction and of affinities, bytes, reads of a full store.

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
_PROFILES_PER_TRANSACTION = 5000


def measure_costs(n_profiles: int) -> dict[str, Any]:
    """Measure everything on synthetic vectors; the store holds those of 512 numbers.

    Args:
        n_profiles: Profiles in the store.

    Returns:
        Times in milliseconds (median, 95th percentile), sizes in bytes.
    """
    worlds = {
        dim: synthetic_world(np.random.default_rng(SEED), 2 * N_CANDIDATES, dim) for dim in DIMS
    }
    result = {f"{dim} numbers": _measure_profile(world) for dim, world in worlds.items()}
    return result | {"store": _measure_store(worlds[DIMS[0]], n_profiles)}


def _measure_profile(world: World) -> dict[str, Any]:
    profile = build_full_profile(world, 200)
    interaction = _make_interaction(world, 7, 200)
    vectors, attributes = world.vectors[:N_CANDIDATES], world.attributes[:N_CANDIDATES]
    catalog_mean = world.vectors.mean(axis=0)
    data = serialize_profile(profile)
    return {
        "interests": len(profile.interests),
        "dislikes": len(profile.dislikes),
        "touch_ms": measure_time(lambda _: profile.with_interaction(interaction)),
        f"affinity of {N_CANDIDATES} products_ms": measure_time(
            lambda _: score_affinity(
                profile, vectors, attributes, profile.time_s + 60, catalog_mean
            )
        ),
        "to_bytes_ms": measure_time(lambda _: serialize_profile(profile)),
        "from_bytes_ms": measure_time(lambda _: deserialize_profile(data, ENCODER)),
        "bytes": len(data),
    }


def build_full_profile(world: World, n_interactions: int) -> Profile:
    """Return a profile with as many interests as it may have."""
    profile = Profile.empty(ENCODER, world.vectors.shape[1])
    for n in range(n_interactions):
        profile = profile.with_interaction(_make_interaction(world, n, n))
    return profile


def _make_interaction(world: World, index: int, n: int) -> ProfileInteraction:
    kind = "hide" if n % 20 == 19 else "click"
    return ProfileInteraction(
        f"p{index}", kind, 3600.0 * n, world.vectors[index], world.attributes[index]
    )


def measure_time(run: Callable[[int], object], n_times: int = 300) -> dict[str, float]:
    """Return median and 95th percentile of a call's time in milliseconds.

    The processor time stands beside the elapsed one: on a busy machine only it is the call's own.
    """
    elapsed_ms, processor_ms = [], []
    for n in range(n_times):
        started_s, started_processor_s = time.perf_counter(), time.thread_time()
        run(n)
        processor_ms.append(1000 * (time.thread_time() - started_processor_s))
        elapsed_ms.append(1000 * (time.perf_counter() - started_s))
    return {
        "p50": round(float(np.median(elapsed_ms)), 3),
        "p95": round(float(np.percentile(elapsed_ms, 95)), 3),
        "processor p95": round(float(np.percentile(processor_ms, 95)), 3),
    }


def _measure_store(world: World, n_profiles: int) -> dict[str, Any]:
    profiles = [build_full_profile(world, n) for n in (3, 10, 30, 100)]
    rng = np.random.default_rng(SEED)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "profiles.sqlite"
        with OnlineStore(path, ENCODER) as store:
            started_s = time.perf_counter()
            for start in range(0, n_profiles, _PROFILES_PER_TRANSACTION):
                batch = range(start, min(start + _PROFILES_PER_TRANSACTION, n_profiles))
                with store.begin() as transaction:
                    transaction.set_profiles(
                        {f"visitor-{n}": profiles[n % len(profiles)] for n in batch}
                    )
            took_s = time.perf_counter() - started_s
        with OnlineStore(path, ENCODER) as store:
            user_ids = [f"visitor-{n}" for n in rng.integers(0, n_profiles, 1000)]
            first_read = measure_time(lambda n: store.get_profile(user_ids[n]), len(user_ids))
            second_read = measure_time(lambda n: store.get_profile(user_ids[n]), len(user_ids))
            erased = measure_time(lambda n: store.erase(user_ids[n]), 50)
            return {
                "profiles": n_profiles,
                "written per second": round(n_profiles / took_s),
                "get_ms": first_read,
                "get again_ms": second_read,
                "erase_ms": erased,
                "file_mb": round(os.path.getsize(path) / 1e6, 1),
            }


def main(
    profiles: Annotated[int, typer.Option(help="Profiles in the store.")] = 100_000,
) -> None:
    """Measure and write `results/taste_costs.json`."""
    result = measure_costs(profiles)
    for name, numbers in result.items():
        print(name, numbers)
    command = f"python -m benchmarks.taste_costs --profiles {profiles}"
    write_result("taste_costs", result, command=command)


if __name__ == "__main__":
    typer.run(main)
