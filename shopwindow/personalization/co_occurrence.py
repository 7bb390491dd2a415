"""The ways in which products are touched together."""

from collections.abc import Mapping
from dataclasses import dataclass

from shopwindow.ranking.profile_settings import DAY_S

CO_VIEWED = "viewed"
CO_PURCHASED = "bought"
CATEGORY_SUFFIX = " kinds"
PARENT_CATEGORY_SUFFIX = " families"
"""After a bond: the same of the products' kinds and families; see `rank.Traits`."""


@dataclass(frozen=True, slots=True)
class CooccurrenceRule:
    """When two things that one visitor touched belong together.

    Attributes:
        event_kinds: Kinds of events that count.
        window_s: Most time between them, in seconds.
        max_partners: Most things before that one is joined with, the newest.
        counts_categories: Whether their kinds and families are counted too.
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
"""By name. What is put into one cart within a day counts as one basket, bought or not."""
