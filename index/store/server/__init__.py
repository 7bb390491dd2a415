"""A Qdrant server or cluster as a vector store."""

from index.store.server.server_store import ServerStore

__all__ = ["ServerStore"]
