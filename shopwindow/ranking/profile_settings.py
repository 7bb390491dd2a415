"""Settings of profiles, with the reason for each number."""

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
        "return": -5.0,
    }
)
"""Weight of one event of each kind, in clicks.

The rarer and the more costly to the visitor, the heavier. A skipped product says little: of ten
shown, one is clicked at best, and the other nine must not outweigh it. Hiding is rare and
deliberate, so it weighs as much as a cart. A return weighs as much as the purchase that it takes
back. These are initial values, to be fitted to purchases.
"""


@dataclass(frozen=True, slots=True)
class ProfileSettings:
    """How interactions update a profile, and how a profile scores products.

    Attributes:
        n_interests: Most interests that are kept. PinnerSage shows three to five of them.
        n_dislikes: Most dislikes that are kept.
        join_threshold: Least cosine at which an interaction joins an interest; measured with
            `compact` by `benchmarks/tastes.py`, other encoders' cosines lie elsewhere.
        forget_cost: Cost of forgetting one unit of weight, relative to that of merging; 0 always
            drops the weakest interest, infinity always merges the nearest two. Up to 0.5, interests
            with a cosine below 0.5 are not merged, except for a new interaction that is much
            lighter than all interests: it joins the nearest, and none is forgotten for it.
        half_life_s: Half-life of long-term weights; `benchmarks/taste_settings.py` compared
            what is forgotten with how soon a new taste leads.
        session_half_life_s: Half-life of session weights. With 20 minutes and a boost of 1 a new
            taste takes 11 clicks to lead the recommendations in place of 8.
        session_boost: Factor of session weights when both weights are combined: at 2, today's
            interactions count three times.
        shrinkage: Interaction weight at which a preference or similarity counts half.
        log_price_deviation: Prior standard deviation of log prices: a factor of 1.65 up or down.
        max_values_per_field: Most values that are kept per field.
        saturation_share: Share of the heaviest interest's weight from which an interest counts in
            full; lighter ones count less in proportion.
        preference_weight: Share of preferences and price in the affinity, 0 to 1.
        event_weights: Weight of an event, by kind.

    Raises:
        InvalidValueError: A number is out of range; the error names it.

    Source: Pal et al., PinnerSage: Multi-Modal User Embedding Framework (2020), for several
        interests, medoids and decaying weights.
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
        """Check the ranges.

        Raises:
            InvalidValueError: A number is out of range.
        """
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
        """Return the weight of an event; negative for dislikes.

        Raises:
            InvalidValueError: Events of this kind have no weight.
        """
        if kind not in self.event_weights:
            known_kinds = ", ".join(self.event_weights)
            raise InvalidValueError("kind", f"one of {known_kinds}", kind)
        return self.event_weights[kind]


DEFAULT_PROFILE_SETTINGS = ProfileSettings()
