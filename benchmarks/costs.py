"""Draw the latency of each step of a search as stacked bars, from `results/latency.json`."""

import json
from pathlib import Path
from typing import Any

import matplotlib as mpl
import typer

RESULTS = Path(__file__).parent / "results" / "latency.json"
CHART = Path(__file__).parents[1] / "docs" / "images" / "costs.svg"
MAX_RATIO = 3.0
"""Greatest accepted ratio of a search to encoding the query and one engine call."""


def main() -> None:
    """Write `docs/images/costs.svg`."""
    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "costs"  # equal numbers give equal files
    from matplotlib import pyplot as plt  # noqa: PLC0415 -- after the backend is chosen

    sizes: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))["sizes"]
    bars = [(size, percentile) for size in sizes for percentile in ("p50", "p95")]
    labels = [f"{int(size):,}\n{percentile}" for size, percentile in bars]
    steps = list(sizes[bars[0][0]]["steps"]["p50"])
    figure, axes = plt.subplots(figsize=(8, 4.5))
    bottoms = [0.0] * len(bars)
    colors = mpl.colormaps["tab20"](range(len(steps)))
    for number, step in enumerate(steps):
        heights = [sizes[size]["steps"][percentile][step] for size, percentile in bars]
        axes.bar(labels, heights, 0.6, bottoms, label=step, color=colors[number])
        bottoms = [bottom + height for bottom, height in zip(bottoms, heights, strict=True)]
    for position, (size, percentile) in enumerate(bars):
        limit = MAX_RATIO * sizes[size]["encode_plus_engine"][f"{percentile}_ms"]
        axes.hlines(limit, position - 0.4, position + 0.4, color="black", linestyle="--")
    axes.set_ylabel("ms; dashed: 3 times encode and one engine call")
    axes.set_xlabel("products")
    handles, step_names = axes.get_legend_handles_labels()
    figure.legend(handles[::-1], step_names[::-1], loc="center right", frameon=False)
    figure.subplots_adjust(right=0.82, bottom=0.18)
    figure.savefig(CHART, metadata={"Date": None})
    print(CHART)


if __name__ == "__main__":
    typer.run(main)
