"""What a visitor likes, and how products suit it: pure functions of values, and their store."""

from rank.affinity import affinity, by_interest
from rank.blend import BOUND, blended, led_by_taste, personal_part
from rank.cold import Expectation, Prior, expected, inherited, spread
from rank.facts import Facts
from rank.mixing import mixed
from rank.profile import Profile, Touch
from rank.profile_bytes import from_bytes, to_bytes
from rank.profile_store import ProfileStore
from rank.seen_together import TogetherSettings, by_recency, seen_together
from rank.settings import ProfileSettings

__all__ = [
    "BOUND",
    "Expectation",
    "Facts",
    "Prior",
    "Profile",
    "ProfileSettings",
    "ProfileStore",
    "TogetherSettings",
    "Touch",
    "affinity",
    "blended",
    "by_interest",
    "by_recency",
    "expected",
    "from_bytes",
    "inherited",
    "led_by_taste",
    "mixed",
    "personal_part",
    "seen_together",
    "spread",
    "to_bytes",
]
