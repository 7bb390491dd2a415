"""Words to photos: titles of unseen products, and queries of kind and colour in two languages."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import bm25s
import numpy as np

from embed.compact.encoder import CompactEncoder
from embed.compact.word_embeddings import split_words
from embed.finetuning.retrieval_metrics import TOP_K, evaluate_title_retrieval
from shopwindow.values.encoder import Vectors
from tools.train_compact.datasets import LabeledProduct, read_labeled_products, split_by_title

QUERIES = Path(__file__).with_name("bench_compact_queries.csv")
"""The 60 most frequent pairs of kind and colour among the test products, in five languages."""

TONGUES = ("english", "arabic", "french", "turkish", "hindi")
"""Columns of the queries; the text tower was not made for Hindi."""

FAMILIES = {
    "Blue": {"Blue", "Navy Blue", "Turquoise Blue", "Teal"},
    "Grey": {"Grey", "Charcoal", "Grey Melange", "Steel", "Silver"},
    "Silver": {"Silver", "Steel", "Metallic", "Grey"},
    "Brown": {"Brown", "Coffee Brown", "Tan", "Mushroom Brown", "Bronze", "Copper", "Rust"},
    "Green": {"Green", "Olive", "Sea Green", "Lime Green", "Fluorescent Green"},
    "Red": {"Red", "Maroon", "Burgundy", "Rust"},
    "White": {"White", "Off White", "Cream"},
    "Pink": {"Pink", "Peach", "Magenta", "Rose"},
    "Purple": {"Purple", "Lavender", "Magenta", "Mauve"},
    "Beige": {"Beige", "Cream", "Tan", "Skin", "Nude"},
}
"""Shades that a shopper would call by the same word; the strict measure does not use them."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """The test products and their photos' vectors."""

    products: tuple[LabeledProduct, ...]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class Query:
    """One query with what its answers should be."""

    kind: str
    colour: str
    english: str
    arabic: str
    french: str
    turkish: str
    hindi: str


@cache
def unseen_products(encoder: CompactEncoder, data: Path) -> Unseen:
    """Return the test products, encoded once."""
    photos = read_labeled_products(data)
    products = tuple(photos[n] for n in split_by_title(photos).test)
    return Unseen(products, encoder.encode_images([each.image for each in products]))


def measure_titles(encoder: CompactEncoder, data: Path) -> Mapping[str, Any]:
    """Rank the unseen photos for each of their titles; equal titles count as right.

    Returns:
        Counts, and measures by encoder.
    """
    unseen = unseen_products(encoder, data)
    titles = [each.title for each in unseen.products]
    keys = [each.title_key for each in unseen.products]
    texts = encoder.encode_texts(titles)
    found = evaluate_title_retrieval(texts, unseen.vectors, keys, keys)
    large = np.array([each.dataset == "fashion" for each in unseen.products])
    wide = evaluate_title_retrieval(texts[large], unseen.vectors, list(np.array(keys)[large]), keys)
    noise = np.random.default_rng(0).normal(size=texts.shape).astype(np.float32)
    chance = evaluate_title_retrieval(noise, unseen.vectors, keys, keys)
    return {
        "n_products": len(keys),
        "n_titles": len(set(keys)),
        "compact": asdict(found),
        "compact, titles of full-size photos only": asdict(wide),
        "chance": asdict(chance),
    }


def measure_queries(encoder: CompactEncoder, data: Path) -> Mapping[str, Any]:
    """Ask for kinds and colours; give the shares of right answers among the first ten.

    Returns:
        Counts, and shares by language and rival.
    """
    unseen = unseen_products(encoder, data)
    with QUERIES.open(encoding="utf-8", newline="") as file:
        queries = [Query(**row) for row in csv.DictReader(file)]
    asked = {name: [getattr(each, name) for each in queries] for name in TONGUES}
    rankings = {
        **{name: _by_vectors(encoder, texts, unseen) for name, texts in asked.items()},
        "english, BM25 on the titles": _by_words(asked["english"], unseen),
        "best possible": _by_labels(queries, unseen),
        "chance": [list(range(at, at + TOP_K)) for at in range(len(queries))],
    }
    shares = {name: _shares(queries, ranking, unseen) for name, ranking in rankings.items()}
    return {"n_queries": len(queries), "n_products": len(unseen.products), **shares}


def _by_vectors(encoder: CompactEncoder, texts: Sequence[str], unseen: Unseen) -> list[list[int]]:
    likeness = encoder.encode_texts(texts) @ unseen.vectors.T  # (n_queries, n_products)
    rows: list[list[int]] = np.argsort(-likeness, axis=1, kind="stable")[:, :TOP_K].tolist()
    return rows


def _by_words(texts: Sequence[str], unseen: Unseen) -> list[list[int]]:
    engine = bm25s.BM25()
    engine.index([split_words(each.title) for each in unseen.products], show_progress=False)
    asked = [split_words(text) for text in texts]
    places, _ = engine.retrieve(asked, k=TOP_K, show_progress=False)
    return [[int(place) for place in row] for row in places]


def _by_labels(queries: Sequence[Query], unseen: Unseen) -> list[list[int]]:
    """Put the products of right kind and colour first, then those of right kind.

    Returns:
        The first TOP places of each query.
    """

    def order(query: Query, product: LabeledProduct) -> tuple[bool, bool]:
        right = product.product_type == query.kind
        return not (right and product.color == query.colour), not right

    numbers = range(len(unseen.products))
    return [
        sorted(numbers, key=lambda n, q=query: order(q, unseen.products[n]))[:TOP_K]  # type: ignore[misc]
        for query in queries
    ]


def _shares(
    queries: Sequence[Query], ranking: Sequence[Sequence[int]], unseen: Unseen
) -> Mapping[str, float]:
    kind, both, family = [], [], []
    for query, row in zip(queries, ranking, strict=True):
        for product in (unseen.products[n] for n in row):
            right = product.product_type == query.kind
            kind.append(right)
            both.append(right and product.color == query.colour)
            shades = FAMILIES.get(query.colour, {query.colour})
            family.append(right and product.color in shades)
    shares = {"kind": kind, "kind_and_colour": both, "kind_and_shade": family}
    return {name: round(float(np.mean(values)), 4) for name, values in shares.items()}
