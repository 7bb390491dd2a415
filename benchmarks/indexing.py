"""The cost of indexing compared with the encoder's own time for the same photos.

`python -m benchmarks.indexing --data FOLDER` encodes 1,000 fashion photos with the encoder alone
(decoding included), indexes the same products from a feed, and repeats both alternately.
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


def time_encoding_s(encoder: Encoder, photos: list[Path]) -> float:
    """Return the seconds that the encoder alone takes for the photos, with decoding."""
    started_at = time.perf_counter()
    encoder.encode_images(photos)
    return time.perf_counter() - started_at


def time_indexing_s(encoder: Encoder, feed: Path, folder: Path) -> float:
    """Return the seconds from the feed to a finished index.

    Raises:
        ValueError: Not every product was added.
    """
    started_at = time.perf_counter()
    with ProductIndex.open(folder, encoder) as index:
        report = index.add(read_products(feed))
        duration_s = time.perf_counter() - started_at
    if report.added != N_PRODUCTS:
        raise ValueError(f"expected {N_PRODUCTS} products, got {report.added}")
    return duration_s


def main(
    data: Annotated[Path, typer.Option(help="Folder of the research data.")] = Path(
        "../shared/data"
    ),
    encoder: Annotated[str, typer.Option(help="Encoder to measure.")] = "compact",
    repeats: Annotated[int, typer.Option(help="Repetitions; the median counts.")] = 3,
) -> None:
    """Measure and write `results/indexing.json`."""
    loaded_encoder = load_encoder(encoder)
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        feed = write_feed(sample_rows(data, "fashion", N_PRODUCTS, SEED), place / "shop")
        photos = sorted((place / "shop" / "photos").iterdir())
        time_encoding_s(loaded_encoder, photos[:64])  # load both towers before the first repetition
        loaded_encoder.encode_texts(["a dress"])
        turns = []
        for turn in range(repeats):
            encoding_s = time_encoding_s(loaded_encoder, photos)
            indexing_s = time_indexing_s(loaded_encoder, feed, place / f"index-{turn}")
            turns.append({"bare_s": round(encoding_s, 2), "indexing_s": round(indexing_s, 2)})
            print(turns[-1])
        with ProductIndex.open(place / "index-0", loaded_encoder) as index:
            second_report = index.add(read_products(feed))
    ratios = [turn["indexing_s"] / turn["bare_s"] for turn in turns]
    write_result(
        "indexing",
        {
            "encoder": loaded_encoder.spec.identity,
            "n_products": N_PRODUCTS,
            "turns": turns,
            "ratio_median": round(float(np.median(ratios)), 3),
            "products_per_s_median": round(
                float(np.median([N_PRODUCTS / turn["indexing_s"] for turn in turns])), 1
            ),
            "second_run_s": round(second_report.duration_s, 2),
        },
        command="python -m benchmarks.indexing --data ../shared/data",
    )
    print(f"indexing takes {np.median(ratios):.2f} times as long as the encoder alone")


if __name__ == "__main__":
    typer.run(main)
