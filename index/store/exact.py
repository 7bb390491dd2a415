"""Exact search in numpy: the oracle that the engines are tested against, and an index in memory."""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from index.field_rows import FieldRows, get_values
from index.store.local_write_lock import LocalWriteLock
from index.store.points import (
    SPARSE,
    AnyOf,
    Condition,
    FieldValue,
    IsEmpty,
    OrderBy,
    Payload,
    Point,
    PointId,
    PointUpdate,
    Range,
    ScoredPoint,
    StoreSchema,
    VectorQuery,
)
from index.store.preconditions import (
    check_exist,
    check_indexed_field,
    check_points,
    check_queries,
    check_updates,
)
from index.text.bm25 import SparseVector, idf
from shopwindow.values.errors import IndexStoreError


class ExactStore(LocalWriteLock):
    """A `VectorStore` in memory that scores every point; see the protocol for the contract."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.RLock()
        self._schema: StoreSchema | None = None
        self._points: dict[PointId, Point] = {}
        self._manifest: Payload | None = None

    @property
    def location(self) -> str:
        """Where the points are stored; see `VectorStore.location`."""
        return ":memory:"

    @property
    def exists(self) -> bool:
        """Whether the store was created; see `VectorStore.exists`."""
        return self._schema is not None

    @property
    def counts_all_writers(self) -> bool:
        """Nobody else writes; see `VectorStore.counts_all_writers`."""
        return True

    def read_manifest(self) -> Payload | None:
        """Return the manifest; see `VectorStore.read_manifest`."""
        return self._manifest

    def write_manifest(self, manifest: Payload) -> None:
        """Store the manifest; see `VectorStore.write_manifest`."""
        self._manifest = dict(manifest)
        self._record_change()

    def create(self, schema: StoreSchema, manifest: Payload | None = None) -> None:
        """Create an empty store; see `VectorStore.create`.

        Raises:
            IndexStoreError: The store exists already.
        """
        if self._schema is not None:
            raise IndexStoreError("the store exists already")
        self._schema = schema
        if manifest is not None:
            self.write_manifest(manifest)
        self._record_change()

    def upsert(self, points: Sequence[Point]) -> None:
        """Add or replace points; see `VectorStore.upsert`."""
        check_points(points, self._require_schema())
        with self._lock:
            self._points.update({point.id: point for point in points})
            self._record_change()

    def update_sparse_vectors(self, vectors: Mapping[PointId, SparseVector]) -> None:
        """Replace the sparse vectors of points; see `VectorStore.update_sparse_vectors`.

        Raises:
            IndexStoreError: A point does not exist.
        """
        with self._lock:
            unknown = vectors.keys() - self._points.keys()
            if unknown:
                raise IndexStoreError(f"there is no point {min(unknown)}")
            for point_id, vector in vectors.items():
                self._points[point_id] = replace(self._points[point_id], sparse_vector=vector)
            self._record_change()

    def update_points(self, updates: Sequence[PointUpdate]) -> None:
        """Change payload fields of points; see `VectorStore.update_points`.

        Raises:
            IndexStoreError: A point does not exist.
        """
        self._require_schema()
        check_updates(updates)
        if not updates:
            return
        with self._lock:
            check_exist((update.id for update in updates), self._points.keys())
            for update in updates:
                self._points[update.id] = _apply_update(self._points[update.id], update)
            self._record_change()

    def delete(self, ids: Sequence[PointId]) -> None:
        """Delete points; see `VectorStore.delete`."""
        with self._lock:
            for point_id in ids:
                self._points.pop(point_id, None)
            self._record_change()

    def retrieve(
        self,
        ids: Sequence[PointId],
        fields: tuple[str, ...] | None = None,
        vectors: bool | tuple[str, ...] = False,
    ) -> dict[PointId, Point]:
        """Return points by id; see `VectorStore.retrieve`."""
        points = ((point_id, self._points.get(point_id)) for point_id in ids)
        return {
            point_id: _project_point(point, fields, vectors)
            for point_id, point in points
            if point is not None
        }

    def query(self, queries: Sequence[VectorQuery]) -> list[list[ScoredPoint]]:
        """Return the best points of each query; see `VectorStore.query`."""
        check_queries(queries, self._require_schema())
        with self._lock:
            return [self._rank(query) for query in queries]

    def facet(
        self, name: str, conditions: Sequence[Condition] = (), limit: int = 100
    ) -> dict[FieldValue, int]:
        """Return counts by value; see `VectorStore.facet`."""
        check_indexed_field(name, self._require_schema())
        counts: Counter[FieldValue] = Counter()
        for point in self._select(conditions):
            counts.update(set(get_values(point.payload, name)))
        ranked = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
        return dict(ranked[:limit])

    def fetch_rows(self, ids: Sequence[PointId], fields: tuple[str, ...]) -> FieldRows:
        """Return payload field values of points; see `VectorStore.fetch_rows`."""
        return FieldRows.from_points(self.retrieve(ids).values(), fields)

    def filter_ids(
        self, ids: Sequence[PointId], condition_sets: Sequence[tuple[Condition, ...]]
    ) -> list[set[PointId]]:
        """Return which points fulfil conditions; see `VectorStore.filter_ids`."""
        points = self.retrieve(ids).values()
        return [
            {point.id for point in points if _fulfils_all(point, conditions)}
            for conditions in condition_sets
        ]

    def count(self, conditions: Sequence[Condition] = ()) -> int:
        """Return the number of points that fulfil conditions; see `VectorStore.count`."""
        return len(self._select(conditions))

    def scroll(
        self,
        conditions: Sequence[Condition] = (),
        after: str = "",
        limit: int = 100,
        fields: tuple[str, ...] | None = None,
    ) -> tuple[list[Point], str]:
        """Return one batch in the order of ids; see `VectorStore.scroll`."""
        remaining = [point for point in self._select(conditions) if point.id > after]
        remaining.sort(key=lambda point: point.id)
        batch = [_project_point(point, fields, vectors=False) for point in remaining[:limit]]
        return batch, batch[-1].id if len(remaining) > limit else ""

    def scroll_ordered(
        self,
        order: OrderBy,
        conditions: Sequence[Condition] = (),
        limit: int = 100,
        fields: tuple[str, ...] | None = None,
    ) -> list[Point]:
        """Return the first points of an order; see `VectorStore.scroll_ordered`."""
        check_indexed_field(order.field, self._require_schema())
        low, high = (None, order.start_from) if order.descending else (order.start_from, None)
        points = self._select((*conditions, Range(order.field, low, high)))
        sign = -1.0 if order.descending else 1.0
        points.sort(key=lambda point: (sign * point.payload[order.field], point.id))
        return [_project_point(point, fields, vectors=False) for point in points[:limit]]

    def info(self) -> Payload:
        """Return the number of points; see `VectorStore.info`."""
        return {"points": len(self._points)}

    def optimize(self, wait: bool = False) -> None:
        """Do nothing: exact search has no graph."""

    def close(self) -> None:
        """Do nothing: memory needs no closing."""

    def _require_schema(self) -> StoreSchema:
        if self._schema is None:
            raise IndexStoreError("the store was not created yet")
        return self._schema

    def _select(self, conditions: Sequence[Condition]) -> list[Point]:
        self._require_schema()
        with self._lock:
            points = list(self._points.values())
        return [point for point in points if _fulfils_all(point, conditions)]

    def _rank(self, query: VectorQuery) -> list[ScoredPoint]:
        excluded = set(query.exclude_ids)
        points = [point for point in self._select(query.conditions) if point.id not in excluded]
        if query.include_ids:
            points = [point for point in points if point.id in query.include_ids]
        if isinstance(query.vector, SparseVector):
            scored = self._score_sparse(points, query.vector)
        else:
            scored = _score_dense(points, query.using, query.vector)
        return sorted(scored, key=lambda pair: (-pair[1], pair[0]))[: query.limit]

    def _score_sparse(self, points: Sequence[Point], query: SparseVector) -> list[ScoredPoint]:
        documents = [point.sparse_vector for point in self._points.values() if point.sparse_vector]
        document_frequencies = Counter(
            int(term_id) for document in documents for term_id in document.indices
        )
        query_terms = zip(query.indices.tolist(), query.values.tolist(), strict=True)
        query_weights = {
            term_id: weight * idf(len(documents), document_frequencies[term_id])
            for term_id, weight in query_terms
        }
        scored = []
        for point in points:
            vector = point.sparse_vector
            if vector and not query_weights.keys().isdisjoint(vector.indices.tolist()):
                terms = zip(vector.indices.tolist(), vector.values.tolist(), strict=True)
                score = sum(query_weights.get(term_id, 0.0) * weight for term_id, weight in terms)
                scored.append((point.id, score))
        return scored


def _apply_update(point: Point, update: PointUpdate) -> Point:
    merged = {**point.payload, **update.changes}
    for name, values in update.nested_changes.items():
        merged[name] = {**merged.get(name, {}), **values}
    payload = {name: value for name, value in merged.items() if value is not None}
    vector = point.sparse_vector if update.sparse_vector is None else update.sparse_vector
    return replace(point, payload=payload, sparse_vector=vector or None)


def _score_dense(
    points: Sequence[Point], using: str, vector: NDArray[np.float32]
) -> list[ScoredPoint]:
    """Return the dot products of points with a query vector, shape (dim,), under one name.

    A point's multivector scores like the best of its rows.
    """
    with_vector = [point for point in points if using in point.vectors]
    if not with_vector:
        return []
    stored = [np.atleast_2d(point.vectors[using]) for point in with_vector]  # (n_rows, dim) each
    # Not rows @ vector: its last digit depends on the position of a row, which would break ties.
    row_scores = np.einsum("nd,d->n", np.concatenate(stored), vector)  # (n_rows of all points,)
    starts = np.cumsum([0, *(len(rows) for rows in stored[:-1])])
    scores = np.maximum.reduceat(row_scores, starts)  # (n_points,)
    return [(point.id, float(score)) for point, score in zip(with_vector, scores, strict=True)]


def _project_point(
    point: Point, fields: tuple[str, ...] | None, vectors: bool | tuple[str, ...]
) -> Point:
    payload = point.payload
    if fields is not None:
        payload = {name: payload[name] for name in fields if name in payload}
    if vectors is True:
        return Point(point.id, dict(payload), point.vectors, point.sparse_vector)
    names = vectors or ()
    named = {name: vector for name, vector in point.vectors.items() if name in names}
    return Point(point.id, dict(payload), named, point.sparse_vector if SPARSE in names else None)


def _fulfils_all(point: Point, conditions: Sequence[Condition]) -> bool:
    return all(_fulfils(point, condition) for condition in conditions)


def _fulfils(point: Point, condition: Condition) -> bool:
    if isinstance(condition, AnyOf):
        return any(_fulfils_all(point, parts) for parts in condition.alternatives)
    values = get_values(point.payload, condition.field)
    if isinstance(condition, IsEmpty):
        return not values
    if isinstance(condition, Range):
        low = -np.inf if condition.low is None else condition.low
        high = np.inf if condition.high is None else condition.high
        return any(low <= float(value) <= high for value in values)
    return any(value in condition.values for value in values)
