"""Catalogue feeds into Qdrant, and finding in it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from index.feeds import FeedMapping, ProductFeed, Rejection, read_products
    from index.product_index import ProductIndex
    from index.report import IndexReport

_HOMES = {
    "FeedMapping": "index.feeds",
    "IndexReport": "index.report",
    "ProductFeed": "index.feeds",
    "ProductIndex": "index.product_index",
    "Rejection": "index.feeds",
    "read_products": "index.feeds",
}

__all__ = [
    "FeedMapping",
    "IndexReport",
    "ProductFeed",
    "ProductIndex",
    "Rejection",
    "read_products",
]


def __getattr__(name: str) -> Any:
    """Return an exported name, imported when it is first asked for.

    The engine's worker process imports `index.edge` and must not wait for the feed readers.

    Raises:
        AttributeError: This package exports no such name.
    """
    from importlib import import_module  # noqa: PLC0415

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
