"""The web page: search by words and photo, filters, similar products."""

from ui.page import build_page
from ui.serving import launch

__all__ = ["build_page", "launch"]
