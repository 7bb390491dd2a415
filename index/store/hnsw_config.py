"""Settings of the HNSW graph, the same for both Qdrant engines so that their answers agree.

Source: measured in docs/decisions/0003-store.md.
"""

from collections.abc import Mapping

HNSW_M = 16
HNSW_EF_CONSTRUCT = 100
HNSW_EF_SEARCH = 128
OVERSAMPLING = 2.0
"""Candidates from the int8 vectors per requested point, before rescoring in float32."""

INT8_QUANTILE = 0.99

FULL_SCAN_THRESHOLD = 25_000
"""A filter that leaves fewer points than this is searched exactly, without the graph."""


def full_scan_threshold_kb(dims: Mapping[str, int]) -> int:
    """Return the threshold as the engines take it: kilobytes of the widest float32 vectors."""
    return FULL_SCAN_THRESHOLD * max(dims.values()) * 4 // 1024


REBUILD_SHARE = 0.5
"""Share of `hnsw_min_points` that may be outside the graph, searched exactly, before a rebuild."""
