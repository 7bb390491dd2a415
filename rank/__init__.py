"""What a visitor likes and what goes with a product: pure functions, and the profiles' store."""

from rank.affinity import affinity, by_interest
from rank.baskets import Baskets, Evidence, JointCounts
from rank.blend import BOUND, blended, led_by_taste, personal_part
from rank.cold import Expectation, Prior, expected, inherited, spread
from rank.complements import Complements, ComplementWeights, complements
from rank.facts import Facts
from rank.mixing import mixed
from rank.profile import Profile, Touch
from rank.profile_bytes import from_bytes, to_bytes
from rank.profile_store import ProfileStore
from rank.settings import ProfileSettings
from rank.traits import Traits

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
    "ProfileStore",
    "Touch",
    "Traits",
    "affinity",
    "blended",
    "by_interest",
    "complements",
    "expected",
    "from_bytes",
    "inherited",
    "led_by_taste",
    "mixed",
    "personal_part",
    "spread",
    "to_bytes",
]
