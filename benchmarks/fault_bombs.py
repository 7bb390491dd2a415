"""Image bombs: what each costs as a query photo and on the page, and how much searches slow down.

`python -m benchmarks.fault_bombs` prints what `measure` finds.
"""

import json
import logging
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.bombs import BOMBS
from benchmarks.processes import family_cpu_s, watched_peaks
from embed import PhotoReader, load_encoder
from index import ProductIndex
from search import SearchService
from shopwindow.serving.web.actions import PageController
from shopwindow.serving.web.page import MAX_CONCURRENCY
from shopwindow.serving.web.rendering import PageRenderer
from shopwindow.serving.web.view_model import View
from shopwindow.values import Product, Query
from shopwindow.values.errors import PhotoError
from shopwindow.values.setting_groups import PhotoLimits

_N_PRODUCTS = 60
_N_BOMBS = 8
_N_ROUNDS = 3
"""Rounds of eight concurrent bombs."""

_BASELINE_S = 3.0
"""Seconds in which searches are timed without bombs."""

_SLOW_BOMBS = (
    "PNG, 24.9 megapixels of 16 bits",
    "progressive JPEG, 50 scans",
    "BMP in run lengths",
)
"""Bombs within the limits of pixels and bytes, or stopped only by the time limit."""


@dataclass(frozen=True, slots=True)
class _TestShop:
    """A shop with its two entry points, the Python API and the page."""

    service: SearchService
    actions: PageController
    renderer: PageRenderer
    folder: Path

    def search_by_photo(self, file: Path) -> str:
        """Return the outcome of a search by a photo: "answered" or "refused: REASON"."""
        try:
            self.service.search(Query(image=file.read_bytes()))
        except PhotoError as exc:
            return f"refused: {exc.reason}"
        return "answered"

    def upload_to_page(self, file: Path) -> str:
        """Return the outcome of an upload to the page: "answered" or "refused: REASON"."""
        view = self.actions.search("", [str(file)], View())
        self.renderer.render_updates(view)
        return "answered" if view.notice is None else f"refused: {view.notice.text}"

    def write(self, data: bytes, number: int = 0) -> Path:
        """Return the path of a new file with this data and the number, so that files differ."""
        path = self.folder / f"{number}-{len(data)}"
        path.write_bytes(data + b"%d" % number)
        return path


def measure() -> dict[str, Any]:
    """Measure every bomb alone through both entry points, then eight at once during searches.

    Returns:
        By bomb and entry point: the outcome, CPU seconds (decoders included), MB of this process
        and of the decoder. For eight at once the same, and milliseconds of concurrent searches.
    """
    with _open_shop() as shop, _silence_logging():
        alone = {
            name: {"kb": round(len(data) / 1000), **_measure_alone(shop, data)}
            for name, data in ((name, make()) for name, make in BOMBS.items())
        }
        concurrent = [_measure_concurrently(shop, number) for number in range(_N_ROUNDS)]
    costs = [bomb[entry_point] for bomb in alone.values() for entry_point in ("query", "page")]
    return {
        "bombs": alone,
        "worst_cpu_s": max(cost["cpu_s"] for cost in costs),
        "worst_decoder_mb": max(cost["decoder_mb"] for cost in costs),
        "worst_own_mb": max(cost["own_mb"] for cost in costs),
        "eight_at_once": concurrent,
    }


@contextmanager
def _silence_logging() -> Iterator[None]:
    """Keep the page from logging each rejected photo with its traceback.

    Yields:
        While logging is disabled.
    """
    before = logging.root.manager.disable
    logging.disable()
    try:
        yield
    finally:
        logging.disable(before)


