"""Vectors around planted directions, and touches of them."""

import numpy as np
from hypothesis import settings

from shopwindow.ranking import ProductAttributes, Profile, ProfileInteraction
from shopwindow.ranking.profile_settings import DEFAULT_PROFILE_SETTINGS, ProfileSettings
from shopwindow.values.encoder import Vectors

DIM = 16
ENCODER = "fake@1"
DAY_S = 86_400.0

EXAMPLES = settings(max_examples=60, deadline=None)
"""Busy machines are slow; that is not what is tested."""


def axis(number: int, dim: int = DIM) -> Vectors:
    """Return a unit vector along one axis."""
    row = np.zeros(dim, np.float32)
    row[number] = 1.0
    return row


def near(direction: Vectors, rng: np.random.Generator, spread: float = 0.3) -> Vectors:
    """Return a unit vector near a direction, at a length of noise of about `spread`."""
    row = direction + rng.normal(scale=spread / np.sqrt(len(direction)), size=len(direction))
    return np.asarray(row / np.linalg.norm(row), np.float32)


def click(
    vector: Vectors | None, time_s: float = 0.0, product_id: str = "p", kind: str = "click"
) -> ProfileInteraction:
    return ProfileInteraction(product_id, kind, time_s, vector)


def learned(
    *touches: ProfileInteraction, kept: ProfileSettings = DEFAULT_PROFILE_SETTINGS
) -> Profile:
    profile = Profile.empty(ENCODER, DIM)
    for touch in touches:
        profile = profile.with_interaction(touch, kept)
    return profile


def no_facts(count: int) -> list[ProductAttributes]:
    return [ProductAttributes()] * count
