"""Which values of unknown columns are attributes: short words, not codes, addresses or flags."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

MAX_INFERRED_CHARS = 80
"""Longer values are texts; they would outweigh the title in keyword search."""
MAX_INFERRED_ATTRIBUTES = 30
"""Attributes of one product that may come from columns of unknown names."""
N_SAMPLED_ROWS = 200
_MIN_CODES = 20

_MARKUP = re.compile(r"<[a-zA-Z/!]|&[a-z]{2,6};|&#\d+;")
_ADDRESS = re.compile(
    r"^(?:[a-z][a-z0-9+.-]*://|www\.|mailto:|//)|^\S+@\S+\.\S+$|^\.{0,2}/\S+/|"
    r"\.(?:jpe?g|png|gif|webp|svg|pdf|mp4|html?|php)(?:\?\S*)?$",
    re.IGNORECASE,
)
_TIME = re.compile(r"^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T,].*)?$|^\d{1,2}:\d{2}(?::\d{2})?$")
_LONG_CODE = re.compile(r"^[+#]?\d{7,}$|^(?=\S*\d)[0-9A-Za-z_-]{20,}$|^[0-9a-f-]{32,}$")
_FLAG_WORDS = "0 1 true false yes no y n t f on off نعم لا صح خطأ - -- n/a na none null"
_FLAGS = frozenset(_FLAG_WORDS.split())


_UNFIT = (
    ("addresses or files", _ADDRESS),
    ("HTML", _MARKUP),
    ("structured data", re.compile(r"^[{\[].*[}\]]$", re.DOTALL)),
    ("times", _TIME),
    ("long codes", _LONG_CODE),
)


@lru_cache(maxsize=16_384)
def find_unfit_reason(text: str) -> str:
    """Return what a text is instead of an attribute's value; empty for a value."""
    text = text.strip()
    if len(text) > MAX_INFERRED_CHARS:
        return f"longer than {MAX_INFERRED_CHARS} characters"
    if text.casefold() in _FLAGS:
        return "yes or no alone"
    return next((reason for reason, pattern in _UNFIT if pattern.search(text)), "")


def find_code_columns(
    rows: Iterable[Mapping[str, object]], columns: Iterable[str]
) -> dict[str, str]:
    """Return the columns whose values are a code of each row, such as an id.

    Args:
        rows: The first rows of a feed.
        columns: Columns of unknown names.

    Returns:
        By column, why its values are no attributes: at least twenty, no two alike, each one word
        with a digit.
    """
    rows = list(rows)
    unfit = {}
    for column in columns:
        values = [str(row[column]).strip() for row in rows if row.get(column) not in (None, "")]
        is_distinct = len(values) >= _MIN_CODES and len(set(values)) == len(values)
        if is_distinct and all(map(_is_code, values)):
            unfit[column] = "another number or code in every row"
    return unfit


def _is_code(value: str) -> bool:
    return len(value.split()) == 1 and any(ch.isdecimal() for ch in value)
