"""Search and recommendations over a product index."""

from search.service import SearchService
from shopwindow.version import __version__

__all__ = ["SearchService", "__version__"]
