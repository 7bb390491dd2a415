"""kill -9 at random moments of indexing: what was acknowledged is there, and the rest follows.

`python -m benchmarks.crash` runs 20 rounds. In each, a process indexes a feed into a fresh folder
and reports what was acknowledged; it, or every second time the engine beside it, is killed at a
random moment. Then the folder is opened, the acknowledged products are counted, the same
feed is indexed again, and every stored point is compared with an undisturbed index. Needs no data.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from PIL import Image

from benchmarks.fault_processes import kill, service_of
from benchmarks.results_file import SEED, write_result
from embed import load_encoder
from index import ProductIndex, read_products
from index.payload import to_point_id
from index.store.points import Point
from shopwindow.values.encoder import digest
from shopwindow.values.settings import IndexSettings

N_PRODUCTS = 1200
N_PHOTOS = 40
SETTINGS = IndexSettings(batch_size=40, hnsw_min_points=400)


def write_shop(folder: Path) -> Path:
    """Write a feed of its own with a few photos.

    Returns:
        The CSV file.
    """
    rng = np.random.default_rng(SEED)
    folder.mkdir(parents=True)
    for number in range(N_PHOTOS):
        pixels = rng.integers(0, 255, size=(48, 48, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    lines = ["id,title,title_ar,price,brand,category,image"]
    for number in range(N_PRODUCTS):
        words = " ".join(f"word{each}" for each in rng.integers(0, 300, size=3 + number % 9))
        photo = "" if number % 7 == 0 else f"{number % N_PHOTOS}.png"
        line = f"sku-{number},{words},فستان {number},{number % 90},B{number % 9},A > B,{photo}"
        lines.append(line)
    feed = folder / "feed.csv"
    feed.write_text("\n".join(lines), encoding="utf-8")
    return feed


def index_feed(folder: Path, feed: Path) -> None:
    """Index the feed and print the number of acknowledged products after each batch."""
    with ProductIndex.open(folder, load_encoder("fake"), settings=SETTINGS) as index:
        index.add(
            read_products(feed), progress=lambda report: print(report.n_processed, flush=True)
        )


def contents(folder: Path) -> dict[str, str]:
    """Return the digest of every product's point, or an empty text where there is none."""
    found = {}
    with ProductIndex.open(folder, load_encoder("fake"), settings=SETTINGS) as index:
        ids = [f"sku-{number}" for number in range(N_PRODUCTS)]
        points = index.get_points([to_point_id(each) for each in ids], vectors=True)
        for each in ids:
            point = points.get(to_point_id(each))
            found[each] = _digest(point) if point else ""
    return found


def _digest(point: Point) -> str:
    vectors = [point.vectors[name].tobytes() for name in sorted(point.vectors)]
    words = (
        [point.sparse_vector.indices.tobytes(), point.sparse_vector.values.tobytes()]
        if point.sparse_vector
        else []
    )
    return digest(point.payload, *vectors, *words)


def one_round(number: int, place: Path, feed: Path, after_s: float) -> dict[str, object]:
    """Index, kill, count, index again.

    Returns:
        What was acknowledged, lost, and whether the end equals an undisturbed index.
    """
    folder = place / f"index-{number}"
    command = [sys.executable, "-m", "benchmarks.crash", "--child", str(folder), str(feed)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    time.sleep(after_s)
    victim = child.pid if number % 2 else service_of(folder).engine
    kill(victim)
    output, _ = child.communicate()
    acknowledged = max([int(line) for line in output.split()], default=0)
    stored = contents(folder)
    in_feed_order = list(stored)
    lost = [each for each in in_feed_order[:acknowledged] if not stored[each]]
    index_feed(folder, feed)
    return {
        "killed": "indexing process" if number % 2 else "engine",
        "after_s": round(after_s, 2),
        "acknowledged": acknowledged,
        "found_after_kill": sum(bool(each) for each in stored.values()),
        "lost": len(lost),
        "contents": contents(folder),
    }


def main(
    rounds: Annotated[int, typer.Option(help="How many times to kill.")] = 20,
    child: Annotated[tuple[Path, Path] | None, typer.Option(hidden=True)] = None,
) -> None:
    """Measure and write `results/crash.json`."""
    if child is not None:
        index_feed(*child)
        return
    rng = np.random.default_rng(SEED)
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        feed = write_shop(place / "shop")
        began = time.perf_counter()
        index_feed(place / "undisturbed", feed)
        whole_s = time.perf_counter() - began
        expected = contents(place / "undisturbed")
        found = []
        for number in range(rounds):
            each = one_round(number, place, feed, float(rng.uniform(0.3, 1.0) * (whole_s + 1.0)))
            each["equal_to_undisturbed"] = each.pop("contents") == expected
            print(each)
            found.append(each)
    write_result(
        "crash",
        {
            "n_products": N_PRODUCTS,
            "undisturbed_s": round(whole_s, 2),
            "rounds_with_loss": sum(bool(each["lost"]) for each in found),
            "rounds_not_equal": sum(not each["equal_to_undisturbed"] for each in found),
            "rounds": found,
        },
        command="python -m benchmarks.crash",
    )


if __name__ == "__main__":
    typer.run(main)
