"""Search and recommendations over a product index."""

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
