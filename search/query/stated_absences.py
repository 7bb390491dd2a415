"""Products that say what they do not have: "without buckles", "sugar-free", "بدون أكمام"."""

from search.query.stems import Stems, stems_of

BEFORE = frozenset(
    stem
    for word in (
        "without",
        "no",
        "not",
        "non",
        "w/o",
        "free of",
        "zero",
        "بدون",
        "بلا",
        "غير",
        "خالي",
    )
    for stem in stems_of(word)[:1]
)
AFTER = frozenset(stems_of("free less"))
REACH = 2
"""Words between "without" and the thing, and one more: "without any metal buckles"."""


def says_without(words: Stems, thing: Stems) -> bool:
    """Return whether a text says that something is not there.

    Args:
        words: The stems of the text, in order.
        thing: The stems of the thing, one or more.
    """
    size = len(thing)
    for at in range(len(words) - size + 1):
        if words[at : at + size] != thing:
            continue
        before, after = words[max(0, at - REACH) : at], words[at + size : at + size + 1]
        if not BEFORE.isdisjoint(before) or not AFTER.isdisjoint(after):
            return True
    return False
