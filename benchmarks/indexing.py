"""What indexing costs beside the encoder's own bare time on the same photos, in one run.

`python -m benchmarks.indexing --data FOLDER` encodes 1,000 fashion photos with the encoder alone
(decoding included), indexes the same products through a feed, and repeats both by turns.
"""

import tempfile
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks.datasets import sample_rows, write_feed
from benchmarks.results_file import SEED, write_result
from embed import load_encoder
from index import ProductIndex, read_products
from shopwindow.values import Encoder

N_PRODUCTS = 1000


def bare_s(encoder: Encoder, photos: list[Path]) -> float:
    """Return the seconds that the encoder alone takes for the photos, decoding included."""
    began = time.perf_counter()
    encoder.encode_images(photos)
    return time.perf_counter() - began


def indexing_s(encoder: Encoder, feed: Path, folder: Path) -> float:
    """Return the seconds from the feed to a finished index.

    Raises:
        ValueError: Not every product was added.
    """
    began = time.perf_counter()
    with ProductIndex.open(folder, encoder) as index:
        report = index.add(read_products(feed))
        took = time.perf_counter() - began
    if report.added != N_PRODUCTS:
        raise ValueError(f"expected {N_PRODUCTS} products, got {report.added}")
    return took


def main(
    data: Annotated[Path, typer.Option(help="Folder of the research data.")] = Path(
        "../shared/data"
    ),
    encoder: Annotated[str, typer.Option(help="Encoder to measure.")] = "compact",
    repeats: Annotated[int, typer.Option(help="Turns; the median counts.")] = 3,
) -> None:
    """Measure and write `results/indexing.json`."""
    loaded = load_encoder(encoder)
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        feed = write_feed(sample_rows(data, "fashion", N_PRODUCTS, SEED), place / "shop")
        photos = sorted((place / "shop" / "photos").iterdir())
        bare_s(loaded, photos[:64])  # both towers are loaded before the first turn
        loaded.encode_texts(["a dress"])
        turns = []
        for turn in range(repeats):
            bare = bare_s(loaded, photos)
            whole = indexing_s(loaded, feed, place / f"index-{turn}")
            turns.append({"bare_s": round(bare, 2), "indexing_s": round(whole, 2)})
            print(turns[-1])
        with ProductIndex.open(place / "index-0", loaded) as index:
            again = index.add(read_products(feed))
    ratios = [each["indexing_s"] / each["bare_s"] for each in turns]
    write_result(
        "indexing",
        {
            "encoder": loaded.spec.identity,
            "n_products": N_PRODUCTS,
            "turns": turns,
            "ratio_median": round(float(np.median(ratios)), 3),
            "products_per_s_median": round(
                float(np.median([N_PRODUCTS / each["indexing_s"] for each in turns])), 1
            ),
            "second_run_s": round(again.duration_s, 2),
        },
        command="python -m benchmarks.indexing --data ../shared/data",
    )
    print(f"indexing takes {np.median(ratios):.2f} times the bare encoder")


if __name__ == "__main__":
    typer.run(main)
