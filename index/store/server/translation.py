"""Our words for a Qdrant server, and its answers in ours."""

from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any

from qdrant_client import models as qm

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
    Point,
    StoreSchema,
)
from index.text.bm25 import SparseVector

MANIFEST_KEY = "shopwindow"
SCHEMA_KEY = "shopwindow_schema"

FIELD_PARAMS: dict[str, Callable[[FieldIndex], Any]] = {
    "keyword": lambda f: qm.KeywordIndexParams(
        type=qm.KeywordIndexType.KEYWORD, is_tenant=f.tenant or None, enable_hnsw=f.linked
    ),
    "integer": lambda f: qm.IntegerIndexParams(
        type=qm.IntegerIndexType.INTEGER, lookup=True, range=True, enable_hnsw=f.linked
    ),
    "float": lambda f: qm.FloatIndexParams(type=qm.FloatIndexType.FLOAT, enable_hnsw=f.linked),
}


def collection_settings(schema: StoreSchema) -> dict[str, Any]:
    """Return how a collection is made: vectors, words with IDF, graph, int8 copies, schema."""
    quantization = qm.ScalarQuantization(
        scalar=qm.ScalarQuantizationConfig(
            type=qm.ScalarType.INT8, quantile=INT8_QUANTILE, always_ram=True
        )
    )
    return {
        "vectors_config": {
            name: qm.VectorParams(size=dim, distance=qm.Distance.DOT)
            for name, dim in schema.dims.items()
        },
        "sparse_vectors_config": {WORDS: qm.SparseVectorParams(modifier=qm.Modifier.IDF)},
        "hnsw_config": qm.HnswConfigDiff(
            m=HNSW_M,
            ef_construct=HNSW_EF_CONSTRUCT,
            full_scan_threshold=scan_below_kb(schema.dims),
        ),
        "quantization_config": quantization,
        "metadata": {SCHEMA_KEY: schema.as_dict()},
    }


def selector(fields: tuple[str, ...] | None) -> bool | list[str]:
    """Return which payload fields to bring; None means all."""
    return True if fields is None else list(fields)


def filter_of(
    conditions: Sequence[Condition], exclude: Sequence[str] = (), among: Sequence[str] = ()
) -> qm.Filter | None:
    """Return conditions, excluded ids and the only ids as one filter; None when there are none."""
    if not conditions and not exclude and not among:
        return None
    must: list[qm.Condition] = [_condition(each) for each in conditions]
    if among:
        must.append(qm.HasIdCondition(has_id=list(among)))
    return qm.Filter(
        must=must,
        must_not=[qm.HasIdCondition(has_id=list(exclude))] if exclude else None,
    )


def _condition(condition: Condition) -> qm.FieldCondition | qm.IsEmptyCondition:
    if isinstance(condition, Missing):
        return qm.IsEmptyCondition(is_empty=qm.PayloadField(key=condition.field))
    if isinstance(condition, AnyOf):
        match = qm.MatchAny(any=list(condition.values))
        return qm.FieldCondition(key=condition.field, match=match)
    span = qm.Range(gte=condition.low, lte=condition.high)
    return qm.FieldCondition(key=condition.field, range=span)


def order_by(order: Order) -> qm.OrderBy:
    """Return an order as the server takes it."""
    direction = qm.Direction.DESC if order.descending else qm.Direction.ASC
    return qm.OrderBy(key=order.field, direction=direction, start_from=order.start)


def sent_point(point: Point) -> qm.PointStruct:
    """Return a point as the server takes it."""
    return qm.PointStruct(id=point.id, vector=_vectors(point), payload=point.payload)


def sent_words(words: Mapping[str, SparseVector]) -> list[qm.PointVectors]:
    """Return the words of points as the server takes them."""
    return [qm.PointVectors(id=each, vector={WORDS: _vector(v)}) for each, v in words.items()]


def request(leg: LegQuery, linked: Container[str]) -> qm.QueryRequest:
    """Return one retrieval; `linked` are the fields that the graph has links for."""
    touched = [each.field for each in leg.conditions]
    params = qm.SearchParams(
        hnsw_ef=max(SEARCH_EF, leg.limit),
        exact=leg.exact,
        quantization=qm.QuantizationSearchParams(rescore=True, oversampling=OVERSAMPLING),
        acorn=qm.AcornSearchParams(enable=any(each not in linked for each in touched)),
    )
    return qm.QueryRequest(
        query=_vector(leg.vector),
        using=leg.using,
        filter=filter_of(leg.conditions, leg.exclude, leg.among),
        limit=leg.limit,
        params=params,
    )


def _vectors(point: Point) -> dict[str, Any]:
    vectors: dict[str, Any] = {name: _vector(each) for name, each in point.vectors.items()}
    if point.words:
        vectors[WORDS] = _vector(point.words)
    return vectors


def _vector(vector: Any) -> Any:
    if isinstance(vector, SparseVector):
        return qm.SparseVector(indices=vector.indices.tolist(), values=vector.values.tolist())
    return vector.tolist()


def linked_fields(schema: StoreSchema | None) -> set[str]:
    """Return the fields that the graph has links for."""
    return {each.name for each in schema.fields if each.linked} if schema else set()
