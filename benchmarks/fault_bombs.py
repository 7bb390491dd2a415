"""Photo bombs: what each costs as a query's photo and on the page, and whether others notice.

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
from shopwindow.values.settings import PhotoLimits

_N_PRODUCTS = 60
_N_BOMBS = 8
_ROUNDS = 3
"""Times that eight come at once."""

_QUIET_S = 3.0
"""Seconds in which searches are timed without bombs."""

_SLOW = ("PNG, 24.9 megapixels of 16 bits", "progressive JPEG, 50 scans", "BMP in run lengths")
"""Bombs within the limits of pixels and bytes, or that time alone ends."""


@dataclass(frozen=True, slots=True)
class _Shop:
    """A shop, as Python and as the page ask it."""

    service: SearchService
    actions: PageController
    renderer: PageRenderer
    folder: Path

    def by_service(self, file: Path) -> str:
        """Search by a photo.

        Returns:
            What came of it.
        """
        try:
            self.service.search(Query(image=file.read_bytes()))
        except PhotoError as exc:
            return f"refused: {exc.reason}"
        return "answered"

    def by_page(self, file: Path) -> str:
        """Upload a photo to the page.

        Returns:
            What came of it.
        """
        view = self.actions.search("", [str(file)], View())
        self.renderer.render_updates(view)
        return "answered" if view.notice is None else f"refused: {view.notice.text}"

    def write(self, data: bytes, number: int = 0) -> Path:
        """Write a file that no other is equal to.

        Returns:
            Its path.
        """
        path = self.folder / f"{number}-{len(data)}"
        path.write_bytes(data + b"%d" % number)
        return path


def measure() -> dict[str, Any]:
    """Measure every bomb alone on both ways in, then eight of them at once beside searches.

    Returns:
        By bomb and way: the outcome, processor seconds (decoders included), MB of this process and
        of the decoder. For eight at once the same, and milliseconds of searches beside them.
    """
    with _shop() as shop, _silence():
        alone = {
            name: {"kb": round(len(data) / 1000), **_measured_alone(shop, data)}
            for name, data in ((name, make()) for name, make in BOMBS.items())
        }
        together = [_together(shop, number) for number in range(_ROUNDS)]
    ways = [each[way] for each in alone.values() for way in ("query", "page")]
    return {
        "bombs": alone,
        "worst_cpu_s": max(each["cpu_s"] for each in ways),
        "worst_decoder_mb": max(each["decoder_mb"] for each in ways),
        "worst_own_mb": max(each["own_mb"] for each in ways),
        "eight_at_once": together,
    }


@contextmanager
def _silence() -> Iterator[None]:
    """Keep the page from logging each refusal with its traceback.

    Yields:
        While it is silent.
    """
    before = logging.root.manager.disable
    logging.disable()
    try:
        yield
    finally:
        logging.disable(before)


@contextmanager
def _shop() -> Iterator[_Shop]:
    """Open a small shop with the default encoder.

    Yields:
        The shop.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        encoder = load_encoder("compact")
        with ProductIndex.open(folder / "index", encoder) as index:
            index.add(_products(folder))
            with SearchService(index) as service:
                service.warm_up()
                actions = PageController(service)
                reader = PhotoReader(PhotoLimits()).for_queries()
                yield _Shop(service, actions, PageRenderer(actions, reader, ()), folder)


def _products(folder: Path) -> Iterator[Product]:
    rng = np.random.default_rng(2)
    for number in range(_N_PRODUCTS):
        photo = folder / f"{number}.jpg"
        Image.fromarray(rng.integers(0, 256, (5, 4, 3), dtype=np.uint8)).resize((400, 500)).save(
            photo
        )
        yield Product(f"p{number}", f"Red dress number {number}", image=str(photo))


def _measured_alone(shop: _Shop, data: bytes) -> dict[str, Any]:
    ways = {"query": shop.by_service, "page": shop.by_page}
    # Another file for each way: what was refused once costs nothing the second time.
    return {
        name: _measured(way, shop.write(data, number))
        for number, (name, way) in enumerate(ways.items())
    }


def _measured(way: Callable[[Path], str], file: Path) -> dict[str, Any]:
    time.sleep(0.2)  # a new decoder may still be starting
    began, cpu = time.perf_counter(), family_cpu_s()
    with watched_peaks() as peaks:
        outcome = way(file)
    return {
        "outcome": outcome,
        "wall_s": round(time.perf_counter() - began, 2),
        "cpu_s": round(family_cpu_s() - cpu, 2),
        "own_mb": round(peaks.own_mb),
        "decoder_mb": round(peaks.child_mb),
    }


def _together(shop: _Shop, number: int) -> dict[str, Any]:
    """Upload eight bombs at once to as many threads as the page has, and search beside them.

    Returns:
        What came of the bombs, and the milliseconds of searches in Python and on the page.
    """
    made = [BOMBS[_SLOW[each % len(_SLOW)]]() for each in range(_N_BOMBS)]
    files = [shop.write(data, 100 * number + each) for each, data in enumerate(made, start=10)]
    is_over = threading.Event()
    with (
        ThreadPoolExecutor(MAX_CONCURRENCY, "page") as page,
        ThreadPoolExecutor(2, "ask") as asking,
    ):
        quiet = _searches(shop, page, asking, is_over)
        time.sleep(_QUIET_S)
        is_over.set()
        before = [each.result() for each in quiet]
        is_over.clear()
        cpu, began = family_cpu_s(), time.perf_counter()
        with watched_peaks() as peaks:
            bombs = [page.submit(shop.by_page, file) for file in files]
            beside = _searches(shop, page, asking, is_over)
            outcomes = [each.result() for each in bombs]
            took = time.perf_counter() - began
            is_over.set()
            during = [each.result() for each in beside]
    return {
        "answered": sum(each == "answered" for each in outcomes),
        "refused": sum(each != "answered" for each in outcomes),
        "wall_s": round(took, 2),
        "cpu_s": round(family_cpu_s() - cpu, 2),
        "own_mb": round(peaks.own_mb),
        "decoder_mb": round(peaks.child_mb),
        "search_ms_alone": _spread(before[0]),
        "search_ms_beside": _spread(during[0]),
        "page_ms_alone": _spread(before[1]),
        "page_ms_beside": _spread(during[1]),
    }


def _searches(
    shop: _Shop, page: ThreadPoolExecutor, asking: ThreadPoolExecutor, is_over: threading.Event
) -> list[Future[list[float]]]:
    """Search again and again: in Python, and in the page's own threads.

    Returns:
        The milliseconds that each search took, when it is over.
    """

    def timed(search: Callable[[], object]) -> list[float]:
        taken = []
        while not is_over.is_set():
            began = time.perf_counter()
            search()
            taken.append(1000 * (time.perf_counter() - began))
            time.sleep(0.01)
        return taken

    def on_page() -> object:
        return page.submit(shop.actions.search, "red dress", (), View()).result()

    return [
        asking.submit(timed, lambda: shop.service.search(Query(text="red dress"))),
        asking.submit(timed, on_page),
    ]


def _spread(taken: list[float]) -> dict[str, float]:
    p50, p95 = np.percentile(taken, (50, 95))
    return {
        "n": len(taken),
        "p50": round(float(p50), 1),
        "p95": round(float(p95), 1),
        "max": round(max(taken), 1),
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
