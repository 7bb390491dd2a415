"""Text-to-photo retrieval: titles of test products, and queries of product type and colour."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import bm25s
import numpy as np

from embed.compact.encoder import CompactEncoder
from embed.compact.word_embeddings import split_words
from embed.finetuning.retrieval_metrics import (
    TOP_K,
    TitleRetrievalMetrics,
    evaluate_title_retrieval,
)
from shopwindow.values.encoder import Vectors
from tools.train_compact.datasets import LabeledProduct, read_labeled_products, split_by_title

QUERIES_FILE = Path(__file__).with_name("bench_compact_queries.csv")
"""The 60 most frequent pairs of product type and colour among the test products, translated."""

LANGUAGES = ("english", "arabic", "french", "turkish", "hindi")
"""Columns of the queries; the text tower was not made for Hindi."""

COLOR_SHADES = {
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
"""Shades that shoppers call by the same word; the strict metric does not use them."""


@dataclass(frozen=True, slots=True)
class EncodedProducts:
    """The test products and their photos' vectors."""

    products: tuple[LabeledProduct, ...]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class LabeledQuery:
    """One query in all languages, with the labels of its relevant products.

    Attributes:
        kind: Product type of relevant products.
        colour: Colour of relevant products.
        english: The query in English; so for the other languages.
    """

    kind: str
    colour: str
    english: str
    arabic: str
    french: str
    turkish: str
    hindi: str


@cache
def encode_test_products(encoder: CompactEncoder, data: Path) -> EncodedProducts:
    """Return the test products with the vectors of their photos; cached."""
    photos = read_labeled_products(data)
    products = tuple(photos[row] for row in split_by_title(photos).test)
    vectors = encoder.encode_images([product.image for product in products])
    return EncodedProducts(products, vectors)


def measure_titles(encoder: CompactEncoder, data: Path) -> Mapping[str, Any]:
    """Rank the test photos for each of their titles; photos of equal titles are relevant too.

    Returns:
        Counts, and metrics by ranking.
    """
    test = encode_test_products(encoder, data)
    titles = [product.title for product in test.products]
    keys = [product.title_key for product in test.products]
    texts = encoder.encode_texts(titles)
    metrics = evaluate_title_retrieval(texts, test.vectors, keys, keys)
    is_full_size = np.array([product.dataset == "fashion" for product in test.products])
    full_size_keys = list(np.array(keys)[is_full_size])
    full_size = evaluate_title_retrieval(texts[is_full_size], test.vectors, full_size_keys, keys)
    noise = np.random.default_rng(0).normal(size=texts.shape).astype(np.float32)
    chance = evaluate_title_retrieval(noise, test.vectors, keys, keys)
    return {
        "n_products": len(keys),
        "n_titles": len(set(keys)),
        "compact": _as_stored(metrics),
        "compact, titles of full-size photos only": _as_stored(full_size),
        "chance": _as_stored(chance),
    }


def _as_stored(metrics: TitleRetrievalMetrics) -> dict[str, float]:
    """Return the metrics by the names that `results/compact.json` has."""
    return {
        "first": metrics.precision_at_1,
        "recall": metrics.recall_at_10,
        "reciprocal_rank": metrics.mrr,
    }


def measure_queries(encoder: CompactEncoder, data: Path) -> Mapping[str, Any]:
    """Evaluate queries of product type and colour by their precision among the first ten.

    Returns:
        Counts, and precisions by language and baseline.
    """
    test = encode_test_products(encoder, data)
    with QUERIES_FILE.open(encoding="utf-8", newline="") as file:
        queries = [LabeledQuery(**row) for row in csv.DictReader(file)]
    texts = {name: [getattr(query, name) for query in queries] for name in LANGUAGES}
    rankings = {
        **{name: _rank_by_vectors(encoder, texts[name], test) for name in LANGUAGES},
        "english, BM25 on the titles": _rank_by_bm25(texts["english"], test),
        "best possible": _rank_by_labels(queries, test),
        "chance": [list(range(start, start + TOP_K)) for start in range(len(queries))],
    }
    precisions = {
        name: _compute_precisions(queries, ranking, test) for name, ranking in rankings.items()
    }
    return {"n_queries": len(queries), "n_products": len(test.products), **precisions}


def _rank_by_vectors(
    encoder: CompactEncoder, texts: Sequence[str], test: EncodedProducts
) -> list[list[int]]:
    similarity = encoder.encode_texts(texts) @ test.vectors.T  # (n_queries, n_products)
    rows: list[list[int]] = np.argsort(-similarity, axis=1, kind="stable")[:, :TOP_K].tolist()
    return rows


def _rank_by_bm25(texts: Sequence[str], test: EncodedProducts) -> list[list[int]]:
    engine = bm25s.BM25()
    engine.index([split_words(product.title) for product in test.products], show_progress=False)
    tokens = [split_words(text) for text in texts]
    rankings, _ = engine.retrieve(tokens, k=TOP_K, show_progress=False)
    return [[int(row) for row in ranking] for ranking in rankings]


def _rank_by_labels(queries: Sequence[LabeledQuery], test: EncodedProducts) -> list[list[int]]:
    """Rank products of the right type and colour first, then those of the right type.

    Returns:
        The first TOP_K rows of each query.
    """

    def sort_key(query: LabeledQuery, product: LabeledProduct) -> tuple[bool, bool]:
        is_type = product.product_type == query.kind
        return not (is_type and product.color == query.colour), not is_type

    rows = range(len(test.products))
    return [
        sorted(rows, key=lambda row, q=query: sort_key(q, test.products[row]))[:TOP_K]  # type: ignore[misc]
        for query in queries
    ]


def _compute_precisions(
    queries: Sequence[LabeledQuery], rankings: Sequence[Sequence[int]], test: EncodedProducts
) -> Mapping[str, float]:
    type_hits, color_hits, shade_hits = [], [], []
    for query, ranking in zip(queries, rankings, strict=True):
        for product in (test.products[row] for row in ranking):
            is_type = product.product_type == query.kind
            type_hits.append(is_type)
            color_hits.append(is_type and product.color == query.colour)
            shades = COLOR_SHADES.get(query.colour, {query.colour})
            shade_hits.append(is_type and product.color in shades)
    hits = {"kind": type_hits, "kind_and_colour": color_hits, "kind_and_shade": shade_hits}
    return {name: round(float(np.mean(values)), 4) for name, values in hits.items()}
