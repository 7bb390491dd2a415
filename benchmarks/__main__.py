"""`python -m benchmarks --data FOLDER` remakes every number of the README, one after another."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

WITHOUT_DATA = (
    "start", "feeds", "updates", "latency", "images", "event_crash", "faults", "photo_costs",
    "events", "event_store", "event_store_crash", "taste_costs", "visits",
)  # fmt: skip
WITH_DATA = (
    "indexing", "feed_mistakes", "relevance", "judged", "engine_fusion", "cutoff", "arabic",
    "typing_errors", "intent", "matching", "bench_compact", "bench_adapt", "bench_encoders",
    "tastes", "taste_settings", "new_products", "complements", "sequences",
)  # fmt: skip


def main(
    data: Annotated[Path, typer.Option(help="Folder of the research data.")] = Path(
        "../shared/data"
    ),
) -> None:
    """Run all benchmarks, then write their numbers into the README."""
    for name in WITHOUT_DATA:
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)
    for name in WITH_DATA:
        command = [sys.executable, "-m", f"benchmarks.{name}", "--data", str(data)]
        subprocess.run(command, check=True)
    for name in ("costs", "readme"):
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)


if __name__ == "__main__":
    typer.run(main)
