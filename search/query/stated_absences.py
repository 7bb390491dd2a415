"""Products that say what they do not have: "without buckles", "sugar-free", "بدون أكمام"."""

from search.query.stems import Stems, stem_phrase

NEGATORS_BEFORE = frozenset(
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
    for stem in stem_phrase(word)[:1]
)
NEGATORS_AFTER = frozenset(stem_phrase("free less"))
NEGATION_WINDOW = 2
"""Words between "without" and the thing, and one more: "without any metal buckles"."""


def states_absence(text_stems: Stems, thing: Stems) -> bool:
    """Return whether a text says that something is not there.

    Args:
        text_stems: The stems of the text, in order.
        thing: The stems of the thing, one or more.
    """
    size = len(thing)
    for at in range(len(text_stems) - size + 1):
        if text_stems[at : at + size] != thing:
            continue
        before, after = (
            text_stems[max(0, at - NEGATION_WINDOW) : at],
            text_stems[at + size : at + size + 1],
        )
        if not NEGATORS_BEFORE.isdisjoint(before) or not NEGATORS_AFTER.isdisjoint(after):
            return True
    return False
