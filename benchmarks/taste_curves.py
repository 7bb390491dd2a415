"""Draw `results/tastes.json`: nDCG by number of clicks, with 95 % intervals."""

from pathlib import Path
from typing import Any

import typer

from benchmarks.results_file import read_result

PICTURE = Path(__file__).parents[1] / "docs" / "images" / "tastes.svg"
PANELS = (
    ("labels given", "feed"),
    ("photos alone", "feed"),
    ("labels given", "search"),
    ("photos alone", "search"),
)
NAMES = ("service", "one average vector", "popularity", "somebody else's history", "random",
         "not personal")  # fmt: skip
"""Each keeps its colour in all panels."""


def draw() -> Path:
    """Return the path of `docs/images/tastes.svg`, which is written."""
    import matplotlib as mpl  # noqa: PLC0415 -- only who draws needs it

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "tastes"  # the same numbers give the same file
    from matplotlib import pyplot as plt  # noqa: PLC0415 -- after the backend is chosen

    result = read_result("tastes")
    figure, panels = plt.subplots(2, 2, figsize=(9, 7), sharex=True, sharey="row")
    for axes, (shop, kind) in zip(panels.flat, PANELS, strict=True):
        draw_curves(
            axes,
            {
                n_clicks: row[kind]["nDCG@10"]
                for n_clicks, row in result[shop]["after clicks"].items()
            },
        )
        axes.set_title(f"{kind}, {shop}", fontsize=10)
    for axes in panels[1]:
        axes.set_xlabel("clicks")
    for axes in panels[:, 0]:
        axes.set_ylabel("nDCG@10")
    for axes in panels[:, 1]:
        axes.legend(loc="center left", bbox_to_anchor=(1.02, 0.5), frameon=False, fontsize=8)
    figure.tight_layout()
    figure.savefig(PICTURE, metadata={"Date": None})
    return PICTURE


def draw_curves(axes: Any, rows: dict[str, dict[str, dict[str, float]]]) -> None:
    """Draw one curve for each order.

    Args:
        axes: Where.
        rows: By clicks, by order: mean, low and high.
    """
    clicks = [int(n_clicks) for n_clicks in rows]
    for name in sorted(next(iter(rows.values())), key=NAMES.index):
        means = [row[name]["mean"] for row in rows.values()]
        errors = [
            [row[name]["mean"] - row[name]["low"] for row in rows.values()],
            [row[name]["high"] - row[name]["mean"] for row in rows.values()],
        ]
        colour = f"C{NAMES.index(name)}"
        axes.errorbar(clicks, means, errors, color=colour, marker="o", capsize=2, label=name)
    axes.set_xscale("log")
    axes.set_xticks(clicks, [str(n_clicks) for n_clicks in clicks])
    axes.minorticks_off()
    axes.set_ylim(bottom=0)


if __name__ == "__main__":
    typer.run(lambda: print(draw()))
