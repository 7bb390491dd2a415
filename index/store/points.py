"""Arguments and results of vector stores: points, conditions, queries, and the schema."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple, NewType, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from index.text.bm25 import SparseVector
from shopwindow.values.stored_names import from_stored, to_stored

Payload: TypeAlias = dict[str, Any]
"""JSON values by field; booleans are stored as 0 and 1, because qdrant-edge matches no booleans."""

PointId = NewType("PointId", str)
"""A UUID; see `index.payload.to_point_id`. Never a product id: mypy tells them apart."""

FieldValue: TypeAlias = str | int | float
"""One value of a payload field."""

PRODUCT_ID = "product.id"
"""Path of the product's id in the payload of a point."""

PHOTO = "photo"
"""Name of the vector of a product's main photo."""
PHOTOS = "photos"
"""Name of the multivector of its further photos."""
TEXT = "text"
SPARSE = "words"
"""Name of the sparse vector in every stored index."""


@dataclass(frozen=True, slots=True)
class In:
    """The field has one of the values, or is a list that contains one."""

    field: str
    values: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """The field has a number from `low` to `high`, inclusive; None means unbounded."""

    field: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class IsEmpty:
    """The field has no value."""

    field: str


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The point fulfils all conditions of at least one alternative."""

    alternatives: "tuple[tuple[In | Range | IsEmpty, ...], ...]"


Condition: TypeAlias = In | Range | IsEmpty | AnyOf


def list_fields(conditions: Iterable[Condition]) -> set[str]:
    """Return the payload fields that conditions are about."""
    fields: set[str] = set()
    for condition in conditions:
        if isinstance(condition, AnyOf):
            fields.update(part.field for parts in condition.alternatives for part in parts)
        else:
            fields.add(condition.field)
    return fields


@dataclass(frozen=True, slots=True)
class OrderBy:
    """An order of points by a numeric field; points without the field are left out.

    Attributes:
        field: A field with an index of kind "float" or "integer".
        descending: Whether the greatest value comes first.
        start_from: Value to start from, inclusive; None for the beginning.
    """

    field: str
    descending: bool = False
    start_from: float | None = None


_STORED_NAMES = {"enable_hnsw": "linked", "is_tenant": "tenant", "is_cached": "counted"}


@dataclass(frozen=True, slots=True)
class FieldIndex:
    """A payload field that points can be filtered, counted or ordered by.

    Attributes:
        name: Name of the field.
        kind: "keyword", "integer" or "float".
        enable_hnsw: Whether the HNSW graph gets extra links for the field. Without them the recall
            of filtered searches drops (0.14 against 0.90 measured) unless ACORN is used; with them
            the build takes longer.
        is_tenant: Whether the field separates the merchants of a shared catalog.
        is_cached: Whether the field is read for many candidates; an embedded store caches its
            values in memory, about 600 bytes per product.
    """

    name: str
    kind: str
    enable_hnsw: bool = False
    is_tenant: bool = False
    is_cached: bool = False


@dataclass(frozen=True, slots=True)
class StoreSchema:
    """The vectors and payload fields of a store; fixed when it is created.

    Attributes:
        dims: Dimension of each dense vector, by name.
        multivector_dims: Dimension of the rows of each multivector, by name; no name of `dims`.
        fields: Payload fields to index before the first point is written: an index made after the
            graph adds no links to it.
        cached_fields: Payload fields that are cached but not indexed.
    """

    dims: Mapping[str, int]
    fields: tuple[FieldIndex, ...] = ()
    cached_fields: tuple[str, ...] = ()
    multivector_dims: Mapping[str, int] = field(default_factory=dict)

    @property
    def all_dims(self) -> dict[str, int]:
        """Dimension of each dense vector and of the rows of each multivector, by name."""
        return {**self.dims, **self.multivector_dims}

    def as_dict(self) -> dict[str, Any]:
        """Return the schema as plain JSON values."""
        return {
            "dims": dict(self.dims),
            "fields": [to_stored(asdict(field), _STORED_NAMES) for field in self.fields],
            "remembered": list(self.cached_fields),
            "multivectors": dict(self.multivector_dims),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the schema that `as_dict`, of this or an older version, wrote.

        Keys that an older version lacks are empty; the manifest, which is read next, tells its
        version.
        """
        fields = tuple(
            FieldIndex(**from_stored(field, _STORED_NAMES)) for field in values["fields"]
        )
        cached_fields = tuple(values.get("remembered", ()))
        return cls(values["dims"], fields, cached_fields, values.get("multivectors", {}))


@dataclass(frozen=True, slots=True)
class Point:
    """One product in the store.

    Attributes:
        id: Its id.
        payload: The product and the fields to filter by.
        vectors: Dense unit vectors by name, each of shape (dim,), and multivectors by name, each
            of shape (n_rows, dim), at least one row; a product without a photo has no "photo"
            vector.
        sparse_vector: BM25 weights by term id; None if the product has no tokens.
    """

    id: PointId
    payload: Payload
    vectors: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    sparse_vector: SparseVector | None = None


class PointUpdate(NamedTuple):
    """New values of some payload fields of one point; everything else of it stays.

    A tuple, since thousands of them are pickled at a time.

    Attributes:
        id: Id of an existing point.
        changes: New values by payload field; None removes the field.
        nested_changes: New values inside payload fields that are objects, by field; values that are
            not named stay. None of them may be None: give `changes` the whole object for that.
        sparse_vector: The new sparse vector, an empty one to remove it; None keeps what there is.
    """

    id: PointId
    changes: Payload
    nested_changes: Mapping[str, Payload] = {}
    sparse_vector: SparseVector | None = None


@dataclass(frozen=True, slots=True)
class VectorQuery:
    """A query for the points nearest to a vector.

    Attributes:
        using: Name of the vector that is searched. The score of a multivector is that of its best
            row.
        vector: A dense query vector of shape (dim,), or a sparse one for SPARSE.
        conditions: Conditions that the points must all fulfil.
        exclude_ids: Point ids to leave out.
        limit: Greatest number of points returned, at least 1.
        exact: Whether to score all points instead of searching the graph.
        include_ids: The only point ids to return; empty for all.
    """

    using: str
    vector: NDArray[np.float32] | SparseVector
    conditions: tuple[Condition, ...] = ()
    exclude_ids: tuple[PointId, ...] = ()
    limit: int = 10
    exact: bool = False
    include_ids: tuple[PointId, ...] = ()


ScoredPoint: TypeAlias = tuple[PointId, float]
"""A point id and its score: the dot product, higher is better."""
