"""Processor time of a hybrid search, beside what a shop might write or take instead.

`python -m benchmarks.peers --data FOLDER` asks the same 200 queries of one to three words, half of
them with a price filter, over the same 5,000 products: of Shopwindow on a folder, of a plain script
(the same encoder, faiss, bm25s, reciprocal rank fusion, the filter as a mask), and of LanceDB's
hybrid search with the same vectors. Each answers with ten products. Counted is the processor time
of all processes that take part, with one thread for the encoder's and faiss's arithmetic, by rounds
in turn. Then it asks Shopwindow at 100,000 made-up products, and from several processes at once.
It needs `pip install faiss-cpu lancedb`, which nothing else here does.
"""

import gc
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

import numpy as np
import typer
from threadpoolctl import threadpool_limits

from benchmarks.datasets import DATA, DataFolder, sample_rows
from benchmarks.fault_processes import find_service
from benchmarks.latency import filled
from benchmarks.processes import read_cpu_s
from benchmarks.results_file import SEED, write_result
from embed import load_encoder
from index import ProductIndex
from search import SearchService
from shopwindow.values import Encoder, Filters, Product, Query, Vectors

SET = "electronics"
N_PRODUCTS = 5_000
N_LARGE = 100_000
N_QUERIES = 200
N_ROUNDS = 5
N_HITS = 10
DEPTH = 200
RRF_K = 60
N_PROCESSES = 2
LOAD_S = 10.0

Ask: TypeAlias = Callable[[str, float | None], list[str]]
"""Answers a query's words, and the highest price or None, with ids of products, best first."""

Clock: TypeAlias = Callable[[], float]
"""Processor seconds so far, of all processes that answer."""


@dataclass(frozen=True, slots=True)
class Question:
    """A query's words, and the highest price; None for any."""

    text: str
    price_max: float | None


def read_catalog(data: Path) -> list[Product]:
    """Return products with their texts and a made-up price; photos do not matter here."""
    rng = np.random.default_rng(SEED)
    rows = sample_rows(data, SET, N_PRODUCTS, SEED)
    prices = np.round(rng.lognormal(4.0, 0.8, len(rows)), 2).tolist()
    return [
        Product(
            id=row.id,
            title=row.title,
            description=row.description,
            category=(row.category,) if row.category else (),
            price=price,
            currency="USD",
        )
        for row, price in zip(rows, prices, strict=True)
    ]


def make_questions(products: Sequence[Product]) -> list[Question]:
    """Return queries of one to three words that follow each other in some title."""
    rng = np.random.default_rng(SEED)
    prices = [product.price for product in products if product.price is not None]
    questions: list[Question] = []
    for number in range(N_QUERIES):
        words = products[int(rng.integers(len(products)))].title.split()
        n_words = min(1 + number % 3, len(words))
        start = int(rng.integers(len(words) - n_words + 1))
        price_max = float(np.quantile(prices, 0.5)) if number % 2 else None
        questions.append(Question(" ".join(words[start : start + n_words]), price_max))
    return questions


@contextmanager
def open_shopwindow(products: Sequence[Product], encoder: Encoder) -> Iterator[tuple[Ask, Clock]]:
    """Open Shopwindow on a folder.

    Yields:
        Its search, and the processor seconds of this process and the folder's engine.
    """
    with tempfile.TemporaryDirectory() as folder:
        with ProductIndex.open(folder, encoder) as index:
            index.add(products)
            index.optimize()
        with ProductIndex.open(folder, encoder) as index, SearchService(index) as service:
            yield partial(_search, service), _clock_of(Path(folder))


def _clock_of(folder: Path) -> Clock:
    service = find_service(folder)
    pids = (service.supervisor, service.engine)
    return lambda: time.process_time() + sum(map(read_cpu_s, pids))


def _search(service: SearchService, text: str, price_max: float | None) -> list[str]:
    query = Query(text, filters=Filters(price_max=price_max), limit=N_HITS)
    return [hit.product.id for hit in service.search(query).hits]


@contextmanager
def open_script(products: Sequence[Product], encoder: Encoder, vectors: Vectors) -> Iterator[Ask]:
    """Open the plain script: faiss, bm25s, reciprocal rank fusion.

    Yields:
        Its search.
    """
    import bm25s  # noqa: PLC0415
    import faiss  # noqa: PLC0415

    faiss.omp_set_num_threads(1)
    make_parameters: Any = faiss.SearchParameters  # its types lack `sel`
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    keywords = bm25s.BM25()
    texts = [f"{product.title} {product.description}" for product in products]
    keywords.index(bm25s.tokenize(texts, show_progress=False), show_progress=False)
    prices = np.array([product.price or 0.0 for product in products])
    ids = [product.id for product in products]

    def ask(text: str, price_max: float | None) -> list[str]:
        passing = np.ones(len(ids), bool) if price_max is None else prices <= price_max
        params = make_parameters(sel=faiss.IDSelectorBatch(np.flatnonzero(passing)))
        query = encoder.encode_texts([text])
        _, near = flat.search(query, DEPTH, params=params if price_max is not None else None)
        tokens = bm25s.tokenize([text], return_ids=False, show_progress=False)
        scores = keywords.get_scores(tokens[0]) if tokens[0] else np.zeros(len(ids))
        best = np.argsort(-np.where(passing, scores, 0.0), kind="stable")[:DEPTH]
        fused: dict[int, float] = {}
        for ranking in (near[0], best[scores[best] > 0]):
            for rank, number in enumerate(ranking.tolist(), start=1):
                if number >= 0:
                    fused[number] = fused.get(number, 0.0) + 1 / (RRF_K + rank)
        first = sorted(fused, key=lambda number: (-fused[number], number))[:N_HITS]
        return [ids[number] for number in first]

    yield ask


