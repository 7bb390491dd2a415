"""Profiles, affinities, complements, exploration and slates: pure functions of values."""

from shopwindow.ranking.affinity import assign_interests, decompose_affinity, score_affinity
from shopwindow.ranking.basket_counts import BasketCounter, BasketStatistics, CooccurrenceCounts
from shopwindow.ranking.candidate_set import CandidateSet
from shopwindow.ranking.co_engagement import (
    CoEngagementSettings,
    recency_weights,
    score_co_engagement,
)
from shopwindow.ranking.cold_start import (
    EngagementEstimate,
    EngagementPrior,
    estimate_engagement,
    estimate_engagement_from_neighbors,
    round_robin,
    weigh_neighbors,
)
from shopwindow.ranking.complement_features import ComplementFeatures
from shopwindow.ranking.complement_ranker import (
    ComplementWeights,
    ScoredComplements,
    score_complements,
)
from shopwindow.ranking.exploration import SlateSlot, plan_exploration
from shopwindow.ranking.interests import Interests
from shopwindow.ranking.product_attributes import PREFERENCE_FIELDS, ProductAttributes
from shopwindow.ranking.profile import Profile, ProfileInteraction
from shopwindow.ranking.profile_codec import deserialize_profile, serialize_profile
from shopwindow.ranking.profile_settings import DAY_S, MINUTE_S, ProfileSettings
from shopwindow.ranking.ranker import AdditiveRanker, FeatureMatrix
from shopwindow.ranking.score_blending import (
    MAX_PERSONAL_CONTRIBUTION,
    bound_contribution,
    standardize,
)
from shopwindow.ranking.slate_builder import SLATE_DIVERSITY, SlateBuilder, SlateCandidates
from shopwindow.ranking.slate_diversification import diversify_slate
from shopwindow.ranking.weights import BaseWeights, RankingWeights, read_weights

__all__ = [
    "DAY_S",
    "MAX_PERSONAL_CONTRIBUTION",
    "MINUTE_S",
    "PREFERENCE_FIELDS",
    "SLATE_DIVERSITY",
    "AdditiveRanker",
    "BaseWeights",
    "BasketCounter",
    "BasketStatistics",
    "CandidateSet",
    "CoEngagementSettings",
    "ComplementFeatures",
    "ComplementWeights",
    "CooccurrenceCounts",
    "EngagementEstimate",
    "EngagementPrior",
    "FeatureMatrix",
    "Interests",
    "ProductAttributes",
    "Profile",
    "ProfileInteraction",
    "ProfileSettings",
    "RankingWeights",
    "ScoredComplements",
    "SlateBuilder",
    "SlateCandidates",
    "SlateSlot",
    "assign_interests",
    "bound_contribution",
    "decompose_affinity",
    "deserialize_profile",
    "diversify_slate",
    "estimate_engagement",
    "estimate_engagement_from_neighbors",
    "plan_exploration",
    "read_weights",
    "recency_weights",
    "round_robin",
    "score_affinity",
    "score_co_engagement",
    "score_complements",
    "serialize_profile",
    "standardize",
    "weigh_neighbors",
]
