"""Affinity of products with a visitor's profile."""

from collections.abc import Sequence
from operator import attrgetter
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from shopwindow.ranking.interests import Interests
from shopwindow.ranking.product_attributes import PREFERENCE_FIELDS, ProductAttributes
from shopwindow.ranking.profile import Profile
from shopwindow.ranking.profile_settings import DEFAULT_PROFILE_SETTINGS, ProfileSettings
from shopwindow.values import Vectors, check_vectors
from shopwindow.values.errors import InvalidValueError

Scores: TypeAlias = NDArray[np.float64]
"""One score per product, shape (n_products,)."""

_HALF_CONFIDENCE_WEIGHT = 1.0
"""Interaction weight at which an interest gets half its share of a slate."""

SIMILARITY = "similarity"
PREFERENCES = "preferences"
PRICE = "price"
"""Names of the contributions to an affinity."""


def score_affinity(
    profile: Profile,
    vectors: Vectors,
    attributes: Sequence[ProductAttributes],
    now_s: float,
    catalog_mean: Vectors | None = None,
    settings: ProfileSettings = DEFAULT_PROFILE_SETTINGS,
) -> Scores:
    """Score how well products fit a visitor, from -1 (disliked) to 1 (ideal).

    The sum of `decompose_affinity`. Scores shrink towards 0 while the profile has little weight; an
    empty profile gives 0.

    Args:
        profile: The visitor's profile.
        vectors: Unit vectors of the products, shape (n_products, dim); zeros where missing.
        attributes: Attributes of each product.
        now_s: Time that the profile is decayed to, in seconds.
        catalog_mean: Mean vector of the catalogue, shape (dim,), the similarity baseline; None
            for a baseline of 0.
        settings: How the profile is read.

    Returns:
        Shape (n_products,), in [-1, 1].

    Raises:
        VectorError: The vectors have another width, or values that are not finite.
        InvalidValueError: The numbers of attributes and vectors differ.
    """
    contributions = decompose_affinity(profile, vectors, attributes, now_s, catalog_mean, settings)
    return np.asarray(sum(contributions.values()), dtype=np.float64)


def decompose_affinity(
    profile: Profile,
    vectors: Vectors,
    attributes: Sequence[ProductAttributes],
    now_s: float,
    catalog_mean: Vectors | None = None,
    settings: ProfileSettings = DEFAULT_PROFILE_SETTINGS,
) -> dict[str, Scores]:
    """Split affinities into contributions, by name; the arguments are those of `score_affinity`.

    Returns:
        "similarity": to the best interest, weak interests counting less, minus the similarity to
        the dislikes. Similarity is the cosine above that of a random product, so that a catalogue
        of similar products fits nobody by that alone; 0.5 is typical of an interest's own products.
        "preferences": for categories, brands, colours and so on. "price": for the price.
        Each has shape (n_products,); their sum is in [-1, 1].

    Raises:
        VectorError: The vectors have another width, or values that are not finite.
        InvalidValueError: The numbers of attributes and vectors differ.
    """
    vectors = check_vectors(vectors, profile.dim)
    if len(attributes) != len(vectors):
        expected = f"attributes of {len(vectors)} products"
        raise InvalidValueError("attributes", expected, len(attributes))
    current = profile.decay_to(now_s, settings)
    interest_similarity = _best_similarity(current.interests, vectors, catalog_mean, settings)
    dislike_similarity = np.maximum(
        _best_similarity(current.dislikes, vectors, catalog_mean, settings), 0.0
    )
    similarity = np.clip(interest_similarity - dislike_similarity, -1.0, 1.0)
    shares = {
        name: current.preferences.compute_shares(name, settings.shrinkage)
        for name in PREFERENCE_FIELDS
    }
    fields_with_data = [name for name in PREFERENCE_FIELDS if shares[name]]
    share = settings.preference_weight / max(
        len(fields_with_data) + bool(current.preferences.prices), 1
    )
    preferences, price = np.zeros(len(vectors)), np.zeros(len(vectors))
    for name in fields_with_data:
        values = map(shares[name].get, map(attrgetter(name), attributes))
        preferences += np.fromiter((value or 0.0 for value in values), np.float64, len(attributes))
    for currency, stats in current.preferences.prices.items():
        price += stats.score_prices(_prices(attributes, currency), settings)
    return {
        SIMILARITY: (1 - settings.preference_weight) * similarity,
        PREFERENCES: share * preferences,
        PRICE: share * price,
    }


