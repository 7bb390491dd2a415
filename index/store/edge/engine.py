"""One Qdrant Edge shard in this process: our words translated into the engine's and back."""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import qdrant_edge as qe

from index.field_rows import FieldRows
from index.payload_cache import PayloadCache
from index.store.engine_records import to_facet_counts, to_point, to_scored_points
from index.store.hnsw_config import (
    HNSW_EF_CONSTRUCT,
    HNSW_EF_SEARCH,
    HNSW_M,
    INT8_QUANTILE,
    OVERSAMPLING,
    full_scan_threshold_kb,
)
from index.store.points import (
    SPARSE,
    Condition,
    FieldIndex,
    FieldValue,
    In,
    IsEmpty,
    OrderBy,
    Payload,
    Point,
    ScoredPoint,
    StoreSchema,
    VectorQuery,
)
from index.text.bm25 import SparseVector
from shopwindow.values.errors import IndexStoreError

INDEXING_THRESHOLD_KB = 1_000

WAL_WAIT_S = 10.0
"""Seconds that a dying process may take to let go of the engine's log."""

_FIELD_PARAMS: dict[str, Callable[[FieldIndex], Any]] = {
    "keyword": lambda f: qe.KeywordIndexParams(is_tenant=f.is_tenant, enable_hnsw=f.enable_hnsw),
    "integer": lambda f: qe.IntegerIndexParams(lookup=True, range=True, enable_hnsw=f.enable_hnsw),
    "float": lambda f: qe.FloatIndexParams(enable_hnsw=f.enable_hnsw),
}


class EdgeEngine:
    """An open shard. Not safe for threads; one process owns it.

    The operations are those of `VectorStore` and mean the same; arguments were checked before.

    Attributes:
        payload_cache: Values that are asked for over candidates.
    """

    def __init__(self, shard: "qe.EdgeShard", schema: StoreSchema) -> None:
        self._shard = shard
        self._linked = {each.name for each in schema.fields if each.enable_hnsw}
        kept = (*(each.name for each in schema.fields if each.is_cached), *schema.cached_fields)
        fetch = partial(self.retrieve, vectors=False)
        self.payload_cache = PayloadCache(kept, fetch, partial(self.scroll, ()))

    @classmethod
    def create(cls, folder: Path, schema: StoreSchema) -> "EdgeEngine":
        """Make a new shard in an empty folder, with its payload indexes.

        Returns:
            The open shard.
        """
        folder.mkdir(parents=True, exist_ok=True)
        shard = _translated(qe.EdgeShard.create, str(folder), _config(schema))
        for each in schema.fields:
            params = _FIELD_PARAMS[each.kind](each)
            _translated(shard.update, qe.UpdateOperation.create_field_index(each.name, params))
        _translated(shard.flush)
        return cls(shard, schema)

    @classmethod
    def load(cls, folder: Path, schema: StoreSchema) -> "EdgeEngine":
        """Open a shard that `create` made.

        Returns:
            The open shard.

        Raises:
            IndexStoreError: The folder is damaged, or another process has it.
        """
        deadline = time.monotonic() + WAL_WAIT_S
        while True:
            try:
                return cls(_translated(qe.EdgeShard.load, str(folder)), schema)
            except IndexStoreError as exc:
                # A process that was just killed may still hold the engine's own log.
                if "WouldBlock" not in str(exc) or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def upsert(self, points: Sequence[Point]) -> None:
        """Add or replace points; durable once this returns."""
        self.payload_cache.invalidate(point.id for point in points)
        made = [qe.Point(p.id, _engine_vectors(p), p.payload) for p in points]
        _translated(self._shard.update, qe.UpdateOperation.upsert_points(made))
        _translated(self._shard.flush)
        self.payload_cache.put(points)

    def update_sparse_vectors(self, vectors: Mapping[str, SparseVector]) -> None:
        """Replace the words of points; durable once this returns."""
        made = [qe.PointVectors(each, {SPARSE: to_engine_vector(v)}) for each, v in vectors.items()]
        _translated(self._shard.update, qe.UpdateOperation.update_vectors(made))
        _translated(self._shard.flush)

    def delete(self, ids: Sequence[str]) -> None:
        """Remove points; durable once this returns."""
        self.payload_cache.invalidate(ids)
        _translated(self._shard.update, qe.UpdateOperation.delete_points(list(ids)))
        _translated(self._shard.flush)

    def retrieve(
        self, ids: Sequence[str], fields: tuple[str, ...] | None, vectors: bool
    ) -> dict[str, Point]:
        """Return the points that exist among the ids."""
        payload = True if fields is None else list(fields)
        found = _translated(self._shard.retrieve, list(ids), payload, vectors)
        return {str(record.id): to_point(record) for record in found}

    def query(self, queries: Sequence[VectorQuery]) -> list[list[ScoredPoint]]:
        """Return the best points of each leg."""
        requests = qe.QueryBatchRequest([self._request(leg) for leg in queries])
        answers = _translated(self._shard.query_batch, requests)
        return [to_scored_points(answer) for answer in answers]

    def facet(
        self, name: str, conditions: Sequence[Condition], limit: int
    ) -> dict[FieldValue, int]:
        """Return exact counts by value, most frequent first."""
        request = qe.FacetRequest(name, limit=limit, exact=True, filter=_filter(conditions))
        hits = _translated(self._shard.facet, request).hits
        return to_facet_counts(hits)

    def fetch_rows(self, ids: Sequence[str], fields: tuple[str, ...]) -> FieldRows:
        """Return the values of some fields of the points that exist among the ids."""
        return self.payload_cache.fetch_rows(ids, fields)

    def filter_ids(
        self, ids: Sequence[str], condition_sets: Sequence[tuple[Condition, ...]]
    ) -> list[set[str]]:
        """Return which of the points fulfil the conditions, for each list of them."""
        found = []
        for conditions in condition_sets:
            if self.payload_cache.covers(conditions):
                asked = [each for each in conditions if isinstance(each, In)]
                found.append(self.payload_cache.filter_ids(ids, asked))
                continue
            request = qe.ScrollRequest(
                limit=max(len(ids), 1),
                filter=_filter(conditions, among=ids),
                with_payload=False,
            )
            records, _ = _translated(self._shard.scroll, request)
            found.append({str(record.id) for record in records})
        return found

    def count(self, conditions: Sequence[Condition]) -> int:
        """Return how many points fulfil the conditions."""
        request = qe.CountRequest(exact=True, filter=_filter(conditions))
        return int(_translated(self._shard.count, request))

    def scroll(
        self,
        conditions: Sequence[Condition],
        after: str,
        limit: int,
        fields: tuple[str, ...] | None,
    ) -> tuple[list[Point], str]:
        """Return one batch in the order of ids, and the id that the next one begins with."""
        request = qe.ScrollRequest(
            offset=after or None,
            limit=limit,
            filter=_filter(conditions),
            with_payload=True if fields is None else list(fields),
        )
        records, following = _translated(self._shard.scroll, request)
        return [to_point(record) for record in records], str(following) if following else ""

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
            filter=_filter(conditions),
            with_payload=True if fields is None else list(fields),
            order_by=qe.OrderBy(order.field, direction, order.start_from),
        )
        records, _ = _translated(self._shard.scroll, request)
        return [to_point(record) for record in records]

    def optimize(self) -> bool:
        """Build the graphs and the int8 copies; blocks this process for seconds to minutes.

        Returns:
            Whether anything was to do.
        """
        return bool(_translated(self._shard.optimize))

    def info(self) -> Payload:
        """Return counts of points, of vectors in a graph, and of segments."""
        info = _translated(self._shard.info)
        return {
            "points": info.points_count,
            "indexed_vectors": info.indexed_vectors_count,
            "segments": info.segments_count,
        }

    def close(self) -> None:
        """Make everything durable and release the folder."""
        _translated(self._shard.flush)
        _translated(self._shard.close)

    def _request(self, leg: VectorQuery) -> "qe.QueryRequest":
        touched = {each.field for each in leg.conditions}
        params = qe.SearchParams(
            hnsw_ef=max(HNSW_EF_SEARCH, leg.limit),
            exact=leg.exact,
            quantization=qe.QuantizationSearchParams(rescore=True, oversampling=OVERSAMPLING),
            # A filter whose field has no links in the graph cuts it into islands; ACORN hops over.
            acorn=qe.AcornSearchParams(enable=bool(touched - self._linked)),
        )
        return qe.QueryRequest(
            limit=leg.limit,
            query=qe.Query.Nearest(to_engine_vector(leg.vector), using=leg.using),
            filter=_filter(leg.conditions, leg.exclude_ids, leg.include_ids),
            params=params,
        )


