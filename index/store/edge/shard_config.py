"""How a Qdrant Edge shard is configured: its vectors, its graph, its quantization."""

import json
from collections.abc import Collection
from pathlib import Path

import qdrant_edge as qe

from index.store.hnsw_config import (
    HNSW_EF_CONSTRUCT,
    HNSW_M,
    INT8_QUANTILE,
    full_scan_threshold_kb,
)
from index.store.points import SPARSE, StoreSchema

INDEXING_THRESHOLD_KB = 1_000
"""Kilobytes of vectors from which a segment gets an HNSW graph."""

SEARCH_THREADS = 1
"""Threads that search segments: one searches in the calling thread, more of them in a pool. There
is one large segment, so that handing over costs a quarter of a search and gains nothing."""

_CONFIG_FILE = "edge_config.json"
"""The engine's own record of what a shard has; written when a vector name is created."""


def build_config(schema: StoreSchema) -> "qe.EdgeConfig":
    """Return what a shard is created with: without multivectors, which it gets when needed."""
    return qe.EdgeConfig(
        vectors=_build_vector_params(schema, schema.dims),
        sparse_vectors=_build_sparse_params(),
        max_search_threads=SEARCH_THREADS,
        hnsw_config=qe.HnswIndexConfig(
            HNSW_M, HNSW_EF_CONSTRUCT, full_scan_threshold_kb(schema.dims)
        ),
        quantization_config=qe.ScalarQuantizationConfig(qe.ScalarType.Int8, quantile=INT8_QUANTILE),
        optimizers=qe.EdgeOptimizersConfig(
            default_segment_number=1, indexing_threshold=INDEXING_THRESHOLD_KB
        ),
    )


def build_load_config(schema: StoreSchema, vector_names: Collection[str]) -> "qe.EdgeConfig":
    """Return what a shard is loaded with; all that is left out stays as it was created.

    Args:
        schema: The store's schema.
        vector_names: The dense vectors and multivectors that the shard has: the engine refuses
            other names.
    """
    return qe.EdgeConfig(
        vectors=_build_vector_params(schema, vector_names),
        sparse_vectors=_build_sparse_params(),
        max_search_threads=SEARCH_THREADS,
    )


def read_vector_names(folder: Path, schema: StoreSchema) -> tuple[str, ...]:
    """Return the names of the dense vectors and multivectors of the schema that a shard has.

    A damaged record is the engine's to report: then the names are those of a new shard.
    """
    try:
        created = json.loads((folder / _CONFIG_FILE).read_text())["vectors"].keys()
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        created = ()
    return (*schema.dims, *(name for name in schema.multivector_dims if name in created))


def create_multivector(name: str, dim: int) -> "qe.UpdateOperation":
    """Return the operation that gives a shard a multivector; it may be repeated."""
    return qe.UpdateOperation.create_dense_vector(name, dim, qe.Distance.Dot, _build_max_sim())


def _build_vector_params(
    schema: StoreSchema, names: Collection[str]
) -> "dict[str, qe.EdgeVectorParams]":
    multi = {name: _build_max_sim() for name in schema.multivector_dims}
    return {
        name: qe.EdgeVectorParams(dim, qe.Distance.Dot, multivector_config=multi.get(name))
        for name, dim in schema.all_dims.items()
        if name in names
    }


def _build_max_sim() -> "qe.MultiVectorConfig":
    return qe.MultiVectorConfig(qe.MultiVectorComparator.MaxSim)


def _build_sparse_params() -> "dict[str, qe.EdgeSparseVectorParams]":
    return {SPARSE: qe.EdgeSparseVectorParams(modifier=qe.Modifier.Idf)}
