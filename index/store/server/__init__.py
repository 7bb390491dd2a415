"""A Qdrant server or cluster: `store` keeps the contract, `translation` speaks its words."""

from index.store.server.server_store import ServerStore

__all__ = ["ServerStore"]
