"""Category and colour on real products: each retriever alone and all fused, in two languages.

`python -m benchmarks.relevance --data FOLDER` indexes 4,000 fashion products and 1,000 of
electronics through a CSV feed and runs the 50 queries of `kind_colour_queries.csv`, in English and
Arabic.
"""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import typer

from benchmarks.datasets import DATA, DataFolder, EncoderName, sample_rows, write_feed
from benchmarks.results_file import SEED, write_result
from embed import load_encoder
from index import ProductIndex, read_products
from search import SearchService
from shopwindow.values import Product, Query
from shopwindow.values.setting_groups import SearchSettings

TOP = 10
QUERIES = Path(__file__).with_name("kind_colour_queries.csv")
OFF = {
    "weight_lexical": 0.0,
    "weight_text": 0.0,
    "weight_text_image": 0.0,
    "attribute_match_boost": 0.0,
    "query_understanding": False,
}
"""Settings for one retriever alone: no other retriever runs, and the query is not parsed."""

SETTINGS: dict[str, dict[str, Any]] = {
    "words only": OFF | {"weight_lexical": 1.0},
    "text vectors only": OFF | {"weight_text": 1.0},
    "text to photo only": OFF | {"weight_text_image": 1.0},
    "together (default)": {},
    "together, equal weights": {"weight_text": 1.0, "weight_text_image": 1.0},
    "together, text to photo 1.0": {"weight_text_image": 1.0},
    "together, no query understanding": {"query_understanding": False},
    "together, dbsf": {"fusion": "dbsf"},
    "together, min_max": {"fusion": "min_max"},
    "together, rrf": {"fusion": "rrf"},
}


@dataclass(frozen=True, slots=True)
class KindColour:
    """One query in two languages, with the category (`kind`) and colour that are right."""

    kind: str
    colour: str
    english: str
    arabic: str


def read_queries() -> list[KindColour]:
    """Return the committed queries."""
    with QUERIES.open(encoding="utf-8", newline="") as file:
        return [KindColour(**row) for row in csv.DictReader(file)]


@contextmanager
def real_shop(data: Path, encoder_name: str) -> Iterator[ProductIndex]:
    """Index the sample of real products through a CSV feed, in a folder that is removed after.

    Yields:
        The open index.
    """
    rows = sample_rows(data, "fashion", 4000, SEED) + sample_rows(data, "electronics", 1000, SEED)
    with tempfile.TemporaryDirectory() as temporary:
        feed = write_feed(rows, Path(temporary))
        encoder = load_encoder(encoder_name)
        with ProductIndex.open(Path(temporary) / "index", encoder) as index:
            report = index.add(read_products(feed))
            print(
                f"{report.added} products in {report.duration_s:.0f} s, "
                f"{report.n_rejected} rejected"
            )
            yield index


def measure(
    index: ProductIndex, settings: SearchSettings, queries: Sequence[KindColour]
) -> dict[str, Mapping[str, float]]:
    """Return the mean shares of the top ten hits that are right, for each language.

    Returns:
        By language: "kind", "kind_and_colour", each from 0 to 1.
    """
    service = SearchService(index, settings)
    return {
        language: _measure_shares(
            service, [(getattr(q, language), q.kind, q.colour) for q in queries]
        )
        for language in ("english", "arabic")
    }


def _measure_shares(
    service: SearchService, queries: Sequence[tuple[str, str, str]]
) -> dict[str, float]:
    answers = []
    for text, kind, colour in queries:
        hits = service.search(Query(text=text, limit=TOP, facets=())).hits
        answers.append((kind, colour, [hit.product for hit in hits]))
    shares = right_shares(answers)
    return {"kind": shares["kind"], "kind_and_colour": shares["both"]}


def right_shares(answers: Iterable[tuple[str, str, Sequence[Product]]]) -> dict[str, float]:
    """Return the mean shares of the first TOP hits that have the kind, the colour, and both.

    Args:
        answers: For each query the right kind, the right colour, and the products found.
    """
    kinds, colours, both = [], [], []
    for kind, colour, products in answers:
        has_kind = [product.category[-1:] == (kind,) for product in products]
        has_colour = [product.attributes.get("color") == colour for product in products]
        kinds.append(sum(has_kind) / TOP)
        colours.append(sum(has_colour) / TOP)
        both.append(sum(a and b for a, b in zip(has_kind, has_colour, strict=True)) / TOP)
    shares = {"kind": kinds, "colour": colours, "both": both}
    return {name: round(float(np.mean(values)), 4) for name, values in shares.items()}


def main(data: DataFolder = DATA, encoder: EncoderName = "compact") -> None:
    """Measure and write `results/relevance.json`."""
    queries = read_queries()
    with real_shop(data, encoder) as index:
        results = {
            name: measure(index, SearchSettings(**changes), queries)
            for name, changes in SETTINGS.items()
        }
        identity = index.encoder.spec.identity
    for name, numbers in results.items():
        print(f"{name:22} {numbers}")
    write_result(
        "relevance",
        {
            "note": "the fashion products include those that compact's heads were trained on",
            "encoder": identity,
            "n_queries": len(queries),
            "top": TOP,
            "settings": results,
        },
        command="python -m benchmarks.relevance --data ../shared/data",
    )


if __name__ == "__main__":
    typer.run(main)
