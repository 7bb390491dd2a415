"""Qdrant Edge on a folder: the store that needs no server.

`EdgeStore` is what the rest sees. The engine holds Python's lock in every call (building a graph
takes minutes), so it lives in a worker process: `store` talks to `worker`, which drives `engine`,
the only importer of `qdrant_edge`; `build` makes the graph on a copy in a further process.
"""

from index.edge.store import EdgeStore

__all__ = ["EdgeStore"]
