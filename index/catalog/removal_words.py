"""The words by which a cell of an update says that a value is to be removed."""

REMOVAL_WORDS = ("(none)", "(بدون)", "__EMPTY__VALUE__")
"""No program or person writes these into a cell that is merely empty, as they do NULL, N/A and "-".

Source of the last one: Adobe Commerce, Import: empty attribute value constant.
"""

_FOLDED = frozenset(word.casefold() for word in REMOVAL_WORDS)


def is_removal_word(value: object) -> bool:
    """Return whether a cell says that the value is to be removed."""
    return isinstance(value, str) and value.strip().casefold() in _FOLDED
