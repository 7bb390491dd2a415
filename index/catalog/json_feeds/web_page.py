"""Products that a saved web page describes for search engines, as JSON-LD in its scripts.

Source: schema.org; Google Search Central, "Introduction to structured data markup".
"""

import html
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from index.catalog.file_detection import iter_rows_safely, open_text
from index.catalog.json_feeds.schema_org import CONSUMED, build_schema_org
from index.catalog.records import NO_FIELD, MalformedRow, SourceRow, excerpt
from shopwindow.values.errors import FeedError

_MAX_PAGE_CHARS = 20_000_000
_SCRIPT = re.compile(
    r"<script\b[^>]*\btype\s*=\s*[\"']?application/ld\+json\b[^>]*>(.*?)</script\s*>",
    re.IGNORECASE | re.DOTALL,
)
_WRAPPING = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*$")


class WebPageSource:
    """Reads the scripts of one page together, since their nodes refer to one another.

    Args:
        path: The page.
        encoding: Encoding of its text.

    Raises:
        FeedError: The page describes no product.
    """

    def __init__(self, path: Path, encoding: str) -> None:
        self.path = path
        self.encoding = encoding
        if not any(isinstance(row, SourceRow) for row in iter_rows_safely(self)):
            raise FeedError(
                path,
                "this is a web page that describes no products as JSON-LD, not a feed; was its "
                "address right?",
            )

    def read_columns(self) -> tuple[str, ...]:
        """Return the names of the products' properties."""
        rows = [row for row in iter_rows_safely(self) if isinstance(row, SourceRow)]
        return tuple(dict.fromkeys(key for row in rows for key in row.cells))

    def get_format_columns(self) -> Mapping[str, tuple[str, ...]]:
        """Return the properties that fill no field."""
        return {NO_FIELD: CONSUMED}

    def iter_rows(self) -> Iterator[SourceRow | MalformedRow]:
        """Yield the products; a script that is not JSON is a malformed row.

        Yields:
            Rows, with the line of the page's first script.

        Raises:
            FeedError: The file is missing.
        """
        with open_text(self.path, self.encoding) as stream:
            page = stream.read(_MAX_PAGE_CHARS)
        documents: list[object] = []
        first_line = 0
        for script in _SCRIPT.finditer(page):
            line = page.count("\n", 0, script.start(1)) + 1
            first_line = first_line or line
            try:
                documents.append(_parse(script[1]))
            except (ValueError, RecursionError) as exc:
                yield MalformedRow(line, f"not JSON-LD: {exc}", raw=excerpt(script[1].strip()))
        for cells in build_schema_org({"@graph": documents}):
            yield SourceRow(first_line, cells)


def _parse(script: str) -> object:
    text = _WRAPPING.sub("", script).strip()
    try:
        return json.loads(text, strict=False)
    except ValueError:
        if "&quot;" not in text:
            raise
        return json.loads(html.unescape(text), strict=False)
