"""Import catalog feeds into a vector store and search it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from index.catalog import FeedMapping, ProductFeed, Rejection, read_products
    from index.index_report import IndexReport
    from index.product_index import ProductIndex
    from shopwindow.version import __version__

_HOMES = {
    "__version__": "shopwindow.version",
    "FeedMapping": "index.catalog",
    "IndexReport": "index.index_report",
    "ProductFeed": "index.catalog",
    "ProductIndex": "index.product_index",
    "Rejection": "index.catalog",
    "read_products": "index.catalog",
}

__all__ = [
    "FeedMapping",
    "IndexReport",
    "ProductFeed",
    "ProductIndex",
    "Rejection",
    "__version__",
    "read_products",
]


def __getattr__(name: str) -> Any:
    """Return an exported name, imported on first access.

    The engine's process imports `index.store.edge` and must not wait for the feed readers.

    Raises:
        AttributeError: This package exports no such name.
    """
    from importlib import import_module  # noqa: PLC0415

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
