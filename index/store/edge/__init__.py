"""Qdrant Edge on a folder: the store that needs no server.

`EdgeStore` is what the rest sees. The engine holds Python's lock in every call (building a graph
takes minutes), so it lives in a process of its own that all processes of a folder share: `store`
asks through `client`; `keeper` locks the folder and forks `service`, which serves `folder` by
`engine`, the only importer of `qdrant_edge`; `build` makes the graph on a copy, in another process.
"""

from index.store.edge.edge_store import EdgeStore

__all__ = ["EdgeStore"]
