"""Fusion in the engine compared with ours, on judged queries: the same retrievals, fused elsewhere.

Attribute matches, negation and rules are left out of both, so that only the fusion differs.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import qdrant_edge as qe
import typer

from benchmarks.datasets import DATA, DataFolder, EncoderName
from benchmarks.judged import DEPTH, MAIN, SETS, JudgedSet
from benchmarks.results_file import SEED, write_result
from embed import load_encoder
from index import ProductIndex, ProductQuery, ScoredProduct
from index.payload import to_point_id
from index.store.edge.conversion import to_engine_vector
from index.store.edge.metadata_files import read_current_shard
from index.store.points import PointId
from index.text import SparseVector
from search.query.query_interpreter import QueryInterpreter
from search.retrieval.fusion import FUSION_METHODS, RRF_K, ScoreNormalization, fuse
from search.retrieval.generators import HybridRetriever
from search.retrieval.query_plan import RetrievalInput, weigh_retrievers
from shopwindow.evaluation.comparison import compare
from shopwindow.evaluation.measures import parse_measure
from shopwindow.evaluation.runs import Run, mean
from shopwindow.values.query import Query
from shopwindow.values.setting_groups import SearchSettings
from shopwindow.values.synonyms import load_synonyms

SETTINGS = SearchSettings()
DEFAULT_METHOD = "ours: theoretical_min_max"


@dataclass(frozen=True, slots=True)
class Task:
    """The retrievals of one query, as both fusions get them.

    Attributes:
        queries: Queries by retriever, with vectors as stored.
        results: Scored products by retriever.
        normalizations: Score normalization by retriever.
        weights: Weights by retriever, which sum to 1.
    """

    queries: Mapping[str, ProductQuery]
    results: Mapping[str, Sequence[ScoredProduct]]
    normalizations: Mapping[str, ScoreNormalization]
    weights: Mapping[str, float]


def make_tasks(index: ProductIndex, queries: Sequence[str]) -> Iterator[Task]:
    """Yield the retrievals of each query."""
    interpreter = QueryInterpreter(index, load_synonyms(""))
    baseline = interpreter.get_snapshot().baseline
    for text in queries:
        interpreted = interpreter.interpret(Query(text=text))
        inputs = RetrievalInput(
            sparse_vector=interpreted.sparse_vector,
            text_vector=index.encoder.encode_texts([interpreted.parsed.text])[0],
            coverage=interpreted.coverage,
        )
        retriever = HybridRetriever(index, SETTINGS, baseline, inputs)
        results = {name: scored for name, scored in retriever.collect().items() if scored}
        weights = weigh_retrievers(SETTINGS, interpreted.coverage)
        total = sum(weights[name] for name in results) or 1.0
        normalizations = retriever.compute_normalizations()
        for name, scored in results.items():
            normalizations.setdefault(name, ScoreNormalization(0.0, scored[0][1]))
        yield Task(
            {
                name: query
                if isinstance(query.vector, SparseVector)
                else replace(query, vector=index.project(query.using, query.vector))
                for name, query in retriever.queries.items()
                if name in results
            },
            results,
            normalizations,
            {name: weights[name] / total for name in results},
        )


def _fuse(task: Task, method: str) -> list[str]:
    fused = fuse(task.results, task.weights, FUSION_METHODS[method], task.normalizations)
    return list(fused.ids[:DEPTH])


def _fuse_in_engine(
    shard: "qe.EdgeShard", task: Task, fusion: Any, product_ids: Mapping[PointId, str]
) -> list[str]:
    prefetches = [
        qe.Prefetch(
            query.limit, qe.Query.Nearest(to_engine_vector(query.vector), using=query.using)
        )
        for query in task.queries.values()
    ]
    request = qe.QueryRequest(limit=DEPTH, query=fusion, prefetches=prefetches)
    return [product_ids[PointId(str(record.id))] for record in shard.query(request)]


def _make_formula(task: Task) -> Any:
    """Return our fusion as the engine's formula: a weighted sum of scores above their floors."""
    terms, defaults = [], {}
    for number, name in enumerate(task.queries):
        normalization = task.normalizations[name]
        weight = task.weights[name] / max(normalization.ceiling - normalization.floor, 1e-9)
        score = qe.Expression.Variable(f"$score[{number}]")
        above_floor = qe.Expression.Sum([score, qe.Expression.Constant(-normalization.floor)])
        terms.append(qe.Expression.Mult([qe.Expression.Constant(weight), above_floor]))
        defaults[f"$score[{number}]"] = normalization.floor
    return qe.Formula(qe.Expression.Sum(terms), defaults)


