"""Queries for products, and what an index tells of each: in product ids, never in point ids."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from index.payload import from_payload
from index.store.points import Condition, Payload
from index.text.bm25 import SparseVector
from shopwindow.values import Product, ProductId, Vectors

ScoredProduct: TypeAlias = tuple[ProductId, float]
"""A product id and its score: the dot product, higher is better."""


@dataclass(frozen=True, slots=True)
class ProductQuery:
    """A query for the products nearest to a vector.

    Attributes:
        using: Name of the vectors that are searched: PHOTO, TEXT or SPARSE.
        vector: A unit vector as the encoder makes it, shape (dim,), or a sparse one for SPARSE.
        conditions: Conditions that the products must all fulfil.
        exclude_ids: Products to leave out.
        limit: Greatest number of products returned, at least 1.
        exact: Whether to score all products instead of searching the graph.
        include_ids: The only products to return; empty for all.
    """

    using: str
    vector: NDArray[np.float32] | SparseVector
    conditions: tuple[Condition, ...] = ()
    exclude_ids: tuple[ProductId, ...] = ()
    limit: int = 10
    exact: bool = False
    include_ids: tuple[ProductId, ...] = ()


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """What an index has of one product.

    Attributes:
        id: The product's id.
        payload: The stored fields that were asked for.
        vectors: Unit vectors by name, each of shape (dim,), if they were asked for; a product
            without a photo has none called PHOTO.
        sparse_vector: BM25 weights by term id, if vectors were asked for; None without tokens.
    """

    id: ProductId
    payload: Payload
    vectors: Mapping[str, Vectors] = field(default_factory=dict)
    sparse_vector: SparseVector | None = None

    @property
    def product(self) -> Product:
        """The product as it was indexed; made anew at every call."""
        return from_payload(self.payload)
