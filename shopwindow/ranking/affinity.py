"""How well products suit a visitor's profile."""

from collections.abc import Sequence
from operator import attrgetter
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from shopwindow.ranking.interests import Interests
from shopwindow.ranking.product_attributes import PREFERENCE_FIELDS, ProductAttributes
from shopwindow.ranking.profile import Profile
from shopwindow.ranking.profile_settings import DEFAULT_PROFILE_SETTINGS, ProfileSettings
from shopwindow.values.arrays import check_vectors
from shopwindow.values.encoder import Vectors
from shopwindow.values.errors import InvalidValueError

Scores: TypeAlias = NDArray[np.float64]
"""One score for each product, shape (n_products,)."""

_STRAY = 1.0
"""Weight of touches at which an interest is believed half when places are dealt out."""

SIMILARITY = "similarity"
PREFERENCES = "preferences"
PRICE = "price"
"""Names of the parts of an affinity."""


def score_affinity(
    profile: Profile,
    vectors: Vectors,
    attributes: Sequence[ProductAttributes],
    now_s: float,
    catalog_mean: Vectors | None = None,
    settings: ProfileSettings = DEFAULT_PROFILE_SETTINGS,
) -> Scores:
    """Return how well products suit a visitor, from -1 (turned down) to 1 (just the taste).

    The sum of `decompose_affinity`. Everything is drawn towards 0 while little is known: an empty
    profile gives 0.

    Args:
        profile: The visitor's.
        vectors: Unit vectors of the products, shape (n_products, dim); zeros for one without.
        attributes: About each product.
        now_s: The moment, in seconds.
        catalog_mean: Mean vector of the catalogue, shape (dim,); None takes chance for a cosine of 0.
        settings: How profiles are read.

    Returns:
        Shape (n_products,), in [-1, 1].

    Raises:
        VectorError: The rows have another width, or values that are not finite.
        InvalidValueError: There are more or fewer facts than rows.
    """
    parts = decompose_affinity(profile, vectors, attributes, now_s, catalog_mean, settings)
    return np.asarray(sum(parts.values()), dtype=np.float64)


def decompose_affinity(
    profile: Profile,
    vectors: Vectors,
    attributes: Sequence[ProductAttributes],
    now_s: float,
    catalog_mean: Vectors | None = None,
    settings: ProfileSettings = DEFAULT_PROFILE_SETTINGS,
) -> dict[str, Scores]:
    """Return what an affinity is made of, by name; see `affinity` for the arguments and errors.

    Returns:
        "likeness": to the best of the interests, faint ones counting less, less the likeness to
        what was turned down. Likeness is what a cosine has above that of a product taken at
        random, so a catalogue of alike things suits nobody by that alone; a half is typical of what
        was touched. "tastes": in categories, brands, colours and so on. "price": the taste in
        prices. Each of shape (n_products,); their sum is in [-1, 1].

    Raises:
        VectorError: The rows have another width, or values that are not finite.
        InvalidValueError: There are more or fewer facts than rows.
    """
    vectors = check_vectors(vectors, profile.dim)
    if len(attributes) != len(vectors):
        raise InvalidValueError("facts", f"facts about {len(vectors)} products", len(attributes))
    now = profile.decay_to(now_s, settings)
    liked = _likeness(now.interests, vectors, catalog_mean, settings)
    disliked = np.maximum(_likeness(now.dislikes, vectors, catalog_mean, settings), 0.0)
    seen = np.clip(liked - disliked, -1.0, 1.0)
    shares = {
        name: now.preferences.compute_shares(name, settings.shrinkage) for name in PREFERENCE_FIELDS
    }
    known = [name for name in PREFERENCE_FIELDS if shares[name]]
    share = settings.preference_weight / max(len(known) + bool(now.preferences.prices), 1)
    tastes, price = np.zeros(len(vectors)), np.zeros(len(vectors))
    for name in known:
        values = map(shares[name].get, map(attrgetter(name), attributes))
        tastes += np.fromiter((value or 0.0 for value in values), np.float64, len(attributes))
    for currency, taste in now.preferences.prices.items():
        price += taste.score_prices(_prices(attributes, currency), settings)
    return {
        SIMILARITY: (1 - settings.preference_weight) * seen,
        PREFERENCES: share * tastes,
        PRICE: share * price,
    }


