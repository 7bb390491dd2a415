"""One Qdrant Edge shard in this process, with our points, conditions and queries."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from uuid import UUID

import qdrant_edge as qe

from index.field_rows import FieldRows
from index.payload_cache import PayloadCache
from index.store.edge.conversion import (
    FIELD_PARAMS,
    to_engine_vector,
    to_engine_vectors,
    to_filter,
    to_update_operations,
)
from index.store.edge.shard_config import (
    build_config,
    build_load_config,
    create_multivector,
    read_vector_names,
)
from index.store.hnsw_config import HNSW_EF_SEARCH, OVERSAMPLING
from index.store.points import (
    PRODUCT_ID,
    SPARSE,
    Condition,
    FieldValue,
    In,
    OrderBy,
    Payload,
    Point,
    PointId,
    PointUpdate,
    ScoredPoint,
    StoreSchema,
    VectorQuery,
    list_fields,
)
from index.store.preconditions import check_exist
from index.store.qdrant_records import to_facet_counts, to_point, to_scored_points
from index.text.bm25 import SparseVector
from shopwindow.values.errors import IndexStoreError

WAL_WAIT_S = 10.0
"""Seconds that a dying process may take to release the engine's write-ahead log."""

_CACHED_IDS = 100_000
"""Point ids whose text is cached, 0.3 kB each: 30 MB at most."""


