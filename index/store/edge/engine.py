"""One Qdrant Edge shard in this process: our words translated into the engine's and back."""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import qdrant_edge as qe

from index.field_rows import Rows
from index.payload_cache import RememberedRows
from index.store.engine_records import counted, point_of, ranked
from index.store.hnsw_config import (
    HNSW_EF_CONSTRUCT,
    HNSW_M,
    INT8_QUANTILE,
    OVERSAMPLING,
    SEARCH_EF,
    scan_below_kb,
)
from index.store.points import (
    WORDS,
    AnyOf,
    Condition,
    FieldIndex,
    LegQuery,
    Missing,
    Order,
    Payload,
    Point,
    Scored,
    StoreSchema,
    Value,
)
from index.text.bm25 import SparseVector
from shopwindow.values.errors import IndexStoreError

INDEX_SEGMENTS_FROM_KB = 1_000

LOG_WAIT_S = 10.0
"""Seconds that a dying process may take to let go of the engine's log."""

_FIELD_PARAMS: dict[str, Callable[[FieldIndex], Any]] = {
    "keyword": lambda f: qe.KeywordIndexParams(is_tenant=f.tenant, enable_hnsw=f.linked),
    "integer": lambda f: qe.IntegerIndexParams(lookup=True, range=True, enable_hnsw=f.linked),
    "float": lambda f: qe.FloatIndexParams(enable_hnsw=f.linked),
}


class EdgeEngine:
    """An open shard. Not safe for threads; one process owns it.

    The operations are those of `VectorStore` and mean the same; arguments were checked before.

    Attributes:
        remembered: Values that are asked for over candidates.
    """

    def __init__(self, shard: "qe.EdgeShard", schema: StoreSchema) -> None:
        self._shard = shard
        self._linked = {each.name for each in schema.fields if each.linked}
        kept = (*(each.name for each in schema.fields if each.counted), *schema.remembered)
        fetch = partial(self.retrieve, vectors=False)
        self.remembered = RememberedRows(kept, fetch, partial(self.scroll, ()))

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
        deadline = time.monotonic() + LOG_WAIT_S
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
        self.remembered.forget(point.id for point in points)
        made = [qe.Point(p.id, _engine_vectors(p), p.payload) for p in points]
        _translated(self._shard.update, qe.UpdateOperation.upsert_points(made))
        _translated(self._shard.flush)
        self.remembered.keep(points)

    def set_words(self, words: Mapping[str, SparseVector]) -> None:
        """Replace the words of points; durable once this returns."""
        made = [qe.PointVectors(each, {WORDS: engine_vector(v)}) for each, v in words.items()]
        _translated(self._shard.update, qe.UpdateOperation.update_vectors(made))
        _translated(self._shard.flush)

    def delete(self, ids: Sequence[str]) -> None:
        """Remove points; durable once this returns."""
        self.remembered.forget(ids)
        _translated(self._shard.update, qe.UpdateOperation.delete_points(list(ids)))
        _translated(self._shard.flush)

    def retrieve(
        self, ids: Sequence[str], fields: tuple[str, ...] | None, vectors: bool
    ) -> dict[str, Point]:
        """Return the points that exist among the ids."""
        payload = True if fields is None else list(fields)
        found = _translated(self._shard.retrieve, list(ids), payload, vectors)
        return {str(record.id): point_of(record) for record in found}

    def query(self, legs: Sequence[LegQuery]) -> list[list[Scored]]:
        """Return the best points of each leg."""
        requests = qe.QueryBatchRequest([self._request(leg) for leg in legs])
        answers = _translated(self._shard.query_batch, requests)
        return [ranked(answer) for answer in answers]

    def facet(self, name: str, conditions: Sequence[Condition], limit: int) -> dict[Value, int]:
        """Return exact counts by value, most frequent first."""
        request = qe.FacetRequest(name, limit=limit, exact=True, filter=_filter(conditions))
        hits = _translated(self._shard.facet, request).hits
        return counted(hits)

    def rows(self, ids: Sequence[str], fields: tuple[str, ...]) -> Rows:
        """Return the values of some fields of the points that exist among the ids."""
        return self.remembered.rows(ids, fields)

    def passing(
        self, ids: Sequence[str], several: Sequence[tuple[Condition, ...]]
    ) -> list[set[str]]:
        """Return which of the points fulfil the conditions, for each list of them."""
        found = []
        for conditions in several:
            if self.remembered.keeps(conditions):
                asked = [each for each in conditions if isinstance(each, AnyOf)]
                found.append(self.remembered.passing(ids, asked))
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
        return [point_of(record) for record in records], str(following) if following else ""

    def ordered(
        self,
        order: Order,
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
            order_by=qe.OrderBy(order.field, direction, order.start),
        )
        records, _ = _translated(self._shard.scroll, request)
        return [point_of(record) for record in records]

    def optimise(self) -> bool:
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
            "in_graph": info.indexed_vectors_count,
            "segments": info.segments_count,
        }

    def close(self) -> None:
        """Make everything durable and release the folder."""
        _translated(self._shard.flush)
        _translated(self._shard.close)

    def _request(self, leg: LegQuery) -> "qe.QueryRequest":
        touched = {each.field for each in leg.conditions}
        params = qe.SearchParams(
            hnsw_ef=max(SEARCH_EF, leg.limit),
            exact=leg.exact,
            quantization=qe.QuantizationSearchParams(rescore=True, oversampling=OVERSAMPLING),
            # A filter whose field has no links in the graph cuts it into islands; ACORN hops over.
            acorn=qe.AcornSearchParams(enable=bool(touched - self._linked)),
        )
        return qe.QueryRequest(
            limit=leg.limit,
            query=qe.Query.Nearest(engine_vector(leg.vector), using=leg.using),
            filter=_filter(leg.conditions, leg.exclude, leg.among),
            params=params,
        )


def _config(schema: StoreSchema) -> "qe.EdgeConfig":
    return qe.EdgeConfig(
        vectors={
            name: qe.EdgeVectorParams(dim, qe.Distance.Dot) for name, dim in schema.dims.items()
        },
        sparse_vectors={WORDS: qe.EdgeSparseVectorParams(modifier=qe.Modifier.Idf)},
        hnsw_config=qe.HnswIndexConfig(HNSW_M, HNSW_EF_CONSTRUCT, scan_below_kb(schema.dims)),
        quantization_config=qe.ScalarQuantizationConfig(qe.ScalarType.Int8, quantile=INT8_QUANTILE),
        optimizers=qe.EdgeOptimizersConfig(
            default_segment_number=1, indexing_threshold=INDEX_SEGMENTS_FROM_KB
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
    if isinstance(condition, Missing):
        return qe.IsEmptyCondition(condition.field)
    if isinstance(condition, AnyOf):
        match = qe.MatchAny(list(condition.values))  # type: ignore[arg-type]
        return qe.FieldCondition(condition.field, match=match)
    span = qe.RangeFloat(gte=condition.low, lte=condition.high)
    return qe.FieldCondition(condition.field, range=span)


def _engine_vectors(point: Point) -> dict[str, Any]:
    vectors: dict[str, Any] = {name: each.tolist() for name, each in point.vectors.items()}
    if point.words:
        vectors[WORDS] = engine_vector(point.words)
    return vectors


def engine_vector(vector: "np.typing.NDArray[np.float32] | SparseVector") -> Any:
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
