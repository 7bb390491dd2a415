"""Search and recommendations over a product index."""

from search.runtime import Runtime, RuntimeHealth
from search.service import SearchService
from shopwindow.version import __version__

__all__ = ["Runtime", "RuntimeHealth", "SearchService", "__version__"]
