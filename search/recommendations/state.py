"""What the pipelines of recommendations carry beside candidates: the visitor, items, statistics."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from search.pipeline.state import RankingState
from shopwindow.personalization import CatalogItem, EngagementStats, UserContext
from shopwindow.ranking import BasketStatistics, ComplementFeatures, EngagementEstimate
from shopwindow.values import Vectors


class CandidateSignals(NamedTuple):
    """What is known of the generated candidates, in the order of the state's items.

    Attributes:
        estimate: Expected engagement of each.
        stats: Impressions and engagements of each.
        vectors: Of each, shape (n_items, dim); no rows for visitors without a profile.
        catalog_mean: Mean vector of the visible catalogue, shape (dim,); None without vectors.
    """

    estimate: EngagementEstimate
    stats: Sequence[EngagementStats]
    vectors: Vectors
    catalog_mean: Vectors | None


NO_SIGNALS = CandidateSignals(
    EngagementEstimate.from_means(np.zeros(0), np.zeros(0)), (), np.zeros((0, 0), np.float32), None
)
"""What is known before anything was scored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorState(RankingState):
    """The state of a page of recommendations for a visitor.

    Attributes:
        user: The visitor.
        exclude_ids: Products that are not recommended to them.
        has_shown: Whether an earlier page showed a product; those are left out as well.
        items: The generated candidates, by product id.
        co_engagement: Co-engagement score of each, 0 to 1, by product id; zeros are missing.
        sampled: Products that were drawn at random: they are for exploration alone.
        signals: What the candidates were scored by.
    """

    user: UserContext
    exclude_ids: frozenset[str] = frozenset()
    has_shown: Callable[[str], bool]
    items: Mapping[str, CatalogItem] = field(default_factory=dict)
    co_engagement: Mapping[str, float] = field(default_factory=dict)
    sampled: frozenset[str] = frozenset()
    signals: CandidateSignals = NO_SIGNALS


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplementState(RankingState):
    """The state of the complements of a product.

    Attributes:
        anchor: The product.
        features: What it is compared by.
        exclude_ids: Products that are left out.
        baskets: What was bought together with it.
        items: The generated candidates.
    """

    anchor: CatalogItem
    features: ComplementFeatures
    exclude_ids: frozenset[str] = frozenset()
    baskets: BasketStatistics = field(default_factory=BasketStatistics)
    items: Sequence[CatalogItem] = ()
