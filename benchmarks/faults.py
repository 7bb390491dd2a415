"""Fault injection: kills, damage, full disks, forks, photo bombs and garbage input.

`python -m benchmarks.faults` runs all sections; `--only kills,bytes` runs some. Each section
replaces only its own part of `results/faults.json`, so that sections can be run one at a time; then
the table of docs/measured.md is rewritten. Needs no data.
"""

import json
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from benchmarks import (
    fault_bombs,
    fault_bytes,
    fault_disk,
    fault_kills,
    fault_load,
    fault_measured,
    fault_merchants,
    fault_rate,
    fault_stalls,
    fault_times,
)
from benchmarks.fuzzing import fuzz
from benchmarks.results_file import RESULTS, SEED, stamp

NAME = "faults"
FUZZED_MODULES = ("benchmarks.fuzz_values", "benchmarks.fuzz_photos", "benchmarks.fuzz_feeds")
"""Modules whose `TARGETS` are fuzzed."""

SHARED_MEMORY = Path("/dev/shm")


@dataclass(frozen=True, slots=True)
class Options:
    """The extent of a run.

    Attributes:
        place: Folder for temporary files.
        rounds: Number of kills for each phase and victim.
        fuzz: Number of inputs for each fuzzed target.
        minutes: Minutes of mixed load.
    """

    place: Path
    rounds: int
    fuzz: int
    minutes: float


Section: TypeAlias = Callable[[Path, Options], dict[str, Any]]

SECTIONS: Mapping[str, Section] = {
    "kills": lambda place, options: fault_kills.measure(place, options.rounds),
    "bytes": lambda place, _: fault_bytes.measure(place),
    "disk": lambda place, _: fault_disk.measure(place),
    "stalls": lambda place, _: fault_stalls.measure(place),
    "times": lambda place, _: fault_times.measure(place),
    "merchants": lambda _, __: fault_merchants.measure(),
    "bombs": lambda _, __: fault_bombs.measure(),
    "fuzz": lambda _, options: _fuzz_targets(options.fuzz),
    "load": lambda place, options: fault_load.measure(place, options.minutes),
    "rate": lambda place, _: fault_rate.measure(place),
}


def _fuzz_targets(n_inputs: int) -> dict[str, Any]:
    targets = [target for name in FUZZED_MODULES for target in import_module(name).TARGETS]
    results = []
    for target in targets:
        results.append(asdict(fuzz(target, n_inputs, SEED)))
        print(results[-1], flush=True)
    return {
        "inputs": sum(result["n_inputs"] for result in results),
        "foreign": sum(result["n_foreign"] for result in results),
        "slow": sum(result["n_slow"] for result in results),
        "hung": sum(result["n_hung"] for result in results),
        "worst_cpu_s": max(result["worst_cpu_s"] for result in results),
        "targets": results,
    }


def update_section(name: str, numbers: Mapping[str, Any]) -> None:
    """Replace one section of the result file."""
    path = RESULTS / f"{NAME}.json"
    record = json.loads(path.read_text()) if path.exists() else {}
    sections = {**record.get("sections", {}), name: dict(numbers)}
    ordered = {section: sections[section] for section in SECTIONS if section in sections}
    record = {"command": f"python -m benchmarks.{NAME}", "seed": SEED, "sections": ordered}
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")


def main(
    only: Annotated[
        str, typer.Option(help=f"Comma-separated sections: {','.join(SECTIONS)}.")
    ] = "",
    rounds: Annotated[int, typer.Option(help="Kills for each phase and victim.")] = 12,
    fuzz: Annotated[int, typer.Option(help="Inputs for each target.")] = 10_000,
    minutes: Annotated[float, typer.Option(help="Minutes of mixed load.")] = 10.0,
    place: Annotated[Path | None, typer.Option(help="Folder for temporary files.")] = None,
) -> None:
    """Measure and write `results/faults.json` and the table of docs/measured.md.

    Raises:
        BadParameter: A section is unknown.
    """
    names = only.split(",") if only else list(SECTIONS)
    if unknown := sorted({*names} - {*SECTIONS}):
        raise typer.BadParameter(
            f"unknown section {', '.join(unknown)}; choose from {','.join(SECTIONS)}"
        )
    folder = place or (SHARED_MEMORY if SHARED_MEMORY.is_dir() else Path(tempfile.gettempdir()))
    options = Options(folder, rounds, fuzz, minutes)
    for name in names:
        started_at = time.perf_counter()
        made_by = stamp()
        with tempfile.TemporaryDirectory(dir=folder) as temporary:
            numbers = SECTIONS[name](Path(temporary), options)
        took_s = round(time.perf_counter() - started_at, 1)
        update_section(name, {**made_by, "took_s": took_s, **numbers})
        print(f"{name}: {took_s} s", flush=True)
    fault_measured.main()


if __name__ == "__main__":
    typer.run(main)
