"""How long the compact encoder takes: to be ready, for a query, for many titles and photos."""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from embed.compact.encoder import CompactEncoder
from tools.train_compact.datasets import read_labeled_products

REPEATS = 7

COLD = (
    "import time; t = time.perf_counter(); from embed import load_encoder; "
    "e = load_encoder('compact'); e.encode_texts(['red dress']); print(time.perf_counter() - t)"
)
"""From a fresh interpreter to the vector of a first query."""


def measure_speed(encoder: CompactEncoder, data: Path) -> Mapping[str, float]:
    """Return milliseconds, each the best of REPEATS: other work on the machine only adds."""
    products = read_labeled_products(data, ("magento_luma",))
    titles = [each.title for each in products][:256]
    prepared = [encoder.prepare_image(each.image) for each in products[:32]]
    return {
        "threads": 1,
        "first_query_of_a_process_ms": _cold_ms(),
        "one_query_ms": _best_ms(lambda: encoder.encode_texts(["red summer dress"])),
        "title_in_a_batch_ms": _best_ms(lambda: encoder.encode_texts(titles)) / len(titles),
        "photo_in_a_batch_ms": _best_ms(lambda: encoder.encode_prepared(prepared)) / len(prepared),
        "one_photo_ms": _best_ms(lambda: encoder.encode_prepared(prepared[:1])),
        "decoding_one_photo_ms": _best_ms(lambda: encoder.prepare_image(products[0].image)),
    }


def _best_ms(run: Callable[[], object]) -> float:
    run()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return round(1000 * min(times), 3)


def _cold_ms() -> float:
    runs = [
        subprocess.run([sys.executable, "-c", COLD], capture_output=True, text=True, check=True)
        for _ in range(3)
    ]
    return round(1000 * min(float(run.stdout) for run in runs), 1)
