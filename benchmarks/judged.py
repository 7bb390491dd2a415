"""Relevance on two real catalogues with human judgments: each retriever alone, all fused, bm25s.

`python -m benchmarks.judged --data FOLDER` indexes the products of `esci_mini` (Amazon, 75 hard
queries) and `chorus_icecat` (electronics, 135 head queries), which have texts and no photos.
Icecat's judgments were pooled from a BM25 run: what only other engines find counts as irrelevant
there, so condensed lists (unjudged products removed) are measured too.
"""

import gzip
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import bm25s
import Stemmer
import typer

from benchmarks.datasets import DATA, DataFolder, EncoderName
from benchmarks.relevance import OFF
from benchmarks.results_file import SEED, write_result
from embed import load_encoder
from index import ProductIndex
from shopwindow.evaluation.comparison import compare
from shopwindow.evaluation.judgments import Judgments, read_judgments
from shopwindow.evaluation.measures import parse_measure
from shopwindow.evaluation.runs import Run, mean
from shopwindow.serving.cli.evaluate_index import run_judged_queries
from shopwindow.values import Product
from shopwindow.values.setting_groups import SearchSettings

DEPTH = 100
MAIN = "nDCG@10"
MEASURES = (MAIN, "MAP@10", "MRR@10", "recall@100", "precision@10", "zero")
ESCI_GAINS = "nDCG(gains=0|0.01|0.1|1)@10"
"""The gains of the challenge. Source: Reddy et al., Shopping Queries Dataset (2022), section 5."""

SETTINGS: dict[str, dict[str, Any]] = {
    "words only": OFF | {"weight_lexical": 1.0},
    "text vectors only": OFF | {"weight_text": 1.0},
    "default": {},
    "equal weights": {"weight_text": 1.0},
    "no query understanding": {"query_understanding": False},
    "dbsf": {"fusion": "dbsf"},
    "min_max": {"fusion": "min_max"},
    "rrf": {"fusion": "rrf"},
}


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """One catalogue with judgments.

    Attributes:
        name: Folder of the set.
        judged: File name of its judgments.
        product: Converts a row to a product.
        measures: The measures that are reported.
    """

    name: str
    judged: str
    product: Callable[[Mapping[str, Any]], Product]
    measures: tuple[str, ...]

    def products(self, data: Path) -> Iterator[Product]:
        """Yield the catalogue."""
        with gzip.open(data / "relevance" / self.name / "products.jsonl.gz", "rt") as file:
            for line in file:
                yield self.product(json.loads(line))

    def judgments(self, data: Path) -> Judgments:
        """Return the queries with their judgments."""
        return read_judgments(data / "relevance" / self.name / self.judged)


def _esci(row: Mapping[str, Any]) -> Product:
    return Product(
        id=row["id"],
        title=row["title"],
        description="\n".join(filter(None, (row["description"], row["bullet_points"]))),
        brand=row["brand"] or "",
        attributes={"color": row["color"]} if row["color"] else {},
    )


def _icecat(row: Mapping[str, Any]) -> Product:
    facets = {name[2:]: str(value) for name, value in row["attributes"].items()}
    return Product(
        id=row["id"],
        title=row["title"],
        description=row["description"] or "",
        brand=row["brand"] or "",
        attributes={"model": row["model"], **facets} if row.get("model") else facets,
    )


SETS = (
    JudgedSet("esci_mini", "judgments_dev.tsv", _esci, (*MEASURES, ESCI_GAINS)),
    JudgedSet("chorus_icecat", "judgments.tsv", _icecat, MEASURES),
)


def measure_set(judged_set: JudgedSet, data: Path, encoder_name: str) -> dict[str, Any]:
    """Index one catalogue, run its queries under every setting, and compare the runs.

    Returns:
        Counts; measures by setting; the default against each other run.
    """
    judgments = judged_set.judgments(data)
    products = list(judged_set.products(data))
    with (
        tempfile.TemporaryDirectory() as folder,
        ProductIndex.open(Path(folder), load_encoder(encoder_name)) as index,
    ):
        print(index.add(products).duration_s, "s to index", len(products))
        runs = [
            run_judged_queries(index, name, SearchSettings(**changes), judgments, DEPTH)
            for name, changes in SETTINGS.items()
        ]
        identity = index.encoder.spec.identity
    runs.append(_run_bm25s(products, judgments))
    rows = {run.name: _measure_run(run, judgments, judged_set.measures) for run in runs}
    default = next(run for run in runs if run.name == "default")
    measure = parse_measure(MAIN)
    comparisons = {}
    for rival in runs:
        if rival is not default:
            baseline, scores = (run.evaluate(judgments, measure) for run in (rival, default))
            comparison = asdict(compare(baseline, scores, seed=SEED))
            del comparison["per_query"]
            comparisons[rival.name] = {name: round(value, 4) for name, value in comparison.items()}
    worst = sorted(default.evaluate(judgments, measure).items(), key=lambda item: item[1])[:20]
    return {
        "encoder": identity,
        "n_products": len(products),
        "n_queries": len(judgments),
        "settings": rows,
        f"default less rival, {MAIN}": comparisons,
        "worst queries": {query: round(value, 3) for query, value in worst},
    }


def _measure_run(run: Run, judgments: Judgments, names: tuple[str, ...]) -> dict[str, float]:
    row = {}
    for name in names:
        measure = parse_measure(name)
        row[name] = round(mean(run.evaluate(judgments, measure)), 4)
    condensed = run.condense(judgments).evaluate(judgments, parse_measure(MAIN))
    return row | {f"{MAIN}, condensed": round(mean(condensed), 4)}


def _run_bm25s(products: list[Product], judgments: Judgments) -> Run:
    """Return the run of a reference BM25 library over the same texts, with its own tokenizer."""
    stemmer = Stemmer.Stemmer("english")
    texts = [
        " ".join((product.title, product.brand, *product.attributes.values(), product.description))
        for product in products
    ]
    engine = bm25s.BM25()
    engine.index(bm25s.tokenize(texts, stemmer=stemmer, show_progress=False), show_progress=False)
    queries = list(judgments.queries)
    query_tokens = bm25s.tokenize(queries, stemmer=stemmer, show_progress=False)
    indices, scores = engine.retrieve(query_tokens, k=DEPTH, show_progress=False)
    rankings = {
        query: [products[i].id for i, score in zip(row, values, strict=True) if score > 0]
        for query, row, values in zip(queries, indices.tolist(), scores.tolist(), strict=True)
    }
    return Run("bm25s", rankings)


def main(data: DataFolder = DATA, encoder: EncoderName = "compact") -> None:
    """Measure and write `results/judged.json`."""
    results = {judged_set.name: measure_set(judged_set, data, encoder) for judged_set in SETS}
    for name, numbers in results.items():
        print(name)
        for setting, row in numbers["settings"].items():
            print(f"  {setting:20} {row}")
        for rival, comparison in numbers[f"default less rival, {MAIN}"].items():
            print(f"  default less {rival:20} {comparison}")
    write_result("judged", results, command="python -m benchmarks.judged --data ../shared/data")


if __name__ == "__main__":
    typer.run(main)
