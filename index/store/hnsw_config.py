"""How both Qdrant engines build and walk their graph; equal, so that their answers are.

Source: measured in docs/decisions/0003-store.md.
"""

from collections.abc import Mapping

HNSW_M = 16
HNSW_EF_CONSTRUCT = 100
HNSW_EF_SEARCH = 128
OVERSAMPLING = 2.0
"""Candidates of the int8 copies per point asked for, before they are scored anew in float32."""

INT8_QUANTILE = 0.99

FULL_SCAN_THRESHOLD = 25_000
"""A filter that leaves fewer points than this has them all scored, rather than the graph walked."""


def full_scan_threshold_kb(dims: Mapping[str, int]) -> int:
    """Return that limit as the engines take it: kilobytes of float32 vectors of the widest kind."""
    return FULL_SCAN_THRESHOLD * max(dims.values()) * 4 // 1024


REBUILD_SHARE = 0.5
"""Share of `hnsw_from` that may lie outside the graph, scanned exactly, before it is rebuilt."""
