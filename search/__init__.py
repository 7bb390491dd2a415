"""Search and recommendations over a product index.

Exported names are imported on first use: most commands need few of them.
"""

from typing import TYPE_CHECKING

from shopwindow.lazy_exports import make_getattr

if TYPE_CHECKING:
    from search.batch_matching import PhotoMatch, match_photos
    from search.match_confidence import (
        CONFIDENCE_BOUNDS,
        LOW_CONFIDENCE,
        SAME_PHOTO,
        is_calibrated,
        label_confidence,
    )
    from search.merchant_scope import is_visible
    from search.runtime import Runtime, RuntimeHealth
    from search.service import SearchService
    from search.suggestions import Suggestion
    from shopwindow.version import __version__

__all__ = [
    "CONFIDENCE_BOUNDS",
    "LOW_CONFIDENCE",
    "SAME_PHOTO",
    "PhotoMatch",
    "Runtime",
    "RuntimeHealth",
    "SearchService",
    "Suggestion",
    "__version__",
    "is_calibrated",
    "is_visible",
    "label_confidence",
    "match_photos",
]

_MODULES = {
    "CONFIDENCE_BOUNDS": "search.match_confidence",
    "LOW_CONFIDENCE": "search.match_confidence",
    "SAME_PHOTO": "search.match_confidence",
    "PhotoMatch": "search.batch_matching",
    "Runtime": "search.runtime",
    "RuntimeHealth": "search.runtime",
    "SearchService": "search.service",
    "Suggestion": "search.suggestions",
    "__version__": "shopwindow.version",
    "is_calibrated": "search.match_confidence",
    "is_visible": "search.merchant_scope",
    "label_confidence": "search.match_confidence",
    "match_photos": "search.batch_matching",
}

__getattr__ = make_getattr(__name__, _MODULES)
