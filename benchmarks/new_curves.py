"""Draw `results/new_products.json`: exposure and nDCG by age under each policy."""

from pathlib import Path

import typer

from benchmarks.results_file import read_result

PICTURE = Path(__file__).parents[1] / "docs" / "images" / "new_products.svg"
MEASURES = {
    "exposure by age": "looks, 1 is an even share",
    "nDCG@10 by age": "nDCG@10 among that age",
}


def draw() -> Path:
    """Return the path of `docs/images/new_products.svg`, which is written."""
    import matplotlib as mpl  # noqa: PLC0415 -- only who draws needs it

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "new_products"  # the same numbers give the same file
    from matplotlib import pyplot as plt  # noqa: PLC0415 -- after the backend is chosen

    policies = read_result("new_products")["policies"]
    figure, panels = plt.subplots(1, 2, figsize=(10, 4))
    for axes, (measure, label) in zip(panels, MEASURES.items(), strict=True):
        for name, policy_result in policies.items():
            rows = policy_result[measure]
            means = [row["mean"] for row in rows.values()]
            errors = [
                [row["mean"] - row["low"] for row in rows.values()],
                [row["high"] - row["mean"] for row in rows.values()],
            ]
            axes.errorbar(
                list(rows), means, errors, marker="o", markersize=3, capsize=2, label=name
            )
        axes.set_xlabel("age in days")
        axes.set_ylabel(label)
        axes.set_ylim(bottom=0)
    panels[1].legend(loc="center left", bbox_to_anchor=(1.02, 0.5), frameon=False, fontsize=8)
    figure.tight_layout()
    figure.savefig(PICTURE, metadata={"Date": None})
    return PICTURE


if __name__ == "__main__":
    typer.run(lambda: print(draw()))
