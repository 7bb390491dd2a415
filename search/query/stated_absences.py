"""Absences stated in a product's text: "without buckles", "sugar-free", "بدون أكمام"."""

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
"""Words before the feature in which a negator is looked for: "without metal buckles"."""


def states_absence(text_stems: Stems, feature: Stems) -> bool:
    """Return whether a text says that a product does not have a feature.

    Args:
        text_stems: The stems of the text, in order.
        feature: The stems of the feature, one or more.
    """
    size = len(feature)
    for start in range(len(text_stems) - size + 1):
        end = start + size
        if text_stems[start:end] != feature:
            continue
        before = text_stems[max(0, start - NEGATION_WINDOW) : start]
        after = text_stems[end : end + 1]
        if not NEGATORS_BEFORE.isdisjoint(before) or not NEGATORS_AFTER.isdisjoint(after):
            return True
    return False
