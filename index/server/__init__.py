"""A Qdrant server or cluster: `store` keeps the contract, `translation` speaks its words."""

from index.server.store import ServerStore

__all__ = ["ServerStore"]