def assign_interests(
    profile: Profile,
    vectors: Vectors,
    now_s: float,
    catalog_mean: Vectors | None = None,
    settings: ProfileSettings = DEFAULT_PROFILE_SETTINGS,
) -> tuple[NDArray[np.int64], Scores]:
    """Assign each product to its most similar interest, and compute each interest's share.

    Args:
        profile: The visitor's profile.
        vectors: Unit vectors of the products, shape (n_products, dim).
        now_s: Time that the profile is decayed to, in seconds.
        catalog_mean: See `score_affinity`.
        settings: How the profile is read.

    Returns:
        Indices of interests, shape (n_products,), all 0 when there are none; and each interest's
        share of a slate relative to the heaviest, 0 to 1, shape (n_interests,). The share is the
        interest's weight, shrunk while it rests on few interactions: a stray click is not an
        interest. Weak interests are not raised as in an affinity: a slate with equal shares for
        everything ever liked would not follow a change of taste.

    Raises:
        VectorError: The vectors have another width, or values that are not finite.
    """
    vectors = check_vectors(vectors, profile.dim)
    interests = profile.decay_to(now_s, settings).interests
    if not len(interests):
        return np.zeros(len(vectors), dtype=np.int64), np.zeros(0)
    similarity = _interest_similarities(interests, vectors, catalog_mean, settings)
    weights = interests.combine_weights(settings.session_boost)
    shares = weights * weights / (weights + _HALF_CONFIDENCE_WEIGHT)
    return similarity.argmax(axis=1), shares / max(float(shares.max()), 1e-300)


def _best_similarity(
    interests: Interests, vectors: Vectors, catalog_mean: Vectors | None, settings: ProfileSettings
) -> Scores:
    """Return each product's similarity to its best interest, -1 to 1, shape (n_products,)."""
    total = float(interests.combine_weights(settings.session_boost).sum())
    if total <= 0:
        return np.zeros(len(vectors))
    saturation = _saturate_weights(interests, settings)
    best = (_interest_similarities(interests, vectors, catalog_mean, settings) * saturation).max(
        axis=1
    )
    best[~vectors.any(axis=1)] = 0.0  # no vector, so no evidence either way
    return np.asarray(best * (total / (total + settings.shrinkage)), dtype=np.float64)


def _interest_similarities(
    interests: Interests, vectors: Vectors, catalog_mean: Vectors | None, settings: ProfileSettings
) -> Scores:
    """Return similarities of products and interests, -1 to 1, shape (n_products, n_interests).

    0 is the catalogue's average cosine and 0.5 the one that is typical of the interest's own
    products, so that a wide interest competes with a narrow one.
    """
    directions = interests.to_unit_vectors()
    # einsum, because it stays on one core: BLAS splits so small a product among threads, which
    # takes many times as long when the cores are busy.
    cosines = np.einsum("nd,kd->nk", vectors, directions)  # (n_products, n_interests)
    baselines = np.zeros(len(interests)) if catalog_mean is None else directions @ catalog_mean
    headroom = np.maximum(_typical_cosines(interests, settings) - baselines, 0.01)
    return np.asarray(np.clip((cosines - baselines) / (2 * headroom), -1.0, 1.0), dtype=np.float64)


def _saturate_weights(interests: Interests, settings: ProfileSettings) -> Scores:
    """Return each interest's weight up to saturation, 0 to 1, shape (n_interests,)."""
    weights = interests.combine_weights(settings.session_boost)
    return np.minimum(1.0, weights / max(settings.saturation_share * float(weights.max()), 1e-300))


def _typical_cosines(interests: Interests, settings: ProfileSettings) -> Scores:
    """Return the cosine that is typical of each interest's own products, shape (n_interests,).

    The length of a mean of unit vectors is their mean cosine with its direction. It is biased
    upwards for few interactions, so it shrinks towards the threshold for joining an interest.
    """
    lengths = np.linalg.norm(interests.centroids, axis=1)  # (n_interests,)
    weights = interests.combine_weights(settings.session_boost)
    shrunk = weights * lengths + settings.shrinkage * settings.join_threshold
    return np.asarray(shrunk / (weights + settings.shrinkage), dtype=np.float64)


def _prices(attributes: Sequence[ProductAttributes], currency: str) -> Scores:
    """Return prices in one currency, shape (n_products,); 0 where there is none."""
    prices = (
        product.price if product.currency == currency and product.price else 0.0
        for product in attributes
    )
    return np.fromiter(prices, np.float64, len(attributes))
