"""Photo with text, and negations: 200 composed queries, 60 with a negated colour.

`python -m benchmarks.intent --data FOLDER` indexes 4,000 fashion products. Composed: a photo of one
product with "in red", where the shop has that kind in red; the first ten hits should have the
photo's kind and the text's colour. Negations: kinds without a colour, in English and Arabic; hits
should not have it. Products, kinds and colours are drawn with a fixed seed.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import typer

from benchmarks.datasets import DATA, DataFolder, EncoderName, Row, sample_rows, write_feed
from benchmarks.relevance import TOP, right_shares
from benchmarks.results_file import SEED, write_result
from embed import load_encoder
from index import ProductIndex, ProductQuery, read_products
from index.store.points import PHOTO
from search import SearchService
from shopwindow.values import Product, Query
from shopwindow.values.arrays import l2_normalize
from shopwindow.values.lexicon import read_lexicon
from shopwindow.values.query import WHOLE_TEXT
from shopwindow.values.setting_groups import SearchSettings

N_COMPOSED = 200
N_NEGATIVES = 60
MIN_PRODUCTS = 10
"""Products that the shop must have of a kind in a colour."""

COLOURS = ("Black", "White", "Blue", "Red", "Green", "Grey", "Brown", "Pink", "Yellow", "Purple")
Answer: TypeAlias = Callable[[Row, str], list[Product]]


@dataclass(frozen=True, slots=True)
class Shop:
    """The indexed products, and how many there are of each kind in each colour."""

    rows: Sequence[Row]
    index: ProductIndex
    counts: Counter[tuple[str, str]]

    def draw_composed(self) -> list[tuple[Row, str]]:
        """Return random products, each with another colour that the shop has its kind in."""
        rng = np.random.default_rng(SEED)
        cases: list[tuple[Row, str]] = []
        for n in rng.permutation(len(self.rows)):
            row = self.rows[n]
            others = [c for c in COLOURS if c != colour_of(row)]
            fitting = [c for c in others if self.counts[row.category, c] >= MIN_PRODUCTS]
            if fitting and len(cases) < N_COMPOSED:
                cases.append((row, str(rng.choice(fitting))))
        return cases

    def draw_negatives(self) -> list[tuple[str, str]]:
        """Return random kinds, each with a colour that enough of its products have."""
        rng = np.random.default_rng(SEED)
        named = read_lexicon()["kinds"]
        pairs = [
            (k, c) for (k, c), n in sorted(self.counts.items()) if n >= MIN_PRODUCTS and k in named
        ]
        fitting = [pair for pair in pairs if pair[1] in COLOURS]
        return [fitting[n] for n in rng.permutation(len(fitting))[:N_NEGATIVES]]


def colour_of(row: Row) -> str:
    """Return a product's colour by the data set; empty when it has none."""
    return str(row.attributes.get("base_colour") or "")


def measure_composed(shop: Shop) -> dict[str, Any]:
    """Run every composed query by several methods.

    Returns:
        The number of cases, and the shares that are right by method.
    """
    cases, service = shop.draw_composed(), SearchService(shop.index)

    def search(row: Row, text: str, photo: bool = True) -> list[Product]:
        image = row.image if photo else None
        page = service.search(Query(text=text, image=image, limit=TOP + 1, facets=()))
        return [hit.product for hit in page.hits]

    methods: dict[str, Answer] = {
        "photo and words (default)": lambda row, colour: search(row, f"in {colour.lower()}"),
        "photo alone": lambda row, _: search(row, ""),
        "words alone": lambda row, colour: search(row, f"in {colour.lower()}", photo=False),
        "vectors averaged": lambda row, colour: _search_averaged(
            shop.index, row, f"in {colour.lower()}"
        ),
    }
    results: dict[str, Any] = {"n_cases": len(cases)}
    for name, answer in methods.items():
        results[name] = right_shares(
            (row.category, colour, _without_itself(row, answer(row, colour)))
            for row, colour in cases
        )
    return results


def _search_averaged(index: ProductIndex, row: Row, text: str) -> list[Product]:
    """Return the products nearest to the mean of the photo's and the text's vector."""
    photo_vector, text_vector = (
        index.encoder.encode_images([row.image])[0],
        index.encoder.encode_texts([text])[0],
    )
    vector = l2_normalize((photo_vector + text_vector)[None])[0]
    scored = index.query([ProductQuery(PHOTO, vector, limit=TOP + 1)])[0]
    return index.get([product_id for product_id, _ in scored])


def _without_itself(row: Row, products: Sequence[Product]) -> list[Product]:
    return [product for product in products if product.id != row.id][:TOP]


def measure_negatives(shop: Shop) -> dict[str, Any]:
    """Search for kinds without a colour, with the negation parsed and taken verbatim.

    Returns:
        The number of cases, and by form the shares of unwanted products and of the right kind.
    """
    cases, service = shop.draw_negatives(), SearchService(shop.index)
    forms = ("{kind} not {colour}", "{kind} without {colour}", "{kind} -{colour}", "arabic")
    results: dict[str, Any] = {"n_cases": len(cases)}
    for form in forms:
        rows = {"read": (), "literal": (WHOLE_TEXT,)}
        results[form] = {
            name: _measure_negation(service, form, cases, verbatim)
            for name, verbatim in rows.items()
        }
    return results


def _measure_negation(
    service: SearchService, form: str, cases: Sequence[tuple[str, str]], verbatim: tuple[str, ...]
) -> dict[str, float]:
    unwanted, right = [], []
    for kind, colour in cases:
        page = service.search(
            Query(text=_format_query(form, kind, colour), limit=TOP, facets=(), verbatim=verbatim)
        )
        products = [hit.product for hit in page.hits]
        unwanted.append(sum(p.attributes.get("color") == colour for p in products) / TOP)
        right.append(sum(p.category[-1:] == (kind,) for p in products) / TOP)
    shares = {"unwanted": unwanted, "kind": right}
    return {name: round(float(np.mean(values)), 4) for name, values in shares.items()}


def _format_query(form: str, kind: str, colour: str) -> str:
    lexicon = read_lexicon()
    kinds, colours = lexicon["kinds"][kind], lexicon["colours"][colour]
    if form == "arabic":
        return f"{kinds[1].split('|')[0]} بدون {colours[1].split('|')[0]}"
    return form.format(kind=kinds[0].split("|")[0], colour=colours[0].split("|")[0])


def main(data: DataFolder = DATA, encoder: EncoderName = "compact") -> None:
    """Measure and write `results/intent.json`."""
    rows = sample_rows(data, "fashion", 4000, SEED)
    with tempfile.TemporaryDirectory() as temporary:
        feed = write_feed(rows, Path(temporary))
        with ProductIndex.open(Path(temporary) / "index", load_encoder(encoder)) as index:
            index.add(read_products(feed))
            counts = Counter((row.category, colour_of(row)) for row in rows)
            shop = Shop(rows, index, counts)
            results = {"composed": measure_composed(shop), "negatives": measure_negatives(shop)}
    print(results)
    settings = SearchSettings().model_dump()
    command = "python -m benchmarks.intent --data FOLDER"
    write_result("intent", {"encoder": encoder, "settings": settings, **results}, command=command)


if __name__ == "__main__":
    typer.run(main)
