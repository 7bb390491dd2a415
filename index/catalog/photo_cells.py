"""Cells with photos: one address or path, or several in a list, a JSON array, HTML or a formula."""

import ast
import html
import json
import re

_IMAGE_SUFFIX = r"\.(?:jpe?g|jfif|png|webp|gif|avif|bmp|tiff?|heic|svg)"
_BREAKS = re.compile(r"[\r\n\t]+")
# Without the lookbehind a long run of separators would take quadratic time.
_ADDRESS_START = re.compile(r"(?<![\s|,;])[\s|,;]+(?=(?:https?:)?//|www\.)", re.IGNORECASE)
_AFTER_SUFFIX = re.compile(rf"({_IMAGE_SUFFIX})\s*[|,;]\s*", re.IGNORECASE)
_ADDRESS_PARAMETER = re.compile(r"[?&](?:url|src|u|uri|image|img|source)=[^&]*$", re.IGNORECASE)
_LABEL = re.compile(rf"({_IMAGE_SUFFIX}(?:\?[^:\s]*)?):(?!//)[^/]*$", re.IGNORECASE)
_HTML_SOURCE = re.compile(r"<img\b[^<>]*?\bsrc\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)
_LINK_SOURCE = re.compile(r"<a\b[^<>]*?\bhref\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)
_FORMULA = re.compile(r"^=\s*\w+\(\s*\"([^\"]+)\"", re.IGNORECASE)
_KEYS = ("url", "src", "path", "link", "image")
_ENDS = " \t\r\n,;|\"'"


def split_photo_cell(text: str) -> list[str]:
    """Return the photos that a cell names, in order: addresses and paths, not checked.

    A comma, semicolon or space separates before the next address, or behind the suffix of a
    photo's file; inside of one address (w_300,h_300 or ?url=a,https://b) it does not.
    """
    text = text.strip()
    if text.startswith(("[", "{")):
        listed = _parse_list(text)
        if listed:
            return [photo for item in listed for photo in split_photo_cell(item)]
    if text.startswith("<"):
        found = _HTML_SOURCE.findall(text) or _LINK_SOURCE.findall(text)
        return [html.unescape(source) for source in found]
    if text.startswith("=") and (formula := _FORMULA.match(text)):
        text = formula[1]
    if "&amp;" in text:
        text = html.unescape(text)
    return [photo for line in _BREAKS.split(text) for photo in _split_line(line)]


def _parse_list(text: str) -> list[str]:
    """Return the texts of a JSON array, or of one as Python writes it; nothing for others."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            return []
    items = value if isinstance(value, (list, tuple)) else [value]
    found = [_get_address(item) for item in items]
    return [item for item in found if item]


def _get_address(item: object) -> str:
    if isinstance(item, dict):
        item = next((item[key] for key in _KEYS if item.get(key)), "")
    return item if isinstance(item, str) else ""


def _split_line(line: str) -> list[str]:
    photos: list[str] = []
    for part in _split_at_addresses(line):
        is_file = "://" not in part
        pieces = _AFTER_SUFFIX.sub(r"\1\n", part).split("\n") if _may_list(part) else [part]
        for piece in pieces:
            photos += piece.split("|") if is_file else [piece]
    cleaned = (_LABEL.sub(r"\1", photo.strip(_ENDS)) for photo in photos)
    return [photo for photo in cleaned if photo]


def _split_at_addresses(line: str) -> list[str]:
    parts: list[str] = []
    start = 0
    for match in _ADDRESS_START.finditer(line):
        if not _ADDRESS_PARAMETER.search(line[start : match.start()]):
            parts.append(line[start : match.start()])
            start = match.end()
    return [*parts, line[start:]]


def _may_list(part: str) -> bool:
    return "," in part or ";" in part or "|" in part
