"""What goes into a vector store and comes out: points, conditions, retrievals, and the schema."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from index.text.bm25 import SparseVector
from shopwindow.values.stored_names import from_stored, to_stored

Payload: TypeAlias = dict[str, Any]
"""JSON values by field; booleans are stored as 0 and 1 (qdrant-edge matches no boolean)."""

FieldValue: TypeAlias = str | int | float
"""One value of a field."""

PHOTO = "photo"
TEXT = "text"
SPARSE = "words"


@dataclass(frozen=True, slots=True)
class In:
    """The field holds one of the values (or a list that contains one)."""

    field: str
    values: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """The field holds a number from `low` to `high`, inclusive; None leaves a side open."""

    field: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class IsEmpty:
    """The field holds nothing."""

    field: str


Condition: TypeAlias = In | Range | IsEmpty


@dataclass(frozen=True, slots=True)
class OrderBy:
    """An order of points by a field of numbers; those without the field do not stand in it.

    Attributes:
        field: A field with an index of kind "float" or "integer".
        descending: Greatest first.
        start_from: The first number that is wanted, inclusive; None for the very first.
    """

    field: str
    descending: bool = False
    start_from: float | None = None


_STORED_NAMES = {"enable_hnsw": "linked", "is_tenant": "tenant", "is_cached": "counted"}


@dataclass(frozen=True, slots=True)
class FieldIndex:
    """A payload field that can be filtered, counted or ordered.

    Attributes:
        name: The field.
        kind: "keyword", "integer" or "float".
        enable_hnsw: Whether the HNSW graph gets links for it. Without them filtered recall falls
            (0.14 against 0.90 measured) unless ACORN searches; with them the build takes longer.
        is_tenant: Whether it separates the merchants of a shared catalogue.
        is_cached: Whether it is counted, or asked, over candidates; an embedded store keeps such
            values at hand, some 600 bytes a product.
    """

    name: str
    kind: str
    enable_hnsw: bool = False
    is_tenant: bool = False
    is_cached: bool = False


@dataclass(frozen=True, slots=True)
class StoreSchema:
    """What a store is made for; fixed when it is created.

    Attributes:
        dims: Width of each dense vector, by name.
        fields: Payload fields to index, before the first point comes: an index made after the
            graph leaves the graph without links.
        cached_fields: Further fields that are asked for over candidates, and not indexed.
    """

    dims: Mapping[str, int]
    fields: tuple[FieldIndex, ...] = ()
    cached_fields: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the schema as plain JSON values."""
        return {
            "dims": dict(self.dims),
            "fields": [to_stored(asdict(each), _STORED_NAMES) for each in self.fields],
            "remembered": list(self.cached_fields),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the schema that `as_dict` wrote, or that an older version wrote.

        What did not exist then is empty: the manifest, which is read next, says what to do.
        """
        fields = tuple(FieldIndex(**from_stored(each, _STORED_NAMES)) for each in values["fields"])
        return cls(values["dims"], fields, tuple(values.get("remembered", ())))


@dataclass(frozen=True, slots=True)
class Point:
    """One product in the store.

    Attributes:
        id: A UUID; see `index.payload.to_point_id`.
        payload: The product and the fields to filter by.
        vectors: Dense unit vectors by name, each of shape (dim,); a product without photo has
            no "photo".
        sparse_vector: The sparse vector; empty when the product has no words.
    """

    id: str
    payload: Payload
    vectors: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    sparse_vector: SparseVector | None = None


@dataclass(frozen=True, slots=True)
class VectorQuery:
    """One ranked retrieval.

    Attributes:
        using: Name of the vector that is searched.
        vector: A dense query of shape (dim,), or a sparse one for the words.
        conditions: All must hold.
        exclude_ids: Point ids to leave out.
        limit: Most points returned, at least 1.
        exact: Scan everything instead of walking the graph.
        include_ids: When there are any, only these point ids.
    """

    using: str
    vector: NDArray[np.float32] | SparseVector
    conditions: tuple[Condition, ...] = ()
    exclude_ids: tuple[str, ...] = ()
    limit: int = 10
    exact: bool = False
    include_ids: tuple[str, ...] = ()


ScoredPoint: TypeAlias = tuple[str, float]
"""A point id with its score: dot product, higher is better."""