@contextmanager
def open_lancedb(products: Sequence[Product], encoder: Encoder, vectors: Vectors) -> Iterator[Ask]:
    """Open LanceDB's hybrid search.

    Yields:
        Its search.
    """
    os.environ.setdefault("RUST_LOG", "error")  # it warns of a column once a query
    import lancedb  # noqa: PLC0415
    from lancedb.rerankers import RRFReranker  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        rows = [
            {
                "id": product.id,
                "text": f"{product.title} {product.description}",
                "price": product.price or 0.0,
                "vector": vector,
            }
            for product, vector in zip(products, vectors, strict=True)
        ]
        table = lancedb.connect(folder).create_table("products", rows)
        table.create_fts_index("text")
        reranker = RRFReranker(K=RRF_K)

        def ask(text: str, price_max: float | None) -> list[str]:
            search = table.search(query_type="hybrid").vector(encoder.encode_texts([text])[0])
            search = search.text(text).rerank(reranker).limit(N_HITS).select(["id"])
            if price_max is not None:
                search = search.where(f"price <= {price_max}", prefilter=True)
            return [row["id"] for row in search.to_list()]

        yield ask


def measure_cpu_ms(
    ask: Ask, questions: Sequence[Question], clock: Clock = time.process_time
) -> float:
    """Return processor milliseconds of one query, by a clock of all processes that answer."""
    gc.collect()
    before = clock()
    for question in questions:
        ask(question.text, question.price_max)
    return (clock() - before) * 1000 / len(questions)


def compare(products: Sequence[Product], encoder: Encoder) -> dict[str, float]:
    """Return the median processor milliseconds of one query, by system, over rounds in turn."""
    questions = make_questions(products)
    vectors = np.vstack([encoder.encode_texts([product.title]) for product in products])
    with (
        open_shopwindow(products, encoder) as (ours, clock),
        open_script(products, encoder, vectors) as script,
        open_lancedb(products, encoder, vectors) as lancedb,
    ):
        encode: Ask = lambda text, _: [str(len(encoder.encode_texts([text])))]  # noqa: E731
        asks = {"shopwindow": ours, "script": script, "lancedb": lancedb, "encode alone": encode}
        for ask in asks.values():
            measure_cpu_ms(ask, questions[:20])
        rounds: dict[str, list[float]] = {name: [] for name in asks}
        for number in range(N_ROUNDS):
            # Other words each round: query vectors that are cached would flatter.
            fresh = [replace(q, text=f"{q.text} {number}") for q in questions]
            for name, ask in asks.items():
                of_all = clock if name == "shopwindow" else time.process_time
                rounds[name].append(measure_cpu_ms(ask, fresh, of_all))
    return {name: round(median(values), 2) for name, values in rounds.items()}


def measure_large(encoder: Encoder) -> float:
    """Return the median processor milliseconds of one query at 100,000 products."""
    with filled(N_LARGE, encoder) as (index, _, _), SearchService(index) as service:
        clock = _clock_of(Path(index.location))
        names = ("red dress", "blue shirt", "leather bag", "lamp", "black phone", "wireless mug")
        questions = [
            Question(f"{names[n % len(names)]}", 250.0 if n % 2 else None) for n in range(N_QUERIES)
        ]
        measure_cpu_ms(partial(_search, service), questions[:20])
        ask = partial(_search, service)
        found = [
            measure_cpu_ms(ask, [replace(q, text=f"{q.text} {n}") for q in questions], clock)
            for n in range(N_ROUNDS)
        ]
    return round(median(found), 2)


def measure_rate(products: Sequence[Product], encoder: Encoder) -> float:
    """Return searches a second of several processes that share one folder."""
    with tempfile.TemporaryDirectory() as folder, ProductIndex.open(folder, encoder) as index:
        index.add(products)
        index.optimize()
        questions = make_questions(products)
        spawn = multiprocessing.get_context("spawn")
        counts, ready = spawn.Queue(), spawn.Barrier(N_PROCESSES)
        workers = [
            spawn.Process(target=_load, args=(folder, questions, n, ready, counts))
            for n in range(N_PROCESSES)
        ]
        for worker in workers:
            worker.start()
        total = sum(int(counts.get(timeout=300)) for _ in workers)
        for worker in workers:
            worker.join()
    return round(float(total) / LOAD_S, 1)


def _load(folder: str, questions: Sequence[Question], number: int, ready: Any, counts: Any) -> None:
    with threadpool_limits(limits=1):
        encoder = load_encoder("compact")
        with ProductIndex.open(folder, encoder) as index, SearchService(index) as service:
            for question in questions[:20]:
                _search(service, question.text, question.price_max)
            ready.wait()
            n_done, end = 0, time.monotonic() + LOAD_S
            while time.monotonic() < end:
                question = questions[n_done % len(questions)]
                text = f"{question.text} {number} {n_done // len(questions)}"
                _search(service, text, question.price_max)
                n_done += 1
            counts.put(n_done)


def main(data: DataFolder = DATA, large: bool = True) -> None:
    """Measure, print and write `results/peers.json`."""
    encoder = load_encoder("compact")
    with threadpool_limits(limits=1):
        products = read_catalog(data)
        numbers: dict[str, Any] = {"cpu_ms_5000": compare(products, encoder)}
        numbers["searches_per_s_5000"] = measure_rate(products, encoder)
        if large:
            numbers["cpu_ms_100000"] = measure_large(encoder)
    print(numbers)
    write_result("peers", numbers, command="python -m benchmarks.peers --data FOLDER")


if __name__ == "__main__":
    typer.run(main)
