"""A visitor's profile: interests, dislikes and preferences, updated by each interaction."""

import math
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from shopwindow.ranking.interests import ClusterLimits, Interests, WeightedInteraction
from shopwindow.ranking.preferences import Preferences
from shopwindow.ranking.product_attributes import ProductAttributes
from shopwindow.ranking.profile_settings import DEFAULT_PROFILE_SETTINGS, ProfileSettings
from shopwindow.values import Vectors, check_vectors, l2_normalize
from shopwindow.values.errors import InvalidValueError, ProfileEncoderError


@dataclass(frozen=True, slots=True, eq=False)
class ProfileInteraction:
    """One interaction of a visitor with a product.

    Attributes:
        product_id: The product.
        kind: A key of `ProfileSettings.event_weights`.
        time_s: When it happened, in seconds since any fixed moment.
        vector: Embedding of the photo, or of the text where there is no photo, shape (dim,);
            None or zeros when there is neither.
        attributes: The product's attributes.
    """

    product_id: str
    kind: str
    time_s: float
    vector: Vectors | None = None
    attributes: ProductAttributes = field(default_factory=ProductAttributes)


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """Interests, dislikes and preferences of one visitor, immutable.

    Weights are as of `time_s`. All of them decay by a common factor, so a late interaction is added
    with what its weight would have decayed to by then.

    Attributes:
        encoder_id: Identity of the encoder that made the vectors.
        time_s: Time of the latest interaction, in seconds.
        n_interactions: Number of interactions.
        interests: Clusters of positive interactions.
        dislikes: Clusters of negative interactions: hidden or skipped products.
        preferences: Weights of attribute values and prices.
    """

    encoder_id: str
    time_s: float
    n_interactions: int
    interests: Interests
    dislikes: Interests
    preferences: Preferences

    @classmethod
    def empty(cls, encoder_id: str, dim: int) -> Self:
        """Return a profile without interactions.

        Args:
            encoder_id: `EncoderSpec.identity` of the vectors to come.
            dim: Width of the vectors.
        """
        return cls(
            encoder_id, -math.inf, 0, Interests.empty(dim), Interests.empty(dim), Preferences()
        )

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        return int(self.interests.centroids.shape[1])

    def check_encoder(self, encoder_id: str) -> None:
        """Check that this profile can be compared with vectors of an encoder.

        Raises:
            ProfileEncoderError: The profile was made with another encoder.
        """
        if encoder_id != self.encoder_id:
            raise ProfileEncoderError(self.encoder_id, encoder_id)

    def decay_to(
        self, now_s: float, settings: ProfileSettings = DEFAULT_PROFILE_SETTINGS
    ) -> "Profile":
        """Return the profile decayed to a time; one before `time_s` changes nothing.

        Args:
            now_s: The time, in seconds.
            settings: Half-lives of the weights.
        """
        if now_s <= self.time_s or not self.n_interactions:
            return self
        age_s = now_s - self.time_s
        long_term, session = _decay_factors(age_s, settings)
        return replace(
            self,
            time_s=now_s,
            interests=self.interests.decay(long_term, session),
            dislikes=self.dislikes.decay(long_term, session),
            preferences=self.preferences.decay(long_term),
        )

    def with_interaction(
        self, interaction: ProfileInteraction, settings: ProfileSettings = DEFAULT_PROFILE_SETTINGS
    ) -> "Profile":
        """Return the profile after one interaction.

        Args:
            interaction: The interaction; it may be older than the latest one.
            settings: How interactions are weighted.

        Returns:
            The profile as of the later of both times.

        Raises:
            InvalidValueError: The kind is unknown, or the time is not finite.
            VectorError: The vector has another width, or values that are not finite.
        """
        if not math.isfinite(interaction.time_s):
            raise InvalidValueError("time_s", "a number of seconds", interaction.time_s)
        weight = settings.get_event_weight(interaction.kind)
        vector = self._normalize_vector(interaction)
        now = self.decay_to(interaction.time_s, settings)
        time_s = max(self.time_s, interaction.time_s)
        long_term, session = _decay_factors(time_s - interaction.time_s, settings)
        preferences = now.preferences.with_interaction(
            interaction.attributes, weight * long_term, settings.max_values_per_field
        )
        updated = replace(
            now, time_s=time_s, n_interactions=self.n_interactions + 1, preferences=preferences
        )
        if vector is None or weight == 0 or long_term == 0:
            return updated
        magnitude = abs(weight)
        weighted = WeightedInteraction(
            interaction.product_id,
            vector,
            magnitude * long_term,
            magnitude * session,
            interaction.time_s,
        )
        if weight > 0:
            interests = now.interests.with_interaction(
                weighted, _make_cluster_limits(settings, settings.n_interests)
            )
            return replace(updated, interests=interests)
        dislikes = now.dislikes.with_interaction(
            weighted, _make_cluster_limits(settings, settings.n_dislikes)
        )
        return replace(updated, dislikes=dislikes)

    def _normalize_vector(self, interaction: ProfileInteraction) -> Vectors | None:
        """Return the unit vector of an interaction, shape (dim,); None without one or if zero."""
        if interaction.vector is None:
            return None
        unit_vector = l2_normalize(check_vectors(np.atleast_2d(interaction.vector), self.dim))[0]
        return unit_vector if unit_vector.any() else None


def _decay_factors(age_s: float, settings: ProfileSettings) -> tuple[float, float]:
    """Return the factors by which long-term and session weights decay in `age_s` seconds."""
    long_term: float = 2.0 ** (-age_s / settings.half_life_s)
    session: float = 2.0 ** (-age_s / settings.session_half_life_s)
    return long_term, session


def _make_cluster_limits(settings: ProfileSettings, max_interests: int) -> ClusterLimits:
    return ClusterLimits(
        max_interests, settings.join_threshold, settings.forget_cost, settings.session_boost
    )
