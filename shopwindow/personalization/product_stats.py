"""Engagement statistics of products, with exponential decay."""

import math
from typing import NamedTuple

from shopwindow.ranking import DAY_S

HALF_LIFE_S = 30 * DAY_S
LANDMARK_S = 1_577_836_800.0
"""2020-01-01 UTC."""

ALL_PRODUCTS, IMPRESSIONS, ENGAGEMENTS = "all", "shown", "wanted"
"""Names under which the sums over all products are stored, as occurrences."""

_ASSUMED_POSITION = 10


class EngagementStats(NamedTuple):
    """Impressions and engagements of one product, decayed to one moment.

    Attributes:
        impressions: Impressions, weighted by the examination probability of their positions.
        engagements: Clicks, likes, carts and purchases.
    """

    impressions: float = 0.0
    engagements: float = 0.0

    @property
    def exposures(self) -> float:
        """Impressions, or engagements if those are more: imported clicks have no impressions."""
        return max(self.impressions, self.engagements)


def examination_probability(position: int) -> float:
    """Return the probability that a visitor examines a position, 0 to 1.

    Args:
        position: From 1; 0 when unknown, which counts as the tenth.

    Source: the discount of nDCG as a model of examination; Jarvelin and Kekalainen, Cumulated
        Gain-Based Evaluation of IR Techniques (2002).
    """
    return 1 / math.log2(1 + (position or _ASSUMED_POSITION))


def forward_decay_weight(time_s: float) -> float:
    """Return the weight of one event in forward-decayed units, relative to the landmark.

    Sums in such units never have to be decayed, and keep their order: a reader divides them by the
    weight of one event now.

    Source: Cormode et al., Forward Decay: A Practical Time Decay Model for Streaming Systems
        (2009).
    """
    return float(2.0 ** ((time_s - LANDMARK_S) / HALF_LIFE_S))
