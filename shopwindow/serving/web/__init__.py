"""The web page: search by text and photo, filters, similar products, recommendations."""

from shopwindow.serving.web.page import build_page
from shopwindow.serving.web.web_server import launch

__all__ = ["build_page", "launch"]
