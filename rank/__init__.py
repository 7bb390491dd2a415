"""What a visitor likes and what goes with a product: pure functions of values."""

from rank.affinity import affinity, affinity_parts, by_interest
from rank.baskets import Baskets, Evidence, JointCounts
from rank.blend import BOUND, personal_part, told_apart
from rank.cold import Expectation, Prior, agreement, expected, inherited, spread
from rank.complements import Complements, ComplementWeights, complements
from rank.exploring import Slot, explored
from rank.facts import Facts
from rank.mixing import mixed
from rank.profile import Profile, Touch
from rank.profile_bytes import from_bytes, to_bytes
from rank.seen_together import TogetherSettings, by_recency, seen_together
from rank.settings import ProfileSettings
from rank.traits import Traits
from rank.weights import Weights, read_weights

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
