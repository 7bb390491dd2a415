"""How both Qdrant engines build and walk their graph; equal, so that their answers are.

Source: measured in docs/decisions/0003-store.md.
"""

HNSW_M = 16
HNSW_EF_CONSTRUCT = 100
SEARCH_EF = 128
OVERSAMPLING = 2.0
"""Candidates of the int8 copies per point asked for, before they are scored anew in float32."""

INT8_QUANTILE = 0.99
