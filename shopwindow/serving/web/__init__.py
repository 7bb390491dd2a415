"""The web page: search by words and photo, filters, similar products."""

from shopwindow.serving.web.page import build_page
from shopwindow.serving.web.web_server import launch

__all__ = ["build_page", "launch"]
