"""Conversion of HTML in descriptions to plain text.

The standard `html.parser` is not used: it takes quadratic time for texts such as "<a <a <a" (four
minutes for 100 KB), and feeds are untrusted. Every expression here stops at the next "<", so that
a text is scanned once.
"""

import html
import re

# Only tags that shops use make a text HTML: "size <b> 5" and "a < b" are unchanged.
_KNOWN_TAG = re.compile(
    r"</?(?:a|b|br|blockquote|body|center|div|em|font|h[1-6]|hr|html|i|iframe|img|li|meta|ol|p|pre|"
    r"script|section|small|span|strong|style|sub|sup|table|tbody|td|th|thead|tr|u|ul|video)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_BLOCK_TAG = re.compile(
    r"</?(?:blockquote|br|div|h[1-6]|hr|li|ol|p|pre|section|table|td|th|tr|ul)(?:[\s/][^<>]*)?>",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-z][^<>]*>|<![^<>]*>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8}\d{0,2});", re.IGNORECASE)
_HIDDEN_ELEMENTS = (
    (re.compile(r"<!--"), re.compile(r"-->")),
    (re.compile(r"<script\b", re.IGNORECASE), re.compile(r"</script[^<>]*>", re.IGNORECASE)),
    (re.compile(r"<style\b", re.IGNORECASE), re.compile(r"</style[^<>]*>", re.IGNORECASE)),
)


def strip_html(text: str) -> str:
    """Return a text without HTML; one that contains none is unchanged.

    Block elements and line breaks end a line; comments, scripts and styles are removed.
    """
    if not ("<" in text and _KNOWN_TAG.search(text)) and "&" in text and _ENTITY.search(text):
        # Feeds are often escaped twice: "&lt;br&gt;" is a tag too.
        text = html.unescape(text)
    return _extract_text(text) if "<" in text and _KNOWN_TAG.search(text) else text


def _extract_text(text: str) -> str:
    text = text.replace("<![CDATA[", "").replace("]]>", "")
    for start, end in _HIDDEN_ELEMENTS:
        text = _remove_between(text, start, end)
    return html.unescape(_TAG.sub("", _BLOCK_TAG.sub("\n", text)))


def _remove_between(text: str, start: re.Pattern[str], end: re.Pattern[str]) -> str:
    """Return a text without everything from each `start` to the next `end`, or to its own end."""
    kept = []
    position = 0
    while opening := start.search(text, position):
        kept.append(text[position : opening.start()])
        closing = end.search(text, opening.end())
        position = closing.end() if closing else len(text)
    return "".join([*kept, text[position:]])
