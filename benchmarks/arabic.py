"""Arabic queries as typed in the Gulf: spelling variants, dialect, mixed English.

`python -m benchmarks.arabic --data FOLDER` indexes our samples and the bilingual shop separately,
runs the queries of `arabic_queries.csv`, and measures success@5, the share of queries with an
expected product among the first five: by default, lexical only, vectors only, without synonyms, and
with plain BM25 over words as written, folded, and folded and stemmed. Queries and shipped synonyms
were written by the same people; the rows without synonyms show how much that matters.
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
from shopwindow.values.setting_groups import SearchSettings

TOP = 5
QUERIES = Path(__file__).with_name("arabic_queries.csv")
SAMPLES = Path("data_samples/catalog.csv")

SETTINGS: dict[str, dict[str, Any]] = {
    "default": {},
    "words only": OFF | {"weight_lexical": 1.0, "query_understanding": True},
    "vectors only": {"weight_lexical": 0.0, "attribute_match_boost": 0.0},
}
Tokenizer = Callable[[str], list[str]]
TOKENIZERS: dict[str, Tokenizer] = {
    "BM25, words as written": lambda text: text.casefold().split(),
    "BM25, folded": lambda text: fold(text).split(),
    "BM25, folded and stemmed": lambda text: [token.stem for token in analyze(text)],
}


@dataclass(frozen=True, slots=True)
class ArabicQuery:
    """One query.

    Attributes:
        set: The catalogue: "samples" or "bilingual".
        query: The text.
        expected: Product ids, or patterns of ids, of which one must be found.
        what: The phenomenon that the query tests.
    """

    set: str
    query: str
    expected: str
    what: str

    def is_answered(self, ids: Sequence[str]) -> bool:
        """Return whether an expected product is among the first TOP."""
        patterns = self.expected.split()
        return any(fnmatch(product_id, pattern) for product_id in ids[:TOP] for pattern in patterns)


def read_queries() -> list[ArabicQuery]:
    """Return the committed queries."""
    with QUERIES.open(encoding="utf-8", newline="") as file:
        return [ArabicQuery(**row) for row in csv.DictReader(file)]


@contextmanager
def build_index(products: Sequence[Product], encoder_name: str) -> Iterator[ProductIndex]:
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
    """Run every query of one catalogue under every setting.

    Returns:
        Counts, success@5 by setting, and the queries that fail under the default.
    """
    results: dict[str, Any] = {"n_products": len(products), "n_queries": len(queries)}
    missed: dict[str, list[str]] = {}
    with build_index(products, encoder_name) as index:
        for name, changes in SETTINGS.items():
            service = SearchService(index, SearchSettings(**changes))
            rankings = _search(service, queries)
            results[name] = _compute_success(queries, rankings)
            if name == "default":
                pairs = zip(queries, rankings, strict=True)
                missed = {q.query: ids for q, ids in pairs if not q.is_answered(ids)}
        without_synonyms = SearchService(index, SearchSettings(), synonyms=())
        results["default without synonyms"] = _compute_success(
            queries, _search(without_synonyms, queries)
        )
    for name, tokenize in TOKENIZERS.items():
        results[name] = _compute_success(queries, _run_bm25(products, queries, tokenize))
    return results | {"missed": missed}


def _search(service: SearchService, queries: Sequence[ArabicQuery]) -> list[list[str]]:
    pages = (service.search(Query(text=q.query, limit=TOP, facets=())) for q in queries)
    return [[hit.product.id for hit in page.hits] for page in pages]


def _run_bm25(
    products: Sequence[Product], queries: Sequence[ArabicQuery], tokenize: Tokenizer
) -> list[list[str]]:
    engine = bm25s.BM25()
    engine.index([tokenize(_join_texts(product)) for product in products], show_progress=False)
    vocabulary = set(engine.vocab_dict)
    rankings: list[list[str]] = []
    for query in queries:
        words = [word for word in tokenize(query.query) if word in vocabulary]
        if not words:
            rankings.append([])
            continue
        indices, scores = engine.retrieve([words], k=TOP, show_progress=False)
        pairs = zip(indices[0].tolist(), scores[0].tolist(), strict=True)
        rankings.append([products[i].id for i, score in pairs if score > 0])
    return rankings


def _join_texts(product: Product) -> str:
    arabic = product.translations["ar"]
    return " ".join((product.title, arabic.title, product.description, arabic.description))


def _compute_success(queries: Sequence[ArabicQuery], rankings: Sequence[Sequence[str]]) -> float:
    is_answered = [q.is_answered(ids) for q, ids in zip(queries, rankings, strict=True)]
    return round(sum(is_answered) / len(is_answered), 4)


def main(data: DataFolder = DATA, encoder: EncoderName = "compact") -> None:
    """Measure and write `results/arabic.json`."""
    queries = read_queries()
    results: dict[str, Mapping[str, Any]] = {}
    with tempfile.TemporaryDirectory() as photos:
        shops = {
            "samples": list(read_products(SAMPLES)),
            "bilingual": read_bilingual(data, Path(photos)),
        }
        for name, products in shops.items():
            shop_queries = [query for query in queries if query.set == name]
            results[name] = measure(products, shop_queries, encoder)
            print(name, results[name])
    command = "python -m benchmarks.arabic --data FOLDER"
    write_result("arabic", {"encoder": encoder, "top": TOP, **results}, command=command)


if __name__ == "__main__":
    typer.run(main)
