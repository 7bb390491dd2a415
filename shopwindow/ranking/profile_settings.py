"""How profiles are kept, with the reason of each number."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from shopwindow.values.errors import InvalidValueError

DAY_S = 86_400.0
MINUTE_S = 60.0

EVENT_WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "impression": -0.02,
        "click": 1.0,
        "like": 2.0,
        "cart": 3.0,
        "purchase": 5.0,
        "hide": -3.0,
    }
)
"""What one event of a kind says about taste, in clicks.

The rarer and the more costly to the visitor, the more. A product that was passed over says little:
of ten shown, one is clicked at best, and the other nine must not outweigh it. Hiding is rare and
meant, so it weighs as a cart does. They are a start, to be replaced by what later purchases show.
"""


@dataclass(frozen=True, slots=True)
class ProfileSettings:
    """How touches become a profile, and a profile an affinity.

    Attributes:
        n_interests: Most interests that are kept. PinnerSage shows three to five of them.
        n_dislikes: Most negative interests that are kept.
        join_threshold: Cosine from which a touch belongs to an interest; measured with `compact` by
            `benchmarks/tastes.py`, other encoders' cosines lie elsewhere.
        forget_cost: What forgetting one unit of weight costs against merging; 0 always drops the
            faintest interest, infinity always merges the nearest two. Up to a half, what
            has a cosine below a half is not merged, but for a new touch much lighter than all
            interests there are: it goes to the nearest, and none of them is forgotten for it.
        half_life_s: After this time a touch weighs half; `benchmarks/taste_settings.py` compared
            what is forgotten with how soon a new taste leads.
        session_half_life_s: After this time what a touch weighs beyond that is half. With 20
            minutes and a share of 1 a new taste takes 11 clicks to lead a feed in place of 8.
        session_boost: What a touch weighs more while it is new, in its own weight: at 2, what was
            done today counts thrice.
        shrinkage: Weight of touches at which a taste is believed half.
        log_price_deviation: Deviation of the logarithm of prices before anything is known: a factor
            of 1.65 up or down.
        max_values_per_field: Most values that are kept of one field.
        saturation_share: Share of the heaviest interest's weight from which an interest counts whole;
            fainter ones count less in proportion.
        preference_weight: Share of categories, brands, prices and so on in the affinity.
        event_weights: What an event of each kind weighs.

    Raises:
        InvalidValueError: A number has no sense; the error names it.

    Source: Pal et al., PinnerSage: Multi-Modal User Embedding Framework (2020), for several
        interests, medoids and weights that decay.
    """

    n_interests: int = 5
    n_dislikes: int = 2
    join_threshold: float = 0.5
    forget_cost: float = 0.5
    half_life_s: float = 14 * DAY_S
    session_half_life_s: float = DAY_S
    session_boost: float = 2.0
    shrinkage: float = 3.0
    log_price_deviation: float = 0.5
    max_values_per_field: int = 30
    saturation_share: float = 0.5
    preference_weight: float = 0.3
    event_weights: Mapping[str, float] = field(default_factory=lambda: EVENT_WEIGHTS)

    def __post_init__(self) -> None:
        """Check that each number has sense."""
        for name in ("n_interests", "n_dislikes", "max_values_per_field"):
            self._check(name, getattr(self, name) >= 1, "a number of at least 1")
        for name in ("half_life_s", "session_half_life_s", "shrinkage", "log_price_deviation"):
            self._check(name, getattr(self, name) > 0, "a number above 0")
        for name in ("forget_cost", "session_boost"):
            self._check(name, getattr(self, name) >= 0, "a number of zero or more")
        self._check("saturation_share", 0 < self.saturation_share <= 1, "a share above 0, up to 1")
        self._check("preference_weight", 0 <= self.preference_weight <= 1, "a share from 0 to 1")

    def _check(self, name: str, is_sound: bool, expected: str) -> None:
        if not is_sound:
            raise InvalidValueError(name, expected, getattr(self, name))

    def get_event_weight(self, kind: str) -> float:
        """Return what an event of a kind weighs; negative for what speaks against a product.

        Raises:
            InvalidValueError: Events of that kind have no weight.
        """
        if kind not in self.event_weights:
            known = ", ".join(self.event_weights)
            raise InvalidValueError("kind", f"one of {known}", kind)
        return self.event_weights[kind]


DEFAULT_PROFILE_SETTINGS = ProfileSettings()
