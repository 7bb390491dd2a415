"""Undoing what spreadsheets do to cells: quoting formulas, apostrophes, rounded numbers."""

import re

_QUOTING_FORMULA = re.compile(r'="((?:[^"]|"")*)"', re.DOTALL)
_APOSTROPHE_NUMBER = re.compile(r"'[-+]?\d[\d.,]*", re.ASCII)
_ROUNDED_NUMBER = re.compile(r"[-+]?\d(?:[.,]\d+)?E\+\d{1,3}", re.ASCII | re.IGNORECASE)
_WHOLE_FLOAT = re.compile(r"(\d+)\.0", re.ASCII)
SPREADSHEET_MARKS = frozenset("='")
"""First characters of the cells that `restore_cell` changes."""


def restore_cell(text: str) -> str:
    """Return the text that ="00123" or '00124 stands for; other texts are unchanged.

    Both tell a spreadsheet that a number is a text, and remain in the cell when it exports CSV.
    """
    if text.startswith('="') and (match := _QUOTING_FORMULA.fullmatch(text.strip())):
        return match[1].replace('""', '"')
    return text[1:] if _APOSTROPHE_NUMBER.fullmatch(text.rstrip()) else text


def is_rounded_number(text: str) -> bool:
    """Return whether a text is a number such as 6.29E+12, whose other digits are lost."""
    return bool(_ROUNDED_NUMBER.fullmatch(text))


def strip_whole_decimals(text: str) -> str:
    """Return "123" for "123.0", as number columns are exported; other texts are unchanged."""
    match = _WHOLE_FLOAT.fullmatch(text) if text.endswith(".0") else None
    return match[1] if match else text