def assign_interests(
    profile: Profile,
    vectors: Vectors,
    now_s: float,
    catalog_mean: Vectors | None = None,
    settings: ProfileSettings = DEFAULT_PROFILE_SETTINGS,
) -> tuple[NDArray[np.int64], Scores]:
    """Return the interest that each product suits best, and the share of each interest.

    Args:
        profile: The visitor's.
        vectors: Unit vectors of the products, shape (n_products, dim).
        now_s: The moment, in seconds.
        catalog_mean: See `affinity`.
        settings: How profiles are read.

    Returns:
        Numbers of interests, shape (n_products,), all 0 when there are none; what share of a page
        each interest is worth against the heaviest, 0 to 1, shape (n_interests,). That is its
        weight, of which less is believed while few touches speak for it: a stray click is not an
        interest. Faint ones are not lifted as in an affinity: a page with equal places for all
        that was ever liked would follow no change of taste.

    Raises:
        VectorError: The rows have another width, or values that are not finite.
    """
    vectors = check_vectors(vectors, profile.dim)
    interests = profile.decay_to(now_s, settings).interests
    if not len(interests):
        return np.zeros(len(vectors), dtype=np.int64), np.zeros(0)
    likeness = _to_each(interests, vectors, catalog_mean, settings)
    weights = interests.combine_weights(settings.session_boost)
    shares = weights * weights / (weights + _STRAY)
    return likeness.argmax(axis=1), shares / max(float(shares.max()), 1e-300)


def _likeness(
    interests: Interests, rows: Vectors, background: Vectors | None, settings: ProfileSettings
) -> Scores:
    """Return the likeness of products to the best of some interests, shape (n_products,)."""
    total = float(interests.combine_weights(settings.session_boost).sum())
    if total <= 0:
        return np.zeros(len(rows))
    heard = _heard(interests, settings)
    best = (_to_each(interests, rows, background, settings) * heard).max(axis=1)
    best[~rows.any(axis=1)] = 0.0  # nothing is known of what has no vector
    return np.asarray(best * (total / (total + settings.shrinkage)), dtype=np.float64)


def _to_each(
    interests: Interests, rows: Vectors, background: Vectors | None, settings: ProfileSettings
) -> Scores:
    """Return the likeness of products to each interest, shape (n_products, n_interests).

    0 is chance, a half is typical of what belongs to the interest, so that a wide interest is not
    outdone by a narrow one.
    """
    directions = interests.to_unit_vectors()
    # einsum, because it stays on one core: BLAS shares so small a product among threads, which
    # takes many times as long when the cores are busy.
    cosines = np.einsum("nd,kd->nk", rows, directions)  # (n_products, n_interests)
    chance = np.zeros(len(interests)) if background is None else directions @ background
    above = np.maximum(_typical(interests, settings) - chance, 0.01)
    return np.asarray(np.clip((cosines - chance) / (2 * above), -1.0, 1.0), dtype=np.float64)


def _heard(interests: Interests, settings: ProfileSettings) -> Scores:
    """Return what each interest counts against the heaviest, 0 to 1, shape (n_interests,)."""
    weights = interests.combine_weights(settings.session_boost)
    return np.minimum(1.0, weights / max(settings.saturation_share * float(weights.max()), 1e-300))


def _typical(interests: Interests, settings: ProfileSettings) -> Scores:
    """Return the cosine with an interest that is typical of what belongs to it.

    The length of a mean of unit vectors is their mean cosine with its direction. Of few touches it
    is too long, so it is drawn towards the least cosine that joins.
    """
    lengths = np.linalg.norm(interests.centroids, axis=1)  # (n_interests,)
    weights = interests.combine_weights(settings.session_boost)
    drawn = weights * lengths + settings.shrinkage * settings.join_threshold
    return np.asarray(drawn / (weights + settings.shrinkage), dtype=np.float64)


def _prices(facts: Sequence[ProductAttributes], currency: str) -> Scores:
    """Return the prices in a currency, shape (n_products,); 0 for products without one."""
    prices = (each.price if each.currency == currency and each.price else 0.0 for each in facts)
    return np.fromiter(prices, np.float64, len(facts))
