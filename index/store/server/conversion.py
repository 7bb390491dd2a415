"""Conversion of points, conditions and queries to the models of the Qdrant client."""

from collections.abc import Callable, Collection, Mapping, Sequence, Set
from typing import Any

from qdrant_client import models as qm

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
    AnyOf,
    Condition,
    FieldIndex,
    In,
    IsEmpty,
    OrderBy,
    Payload,
    Point,
    PointId,
    PointUpdate,
    StoreSchema,
    VectorQuery,
    list_fields,
)
from index.text.bm25 import SparseVector

MANIFEST_KEY = "shopwindow"
SCHEMA_KEY = "shopwindow_schema"

FIELD_PARAMS: dict[str, Callable[[FieldIndex], Any]] = {
    "keyword": lambda f: qm.KeywordIndexParams(
        type=qm.KeywordIndexType.KEYWORD, is_tenant=f.is_tenant or None, enable_hnsw=f.enable_hnsw
    ),
    "integer": lambda f: qm.IntegerIndexParams(
        type=qm.IntegerIndexType.INTEGER, lookup=True, range=True, enable_hnsw=f.enable_hnsw
    ),
    "float": lambda f: qm.FloatIndexParams(type=qm.FloatIndexType.FLOAT, enable_hnsw=f.enable_hnsw),
}


def build_collection_config(schema: StoreSchema) -> dict[str, Any]:
    """Return the arguments that create a collection for a schema."""
    quantization = qm.ScalarQuantization(
        scalar=qm.ScalarQuantizationConfig(
            type=qm.ScalarType.INT8, quantile=INT8_QUANTILE, always_ram=True
        )
    )
    multi = qm.MultiVectorConfig(comparator=qm.MultiVectorComparator.MAX_SIM)
    return {
        "vectors_config": {
            name: qm.VectorParams(
                size=dim,
                distance=qm.Distance.DOT,
                multivector_config=multi if name in schema.multivector_dims else None,
            )
            for name, dim in schema.all_dims.items()
        },
        "sparse_vectors_config": {SPARSE: qm.SparseVectorParams(modifier=qm.Modifier.IDF)},
        "hnsw_config": qm.HnswConfigDiff(
            m=HNSW_M,
            ef_construct=HNSW_EF_CONSTRUCT,
            full_scan_threshold=full_scan_threshold_kb(schema.dims),
        ),
        "quantization_config": quantization,
        "metadata": {SCHEMA_KEY: schema.as_dict()},
    }


def to_payload_selector(fields: tuple[str, ...] | None) -> bool | list[str]:
    """Return the payload fields to fetch as the server takes them; None means all."""
    return True if fields is None else list(fields)


def to_filter(
    conditions: Sequence[Condition],
    exclude_ids: Sequence[PointId] = (),
    include_ids: Sequence[PointId] = (),
) -> qm.Filter | None:
    """Return conditions, excluded and included ids as one filter; None if there are none."""
    if not conditions and not exclude_ids and not include_ids:
        return None
    must: list[qm.Condition] = [_to_condition(condition) for condition in conditions]
    if include_ids:
        must.append(qm.HasIdCondition(has_id=list(include_ids)))
    return qm.Filter(
        must=must,
        must_not=[qm.HasIdCondition(has_id=list(exclude_ids))] if exclude_ids else None,
    )


def _to_condition(condition: Condition) -> qm.FieldCondition | qm.IsEmptyCondition | qm.Filter:
    if isinstance(condition, AnyOf):
        return qm.Filter(
            should=[
                qm.Filter(must=[_to_condition(part) for part in parts])
                for parts in condition.alternatives
            ]
        )
    if isinstance(condition, IsEmpty):
        return qm.IsEmptyCondition(is_empty=qm.PayloadField(key=condition.field))
    if isinstance(condition, In):
        match = qm.MatchAny(any=list(condition.values))
        return qm.FieldCondition(key=condition.field, match=match)
    value_range = qm.Range(gte=condition.low, lte=condition.high)
    return qm.FieldCondition(key=condition.field, range=value_range)


