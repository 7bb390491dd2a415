"""The read path: parse, retrieve, fuse, filter, rank, explain."""

from search.service import SearchService

__all__ = ["SearchService"]
