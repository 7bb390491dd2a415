"""Everything that goes wrong, done on purpose: kills, damage, full disks, forks, bombs, garbage.

`python -m benchmarks.faults` runs all sections; `--only kills,bytes` some of them. Each section
replaces its own part of `results/faults.json` and leaves the others', so that they can be run one
at a time; then the table of docs/measured.md is printed anew. Needs no data.
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
FUZZED = ("benchmarks.fuzz_values", "benchmarks.fuzz_photos", "benchmarks.fuzz_feeds")
"""Modules whose `TARGETS` are fuzzed."""

SHARED_MEMORY = Path("/dev/shm")


@dataclass(frozen=True, slots=True)
class Options:
    """How much is done.

    Attributes:
        place: Folder for temporary files.
        rounds: Kills for each phase and victim.
        fuzz: Inputs for each target.
        minutes: Of mixed load.
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
    "fuzz": lambda _, options: _fuzzed(options.fuzz),
    "load": lambda place, options: fault_load.measure(place, options.minutes),
    "rate": lambda place, _: fault_rate.measure(place),
}


def _fuzzed(n_inputs: int) -> dict[str, Any]:
    targets = [each for name in FUZZED for each in import_module(name).TARGETS]
    found = []
    for target in targets:
        found.append(asdict(fuzz(target, n_inputs, SEED)))
        print(found[-1], flush=True)
    return {
        "inputs": sum(each["n_inputs"] for each in found),
        "foreign": sum(each["n_foreign"] for each in found),
        "slow": sum(each["n_slow"] for each in found),
        "hung": sum(each["n_hung"] for each in found),
        "worst_cpu_s": max(each["worst_cpu_s"] for each in found),
        "targets": found,
    }


def keep(name: str, numbers: Mapping[str, Any]) -> None:
    """Replace one section of the result file."""
    path = RESULTS / f"{NAME}.json"
    record = json.loads(path.read_text()) if path.exists() else {}
    sections = {**record.get("sections", {}), name: dict(numbers)}
    ordered = {each: sections[each] for each in SECTIONS if each in sections}
    record = {"command": f"python -m benchmarks.{NAME}", "seed": SEED, "sections": ordered}
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")


def main(
    only: Annotated[str, typer.Option(help=f"Sections, with commas: {','.join(SECTIONS)}.")] = "",
    rounds: Annotated[int, typer.Option(help="Kills for each phase and victim.")] = 12,
    fuzz: Annotated[int, typer.Option(help="Inputs for each target.")] = 10_000,
    minutes: Annotated[float, typer.Option(help="Minutes of mixed load.")] = 10.0,
    place: Annotated[Path | None, typer.Option(help="Folder for temporary files.")] = None,
) -> None:
    """Measure and write `results/faults.json` and the table of docs/measured.md.

    Raises:
        BadParameter: There is no such section.
    """
    names = only.split(",") if only else list(SECTIONS)
    if unknown := sorted({*names} - {*SECTIONS}):
        raise typer.BadParameter(f"no section is called {', '.join(unknown)}")
    where = place or (SHARED_MEMORY if SHARED_MEMORY.is_dir() else Path(tempfile.gettempdir()))
    options = Options(where, rounds, fuzz, minutes)
    for name in names:
        began = time.perf_counter()
        before = stamp()
        with tempfile.TemporaryDirectory(dir=where) as temporary:
            numbers = SECTIONS[name](Path(temporary), options)
        took_s = round(time.perf_counter() - began, 1)
        keep(name, {**before, "took_s": took_s, **numbers})
        print(f"{name}: {took_s} s", flush=True)
    fault_measured.main()


if __name__ == "__main__":
    typer.run(main)
