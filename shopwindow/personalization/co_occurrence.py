"""The ways in which products are touched together."""

from collections.abc import Mapping
from dataclasses import dataclass

from shopwindow.ranking.profile_settings import DAY_S

VIEWED = "viewed"
BOUGHT = "bought"
KINDS = " kinds"
FAMILIES = " families"
"""After a bond: the same of the products' kinds and families; see `rank.Traits`."""


@dataclass(frozen=True, slots=True)
class Bond:
    """When two things that one visitor touched belong together.

    Attributes:
        events: Kinds of events that count.
        within_s: Most time between them, in seconds.
        n_others: Most things before that one is joined with, the newest.
        counts_kinds: Whether their kinds and families are counted too.
    """

    events: frozenset[str]
    within_s: float
    n_others: int
    counts_kinds: bool = False


BONDS: Mapping[str, Bond] = {
    VIEWED: Bond(frozenset({"click", "like", "cart", "purchase"}), 3600.0, 10),
    BOUGHT: Bond(frozenset({"cart", "purchase"}), DAY_S, 20, counts_kinds=True),
}
"""By name. What is put into one cart within a day counts as one basket, bought or not."""
