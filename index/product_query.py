"""Queries for products, and what an index tells of each: in product ids, never in point ids."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from index.payload import PRODUCT, from_payload, to_point_ids
from index.pricing.price_range import ProductCondition
from index.store.points import Condition, Payload, Point, VectorQuery
from index.text.bm25 import SparseVector
from shopwindow.values import Product, ProductId, Vectors

ScoredProduct: TypeAlias = tuple[ProductId, float]
"""A product id and its score: the dot product, higher is better."""


@dataclass(frozen=True, slots=True)
class ProductQuery:
    """A query for the products nearest to a vector.

    Attributes:
        using: What is searched: PHOTO (the best of each product's photos), TEXT or SPARSE.
        vector: A unit vector as the encoder makes it, shape (dim,), or a sparse one for SPARSE.
        conditions: Conditions that the products must all fulfil.
        exclude_ids: Products to leave out.
        limit: Greatest number of products returned, at least 1.
        exact: Whether to score all products instead of searching the graph.
        include_ids: The only products to return; empty for all.
    """

    using: str
    vector: NDArray[np.float32] | SparseVector
    conditions: tuple[ProductCondition, ...] = ()
    exclude_ids: tuple[ProductId, ...] = ()
    limit: int = 10
    exact: bool = False
    include_ids: tuple[ProductId, ...] = ()

    def to_vector_query(
        self,
        project: Callable[[str, Vectors], Vectors],
        resolve: Callable[[tuple[ProductCondition, ...]], tuple[Condition, ...]],
    ) -> VectorQuery:
        """Return the query in point ids, as a store takes it.

        Args:
            project: Returns the stored columns of an embedding, by the name of the vectors.
            resolve: Returns conditions as a store knows them.

        Raises:
            InvalidQueryError: A value cannot be a product id.
        """
        vector = self.vector
        if not isinstance(vector, SparseVector):
            vector = project(self.using, vector)
        return VectorQuery(
            self.using,
            vector,
            resolve(self.conditions),
            tuple(to_point_ids(self.exclude_ids)),
            self.limit,
            self.exact,
            tuple(to_point_ids(self.include_ids)),
        )


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

    @classmethod
    def from_point(cls, point: Point, product_id: ProductId = "") -> Self:
        """Return the entry of a point.

        Args:
            point: The point.
            product_id: Its product's id; when empty, that of its payload.
        """
        product_id = product_id or str(point.payload[PRODUCT]["id"])
        return cls(product_id, point.payload, point.vectors, point.sparse_vector)

    @property
    def product(self) -> Product:
        """The product as it was indexed; made anew at every call."""
        return from_payload(self.payload)


def make_position(key: bytes) -> str:
    """Return a position to browse from, where products are as good as random.

    Args:
        key: 16 bytes; equal keys give the same position.
    """
    return str(uuid.UUID(bytes=key, version=4))
