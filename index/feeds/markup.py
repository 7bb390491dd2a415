"""HTML in descriptions, taken down to its words."""

import html
import re
from html.parser import HTMLParser

# Only tags that shops write count: "size <b> 5" stays, "a < b" stays.
_TAG = re.compile(
    r"</?(?:a|b|br|blockquote|body|center|div|em|font|h[1-6]|hr|html|i|iframe|img|li|meta|ol|p|pre|"
    r"script|section|small|span|strong|style|sub|sup|table|tbody|td|th|thead|tr|u|ul|video)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8}\d{0,2});", re.IGNORECASE)
_BLOCKS = "blockquote br div h1 h2 h3 h4 h5 h6 hr li ol p pre section table td th tr ul"
_BREAKS = frozenset(_BLOCKS.split())
_SILENT = frozenset({"script", "style"})


class _Words(HTMLParser):
    """Collects the text between tags; a block ends a line, a script is left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def strip_markup(text: str) -> str:
    """Return the words of a text; one that holds no HTML comes back as it is."""
    if not ("<" in text and _TAG.search(text)) and "&" in text and _ENTITY.search(text):
        # Feeds are often escaped once too often: "&lt;br&gt;" is a tag too.
        text = html.unescape(text)
    return _words(text) if "<" in text and _TAG.search(text) else text


def _words(text: str) -> str:
    # "<![" makes the standard parser raise AssertionError: that sign is of no use to a reader.
    parser = _Words()
    parser.feed(text.replace("<![", " "))
    parser.close()
    return "".join(parser.parts)
