"""Speed and memory of reading feeds, and what is read of each shop system's export.

`python -m benchmarks.feeds` makes up feeds of 100,000 and 1,000,000 products as CSV and as Google
Merchant XML, and reads each in a process of its own: reading only, nothing is encoded or stored.
Then it reads the golden exports under `tests/index/catalog/golden` and counts fields.
`--only-exports` does this alone, and keeps what was measured of reading.
"""

import json
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any
from xml.sax.saxutils import escape

import typer

from benchmarks.golden_exports import count_exports
from benchmarks.results_file import SEED, read_result, stamp, write_result
from index import read_products

COMMAND = "python -m benchmarks.feeds"
FORMS = ("csv", "google-xml")
N_PRODUCTS = (100_000, 1_000_000)
MAX_MEMORY_RATIO = 1.2
"""The larger feed may take this many times the memory of the smaller one."""

COLUMNS = (
    "id", "title", "description", "price", "availability", "brand", "product_type", "link",
    "image_link", "item_group_id", "color", "size", "material", "date_added",
)  # fmt: skip
_KINDS = ("dress", "shirt", "abaya", "mug", "chair", "scarf", "sneaker")
_COLORS = ("red", "navy", "emerald", "sand", "black", "burgundy")
_SENTENCE = "Woven in small series, washed once before it is cut, and meant to be mended. "


def make_rows(n_products: int) -> Iterator[tuple[str, ...]]:
    """Yield the rows of made-up products, the same each time.

    Yields:
        One value for each of `COLUMNS`.
    """
    for number in range(n_products):
        mixed = (number * 2_654_435_761 + SEED) % 2**32
        kind, color = _KINDS[mixed % 7], _COLORS[mixed // 7 % 6]
        yield (
            f"SKU-{number:07d}",
            f"{color.capitalize()} {kind} with pockets, model {mixed % 9973}",
            _SENTENCE * (1 + mixed % 5),
            f"{20 + mixed % 900}.{mixed % 100:02d} AED",
            "in stock" if mixed % 9 else "out of stock",
            f"Brand {mixed % 400}",
            f"Clothing > {kind.capitalize()}",
            f"https://shop.example/p/{number}",
            f"https://cdn.shop.example/photos/{number}/front.jpg",
            f"GROUP-{number // 4}",
            color,
            ("S", "M", "L", "XL")[number % 4],
            "cotton" if mixed % 3 else "linen",
            f"2026-{1 + mixed % 12:02d}-{1 + mixed % 28:02d}T10:00:00Z",
        )


def write_feed(path: Path, form: str, n_products: int) -> None:
    """Write a feed of made-up products."""
    with path.open("w", encoding="utf-8") as file:
        if form == "csv":
            file.write(",".join(COLUMNS) + "\n")
            for row in make_rows(n_products):
                file.write(",".join(f'"{cell}"' for cell in row) + "\n")
            return
        file.write('<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel>\n')
        for row in make_rows(n_products):
            cells = zip(COLUMNS, map(escape, row), strict=True)
            file.write(f"<item>{''.join(f'<g:{n}>{c}</g:{n}>' for n, c in cells)}</item>\n")
        file.write("</channel></rss>\n")


def read_feed(path: Path) -> dict[str, float]:
    """Read a feed in this process.

    Returns:
        Products, seconds of time and of CPU time, and the peak memory of the process in MB.
    """
    started_at, cpu_started_at = time.perf_counter(), time.process_time()
    n_products = sum(row.product is not None for row in read_products(path).iter_rows())
    return {
        "products": n_products,
        "seconds": round(time.perf_counter() - started_at, 2),
        "cpu_seconds": round(time.process_time() - cpu_started_at, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000, 1),
    }


def measure(form: str, n_products: int) -> dict[str, float]:
    """Write a feed, and read it in a new process, whose memory holds nothing else.

    Returns:
        What `read_feed` returns, the size of the feed in MB, and products a second.

    Raises:
        ValueError: Not every product was read.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"feed.{'csv' if form == 'csv' else 'xml'}"
        write_feed(path, form, n_products)
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            measured = pool.apply(read_feed, (path,))
        size_mb = round(path.stat().st_size / 1e6, 1)
    if measured["products"] != n_products:
        raise ValueError(f"expected {n_products} products, got {measured['products']}")
    rate = round(n_products / measured["seconds"])
    return {**measured, "size_mb": size_mb, "products_per_s": rate}


def count() -> dict[str, Any]:
    """Return what is read of each golden export, and the commit and the time of counting."""
    exports = count_exports()
    for name, export in exports.items():
        print(name, json.dumps(export, ensure_ascii=False))
    when = {key: value for key, value in stamp().items() if key != "machine"}
    return {"exports": exports, "exports_counted": when}


def main(
    products: Annotated[
        list[int] | None, typer.Option(help="Numbers of products; the smaller one first.")
    ] = None,
    only_exports: Annotated[
        bool, typer.Option("--only-exports", help="Count the golden exports, measure nothing.")
    ] = False,
) -> None:
    """Measure and write `results/feeds.json`.

    Raises:
        SystemExit: The memory grows with the feed.
    """
    if only_exports:
        write_result("feeds", {**read_result("feeds"), **count()}, command=COMMAND)
        return
    numbers = products or list(N_PRODUCTS)
    reading: dict[str, Any] = {}
    for form in FORMS:
        measured = {str(number): measure(form, number) for number in numbers}
        peaks = [size["peak_mb"] for size in measured.values()]
        reading[form] = {"sizes": measured, "memory_ratio": round(peaks[-1] / peaks[0], 3)}
        print(form, json.dumps(reading[form]))
    write_result("feeds", {"reading": reading, **count()}, command=COMMAND)
    for form, found in reading.items():
        if found["memory_ratio"] > MAX_MEMORY_RATIO:
            raise SystemExit(f"{form}: the memory grows {found['memory_ratio']} times")


if __name__ == "__main__":
    typer.run(main)
