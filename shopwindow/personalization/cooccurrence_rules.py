"""The rules by which two interactions of a visitor count as one co-occurrence."""

from collections.abc import Mapping
from dataclasses import dataclass

from shopwindow.ranking import DAY_S

CO_VIEWED = "viewed"
CO_PURCHASED = "bought"
CATEGORY_SUFFIX = " kinds"
PARENT_CATEGORY_SUFFIX = " families"
"""Appended to a rule's name: the counts of categories and of their parents; see
`shopwindow.ranking.ComplementFeatures`."""


@dataclass(frozen=True, slots=True)
class CooccurrenceRule:
    """When two interactions of one visitor count as a co-occurrence.

    Attributes:
        event_kinds: Kinds of events that count.
        window_s: Most time between them, in seconds.
        max_partners: Most earlier products that one is paired with, the newest ones.
        counts_categories: Whether categories and parent categories are counted too.
    """

    event_kinds: frozenset[str]
    window_s: float
    max_partners: int
    counts_categories: bool = False


COOCCURRENCE_RULES: Mapping[str, CooccurrenceRule] = {
    CO_VIEWED: CooccurrenceRule(frozenset({"click", "like", "cart", "purchase"}), 3600.0, 10),
    CO_PURCHASED: CooccurrenceRule(
        frozenset({"cart", "purchase"}), DAY_S, 20, counts_categories=True
    ),
}
"""By name. Products put into a cart within a day count as one basket, bought or not."""
