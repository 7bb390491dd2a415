"""What a visitor likes and what goes with a product: pure functions of values."""

from shopwindow.ranking.affinity import affinity, affinity_parts, by_interest
from shopwindow.ranking.basket_counts import Baskets, Evidence, JointCounts
from shopwindow.ranking.co_engagement import TogetherSettings, by_recency, seen_together
from shopwindow.ranking.cold_start import Expectation, Prior, agreement, expected, inherited, spread
from shopwindow.ranking.complement_features import Traits
from shopwindow.ranking.complement_ranker import Complements, ComplementWeights, complements
from shopwindow.ranking.exploration import Slot, explored
from shopwindow.ranking.product_attributes import Facts
from shopwindow.ranking.profile import Profile, Touch
from shopwindow.ranking.profile_codec import from_bytes, to_bytes
from shopwindow.ranking.profile_settings import ProfileSettings
from shopwindow.ranking.score_blending import BOUND, personal_part, told_apart
from shopwindow.ranking.slate_diversification import mixed
from shopwindow.ranking.weights import Weights, read_weights

__all__ = [
    "BOUND",
    "Baskets",
    "ComplementWeights",
    "Complements",
    "Evidence",
    "Expectation",
    "Facts",
    "JointCounts",
    "Prior",
    "Profile",
    "ProfileSettings",
    "Slot",
    "TogetherSettings",
    "Touch",
    "Traits",
    "Weights",
    "affinity",
    "affinity_parts",
    "agreement",
    "by_interest",
    "by_recency",
    "complements",
    "expected",
    "explored",
    "from_bytes",
    "inherited",
    "mixed",
    "personal_part",
    "read_weights",
    "seen_together",
    "spread",
    "to_bytes",
    "told_apart",
]