def to_order_by(order: OrderBy) -> qm.OrderBy:
    """Return an order as the server takes it."""
    direction = qm.Direction.DESC if order.descending else qm.Direction.ASC
    return qm.OrderBy(key=order.field, direction=direction, start_from=order.start_from)


def to_point_struct(point: Point) -> qm.PointStruct:
    """Return a point as the server takes it."""
    return qm.PointStruct(id=point.id, vector=_to_vectors(point), payload=point.payload)


def to_point_vectors(vectors: Mapping[PointId, SparseVector]) -> list[qm.PointVectors]:
    """Return sparse vectors by point id as the server takes them.

    Args:
        vectors: By point id, each with indices and values of shape (n_terms,).
    """
    return [
        qm.PointVectors(id=point_id, vector={SPARSE: _to_vector(vector)})
        for point_id, vector in vectors.items()
    ]


def to_update_operations(updates: Sequence[PointUpdate]) -> list[qm.UpdateOperation]:
    """Return updates as the server takes them; it removes the fields that are null."""
    operations: list[qm.UpdateOperation] = []
    for update in updates:
        payloads: list[tuple[str | None, Payload]] = [(None, update.changes)]
        payloads += update.nested_changes.items()
        operations += [
            qm.SetPayloadOperation(
                set_payload=qm.SetPayload(payload=values, points=[update.id], key=key)
            )
            for key, values in payloads
            if values
        ]
    vectors = {u.id: u.sparse_vector for u in updates if u.sparse_vector is not None}
    filled = {point_id: vector for point_id, vector in vectors.items() if vector}
    emptied = [point_id for point_id, vector in vectors.items() if not vector]
    if filled:
        changed = qm.UpdateVectors(points=to_point_vectors(filled))
        operations.append(qm.UpdateVectorsOperation(update_vectors=changed))
    if emptied:
        deleted = qm.DeleteVectors(points=list(emptied), vector=[SPARSE])
        operations.append(qm.DeleteVectorsOperation(delete_vectors=deleted))
    return operations


def to_query_request(
    query: VectorQuery, hnsw_fields: Set[str], multivectors: Collection[str] = ()
) -> qm.QueryRequest:
    """Return a query as the server takes it.

    Args:
        query: The query.
        hnsw_fields: Payload fields that have links in the graph.
        multivectors: Names of the multivectors.
    """
    is_linked = list_fields(query.conditions) <= hnsw_fields
    params = qm.SearchParams(
        hnsw_ef=max(HNSW_EF_SEARCH, query.limit),
        exact=query.exact,
        quantization=qm.QuantizationSearchParams(rescore=True, oversampling=OVERSAMPLING),
        # A filter on a field without links splits the graph into islands; ACORN hops over the gaps.
        acorn=qm.AcornSearchParams(enable=not is_linked),
    )
    return qm.QueryRequest(
        query=_to_query_vector(query, multivectors),
        using=query.using,
        filter=to_filter(query.conditions, query.exclude_ids, query.include_ids),
        limit=query.limit,
        params=params,
    )


def _to_vectors(point: Point) -> dict[str, Any]:
    vectors: dict[str, Any] = {name: _to_vector(vector) for name, vector in point.vectors.items()}
    if point.sparse_vector:
        vectors[SPARSE] = _to_vector(point.sparse_vector)
    return vectors


def _to_query_vector(query: VectorQuery, multivectors: Collection[str]) -> Any:
    vector = _to_vector(query.vector)
    return [vector] if query.using in multivectors else vector


def _to_vector(vector: Any) -> Any:
    if isinstance(vector, SparseVector):
        return qm.SparseVector(indices=vector.indices.tolist(), values=vector.values.tolist())
    return vector.tolist()


def get_hnsw_fields(schema: StoreSchema | None) -> set[str]:
    """Return the payload fields that have links in the HNSW graph."""
    return {field.name for field in schema.fields if field.enable_hnsw} if schema else set()
