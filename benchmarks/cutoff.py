"""Where answers end: how much of what is relevant a cut-off keeps, how much of the rest it cuts.

And how sure an answer's best score is of things that a shop does not have.
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
from shopwindow.values.settings import SearchSettings

SHARES = (0.2, 0.3, 0.4, 0.5, 0.6)
DEPTH = 200
LEGS = (LEXICAL, TEXT_TEXT, TEXT_IMAGE)
LEAST_OF_A_KIND = 5
RELEVANT = 2.0
"""Least grade of ESCI and Icecat that counts as relevant; unjudged products count as others."""

ABSENT = (
    "washing machine", "dog food", "garden hose", "laptop stand wood", "bicycle tyre",
    "coffee beans", "سيارة", "كتاب طبخ", "asdkjh qwe", "piano", "baby stroller", "tent for camping",
)  # fmt: skip
"""What neither clothes nor electronics of the sample are."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer.

    Attributes:
        scores: Of the legs alone, by which answers are cut; in the order of the answer.
        is_relevant: For each of them; None where that cannot be said.
    """

    scores: Sequence[float]
    is_relevant: Sequence[bool | None]

    def kept_and_cut(self, share: float) -> tuple[float, float]:
        """Return the share of relevant ones that a cut keeps, and that of others that it cuts.

        Both are not-a-number where there are none.
        """
        kept = np.array(self.scores) >= share * max(self.scores)
        relevant, other = (np.array([r is v for r in self.is_relevant]) for v in (True, False))
        with np.errstate(invalid="ignore"):
            return (kept & relevant).sum() / relevant.sum(), (~kept & other).sum() / other.sum()


def answer(service: SearchService, text: str, relevant: Callable[[Product], bool | None]) -> Answer:
    """Return a whole answer with what is relevant in it."""
    query = Query(text=text, limit=DEPTH, facets=(), collapse=False)
    hits = service.search(query).hits
    scores = [sum(hit.contributions.get(leg, 0.0) for leg in LEGS) for hit in hits]
    return Answer(scores, [relevant(hit.product) for hit in hits])


def summary(answers: Iterable[Answer]) -> dict[str, Any]:
    """Return for each share of the best score what a cut there keeps and cuts, as means."""
    some = [answer_ for answer_ in answers if answer_.scores]
    found: dict[str, Any] = {"n_queries": len(some)}
    for share in SHARES:
        kept, cut = np.nanmean([answer_.kept_and_cut(share) for answer_ in some], axis=0)
        found[str(share)] = {"kept": round(float(kept), 3), "cut": round(float(cut), 3)}
    return found


def fashion(data: Path, encoder: str, settings: SearchSettings) -> dict[str, Any]:
    """Return what cuts keep of answers about kinds, with colours, and about what is not there."""
    with real_shop(data, encoder) as index:
        service = SearchService(index, settings)
        queries = read_queries()
        tongues = {
            language: [answer(service, getattr(q, language), _of_kind(q.kind)) for q in queries]
            for language in ("english", "arabic")
        }
        counts = _kinds(index)
        named = [kind for kind, n in counts.items() if n >= LEAST_OF_A_KIND]
        kinds = [answer(service, kind, _of_kind(kind)) for kind in named]
        absent = {text: answer(service, text, lambda _: False).scores for text in ABSENT}
    present = [max(answer_.scores) for answer_ in (*tongues["english"], *tongues["arabic"], *kinds)]
    return {
        **{f"fashion, {language}": summary(answers) for language, answers in tongues.items()},
        "kinds": summary(kinds),
        "best score": {
            "of what there is, least": round(min(present), 3),
            "of what there is not": {k: round(max(v, default=0.0), 3) for k, v in absent.items()},
        },
    }


def _of_kind(kind: str) -> Callable[[Product], bool]:
    return lambda product: product.category[-1:] == (kind,)


def _kinds(index: ProductIndex) -> dict[str, int]:
    counts: dict[str, int] = {}
    after = ""
    while True:
        points, after = index.browse(Filters(), after, 500)
        for point in points:
            for kind in from_payload(point.payload).category[-1:]:
                counts[kind] = counts.get(kind, 0) + 1
        if not after:
            return dict(sorted(counts.items()))


def judged(data: Path, encoder: str, settings: SearchSettings) -> dict[str, Any]:
    """Return what cuts keep of the judged sets' answers."""
    found = {}
    for judged_set in SETS:
        grades = judged_set.judgments(data).grades
        with (
            tempfile.TemporaryDirectory() as folder,
            ProductIndex.open(Path(folder), load_encoder(encoder)) as index,
        ):
            index.add(list(judged_set.products(data)))
            service = SearchService(index, settings)
            answers = [answer(service, text, _graded(grades[text])) for text in grades]
        found[judged_set.name] = summary(answers)
    return found


def _graded(grades: Any) -> Callable[[Product], bool | None]:
    def is_relevant(product: Product) -> bool | None:
        grade = grades.get(product.id, 0.0)
        return True if grade >= RELEVANT else False if grade == 0 else None

    return is_relevant


def main(data: DataFolder = DATA, encoder: EncoderName = "compact") -> None:
    """Measure and write `results/cutoff.json`."""
    whole = SearchSettings(relative_score_cutoff=0)
    found = fashion(data, encoder, whole) | judged(data, encoder, whole)
    for name, numbers in found.items():
        print(f"{name:18} {numbers}")
    write_result("cutoff", found, command="python -m benchmarks.cutoff --data FOLDER")


if __name__ == "__main__":
    typer.run(main)