def _config(schema: StoreSchema) -> "qe.EdgeConfig":
    return qe.EdgeConfig(
        vectors={
            name: qe.EdgeVectorParams(dim, qe.Distance.Dot) for name, dim in schema.dims.items()
        },
        sparse_vectors={SPARSE: qe.EdgeSparseVectorParams(modifier=qe.Modifier.Idf)},
        hnsw_config=qe.HnswIndexConfig(
            HNSW_M, HNSW_EF_CONSTRUCT, full_scan_threshold_kb(schema.dims)
        ),
        quantization_config=qe.ScalarQuantizationConfig(qe.ScalarType.Int8, quantile=INT8_QUANTILE),
        optimizers=qe.EdgeOptimizersConfig(
            default_segment_number=1, indexing_threshold=INDEXING_THRESHOLD_KB
        ),
    )


def _filter(
    conditions: Sequence[Condition], exclude: Sequence[str] = (), among: Sequence[str] = ()
) -> "qe.Filter | None":
    if not conditions and not exclude and not among:
        return None
    must: list[Any] = [_condition(each) for each in conditions]
    if among:
        must.append(qe.HasIdCondition(set(among)))
    return qe.Filter(
        must=must,
        must_not=[qe.HasIdCondition(set(exclude))] if exclude else None,
    )


def _condition(condition: Condition) -> "qe.FieldCondition | qe.IsEmptyCondition":
    if isinstance(condition, IsEmpty):
        return qe.IsEmptyCondition(condition.field)
    if isinstance(condition, In):
        match = qe.MatchAny(list(condition.values))  # type: ignore[arg-type]
        return qe.FieldCondition(condition.field, match=match)
    span = qe.RangeFloat(gte=condition.low, lte=condition.high)
    return qe.FieldCondition(condition.field, range=span)


def _engine_vectors(point: Point) -> dict[str, Any]:
    vectors: dict[str, Any] = {name: each.tolist() for name, each in point.vectors.items()}
    if point.sparse_vector:
        vectors[SPARSE] = to_engine_vector(point.sparse_vector)
    return vectors


def to_engine_vector(vector: "np.typing.NDArray[np.float32] | SparseVector") -> Any:
    """Return a vector as the engine takes it."""
    if isinstance(vector, SparseVector):
        return qe.SparseVector(vector.indices.tolist(), vector.values.tolist())
    return vector.tolist()


def _translated(call: Callable[..., Any], *args: Any) -> Any:
    """Return what the engine returns; its errors are bare `Exception`s.

    Raises:
        IndexStoreError: The engine refused.
    """
    try:
        return call(*args)
    except Exception as exc:
        raise IndexStoreError(f"the embedded engine refused: {exc}") from exc
