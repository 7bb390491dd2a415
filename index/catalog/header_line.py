"""Finding a table's header and delimiter: lines above the header are recognized and skipped."""

import csv
import re
from collections.abc import Iterator, Sequence

from index.catalog.header_matching import match_attribute, match_field, match_language

DELIMITERS = "\t;,|"
MAX_LINES_ABOVE = 8
"""Records among which the header is looked for."""

_SEPARATOR_HINT = "sep="
_REMARK = re.compile(r"\s*(?:#|(?:required|optional|recommended|conditional\w*)\b)", re.IGNORECASE)
_AMAZON_TEMPLATE, _AMAZON_ID = "TemplateType=", "item_sku"
_MAX_BANNER_CELLS = 2
_MIN_GROUPED_CELLS = 4
_MIN_KNOWN_NAMES = 2
_MAX_HEADER_CHARS = 20_000


def sniff_delimiter(text: str) -> str:
    """Return the delimiter of the header at the beginning of a text; a comma when it has none.

    It is the one that the first line uses most outside quotes, unless that line is a banner: then
    that of the first line below which splits into known column names.
    """
    head = text[:_MAX_HEADER_CHARS].lstrip("\ufeff\r\n ")
    hint = head.lstrip('"')
    if hint[: len(_SEPARATOR_HINT)].casefold() == _SEPARATOR_HINT:
        delimiter = hint[len(_SEPARATOR_HINT) : len(_SEPARATOR_HINT) + 1]
        if delimiter and delimiter in DELIMITERS:
            return delimiter
    lines = list(_iter_lines(head))
    first = _find_most_frequent(lines[0] if lines else "")
    if not lines or _count_known(_split(lines[0], first)) >= _MIN_KNOWN_NAMES:
        return first
    for line in lines[1:]:
        below = _find_most_frequent(line)
        if _count_known(_split(line, below)) >= _MIN_KNOWN_NAMES and _is_above(
            _split(lines[0], below)
        ):
            return below
    return first


def find_header(records: Sequence[Sequence[str]]) -> int:
    """Return the position of the header among a table's first records.

    Empty records and Excel's "sep=;" are skipped. So are a banner (one or two filled cells) and a
    line of remarks ("# Required"), if a record below is a header by its known names.

    Args:
        records: The cells of the first records.

    Returns:
        The position, from 0; past the end when all are empty.
    """
    candidates = [i for i, cells in enumerate(records) if not _is_skipped(cells)]
    if not candidates:
        return len(records)
    if records[candidates[0]][0].startswith(_AMAZON_TEMPLATE):
        # The line above the names of fields has them as words, which are known names too.
        return next((i for i in candidates if _AMAZON_ID in records[i]), candidates[0])
    for position in candidates:
        n_known = _count_known(records[position])
        if n_known >= _MIN_KNOWN_NAMES:
            return position
        if not _is_above(records[position]):
            break
    return candidates[0]


def _is_skipped(cells: Sequence[str]) -> bool:
    text = "".join(cells).strip("\ufeff \t\r\n").casefold()
    return not text or (text.startswith(_SEPARATOR_HINT) and len(text) <= len(_SEPARATOR_HINT) + 1)


def _is_above(cells: Sequence[str]) -> bool:
    """Return whether a record can stand above a header: a banner, titles, or a line of remarks.

    Salla's export has one title over each group of columns, so most cells up to the last title are
    empty. Templates of Meta and TikTok say over each column whether it is required.
    """
    filled = [number for number, cell in enumerate(cells) if cell.strip()]
    n_remarks = sum(bool(_REMARK.match(cells[number])) for number in filled)
    if len(filled) <= _MAX_BANNER_CELLS or n_remarks * 2 > len(filled):
        return True
    width = filled[-1] + 1
    return width >= _MIN_GROUPED_CELLS and len(filled) * 2 <= width


def _count_known(cells: Sequence[str]) -> int:
    return sum(
        bool(match_field(cell) or match_attribute(cell) or match_language(cell)[1])
        for cell in {cell.strip("\ufeff \t\r\n") for cell in cells}
        if cell
    )


def _find_most_frequent(line: str) -> str:
    counts = dict.fromkeys(DELIMITERS, 0)
    is_quoted = False
    for ch in line:
        is_quoted ^= ch == '"'
        if ch in counts and not is_quoted:
            counts[ch] += 1
    most_frequent = max(DELIMITERS, key=lambda ch: counts[ch])
    return most_frequent if counts[most_frequent] else ","


def _iter_lines(text: str) -> Iterator[str]:
    """Yield the first filled records; line breaks in quotes do not end one."""
    start, is_quoted, n_lines = 0, False, 0
    for position, ch in enumerate(f"{text}\n"):
        is_quoted ^= ch == '"'
        if ch not in "\r\n" or is_quoted:
            continue
        line, start = text[start:position], position + 1
        if line.strip():
            n_lines += 1
            yield line
        if n_lines == MAX_LINES_ABOVE:
            return


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []
