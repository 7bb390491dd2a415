"""Measure the speed of the compact encoder: cold start, one query, batches of titles and photos."""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from embed.compact.encoder import CompactEncoder
from tools.train_compact.datasets import read_labeled_products

N_REPEATS = 7

COLD_START_CODE = (
    "import time; t = time.perf_counter(); from embed import load_encoder; "
    "e = load_encoder('compact'); e.encode_texts(['red dress']); print(time.perf_counter() - t)"
)
"""From a fresh interpreter to the vector of a first query."""


def measure_speed(encoder: CompactEncoder, data: Path) -> Mapping[str, float]:
    """Return milliseconds, each the best of N_REPEATS: other load on the machine only adds."""
    products = read_labeled_products(data, ("magento_luma",))
    titles = [product.title for product in products][:256]
    prepared = [encoder.prepare_image(product.image) for product in products[:32]]
    return {
        "threads": 1,
        "first_query_of_a_process_ms": _time_cold_start_ms(),
        "one_query_ms": _time_best_ms(lambda: encoder.encode_texts(["red summer dress"])),
        "title_in_a_batch_ms": _time_best_ms(lambda: encoder.encode_texts(titles)) / len(titles),
        "photo_in_a_batch_ms": _time_best_ms(lambda: encoder.encode_prepared(prepared))
        / len(prepared),
        "one_photo_ms": _time_best_ms(lambda: encoder.encode_prepared(prepared[:1])),
        "decoding_one_photo_ms": _time_best_ms(lambda: encoder.prepare_image(products[0].image)),
    }


def _time_best_ms(run: Callable[[], object]) -> float:
    run()
    times = []
    for _ in range(N_REPEATS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return round(1000 * min(times), 3)


def _time_cold_start_ms() -> float:
    runs = [
        subprocess.run(
            [sys.executable, "-c", COLD_START_CODE], capture_output=True, text=True, check=True
        )
        for _ in range(3)
    ]
    return round(1000 * min(float(run.stdout) for run in runs), 1)
