"""Draw what each step of an answer costs, from `results/latency.json`, as stacked bars."""

import json
from pathlib import Path
from typing import Any

import matplotlib as mpl
import typer

RESULTS = Path(__file__).parent / "results" / "latency.json"
PICTURE = Path(__file__).parents[1] / "docs" / "images" / "costs.svg"
WITHIN = 3.0
"""The service is to take at most so many times the encoder and one engine call."""


def main() -> None:
    """Write `docs/images/costs.svg`."""
    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "costs"  # the same numbers give the same file
    from matplotlib import pyplot as plt  # noqa: PLC0415 -- after the backend is chosen

    sizes: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))["sizes"]
    bars = [(size, share) for size in sizes for share in ("p50", "p95")]
    labels = [f"{int(size):,}\n{share}" for size, share in bars]
    steps = list(sizes[bars[0][0]]["steps"]["p50"])
    figure, axes = plt.subplots(figsize=(8, 4.5))
    below = [0.0] * len(bars)
    colours = mpl.colormaps["tab20"](range(len(steps)))
    for number, step in enumerate(steps):
        heights = [sizes[size]["steps"][share][step] for size, share in bars]
        axes.bar(labels, heights, 0.6, below, label=step, color=colours[number])
        below = [a + b for a, b in zip(below, heights, strict=True)]
    for place, (size, share) in enumerate(bars):
        bar = WITHIN * sizes[size]["encode_plus_engine"][f"{share}_ms"]
        axes.hlines(bar, place - 0.4, place + 0.4, color="black", linestyle="--")
    axes.set_ylabel("ms; dashed: 3 times encode and one engine call")
    axes.set_xlabel("products")
    handles, names = axes.get_legend_handles_labels()
    figure.legend(handles[::-1], names[::-1], loc="center right", frameon=False)
    figure.subplots_adjust(right=0.82, bottom=0.18)
    figure.savefig(PICTURE, metadata={"Date": None})
    print(PICTURE)


if __name__ == "__main__":
    typer.run(main)
