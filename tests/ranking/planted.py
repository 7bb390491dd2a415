"""Vectors around planted directions, and profiles learned from interactions with them."""

import numpy as np
from hypothesis import settings

from shopwindow.ranking import ProductAttributes, Profile, ProfileInteraction
from shopwindow.ranking.profile_settings import DEFAULT_PROFILE_SETTINGS, ProfileSettings
from shopwindow.values.encoder import Vectors

DIM = 16
ENCODER = "fake@1"
DAY_S = 86_400.0

EXAMPLES = settings(max_examples=60, deadline=None)
"""Without a deadline: slow, busy machines are not what is tested."""


def axis(number: int, dim: int = DIM) -> Vectors:
    """Return a unit vector along one axis."""
    vector = np.zeros(dim, np.float32)
    vector[number] = 1.0
    return vector


def near(direction: Vectors, rng: np.random.Generator, spread: float = 0.3) -> Vectors:
    """Return a unit vector near a direction, with noise of a length of about `spread`."""
    vector = direction + rng.normal(scale=spread / np.sqrt(len(direction)), size=len(direction))
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def click(
    vector: Vectors | None, time_s: float = 0.0, product_id: str = "p", kind: str = "click"
) -> ProfileInteraction:
    return ProfileInteraction(product_id, kind, time_s, vector)


def learn_profile(
    *interactions: ProfileInteraction, profile_settings: ProfileSettings = DEFAULT_PROFILE_SETTINGS
) -> Profile:
    profile = Profile.empty(ENCODER, DIM)
    for interaction in interactions:
        profile = profile.with_interaction(interaction, profile_settings)
    return profile


def no_attributes(count: int) -> list[ProductAttributes]:
    return [ProductAttributes()] * count
