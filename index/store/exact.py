"""Exact search in numpy: the oracle that the engines are held to, and an index for tests."""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from index.field_rows import FieldRows, get_values
from index.store.points import (
    Condition,
    FieldValue,
    IsEmpty,
    OrderBy,
    Payload,
    Point,
    Range,
    ScoredPoint,
    StoreSchema,
    VectorQuery,
)
from index.store.preconditions import check_indexed_field, check_points, check_queries
from index.store.write_turns import LocalWriteLock
from index.text.bm25 import SparseVector, idf
from shopwindow.values.errors import IndexStoreError


class ExactStore:
    """A `VectorStore` in memory that scores every point; see the protocol for the contract."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._turns = LocalWriteLock()
        self._schema: StoreSchema | None = None
        self._points: dict[str, Point] = {}
        self._manifest: Payload | None = None

    @property
    def location(self) -> str:
        """Where the points are; see `VectorStore.location`."""
        return ":memory:"

    @property
    def exists(self) -> bool:
        """Whether there is anything; see `VectorStore.exists`."""
        return self._schema is not None

    @property
    def n_changes(self) -> int:
        """How many changes there were; see `VectorStore.n_changes`."""
        return self._turns.n_changes

    @property
    def counts_all_writers(self) -> bool:
        """Nobody else writes; see `VectorStore.counts_all_writers`."""
        return True

    def lock_writes(self) -> AbstractContextManager[None]:
        """Take turns with other threads that write; see `VectorStore.lock_writes`.

        Returns:
            What to use in a `with` block.
        """
        return self._turns.hold()

    def read_manifest(self) -> Payload | None:
        """Return the manifest; see `VectorStore.read_manifest`."""
        return self._manifest

    def write_manifest(self, manifest: Payload) -> None:
        """Keep the manifest; see `VectorStore.write_manifest`."""
        self._manifest = dict(manifest)
        self._turns.record_change()

    def create(self, schema: StoreSchema, manifest: Payload | None = None) -> None:
        """Make an empty store; see `VectorStore.create`.

        Raises:
            IndexStoreError: There is one already.
        """
        if self._schema is not None:
            raise IndexStoreError("the store exists already")
        self._schema = schema
        if manifest is not None:
            self.write_manifest(manifest)
        self._turns.record_change()

    def upsert(self, points: Sequence[Point]) -> None:
        """Add or replace points; see `VectorStore.upsert`."""
        check_points(points, self._known())
        with self._lock:
            self._points.update({point.id: point for point in points})
            self._turns.record_change()

    def update_sparse_vectors(self, vectors: Mapping[str, SparseVector]) -> None:
        """Replace the words of points; see `VectorStore.update_sparse_vectors`.

        Raises:
            IndexStoreError: One of the points does not exist.
        """
        with self._lock:
            unknown = vectors.keys() - self._points.keys()
            if unknown:
                raise IndexStoreError(f"there is no point {min(unknown)}")
            for each, vector in vectors.items():
                self._points[each] = replace(self._points[each], sparse_vector=vector)
            self._turns.record_change()

    def delete(self, ids: Sequence[str]) -> None:
        """Remove points; see `VectorStore.delete`."""
        with self._lock:
            for point_id in ids:
                self._points.pop(point_id, None)
            self._turns.record_change()

    def retrieve(
        self, ids: Sequence[str], fields: tuple[str, ...] | None = None, vectors: bool = False
    ) -> dict[str, Point]:
        """Return points by id; see `VectorStore.retrieve`."""
        found = ((each, self._points.get(each)) for each in ids)
        return {each: _view(p, fields, vectors) for each, p in found if p is not None}

    def query(self, queries: Sequence[VectorQuery]) -> list[list[ScoredPoint]]:
        """Return the best points of each leg; see `VectorStore.query`."""
        check_queries(queries, self._known())
        with self._lock:
            return [self._leg(leg) for leg in queries]

    def facet(
        self, name: str, conditions: Sequence[Condition] = (), limit: int = 100
    ) -> dict[FieldValue, int]:
        """Return counts by value; see `VectorStore.facet`."""
        check_indexed_field(name, (each.name for each in self._known().fields))
        counts: Counter[FieldValue] = Counter()
        for point in self._passing(conditions):
            counts.update(set(get_values(point.payload, name)))
        ranked = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
        return dict(ranked[:limit])

    def fetch_rows(self, ids: Sequence[str], fields: tuple[str, ...]) -> FieldRows:
        """Return values of named points; see `VectorStore.fetch_rows`."""
        return FieldRows.from_points(self.retrieve(ids).values(), fields)

    def filter_ids(
        self, ids: Sequence[str], condition_sets: Sequence[tuple[Condition, ...]]
    ) -> list[set[str]]:
        """Return which of some points pass; see `VectorStore.filter_ids`."""
        points = self.retrieve(ids).values()
        return [
            {point.id for point in points if all(_holds(point, each) for each in conditions)}
            for conditions in condition_sets
        ]

    def count(self, conditions: Sequence[Condition] = ()) -> int:
        """Return how many points pass; see `VectorStore.count`."""
        return len(self._passing(conditions))

    def scroll(
        self,
        conditions: Sequence[Condition] = (),
        after: str = "",
        limit: int = 100,
        fields: tuple[str, ...] | None = None,
    ) -> tuple[list[Point], str]:
        """Return one batch in the order of ids; see `VectorStore.scroll`."""
        rest = sorted((p for p in self._passing(conditions) if p.id > after), key=lambda p: p.id)
        batch = [_view(point, fields, vectors=False) for point in rest[:limit]]
        return batch, batch[-1].id if len(rest) > limit else ""

    def scroll_ordered(
        self,
        order: OrderBy,
        conditions: Sequence[Condition] = (),
        limit: int = 100,
        fields: tuple[str, ...] | None = None,
    ) -> list[Point]:
        """Return the first points of an order; see `VectorStore.scroll_ordered`."""
        check_indexed_field(order.field, (each.name for each in self._known().fields))
        low, high = (None, order.start_from) if order.descending else (order.start_from, None)
        passing = self._passing((*conditions, Range(order.field, low, high)))
        sign = -1.0 if order.descending else 1.0
        passing.sort(key=lambda point: (sign * point.payload[order.field], point.id))
        return [_view(point, fields, vectors=False) for point in passing[:limit]]

    def info(self) -> Payload:
        """Return how many points there are; see `VectorStore.info`."""
        return {"points": len(self._points)}

    def optimize(self, wait: bool = False) -> None:
        """Do nothing: exact search has no graph."""

    def close(self) -> None:
        """Do nothing: memory needs no closing."""

    def _known(self) -> StoreSchema:
        if self._schema is None:
            raise IndexStoreError("the store was not created yet")
        return self._schema

    def _passing(self, conditions: Sequence[Condition]) -> list[Point]:
        self._known()
        with self._lock:
            points = list(self._points.values())
        return [p for p in points if all(_holds(p, each) for each in conditions)]

    def _leg(self, leg: VectorQuery) -> list[ScoredPoint]:
        excluded = set(leg.exclude_ids)
        points = [p for p in self._passing(leg.conditions) if p.id not in excluded]
        if leg.include_ids:
            points = [p for p in points if p.id in leg.include_ids]
        if isinstance(leg.vector, SparseVector):
            scored = self._word_scores(points, leg.vector)
        else:
            scored = _dense_scores(points, leg.using, leg.vector)
        return sorted(scored, key=lambda each: (-each[1], each[0]))[: leg.limit]

    def _word_scores(self, points: Sequence[Point], words_asked: SparseVector) -> list[ScoredPoint]:
        with_words = [p.sparse_vector for p in self._points.values() if p.sparse_vector]
        containing = Counter(int(n) for words in with_words for n in words.indices)
        asked = zip(words_asked.indices.tolist(), words_asked.values.tolist(), strict=True)
        query = {n: v * idf(len(with_words), containing[n]) for n, v in asked}
        scored = []
        for point in points:
            words = point.sparse_vector
            if words and not query.keys().isdisjoint(words.indices.tolist()):
                weights = zip(words.indices.tolist(), words.values.tolist(), strict=True)
                scored.append((point.id, sum(query.get(n, 0.0) * w for n, w in weights)))
        return scored


def _dense_scores(
    points: Sequence[Point], using: str, vector: NDArray[np.float32]
) -> list[ScoredPoint]:
    having = [p for p in points if using in p.vectors]
    if not having:
        return []
    rows = np.stack([p.vectors[using] for p in having])  # (n_points, dim)
    # Not rows @ vector: there the last digit depends on where a row stands, and with it ties.
    scores = np.einsum("nd,d->n", rows, vector)  # (n_points,)
    return [(p.id, float(s)) for p, s in zip(having, scores, strict=True)]


def _view(point: Point, fields: tuple[str, ...] | None, vectors: bool) -> Point:
    payload = point.payload
    if fields is not None:
        payload = {name: payload[name] for name in fields if name in payload}
    if vectors:
        return Point(point.id, dict(payload), point.vectors, point.sparse_vector)
    return Point(point.id, dict(payload))


def _holds(point: Point, condition: Condition) -> bool:
    values = get_values(point.payload, condition.field)
    if isinstance(condition, IsEmpty):
        return not values
    if isinstance(condition, Range):
        low = -np.inf if condition.low is None else condition.low
        high = np.inf if condition.high is None else condition.high
        return any(low <= float(value) <= high for value in values)
    return any(value in condition.values for value in values)