def measure_set(judged_set: JudgedSet, data: Path, encoder_name: str) -> dict[str, Any]:
    """Fuse the retrievals of one set's queries by every method, and compare with ours.

    Returns:
        nDCG@10 and milliseconds by method, and the difference of ours to each.
    """
    judgments, products = judged_set.judgments(data), list(judged_set.products(data))
    product_ids = {to_point_id(product.id): product.id for product in products}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with ProductIndex.open(folder, load_encoder(encoder_name)) as index:
            index.add(products)
            tasks = list(make_tasks(index, judgments.queries))
        shard = qe.EdgeShard.load(str(folder / read_current_shard(folder).shard))
        methods: dict[str, Callable[[Task], list[str]]] = {
            "ours: theoretical_min_max": lambda task: _fuse(task, "theoretical_min_max"),
            "ours: rrf": lambda task: _fuse(task, "rrf"),
            "engine: RRF": lambda task: _fuse_in_engine(
                shard,
                task,
                qe.Fusion.Rrf(RRF_K, [task.weights[name] for name in task.queries]),
                product_ids,
            ),
            "engine: DBSF": lambda task: _fuse_in_engine(
                shard, task, qe.Fusion.Dbsf(), product_ids
            ),
            "engine: formula": lambda task: _fuse_in_engine(
                shard, task, _make_formula(task), product_ids
            ),
        }
        runs = {
            name: _run(name, method, judgments.queries, tasks) for name, method in methods.items()
        }
        shard.close()
    measure = parse_measure(MAIN)
    values = {name: run.evaluate(judgments, measure) for name, (run, _) in runs.items()}
    rows: dict[str, Any] = {}
    for name, (_, took_ms) in runs.items():
        rows[name] = {MAIN: round(mean(values[name]), 4), "p50_ms": round(took_ms, 2)}
        if name != DEFAULT_METHOD:
            comparison = asdict(compare(values[name], values[DEFAULT_METHOD], seed=SEED))
            del comparison["per_query"]
            rows[name]["ours less this"] = {
                key: round(value, 4) for key, value in comparison.items()
            }
    return rows


def _run(
    name: str,
    method: Callable[[Task], list[str]],
    queries: Sequence[str],
    tasks: Sequence[Task],
) -> tuple[Run, float]:
    rankings, took_ms = {}, []
    for query, task in zip(queries, tasks, strict=True):
        started_at = time.perf_counter()
        rankings[query] = method(task)
        took_ms.append(1000 * (time.perf_counter() - started_at))
    return Run(name, rankings), float(np.median(took_ms))


def main(data: DataFolder = DATA, encoder: EncoderName = "compact") -> None:
    """Measure and write `results/engine_fusion.json`."""
    rows_by_set = {judged_set.name: measure_set(judged_set, data, encoder) for judged_set in SETS}
    for name, rows in rows_by_set.items():
        for method, numbers in rows.items():
            print(f"{name:14} {method:16} {numbers}")
    write_result(
        "engine_fusion",
        {
            "note": "milliseconds: ours without retrieving, the engine's with it",
            "sets": rows_by_set,
        },
        command="python -m benchmarks.engine_fusion --data ../shared/data",
    )


if __name__ == "__main__":
    typer.run(main)
