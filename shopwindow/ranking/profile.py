"""The tastes of one visitor, learned from one touch after the other."""

import math
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from shopwindow.ranking.interests import ClusterLimits, Interests, WeightedInteraction
from shopwindow.ranking.product_attributes import ProductAttributes
from shopwindow.ranking.profile_settings import DEFAULT_PROFILE_SETTINGS, ProfileSettings
from shopwindow.ranking.tastes import Preferences
from shopwindow.values.arrays import check_vectors, l2_normalize
from shopwindow.values.encoder import Vectors
from shopwindow.values.errors import InvalidValueError, ProfileEncoderError


@dataclass(frozen=True, slots=True, eq=False)
class ProfileInteraction:
    """One thing that a visitor did with one product.

    Attributes:
        product_id: The product.
        kind: A key of `ProfileSettings.event_weights`.
        time_s: When, in seconds since any fixed moment.
        vector: The photo's vector, or the text's where there is no photo, shape (dim,); None or
            zeros when there is neither.
        attributes: About the product.
    """

    product_id: str
    kind: str
    time_s: float
    vector: Vectors | None = None
    attributes: ProductAttributes = field(default_factory=ProductAttributes)


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """The tastes of one visitor. It never changes: a touch makes another one.

    Weights are those of `time_s`. They only ever shrink by a common factor, so a touch that comes
    late is put in with what would be left of it by now.

    Attributes:
        encoder_id: Identity of the encoder whose vectors it holds.
        time_s: When it was touched last.
        n_interactions: How often it was touched.
        interests: What was liked.
        dislikes: What was turned down or passed over.
        preferences: What was counted.
    """

    encoder_id: str
    time_s: float
    n_interactions: int
    interests: Interests
    dislikes: Interests
    preferences: Preferences

    @classmethod
    def empty(cls, encoder_id: str, dim: int) -> Self:
        """Return the profile of a visitor of whom nothing is known.

        Args:
            encoder_id: `EncoderSpec.identity` of the vectors to come.
            dim: Their width.
        """
        return cls(
            encoder_id, -math.inf, 0, Interests.empty(dim), Interests.empty(dim), Preferences()
        )

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        return int(self.interests.centroids.shape[1])

    def check_encoder(self, encoder_id: str) -> None:
        """Check that vectors of an encoder can be compared with this profile.

        Raises:
            ProfileEncoderError: It was made with another encoder.
        """
        if encoder_id != self.encoder_id:
            raise ProfileEncoderError(self.encoder_id, encoder_id)

    def decay_to(
        self, now_s: float, settings: ProfileSettings = DEFAULT_PROFILE_SETTINGS
    ) -> "Profile":
        """Return the profile as it is at a moment; an earlier one than `time_s` changes nothing.

        Args:
            now_s: The moment, in seconds.
            settings: How fast weights decay.
        """
        if now_s <= self.time_s or not self.n_interactions:
            return self
        age_s = now_s - self.time_s
        long, session = _left(age_s, settings)
        return replace(
            self,
            time_s=now_s,
            interests=self.interests.decay(long, session),
            dislikes=self.dislikes.decay(long, session),
            preferences=self.preferences.decay(long),
        )

    def with_interaction(
        self, interaction: ProfileInteraction, settings: ProfileSettings = DEFAULT_PROFILE_SETTINGS
    ) -> "Profile":
        """Return the profile after one touch.

        Args:
            interaction: What was done; it may come late.
            settings: How touches are weighed.

        Returns:
            The profile at the later of both times.

        Raises:
            InvalidValueError: The kind is unknown, or the time is not a number.
            VectorError: The vector has another width, or values that are not finite.
        """
        if not math.isfinite(interaction.time_s):
            raise InvalidValueError("time_s", "a number of seconds", interaction.time_s)
        weight = settings.get_event_weight(interaction.kind)
        vector = self._unit(interaction)
        now = self.decay_to(interaction.time_s, settings)
        time_s = max(self.time_s, interaction.time_s)
        long, session = _left(time_s - interaction.time_s, settings)
        tastes = now.preferences.with_interaction(
            interaction.attributes, weight * long, settings.max_values_per_field
        )
        changed = replace(
            now, time_s=time_s, n_interactions=self.n_interactions + 1, preferences=tastes
        )
        if vector is None or weight == 0 or long == 0:
            return changed
        size = abs(weight)
        mark = WeightedInteraction(
            interaction.product_id, vector, size * long, size * session, interaction.time_s
        )
        if weight > 0:
            interests = now.interests.with_interaction(
                mark, _limits(settings, settings.n_interests)
            )
            return replace(changed, interests=interests)
        dislikes = now.dislikes.with_interaction(mark, _limits(settings, settings.n_dislikes))
        return replace(changed, dislikes=dislikes)

    def _unit(self, touch: ProfileInteraction) -> Vectors | None:
        if touch.vector is None:
            return None
        row = l2_normalize(check_vectors(np.atleast_2d(touch.vector), self.dim))[0]
        return row if row.any() else None


def _left(age_s: float, settings: ProfileSettings) -> tuple[float, float]:
    """Return what is left of a lasting and of a session's weight after a time."""
    lasting: float = 2.0 ** (-age_s / settings.half_life_s)
    session: float = 2.0 ** (-age_s / settings.session_half_life_s)
    return lasting, session


def _limits(settings: ProfileSettings, count: int) -> ClusterLimits:
    return ClusterLimits(
        count, settings.join_threshold, settings.forget_cost, settings.session_boost
    )