class EdgeEngine:
    """An open shard. Not thread-safe; one process owns it.

    The operations mean the same as in `VectorStore`; their arguments are already checked. A shard
    gets a multivector with the first point that has one: declared before, it takes as much disk
    space for each point without one as a vector does.

    Attributes:
        payload_cache: Cached payload fields, read for many candidates.
    """

    def __init__(
        self, shard: "qe.EdgeShard", schema: StoreSchema, vector_names: Collection[str]
    ) -> None:
        self._shard = shard
        self._schema = schema
        self._vector_names = {*vector_names, SPARSE}
        self._hnsw_fields = {field.name for field in schema.fields if field.enable_hnsw}
        cached_fields = [field.name for field in schema.fields if field.is_cached]
        cached_fields += (*schema.cached_fields, PRODUCT_ID)
        fetch = partial(self.retrieve, vectors=False)
        self.payload_cache = PayloadCache(tuple(cached_fields), fetch, partial(self.scroll, ()))

    @classmethod
    def create(cls, folder: Path, schema: StoreSchema) -> "EdgeEngine":
        """Create a shard in an empty folder, with its payload indexes.

        Returns:
            The open shard.
        """
        folder.mkdir(parents=True, exist_ok=True)
        shard = _call_engine(qe.EdgeShard.create, str(folder), build_config(schema))
        for field in schema.fields:
            params = FIELD_PARAMS[field.kind](field)
            _call_engine(shard.update, qe.UpdateOperation.create_field_index(field.name, params))
        _call_engine(shard.flush)
        return cls(shard, schema, schema.dims)

    @classmethod
    def load(cls, folder: Path, schema: StoreSchema) -> "EdgeEngine":
        """Open a shard that `create` made.

        Returns:
            The open shard.

        Raises:
            IndexStoreError: The folder is damaged, or another process has it open.
        """
        deadline = time.monotonic() + WAL_WAIT_S
        while True:
            try:
                names = read_vector_names(folder, schema)
                config = build_load_config(schema, names)
                return cls(_call_engine(qe.EdgeShard.load, str(folder), config), schema, names)
            except IndexStoreError as exc:
                # A process that was just killed may still hold the engine's write-ahead log.
                if "WouldBlock" not in str(exc) or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def upsert(self, points: Sequence[Point]) -> None:
        """Add or replace points; durable once this returns."""
        self.payload_cache.invalidate(point.id for point in points)
        self._create_multivectors(points)
        records = [qe.Point(point.id, to_engine_vectors(point), point.payload) for point in points]
        _call_engine(self._shard.update, qe.UpdateOperation.upsert_points(records))
        _call_engine(self._shard.flush)
        self.payload_cache.put(points)

    def update_sparse_vectors(self, vectors: Mapping[PointId, SparseVector]) -> None:
        """Replace the sparse vectors of points; durable once this returns."""
        records = [
            qe.PointVectors(point_id, {SPARSE: to_engine_vector(vector)})
            for point_id, vector in vectors.items()
        ]
        _call_engine(self._shard.update, qe.UpdateOperation.update_vectors(records))
        _call_engine(self._shard.flush)

    def check_updates(self, updates: Sequence[PointUpdate]) -> None:
        """Check that the points of updates exist, before any of them is changed.

        Raises:
            IndexStoreError: One does not.
        """
        ids = list({update.id for update in updates})
        request = qe.CountRequest(exact=True, filter=to_filter((), include_ids=ids))
        if int(_call_engine(self._shard.count, request)) < len(ids):  # counting is the cheaper way
            check_exist(ids, self.retrieve(ids, (), vectors=False).keys())

    def update_points(self, updates: Sequence[PointUpdate]) -> None:
        """Change payload fields of points; durable once this returns.

        The engine takes one operation for each point: see `EdgeFolder` for what makes them one.
        """
        operations = to_update_operations(updates)  # before the first of them takes effect
        rows = self.payload_cache.take([update.id for update in updates])
        for operation in operations:
            _call_engine(self._shard.update, operation)
        _call_engine(self._shard.flush)
        self.payload_cache.put_changed(rows, updates)

    def delete(self, ids: Sequence[PointId]) -> None:
        """Delete points; durable once this returns."""
        self.payload_cache.invalidate(ids)
        _call_engine(self._shard.update, qe.UpdateOperation.delete_points(list(ids)))
        _call_engine(self._shard.flush)

    def retrieve(
        self,
        ids: Sequence[PointId],
        fields: tuple[str, ...] | None,
        vectors: bool | tuple[str, ...],
    ) -> dict[PointId, Point]:
        """Return the points that exist among some ids, by id."""
        payload = True if fields is None else list(fields)
        wanted = (
            vectors
            if isinstance(vectors, bool)
            else [name for name in vectors if name in self._vector_names]
        )
        records = _call_engine(self._shard.retrieve, list(ids), payload, wanted)
        return {point.id: point for point in map(to_point, records)}

    def query(self, queries: Sequence[VectorQuery]) -> list[list[ScoredPoint]]:
        """Return the best points of each query."""
        answerable = [query for query in queries if query.using in self._vector_names]
        requests = qe.QueryBatchRequest([self._to_query_request(query) for query in answerable])
        responses = iter(_call_engine(self._shard.query_batch, requests) if answerable else ())
        return [
            _to_scored_points(next(responses)) if query.using in self._vector_names else []
            for query in queries
        ]

    def facet(
        self, name: str, conditions: Sequence[Condition], limit: int
    ) -> dict[FieldValue, int]:
        """Return exact counts by value, most frequent first."""
        request = qe.FacetRequest(name, limit=limit, exact=True, filter=to_filter(conditions))
        hits = _call_engine(self._shard.facet, request).hits
        return to_facet_counts(hits)

    def fetch_rows(self, ids: Sequence[PointId], fields: tuple[str, ...]) -> FieldRows:
        """Return the values of some payload fields of the points that exist among some ids."""
        return self.payload_cache.fetch_rows(ids, fields)

    def filter_ids(
        self, ids: Sequence[PointId], condition_sets: Sequence[tuple[Condition, ...]]
    ) -> list[set[PointId]]:
        """Return the ids of the points that fulfil all conditions, for each set of conditions."""
        passing = []
        for conditions in condition_sets:
            if self.payload_cache.covers(conditions):
                cached = [condition for condition in conditions if isinstance(condition, In)]
                passing.append(self.payload_cache.filter_ids(ids, cached))
                continue
            request = qe.ScrollRequest(
                limit=max(len(ids), 1),
                filter=to_filter(conditions, include_ids=ids),
                with_payload=False,
            )
            records, _ = _call_engine(self._shard.scroll, request)
            passing.append({PointId(str(record.id)) for record in records})
        return passing

    def count(self, conditions: Sequence[Condition]) -> int:
        """Return the number of points that fulfil all conditions."""
        request = qe.CountRequest(exact=True, filter=to_filter(conditions))
        return int(_call_engine(self._shard.count, request))

    def scroll(
        self,
        conditions: Sequence[Condition],
        after: str,
        limit: int,
        fields: tuple[str, ...] | None,
    ) -> tuple[list[Point], str]:
        """Return one batch in the order of the ids, and the id that the next batch begins with."""
        request = qe.ScrollRequest(
            offset=after or None,
            limit=limit,
            filter=to_filter(conditions),
            with_payload=True if fields is None else list(fields),
        )
        records, next_id = _call_engine(self._shard.scroll, request)
        return [to_point(record) for record in records], str(next_id) if next_id else ""

    def scroll_ordered(
        self,
        order: OrderBy,
        conditions: Sequence[Condition],
        limit: int,
        fields: tuple[str, ...] | None,
    ) -> list[Point]:
        """Return the first points of an order."""
        direction = qe.Direction.Desc if order.descending else qe.Direction.Asc
        request = qe.ScrollRequest(
            limit=limit,
            filter=to_filter(conditions),
            with_payload=True if fields is None else list(fields),
            order_by=qe.OrderBy(order.field, direction, order.start_from),
        )
        records, _ = _call_engine(self._shard.scroll, request)
        return [to_point(record) for record in records]

    def optimize(self) -> bool:
        """Build the graphs and the int8 vectors; blocks this process for seconds to minutes.

        Returns:
            Whether anything had to be built.
        """
        return bool(_call_engine(self._shard.optimize))

    def info(self) -> Payload:
        """Return the numbers of points, of vectors in a graph, and of segments."""
        info = _call_engine(self._shard.info)
        return {
            "points": info.points_count,
            "indexed_vectors": info.indexed_vectors_count,
            "segments": info.segments_count,
        }

    def close(self) -> None:
        """Make everything durable and release the folder."""
        _call_engine(self._shard.flush)
        _call_engine(self._shard.close)

    def _create_multivectors(self, points: Sequence[Point]) -> None:
        """Create the multivectors that the shard lacks and points have."""
        needed = {name for point in points for name in point.vectors} - self._vector_names
        for name in sorted(needed & self._schema.multivector_dims.keys()):
            operation = create_multivector(name, self._schema.multivector_dims[name])
            _call_engine(self._shard.update, operation)
            self._vector_names.add(name)

    def _to_query_vector(self, query: VectorQuery) -> Any:
        vector = to_engine_vector(query.vector)
        return [vector] if query.using in self._schema.multivector_dims else vector

    def _to_query_request(self, query: VectorQuery) -> "qe.QueryRequest":
        condition_fields = list_fields(query.conditions)
        params = qe.SearchParams(
            hnsw_ef=max(HNSW_EF_SEARCH, query.limit),
            exact=query.exact,
            quantization=qe.QuantizationSearchParams(rescore=True, oversampling=OVERSAMPLING),
            # A filter on a field without links splits the graph into islands; ACORN hops over.
            acorn=qe.AcornSearchParams(enable=bool(condition_fields - self._hnsw_fields)),
        )
        return qe.QueryRequest(
            limit=query.limit,
            query=qe.Query.Nearest(self._to_query_vector(query), using=query.using),
            filter=to_filter(query.conditions, query.exclude_ids, query.include_ids),
            params=params,
        )


def _to_scored_points(records: Sequence[Any]) -> list[ScoredPoint]:
    return to_scored_points(
        [_format_uuid(record.id.int) for record in records], [record.score for record in records]
    )


@lru_cache(maxsize=_CACHED_IDS)
def _format_uuid(number: int) -> str:
    """Return the text of a UUID; a search has hundreds, and formatting them took half its time."""
    return str(UUID(int=number))


def _call_engine(call: Callable[..., Any], *args: Any) -> Any:
    """Return the result of a call to the engine, whose errors are bare `Exception`s.

    Raises:
        IndexStoreError: The engine refused.
    """
    try:
        return call(*args)
    except Exception as exc:
        raise IndexStoreError(f"the embedded engine refused: {exc}") from exc
