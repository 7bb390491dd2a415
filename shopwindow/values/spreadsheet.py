"""Texts on their way into a spreadsheet, which runs as a formula what looks like one.

Titles, ids and reasons come from strangers: `=HYPERLINK(...)` in a product's title would be run by
whoever opens the sheet.
"""

import unicodedata
from itertools import dropwhile

_STARTS = frozenset("=+-@")
_INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Mn"})
"""Kinds of characters that show nothing by themselves: controls, zero-width ones, blanks, marks."""

_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Fillers of Korean, and the empty Braille cell: letters that show nothing."""


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet may take a text for a formula and run it.

    Full-width and small forms of the signs count, as spreadsheets of East Asia take them for the
    plain ones, and so does what stands behind characters that nobody sees. A tab or a line break
    at the beginning counts whatever follows it: some programs begin a new cell there.

    Source: OWASP, CSV Injection.
    """
    if text[:1] in {"\t", "\r", "\n"}:
        return True
    first = next(dropwhile(_is_unseen, text), "")
    return unicodedata.normalize("NFKC", first)[:1] in _STARTS


def escape_formula(text: str) -> str:
    """Return a text with an apostrophe in front if it would be run; `unescape_formula` takes it off."""
    return f"'{text}" if is_formula(text.lstrip("'")) else text


def unescape_formula(text: str) -> str:
    """Return the text that `escape_formula` wrote."""
    is_guarded = text.startswith("'") and is_formula(text.lstrip("'"))
    return text[1:] if is_guarded else text


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in _INVISIBLE or character in _BLANK_LETTERS
