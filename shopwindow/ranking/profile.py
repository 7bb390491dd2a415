"""The tastes of one visitor, learned from one touch after the other."""

import math
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from shopwindow.ranking.interests import Interests, Limits, Mark
from shopwindow.ranking.product_attributes import Facts
from shopwindow.ranking.profile_settings import DEFAULTS, ProfileSettings
from shopwindow.ranking.tastes import Tastes
from shopwindow.values.arrays import check_vectors, unit_rows
from shopwindow.values.encoder import Vectors
from shopwindow.values.errors import InvalidValueError, ProfileEncoderError


@dataclass(frozen=True, slots=True, eq=False)
class Touch:
    """One thing that a visitor did with one product.

    Attributes:
        product_id: The product.
        kind: A key of `ProfileSettings.kind_weights`.
        time_s: When, in seconds since any fixed moment.
        vector: The photo's vector, or the text's where there is no photo, shape (dim,); None or
            zeros when there is neither.
        facts: About the product.
    """

    product_id: str
    kind: str
    time_s: float
    vector: Vectors | None = None
    facts: Facts = field(default_factory=Facts)


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """The tastes of one visitor. It never changes: a touch makes another one.

    Weights are those of `time_s`. They only ever shrink by a common factor, so a touch that comes
    late is put in with what would be left of it by now.

    Attributes:
        encoder: Identity of the encoder whose vectors it holds.
        time_s: When it was touched last.
        n_touches: How often it was touched.
        interests: What was liked.
        dislikes: What was turned down or passed over.
        tastes: What was counted.
    """

    encoder: str
    time_s: float
    n_touches: int
    interests: Interests
    dislikes: Interests
    tastes: Tastes

    @classmethod
    def empty(cls, encoder: str, dim: int) -> Self:
        """Return the profile of a visitor of whom nothing is known.

        Args:
            encoder: `EncoderSpec.identity` of the vectors to come.
            dim: Their width.
        """
        return cls(encoder, -math.inf, 0, Interests.none(dim), Interests.none(dim), Tastes())

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        return int(self.interests.means.shape[1])

    def check_encoder(self, encoder: str) -> None:
        """Check that vectors of an encoder can be compared with this profile.

        Raises:
            ProfileEncoderError: It was made with another encoder.
        """
        if encoder != self.encoder:
            raise ProfileEncoderError(self.encoder, encoder)

    def at(self, now_s: float, settings: ProfileSettings = DEFAULTS) -> "Profile":
        """Return the profile as it is at a moment; an earlier one than `time_s` changes nothing.

        Args:
            now_s: The moment, in seconds.
            settings: How fast weights decay.
        """
        if now_s <= self.time_s or not self.n_touches:
            return self
        age_s = now_s - self.time_s
        long, session = _left(age_s, settings)
        return replace(
            self,
            time_s=now_s,
            interests=self.interests.decayed(long, session),
            dislikes=self.dislikes.decayed(long, session),
            tastes=self.tastes.decayed(long),
        )

    def touched(self, touch: Touch, settings: ProfileSettings = DEFAULTS) -> "Profile":
        """Return the profile after one touch.

        Args:
            touch: What was done; it may come late.
            settings: How touches are weighed.

        Returns:
            The profile at the later of both times.

        Raises:
            InvalidValueError: The kind is unknown, or the time is not a number.
            VectorError: The vector has another width, or values that are not finite.
        """
        if not math.isfinite(touch.time_s):
            raise InvalidValueError("time_s", "a number of seconds", touch.time_s)
        weight = settings.weight(touch.kind)
        vector = self._unit(touch)
        now = self.at(touch.time_s, settings)
        time_s = max(self.time_s, touch.time_s)
        long, session = _left(time_s - touch.time_s, settings)
        tastes = now.tastes.touched(touch.facts, weight * long, settings.max_values)
        changed = replace(now, time_s=time_s, n_touches=self.n_touches + 1, tastes=tastes)
        if vector is None or weight == 0 or long == 0:
            return changed
        size = abs(weight)
        mark = Mark(touch.product_id, vector, size * long, size * session, touch.time_s)
        if weight > 0:
            interests = now.interests.touched(mark, _limits(settings, settings.n_interests))
            return replace(changed, interests=interests)
        dislikes = now.dislikes.touched(mark, _limits(settings, settings.n_dislikes))
        return replace(changed, dislikes=dislikes)

    def _unit(self, touch: Touch) -> Vectors | None:
        if touch.vector is None:
            return None
        row = unit_rows(check_vectors(np.atleast_2d(touch.vector), self.dim))[0]
        return row if row.any() else None


def _left(age_s: float, settings: ProfileSettings) -> tuple[float, float]:
    """Return what is left of a lasting and of a session's weight after a time."""
    lasting: float = 2.0 ** (-age_s / settings.half_life_s)
    session: float = 2.0 ** (-age_s / settings.session_half_life_s)
    return lasting, session


def _limits(settings: ProfileSettings, count: int) -> Limits:
    return Limits(count, settings.joins_from, settings.drop_cost, settings.session_share)
