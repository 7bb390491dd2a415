"""Cells with photos: one address or path, or several in a list, a JSON array, HTML or a formula."""

import ast
import html
import json
import re

_IMAGE_SUFFIX = r"\.(?:jpe?g|jfif|png|webp|gif|avif|bmp|tiff?|hei[cf]|svg|mp4|m4v|mov|webm)"
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_BREAKS = re.compile(r"[\r\n\t]+|<br\s*/?>", re.IGNORECASE)
_SEPARATORS = r"\s|,;،؛\"'"
# Without the lookbehind a long run of separators would take quadratic time.
_ADDRESS_START = re.compile(
    rf"(?<![{_SEPARATORS}])[{_SEPARATORS}]+(?=(?:https?:)?//|www\.)", re.IGNORECASE
)
_AFTER_SUFFIX = re.compile(rf"({_IMAGE_SUFFIX})(\s*[|,;،؛]\s*)", re.IGNORECASE)
_HAS_SUFFIX = re.compile(rf"{_IMAGE_SUFFIX}(?![\w.])", re.IGNORECASE)
_ADDRESS_PARAMETER = re.compile(r"[?&](?:url|src|u|uri|image|img|source)=[^&]*$", re.IGNORECASE)
_LABEL = re.compile(rf"({_IMAGE_SUFFIX}(?:\?[^:\s]*)?):(?!//)[^/]*$", re.IGNORECASE)
_HTML_SOURCE = re.compile(r"<img\b[^<>]*?\bsrc\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)
_LINK_SOURCE = re.compile(r"<a\b[^<>]*?\bhref\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)
_FORMULA = re.compile(r"^=\s*\w+\(\s*\"([^\"]+)\"", re.IGNORECASE)
_EMBEDDED = re.compile(r"(?<![^\s|,;،؛\"'])data:[\w/+.-]*(?:;[\w=.+-]+)*,", re.IGNORECASE)
_EMBEDDED_END = re.compile(r"[\s|,;،؛\"'<>]|$")
_BRACKETS = {"[": "]", "{": "}", "(": ")"}
_KEYS = (
    "url", "src", "path", "link", "image", "href", "image_url", "imageUrl", "image_link",
    "original", "secure_url", "contentUrl", "large", "full", "file",
)  # fmt: skip
_LIST_KEYS = ("images", "photos", "gallery", "data", "items", "nodes", "edges", "node")
_MAX_DEPTH = 6
_LIST_MARKS = frozenset(",;|،؛")
_ENDS = " \t\r\n,;،؛|\"'"


def split_photo_cell(text: str) -> list[str]:
    """Return the photos that a cell names, in order: addresses and paths, not checked.

    A comma, semicolon, bar or space separates before the next address, or behind the suffix of a
    photo's file; inside of one address (w_300,h_300 or ?url=a,https://b) it does not. Photos that
    the cell holds itself (`data:image/...`) are returned as they are.
    """
    text = _INVISIBLE.sub("", text).strip()
    if text[:5].casefold() == "data:" and ";base64," in text[:200]:
        text = _join_base64(text)
    if text.startswith(("[", "{", "(")):
        listed = _parse_list(text)
        if listed:
            return [photo for item in listed for photo in split_photo_cell(item)]
        if text.endswith(_BRACKETS[text[0]]):
            text = text[1:-1].strip()
    if text.startswith("<"):
        found = _HTML_SOURCE.findall(text) or _LINK_SOURCE.findall(text)
        return [html.unescape(source) for source in found]
    if text.startswith("=") and (formula := _FORMULA.match(text)):
        text = formula[1]
    return [photo for part in _split_off_embedded(text) for photo in _split_text(part)]


def _join_base64(text: str) -> str:
    """Return a photo in base64 without its line breaks; another cell as it is."""
    joined = "".join(text.split())
    body = joined.partition(",")[2]
    return joined if re.fullmatch(r"[A-Za-z0-9+/_-]*={0,2}", body) else text


def _split_off_embedded(text: str) -> list[str]:
    """Return the photos in a text that are embedded, and what stands between them."""
    parts: list[str] = []
    start = 0
    for match in _EMBEDDED.finditer(text):
        if match.start() < start:
            continue
        end = _EMBEDDED_END.search(text, match.end())
        stop = end.start() if end else len(text)
        parts += [text[start : match.start()], text[match.start() : stop]]
        start = stop
    return [*parts, text[start:]]


def _split_text(text: str) -> list[str]:
    if text[:5].casefold() == "data:":
        return [text]
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
    return list_addresses(value)


def list_addresses(value: object, depth: int = 0) -> list[str]:
    """Return the texts of a nested value that name photos, in order.

    Args:
        value: A text, a list, or an object with a photo under one of its usual names.
        depth: How many levels it lies below the cell's value.
    """
    if isinstance(value, str):
        return [value] if value.strip() else []
    if depth > _MAX_DEPTH:
        return []
    if isinstance(value, dict):
        named = next((value[key] for key in (*_KEYS, *_LIST_KEYS) if value.get(key)), "")
        return list_addresses(named, depth + 1)
    if isinstance(value, (list, tuple)):
        return [text for item in value for text in list_addresses(item, depth + 1)]
    return []


def _split_line(line: str) -> list[str]:
    photos: list[str] = []
    for part in _split_at_addresses(line):
        is_file = "://" not in part
        pieces = _split_behind_suffixes(part, is_file) if _may_list(part) else [part]
        for piece in pieces:
            photos += piece.split("|") if is_file else [piece]
    cleaned = (_LABEL.sub(r"\1", photo.strip(_ENDS)) for photo in photos)
    return [photo for photo in cleaned if photo]


def _split_behind_suffixes(part: str, is_file: bool) -> list[str]:
    """Return a text's photos; what follows the last one of an address may be its rest, or a label.

    "1.jpg,w_300" is one address, "1.jpg, front" is one with a label.
    """
    cuts = list(_AFTER_SUFFIX.finditer(part))
    pieces: list[str] = []
    start = 0
    for match in cuts:
        rest = part[match.end() :] if match is cuts[-1] else ""
        if rest and not (is_file or _HAS_SUFFIX.search(rest)):
            if match[2] in {",", ";"} and not any(map(str.isspace, rest)):
                break
            return [*pieces, part[start : match.end(1)]]
        pieces.append(part[start : match.end(1)])
        start = match.end()
    return [*pieces, part[start:]]


def _split_at_addresses(line: str) -> list[str]:
    parts: list[str] = []
    start = 0
    for match in _ADDRESS_START.finditer(line):
        if not _ADDRESS_PARAMETER.search(line[start : match.start()]):
            parts.append(line[start : match.start()])
            start = match.end()
    return [*parts, line[start:]]


def _may_list(part: str) -> bool:
    return not _LIST_MARKS.isdisjoint(part)