@contextmanager
def _open_shop() -> Iterator[_TestShop]:
    """Open a small shop with the default encoder.

    Yields:
        The shop.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        encoder = load_encoder("compact")
        with ProductIndex.open(folder / "index", encoder) as index:
            index.add(_generate_products(folder))
            with SearchService(index) as service:
                service.warm_up()
                actions = PageController(service)
                reader = PhotoReader(PhotoLimits()).for_queries()
                yield _TestShop(service, actions, PageRenderer(actions, reader, ()), folder)


def _generate_products(folder: Path) -> Iterator[Product]:
    rng = np.random.default_rng(2)
    for number in range(_N_PRODUCTS):
        photo = folder / f"{number}.jpg"
        Image.fromarray(rng.integers(0, 256, (5, 4, 3), dtype=np.uint8)).resize((400, 500)).save(
            photo
        )
        yield Product(f"p{number}", f"Red dress number {number}", image=str(photo))


def _measure_alone(shop: _TestShop, data: bytes) -> dict[str, Any]:
    entry_points = {"query": shop.search_by_photo, "page": shop.upload_to_page}
    # Another file for each entry point: errors are cached.
    return {
        name: _measure_upload(upload, shop.write(data, number))
        for number, (name, upload) in enumerate(entry_points.items())
    }


def _measure_upload(upload: Callable[[Path], str], file: Path) -> dict[str, Any]:
    time.sleep(0.2)  # a new decoder may still be starting
    start, cpu_s_before = time.perf_counter(), family_cpu_s()
    with watched_peaks() as peaks:
        outcome = upload(file)
    return {
        "outcome": outcome,
        "wall_s": round(time.perf_counter() - start, 2),
        "cpu_s": round(family_cpu_s() - cpu_s_before, 2),
        "own_mb": round(peaks.own_mb),
        "decoder_mb": round(peaks.child_mb),
    }


def _measure_concurrently(shop: _TestShop, number: int) -> dict[str, Any]:
    """Upload eight bombs at once to as many threads as the page has, and search meanwhile.

    Returns:
        The outcomes of the bombs, and the milliseconds of searches in Python and on the page.
    """
    bombs = [BOMBS[_SLOW_BOMBS[index % len(_SLOW_BOMBS)]]() for index in range(_N_BOMBS)]
    files = [shop.write(data, 100 * number + index) for index, data in enumerate(bombs, start=10)]
    is_over = threading.Event()
    with (
        ThreadPoolExecutor(MAX_CONCURRENCY, "page") as page,
        ThreadPoolExecutor(2, "search") as searchers,
    ):
        searches = _start_searches(shop, page, searchers, is_over)
        time.sleep(_BASELINE_S)
        is_over.set()
        before = [search.result() for search in searches]
        is_over.clear()
        cpu_s_before, start = family_cpu_s(), time.perf_counter()
        with watched_peaks() as peaks:
            uploads = [page.submit(shop.upload_to_page, file) for file in files]
            searches = _start_searches(shop, page, searchers, is_over)
            outcomes = [upload.result() for upload in uploads]
            wall_s = time.perf_counter() - start
            is_over.set()
            during = [search.result() for search in searches]
    return {
        "answered": sum(outcome == "answered" for outcome in outcomes),
        "refused": sum(outcome != "answered" for outcome in outcomes),
        "wall_s": round(wall_s, 2),
        "cpu_s": round(family_cpu_s() - cpu_s_before, 2),
        "own_mb": round(peaks.own_mb),
        "decoder_mb": round(peaks.child_mb),
        "search_ms_alone": _summarize_ms(before[0]),
        "search_ms_beside": _summarize_ms(during[0]),
        "page_ms_alone": _summarize_ms(before[1]),
        "page_ms_beside": _summarize_ms(during[1]),
    }


def _start_searches(
    shop: _TestShop,
    page: ThreadPoolExecutor,
    searchers: ThreadPoolExecutor,
    is_over: threading.Event,
) -> list[Future[list[float]]]:
    """Start searching repeatedly, in Python and in the page's own threads, until `is_over` is set.

    Returns:
        Futures of the milliseconds that each search took.
    """

    def time_searches(search: Callable[[], object]) -> list[float]:
        times_ms = []
        while not is_over.is_set():
            start = time.perf_counter()
            search()
            times_ms.append(1000 * (time.perf_counter() - start))
            time.sleep(0.01)
        return times_ms

    def search_on_page() -> object:
        return page.submit(shop.actions.search, "red dress", (), View()).result()

    return [
        searchers.submit(time_searches, lambda: shop.service.search(Query(text="red dress"))),
        searchers.submit(time_searches, search_on_page),
    ]


def _summarize_ms(times_ms: list[float]) -> dict[str, float]:
    p50, p95 = np.percentile(times_ms, (50, 95))
    return {
        "n": len(times_ms),
        "p50": round(float(p50), 1),
        "p95": round(float(p95), 1),
        "max": round(max(times_ms), 1),
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
