"""Relevance cutoff: the share of relevant hits that it keeps, and of others that it drops.

Also the top score of queries for products that a shop does not have.
"""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import typer

from benchmarks.datasets import DATA, DataFolder, EncoderName
from benchmarks.judged import SETS
from benchmarks.relevance import read_queries, real_shop
from benchmarks.results_file import write_result
from embed import load_encoder
from index import ProductIndex
from index.payload import from_payload
from search import SearchService
from search.retrieval.query_plan import LEXICAL, TEXT_IMAGE, TEXT_TEXT
from shopwindow.values import Filters, Product, Query
from shopwindow.values.setting_groups import SearchSettings

CUTOFFS = (0.2, 0.3, 0.4, 0.5, 0.6)
DEPTH = 200
RETRIEVERS = (LEXICAL, TEXT_TEXT, TEXT_IMAGE)
MIN_PRODUCTS_PER_KIND = 5
RELEVANT = 2.0
"""Lowest grade of ESCI and Icecat that counts as relevant; unjudged ones count as irrelevant."""

ABSENT = (
    "washing machine", "dog food", "garden hose", "laptop stand wood", "bicycle tyre",
    "coffee beans", "سيارة", "كتاب طبخ", "asdkjh qwe", "piano", "baby stroller", "tent for camping",
)  # fmt: skip
"""Queries for products that the sample of clothes and electronics does not have."""


@dataclass(frozen=True, slots=True)
class ResultList:
    """All hits of one query, without a cutoff.

    Attributes:
        scores: Retrieval scores, to which the cutoff applies, in the order of the hits.
        is_relevant: Whether each hit is relevant; None where its grade is in between.
    """

    scores: Sequence[float]
    is_relevant: Sequence[bool | None]

    def measure_cutoff(self, cutoff: float) -> tuple[float, float]:
        """Return the share of relevant hits that a cutoff keeps, and of irrelevant ones it drops.

        Both are not-a-number where there are no such hits.
        """
        is_kept = np.array(self.scores) >= cutoff * max(self.scores)
        relevant, irrelevant = (
            np.array([grade is value for grade in self.is_relevant]) for value in (True, False)
        )
        with np.errstate(invalid="ignore"):
            kept = (is_kept & relevant).sum() / relevant.sum()
            dropped = (~is_kept & irrelevant).sum() / irrelevant.sum()
            return kept, dropped


def search(
    service: SearchService, text: str, is_relevant: Callable[[Product], bool | None]
) -> ResultList:
    """Return all hits of a query, judged by `is_relevant`."""
    query = Query(text=text, limit=DEPTH, facets=(), collapse=False)
    hits = service.search(query).hits
    scores = [sum(hit.contributions.get(name, 0.0) for name in RETRIEVERS) for hit in hits]
    return ResultList(scores, [is_relevant(hit.product) for hit in hits])


def summarize(result_lists: Iterable[ResultList]) -> dict[str, Any]:
    """Return the mean shares kept and dropped by each cutoff."""
    non_empty = [results for results in result_lists if results.scores]
    summary: dict[str, Any] = {"n_queries": len(non_empty)}
    for cutoff in CUTOFFS:
        shares = [results.measure_cutoff(cutoff) for results in non_empty]
        kept, dropped = np.nanmean(shares, axis=0)
        summary[str(cutoff)] = {"kept": round(float(kept), 3), "cut": round(float(dropped), 3)}
    return summary


def measure_fashion(data: Path, encoder: str, settings: SearchSettings) -> dict[str, Any]:
    """Return what cutoffs keep for queries of kinds, with colours, and for absent products."""
    with real_shop(data, encoder) as index:
        service = SearchService(index, settings)
        queries = read_queries()
        by_language = {
            language: [
                search(service, getattr(query, language), _has_kind(query.kind))
                for query in queries
            ]
            for language in ("english", "arabic")
        }
        counts = _count_kinds(index)
        frequent = [kind for kind, n in counts.items() if n >= MIN_PRODUCTS_PER_KIND]
        kinds = [search(service, kind, _has_kind(kind)) for kind in frequent]
        absent = {text: search(service, text, lambda _: False).scores for text in ABSENT}
    present = [
        max(results.scores) for results in (*by_language["english"], *by_language["arabic"], *kinds)
    ]
    return {
        **{f"fashion, {language}": summarize(lists) for language, lists in by_language.items()},
        "kinds": summarize(kinds),
        "best score": {
            "of what there is, least": round(min(present), 3),
            "of what there is not": {
                text: round(max(scores, default=0.0), 3) for text, scores in absent.items()
            },
        },
    }


def _has_kind(kind: str) -> Callable[[Product], bool]:
    return lambda product: product.category[-1:] == (kind,)


def _count_kinds(index: ProductIndex) -> dict[str, int]:
    counts: dict[str, int] = {}
    after = ""
    while True:
        points, after = index.browse(Filters(), after, 500)
        for point in points:
            for kind in from_payload(point.payload).category[-1:]:
                counts[kind] = counts.get(kind, 0) + 1
        if not after:
            return dict(sorted(counts.items()))


def measure_judged(data: Path, encoder: str, settings: SearchSettings) -> dict[str, Any]:
    """Return what cutoffs keep of the judged sets' results."""
    summaries = {}
    for judged_set in SETS:
        grades = judged_set.judgments(data).grades
        with (
            tempfile.TemporaryDirectory() as folder,
            ProductIndex.open(Path(folder), load_encoder(encoder)) as index,
        ):
            index.add(list(judged_set.products(data)))
            service = SearchService(index, settings)
            result_lists = [search(service, text, _by_grade(grades[text])) for text in grades]
        summaries[judged_set.name] = summarize(result_lists)
    return summaries


def _by_grade(grades: Any) -> Callable[[Product], bool | None]:
    def is_relevant(product: Product) -> bool | None:
        grade = grades.get(product.id, 0.0)
        return True if grade >= RELEVANT else False if grade == 0 else None

    return is_relevant


def main(data: DataFolder = DATA, encoder: EncoderName = "compact") -> None:
    """Measure and write `results/cutoff.json`."""
    settings = SearchSettings(relative_score_cutoff=0)
    results = measure_fashion(data, encoder, settings) | measure_judged(data, encoder, settings)
    for name, numbers in results.items():
        print(f"{name:18} {numbers}")
    write_result("cutoff", results, command="python -m benchmarks.cutoff --data FOLDER")


if __name__ == "__main__":
    typer.run(main)
