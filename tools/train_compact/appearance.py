"""The look part: the backbone's own view of a photo, in fewer numbers and calm about the camera."""

import numpy as np
from numpy.typing import NDArray

from embed.compact.appearance import (
    APPEARANCE_FEATURE_DIM,
    AppearanceProjection,
    compute_appearance_features,
)
from embed.compact.checkpoint import find_backbone_file, read_checkpoint
from embed.compact.image_tower import N_LAST_CHANNELS

CAMERA_SHRINKAGE = 2.0
"""What is added to the camera's variance, as a multiple of its mean over directions: at 0 the
directions that varied copies happened not to touch would count without bound."""

IMAGENET_WEIGHT = 1.0
"""Weight of the directions that tell ImageNet's classes apart, against those in which the training
products differ. At 0 the look forgets what matters for furniture alone."""

MIN_CHANNEL_MEAN = 0.02
"""Least mean of a channel, as a share of the mean over channels, where roots are undone."""


def fit_appearance(
    clean: NDArray[np.float16], augmented: NDArray[np.float16], dim: int
) -> AppearanceProjection:
    """Keep the directions that tell products apart, and measure in them by what a camera changes.

    Args:
        clean: Image features of products, shape (n, width).
        augmented: Features of varied copies of the same products, in the same order and shape.
        dim: How many directions to keep.

    Returns:
        The look.

    Source: the measure within the kept directions is Fisher's, with one class for each product;
        Hastie et al., The Elements of Statistical Learning (2009), section 4.3.3.
    """
    ones, others = (
        compute_appearance_features(each.astype(np.float32)) for each in (clean, augmented)
    )
    within = np.cov((ones - others).T) / 2.0  # (VIEW, VIEW), the camera's variance
    within += (
        np.eye(APPEARANCE_FEATURE_DIM)
        * CAMERA_SHRINKAGE
        * np.trace(within)
        / APPEARANCE_FEATURE_DIM
    )
    spread = np.cov(np.concatenate([ones, others]).T)
    means = clean[:, :N_LAST_CHANNELS].astype(np.float32).mean(axis=0)  # (LAST,)
    _add_foreign(spread, _class_directions(means))
    _, directions = np.linalg.eigh(spread)  # ascending
    kept = directions[:, ::-1][:, :dim]  # (VIEW, dim)
    metric = np.linalg.inv(np.linalg.cholesky(kept.T @ within @ kept))  # (dim, dim)
    matrix = kept @ metric.T
    matrix /= np.sqrt(np.square(matrix).sum(axis=0).mean())
    return AppearanceProjection(ones.mean(axis=0).astype(np.float32), matrix.astype(np.float32))


def _class_directions(means: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return how much each pair of channels matters to ImageNet's classes, shape (LAST, LAST).

    Args:
        means: Mean of each channel, shape (LAST,); a step of its root counts by its size.
    """
    classes = np.asarray(read_checkpoint(find_backbone_file())["_fc.weight"], dtype=np.float64)
    slope = np.sqrt(means + MIN_CHANNEL_MEAN * means.mean())
    weights = (classes - classes.mean(axis=0)) * slope  # (1000, LAST)
    return np.asarray(weights.T @ weights)


def _add_foreign(spread: NDArray[np.float64], classes: NDArray[np.float64]) -> None:
    """Add the classes' directions to the blocks of means and of maxima, in place."""
    for block in (slice(0, N_LAST_CHANNELS), slice(N_LAST_CHANNELS, 2 * N_LAST_CHANNELS)):
        size = np.trace(spread[block, block]) / np.trace(classes)
        spread[block, block] += IMAGENET_WEIGHT * size * classes
