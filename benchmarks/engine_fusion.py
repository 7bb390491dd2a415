"""Fusion inside the engine against ours, on the judged queries: the same legs, fused elsewhere.

Names, negatives and rules are left out of both, so that nothing but fusion differs.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import qdrant_edge as qe
import typer

from benchmarks.datasets import DATA, DataFolder, EncoderName
from benchmarks.judged import DEPTH, MAIN, SETS, JudgedSet
from benchmarks.results_file import SEED, write_result
from embed import load_encoder
from index import ProductIndex
from index.payload import to_point_id
from index.store.edge.engine import to_engine_vector
from index.store.edge.metadata_files import CURRENT_FILE
from index.store.points import ScoredPoint, VectorQuery
from search.query.query_interpreter import QueryInterpreter
from search.retrieval.fusion import FUSION_METHODS, RRF_K, ScoreNormalization, fuse
from search.retrieval.generators import HybridRetriever, RetrievalOptions
from search.retrieval.query_plan import RetrievalInput, weigh_retrievers
from shopwindow.evaluation.comparison import compare
from shopwindow.evaluation.measures import parse_measure
from shopwindow.evaluation.runs import Run, mean
from shopwindow.values.query import Query
from shopwindow.values.settings import SearchSettings
from shopwindow.values.synonyms import load_synonyms

SETTINGS = SearchSettings()


@dataclass(frozen=True, slots=True)
class Task:
    """One query with its legs, as both sides get them.

    Attributes:
        legs: What the engine is asked, with vectors as stored.
        found: What it answered.
        scales: From nothing to the best, by leg.
        shares: Weights that add up to 1, by leg.
    """

    legs: Mapping[str, VectorQuery]
    found: Mapping[str, Sequence[ScoredPoint]]
    scales: Mapping[str, ScoreNormalization]
    shares: Mapping[str, float]


def tasks(index: ProductIndex, queries: Sequence[str]) -> Iterator[Task]:
    """Yield the legs of each query."""
    reader = QueryInterpreter(index, load_synonyms(""))
    background = reader.get_snapshot().baseline
    with ThreadPoolExecutor(2) as threads:
        for text in queries:
            read = reader.interpret(Query(text=text))
            vector = index.encoder.encode_texts([read.parsed.text])[0]
            retrieval = HybridRetriever(index, SETTINGS, background, RetrievalOptions(), threads)
            retrieval.submit(
                RetrievalInput(
                    sparse_vector=read.sparse_vector, text_vector=vector, coverage=read.coverage
                )
            )
            found = {name: scored for name, scored in retrieval.collect().items() if scored}
            weighed = weigh_retrievers(SETTINGS, read.coverage)
            total = sum(weighed[name] for name in found) or 1.0
            scales = retrieval.compute_normalizations()
            for name, scored in found.items():
                scales.setdefault(name, ScoreNormalization(0.0, scored[0][1]))
            legs = {
                name: index.project_query(leg) for name, leg in retrieval.list_queries().items()
            }
            kept = {name: leg for name, leg in legs.items() if name in found}
            yield Task(kept, found, scales, {name: weighed[name] / total for name in found})


def _ours(task: Task, name: str) -> list[str]:
    fused = fuse(task.found, task.shares, FUSION_METHODS[name], task.scales)
    return list(fused.ids[:DEPTH])


def _engines(shard: "qe.EdgeShard", task: Task, fusion: Any) -> list[str]:
    prefetches = [
        qe.Prefetch(leg.limit, qe.Query.Nearest(to_engine_vector(leg.vector), using=leg.using))
        for leg in task.legs.values()
    ]
    request = qe.QueryRequest(limit=DEPTH, query=fusion, prefetches=prefetches)
    return [str(each.id) for each in shard.query(request)]


def _formula(task: Task) -> Any:
    """Return our scale as the engine's own formula: a weighted sum of scores above nothing."""
    parts, nothing = [], {}
    for number, name in enumerate(task.legs):
        scale = task.scales[name]
        weight = task.shares[name] / max(scale.ceiling - scale.floor, 1e-9)
        score = qe.Expression.Variable(f"$score[{number}]")
        above = qe.Expression.Sum([score, qe.Expression.Constant(-scale.floor)])
        parts.append(qe.Expression.Mult([qe.Expression.Constant(weight), above]))
        nothing[f"$score[{number}]"] = scale.floor
    return qe.Formula(qe.Expression.Sum(parts), nothing)


def measure_set(each: JudgedSet, data: Path, encoder_name: str) -> dict[str, Any]:
    """Fuse the legs of one set's queries in every way, and compare with ours.

    Returns:
        nDCG@10 and milliseconds by way, and ours less each.
    """
    judgments, products = each.judgments(data), list(each.products(data))
    names = {to_point_id(product.id): product.id for product in products}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with ProductIndex.open(folder, load_encoder(encoder_name)) as index:
            index.add(products)
            asked = list(tasks(index, judgments.queries))
        shard = qe.EdgeShard.load(str(folder / (folder / CURRENT_FILE).read_text().split()[0]))
        ways: dict[str, Callable[[Task], list[str]]] = {
            "ours: scale": lambda task: _ours(task, "theoretical_min_max"),
            "ours: ranks": lambda task: _ours(task, "rrf"),
            "engine: RRF": lambda task: _engines(
                shard, task, qe.Fusion.Rrf(RRF_K, [task.shares[name] for name in task.legs])
            ),
            "engine: DBSF": lambda task: _engines(shard, task, qe.Fusion.Dbsf()),
            "engine: formula": lambda task: _engines(shard, task, _formula(task)),
        }
        runs = {
            name: _run(name, way, judgments.queries, asked, names) for name, way in ways.items()
        }
        shard.close()
    measure = parse_measure(MAIN)
    values = {name: run.evaluate(judgments, measure) for name, (run, _) in runs.items()}
    found: dict[str, Any] = {}
    for name, (_, took_ms) in runs.items():
        found[name] = {MAIN: round(mean(values[name]), 4), "p50_ms": round(took_ms, 2)}
        if name != "ours: scale":
            comparison = asdict(compare(values[name], values["ours: scale"], seed=SEED))
            del comparison["by_query"]
            found[name]["ours less this"] = {k: round(v, 4) for k, v in comparison.items()}
    return found


def _run(
    name: str,
    way: Callable[[Task], list[str]],
    queries: Sequence[str],
    asked: Sequence[Task],
    names: Mapping[str, str],
) -> tuple[Run, float]:
    rankings, took_ms = {}, []
    for query, task in zip(queries, asked, strict=True):
        began = time.perf_counter()
        rankings[query] = [names[point] for point in way(task)]
        took_ms.append(1000 * (time.perf_counter() - began))
    return Run(name, rankings), float(np.median(took_ms))


def main(data: DataFolder = DATA, encoder: EncoderName = "compact") -> None:
    """Measure and write `results/engine_fusion.json`."""
    found = {each.name: measure_set(each, data, encoder) for each in SETS}
    for name, rows in found.items():
        for way, numbers in rows.items():
            print(f"{name:14} {way:16} {numbers}")
    write_result(
        "engine_fusion",
        {
            "note": "milliseconds: ours without retrieving, the engine's with it",
            "sets": found,
        },
        command="python -m benchmarks.engine_fusion --data ../shared/data",
    )


if __name__ == "__main__":
    typer.run(main)
