"""Protection against formula injection: spreadsheets run cell texts that look like formulas.

Titles, ids and reasons are untrusted: `=HYPERLINK(...)` in a product's title would run for whoever
opens the spreadsheet.
"""

import unicodedata
from itertools import dropwhile

_FORMULA_SIGNS = frozenset("=+-@")
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Mn"})
"""Unicode categories without a visible glyph of their own: controls, formats, spaces, marks."""

_INVISIBLE_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Hangul fillers and the blank Braille pattern: letters and symbols without a visible glyph."""


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet may evaluate a text as a formula.

    Full-width and small forms of the signs count, since East Asian spreadsheets treat them like
    the plain ones; leading invisible characters are skipped. A leading tab or line break counts
    whatever follows it, since some programs start a new cell there.

    Source: OWASP, CSV Injection.
    """
    if text[:1] in {"\t", "\r", "\n"}:
        return True
    first_visible = next(dropwhile(_is_invisible, text), "")
    return unicodedata.normalize("NFKC", first_visible)[:1] in _FORMULA_SIGNS


def escape_formula(text: str) -> str:
    """Return the text, with an apostrophe in front if it looks like a formula."""
    return f"'{text}" if is_formula(text.lstrip("'")) else text


def unescape_formula(text: str) -> str:
    """Return the original of a text that `escape_formula` returned."""
    is_escaped = text.startswith("'") and is_formula(text.lstrip("'"))
    return text[1:] if is_escaped else text


def _is_invisible(character: str) -> bool:
    return (
        unicodedata.category(character) in _INVISIBLE_CATEGORIES or character in _INVISIBLE_LETTERS
    )
