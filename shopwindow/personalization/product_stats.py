"""How often products were shown and wanted, the newer the more."""

import math
from typing import NamedTuple

from shopwindow.ranking.profile_settings import DAY_S

HALF_LIFE_S = 30 * DAY_S
LANDMARK_S = 1_577_836_800.0
"""2020-01-01 UTC."""

ALL_PRODUCTS, IMPRESSIONS, ENGAGEMENTS = "all", "shown", "wanted"
"""Under which occurrences the sums over all products are kept."""

_UNKNOWN_PLACE = 10


class EngagementStats(NamedTuple):
    """What happened with one product, decayed to one moment.

    Attributes:
        impressions: Times that it was looked at, as far as its places tell.
        engagements: Times that it was clicked, liked, put into a cart or bought.
    """

    impressions: float = 0.0
    engagements: float = 0.0

    @property
    def exposures(self) -> float:
        """Times that it was looked at; at least those that it was wanted: clicks are imported."""
        return max(self.impressions, self.engagements)


def examination_probability(position: int) -> float:
    """Return the probability that somebody looks at a place of a page, 0 to 1.

    Args:
        position: From 1; 0 when it is unknown, which counts as the tenth.

    Source: the discount of nDCG as a model of examination; Jarvelin and Kekalainen, Cumulated
        Gain-Based Evaluation of IR Techniques (2002).
    """
    return 1 / math.log2(1 + (position or _UNKNOWN_PLACE))


def forward_decay_weight(time_s: float) -> float:
    """Return what one thing that happens at a time is worth, in units of the landmark.

    What is added in such units never has to be decayed, and keeps its order: reading divides by
    what one thing is worth now.

    Source: Cormode et al., Forward Decay: A Practical Time Decay Model for Streaming Systems
        (2009).
    """
    return float(2.0 ** ((time_s - LANDMARK_S) / HALF_LIFE_S))
