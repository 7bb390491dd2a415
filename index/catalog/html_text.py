"""HTML in descriptions, taken down to its words.

The standard `html.parser` is not used: it takes time in the square of the length for texts such as
"<a <a <a" (four minutes for 100 KB), and a feed may come from a stranger. Every expression here
stops at the next "<", so that a text is passed over once.
"""

import html
import re

# Only tags that shops write make a text HTML: "size <b> 5" and "a < b" stay.
_KNOWN_TAG = re.compile(
    r"</?(?:a|b|br|blockquote|body|center|div|em|font|h[1-6]|hr|html|i|iframe|img|li|meta|ol|p|pre|"
    r"script|section|small|span|strong|style|sub|sup|table|tbody|td|th|thead|tr|u|ul|video)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_BLOCK = re.compile(
    r"</?(?:blockquote|br|div|h[1-6]|hr|li|ol|p|pre|section|table|td|th|tr|ul)(?:[\s/][^<>]*)?>",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-z][^<>]*>|<![^<>]*>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8}\d{0,2});", re.IGNORECASE)
_SILENT = (
    (re.compile(r"<!--"), re.compile(r"-->")),
    (re.compile(r"<script\b", re.IGNORECASE), re.compile(r"</script[^<>]*>", re.IGNORECASE)),
    (re.compile(r"<style\b", re.IGNORECASE), re.compile(r"</style[^<>]*>", re.IGNORECASE)),
)


def strip_html(text: str) -> str:
    """Return the words of a text; one that holds no HTML comes back as it is.

    Blocks and line breaks end a line; comments, scripts and styles are left out.
    """
    if not ("<" in text and _KNOWN_TAG.search(text)) and "&" in text and _ENTITY.search(text):
        # Feeds are often escaped once too often: "&lt;br&gt;" is a tag too.
        text = html.unescape(text)
    return _words(text) if "<" in text and _KNOWN_TAG.search(text) else text


def _words(text: str) -> str:
    text = text.replace("<![CDATA[", "").replace("]]>", "")
    for start, end in _SILENT:
        text = _without(text, start, end)
    return html.unescape(_TAG.sub("", _BLOCK.sub("\n", text)))


def _without(text: str, start: re.Pattern[str], end: re.Pattern[str]) -> str:
    """Return a text without what stands between two signs; to its end when the second lacks."""
    kept = []
    at = 0
    while opening := start.search(text, at):
        kept.append(text[at : opening.start()])
        closing = end.search(text, opening.end())
        at = closing.end() if closing else len(text)
    return "".join([*kept, text[at:]])
