"""What a visitor likes, and how products suit it: pure functions of values, and their store."""

from rank.affinity import affinity, affinity_parts, by_interest
from rank.blend import BOUND, blended, led_by_taste, personal_part
from rank.cold import Expectation, Prior, agreement, expected, inherited, spread
from rank.exploring import Slot, explored
from rank.facts import Facts
from rank.mixing import mixed
from rank.profile import Profile, Touch
from rank.profile_bytes import from_bytes, to_bytes
from rank.seen_together import by_recency, seen_together
from rank.settings import ProfileSettings
from rank.weights import Weights, read_weights

__all__ = [
    "BOUND",
    "Expectation",
    "Facts",
    "Prior",
    "Profile",
    "ProfileSettings",
    "Slot",
    "Touch",
    "Weights",
    "affinity",
    "affinity_parts",
    "agreement",
    "blended",
    "by_interest",
    "by_recency",
    "expected",
    "explored",
    "from_bytes",
    "inherited",
    "led_by_taste",
    "mixed",
    "personal_part",
    "read_weights",
    "seen_together",
    "spread",
    "to_bytes",
]
