"""Text analysis, BM25 weights, and one grammar of prices for feeds and queries."""

from index.text.analyzer import Token, analyze, fold, get_stems, hash_term, map_words
from index.text.bm25 import SparseVector, build_query_vector, build_weighted_vector
from index.text.currencies import read_currency
from index.text.latin import strip_elisions

__all__ = [
    "SparseVector",
    "Token",
    "analyze",
    "build_query_vector",
    "build_weighted_vector",
    "fold",
    "get_stems",
    "hash_term",
    "map_words",
    "read_currency",
    "strip_elisions",
]
