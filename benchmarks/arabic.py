"""Arabic queries as people of the Gulf type them: spelling variants, dialect, mixed English.

`python -m benchmarks.arabic --data FOLDER` indexes our samples and the bilingual shop (each by
itself), asks the queries of `arabic_queries.csv`, and counts those with an expected product among
the first five: with everything, without vectors, without words, without synonyms, and by plain BM25
over words that are not folded, folded, and folded and stemmed. Queries and shipped synonyms were
written by the same people; the rows without synonyms show what that is worth.
"""

import csv
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import bm25s
import typer

from benchmarks.datasets import DATA, DataFolder, EncoderName, read_bilingual
from benchmarks.relevance import OFF
from benchmarks.results_file import write_result
from embed import load_encoder
from index import ProductIndex, read_products
from index.text.analyzer import analyze, fold
from search import SearchService
from shopwindow.values import Product, Query
from shopwindow.values.settings import SearchSettings

TOP = 5
QUERIES = Path(__file__).with_name("arabic_queries.csv")
SAMPLES = Path("data_samples/catalog.csv")

SETTINGS: dict[str, dict[str, Any]] = {
    "default": {},
    "words only": OFF | {"weight_lexical": 1.0, "query_understanding": True},
    "vectors only": {"weight_lexical": 0.0, "attribute_match_boost": 0.0},
}
Tokeniser = Callable[[str], list[str]]
TOKENISERS: dict[str, Tokeniser] = {
    "BM25, words as written": lambda text: text.casefold().split(),
    "BM25, folded": lambda text: fold(text).split(),
    "BM25, folded and stemmed": lambda text: [word.stem for word in analyze(text)],
}


@dataclass(frozen=True, slots=True)
class ArabicQuery:
    """One query.

    Attributes:
        set: The catalogue: "samples" or "bilingual".
        query: The words.
        expected: Ids, or patterns of ids, of which one must be found.
        what: What is special about it.
    """

    set: str
    query: str
    expected: str
    what: str

    def is_answered(self, ids: Sequence[str]) -> bool:
        """Return whether an expected product is among the first TOP."""
        wanted = self.expected.split()
        return any(fnmatch(product_id, pattern) for product_id in ids[:TOP] for pattern in wanted)


def read_queries() -> list[ArabicQuery]:
    """Return the committed queries."""
    with QUERIES.open(encoding="utf-8", newline="") as file:
        return [ArabicQuery(**row) for row in csv.DictReader(file)]


@contextmanager
def indexed(products: Sequence[Product], encoder_name: str) -> Iterator[ProductIndex]:
    """Index a catalogue in a folder that is removed after.

    Yields:
        The open index.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        ProductIndex.open(Path(folder), load_encoder(encoder_name)) as index,
    ):
        index.add(products)
        yield index


def measure(
    products: Sequence[Product], queries: Sequence[ArabicQuery], encoder_name: str
) -> dict[str, Any]:
    """Ask every query of one catalogue in every way.

    Returns:
        Counts, success by way, and the queries that the default does not answer.
    """
    found: dict[str, Any] = {"n_products": len(products), "n_queries": len(queries)}
    missed: dict[str, list[str]] = {}
    with indexed(products, encoder_name) as index:
        for name, changes in SETTINGS.items():
            service = SearchService(index, SearchSettings(**changes))
            answers = _answers(service, queries)
            found[name] = _success(queries, answers)
            if name == "default":
                pairs = zip(queries, answers, strict=True)
                missed = {q.query: ids for q, ids in pairs if not q.is_answered(ids)}
        bare = SearchService(index, SearchSettings(), synonyms=())
        found["default without synonyms"] = _success(queries, _answers(bare, queries))
    for name, tokenise in TOKENISERS.items():
        found[name] = _success(queries, _bm25(products, queries, tokenise))
    return found | {"missed": missed}


def _answers(service: SearchService, queries: Sequence[ArabicQuery]) -> list[list[str]]:
    pages = (service.search(Query(text=q.query, limit=TOP, facets=())) for q in queries)
    return [[hit.product.id for hit in page.hits] for page in pages]


def _bm25(
    products: Sequence[Product], queries: Sequence[ArabicQuery], tokenise: Tokeniser
) -> list[list[str]]:
    engine = bm25s.BM25()
    engine.index([tokenise(_text(product)) for product in products], show_progress=False)
    known = set(engine.vocab_dict)
    answers: list[list[str]] = []
    for query in queries:
        words = [word for word in tokenise(query.query) if word in known]
        if not words:
            answers.append([])
            continue
        places, scores = engine.retrieve([words], k=TOP, show_progress=False)
        pairs = zip(places[0].tolist(), scores[0].tolist(), strict=True)
        answers.append([products[at].id for at, score in pairs if score > 0])
    return answers


def _text(product: Product) -> str:
    arabic = product.translations["ar"]
    return " ".join((product.title, arabic.title, product.description, arabic.description))


def _success(queries: Sequence[ArabicQuery], answers: Sequence[Sequence[str]]) -> float:
    right = [q.is_answered(ids) for q, ids in zip(queries, answers, strict=True)]
    return round(sum(right) / len(right), 4)


def main(data: DataFolder = DATA, encoder: EncoderName = "compact") -> None:
    """Measure and write `results/arabic.json`."""
    queries = read_queries()
    found: dict[str, Mapping[str, Any]] = {}
    with tempfile.TemporaryDirectory() as photos:
        shops = {
            "samples": list(read_products(SAMPLES)),
            "bilingual": read_bilingual(data, Path(photos)),
        }
        for name, products in shops.items():
            asked = [query for query in queries if query.set == name]
            found[name] = measure(products, asked, encoder)
            print(name, found[name])
    command = "python -m benchmarks.arabic --data FOLDER"
    write_result("arabic", {"encoder": encoder, "top": TOP, **found}, command=command)


if __name__ == "__main__":
    typer.run(main)
