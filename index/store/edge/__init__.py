"""Qdrant Edge on a folder: the store that needs no server.

`EdgeStore` is the public class. The engine holds the GIL in every call (building a graph takes
minutes), so it runs in a process of its own that all users of a folder share: `edge_store` calls it
through `client`; `supervisor` locks the folder and forks `service`, which serves `index_folder` by
means of `engine` and `conversion`, the only importers of `qdrant_edge`; `graph_build` builds the
graph on a copy, in another process.
"""

from index.store.edge.edge_store import EdgeStore

__all__ = ["EdgeStore"]
