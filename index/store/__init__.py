"""The vector store: one contract, and its exact, embedded and server implementations."""

from index.store.points import PHOTO, SPARSE, TEXT, Condition, In, OrderBy

__all__ = ["PHOTO", "SPARSE", "TEXT", "Condition", "In", "OrderBy"]
