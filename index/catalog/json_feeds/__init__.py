"""JSON feeds: lines, arrays, answers of APIs; values as deep as shops nest them."""

from index.catalog.json_feeds.json_source import JSON_FORMATS, JsonSource, is_json
from index.catalog.json_feeds.web_page import WebPageSource

__all__ = ["JSON_FORMATS", "JsonSource", "WebPageSource", "is_json"]
