"""Fit the appearance projection: directions that tell products apart and ignore the camera."""

import numpy as np
from numpy.typing import NDArray

from embed.compact.appearance import (
    APPEARANCE_FEATURE_DIM,
    AppearanceProjection,
    compute_appearance_features,
)
from embed.compact.tower_files import N_LAST_CHANNELS
from tools.export_photo_tower.checkpoint import read_checkpoint

CAMERA_SHRINKAGE = 2.0
"""Shrinkage of the camera's covariance, as a multiple of its mean variance: at 0, directions that
the augmented copies happened not to change would get unbounded weight."""

IMAGENET_WEIGHT = 1.0
"""Weight of the directions that tell ImageNet's classes apart, against those in which the training
products differ. At 0 the projection drops what matters only for furniture."""

MIN_CHANNEL_MEAN = 0.02
"""Added to a channel's mean, as a share of the mean over channels, before its square root."""


def fit_appearance(
    clean: NDArray[np.float16], augmented: NDArray[np.float16], dim: int
) -> AppearanceProjection:
    """Fit a projection to directions in which products differ, whitened by the camera's covariance.

    Args:
        clean: Image features of products, shape (n, width).
        augmented: Features of augmented copies of the same products, in the same order and shape.
        dim: How many directions to keep.

    Returns:
        The projection.

    Source: linear discriminant analysis with one class for each product; Hastie et al., The
        Elements of Statistical Learning (2009), section 4.3.3.
    """
    originals, copies = (
        compute_appearance_features(features.astype(np.float32)) for features in (clean, augmented)
    )
    # The camera's covariance, (APPEARANCE_FEATURE_DIM, APPEARANCE_FEATURE_DIM).
    within = np.cov((originals - copies).T) / 2.0
    within += (
        np.eye(APPEARANCE_FEATURE_DIM)
        * CAMERA_SHRINKAGE
        * np.trace(within)
        / APPEARANCE_FEATURE_DIM
    )
    total = np.cov(np.concatenate([originals, copies]).T)
    channel_means = clean[:, :N_LAST_CHANNELS].astype(np.float32).mean(axis=0)
    _add_class_scatter(total, _compute_class_scatter(channel_means))
    _, directions = np.linalg.eigh(total)  # by ascending variance
    basis = directions[:, ::-1][:, :dim]  # (APPEARANCE_FEATURE_DIM, dim)
    whitening = np.linalg.inv(np.linalg.cholesky(basis.T @ within @ basis))  # (dim, dim)
    matrix = basis @ whitening.T
    matrix /= np.sqrt(np.square(matrix).sum(axis=0).mean())
    mean = originals.mean(axis=0).astype(np.float32)
    return AppearanceProjection(mean, matrix.astype(np.float32))


def _compute_class_scatter(means: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the scatter of ImageNet's class weights, (N_LAST_CHANNELS, N_LAST_CHANNELS).

    Args:
        means: Mean of each channel, shape (N_LAST_CHANNELS,): the appearance features are square
            roots, whose slope depends on it.
    """
    classes = np.asarray(read_checkpoint()["_fc.weight"], dtype=np.float64)
    slope = np.sqrt(means + MIN_CHANNEL_MEAN * means.mean())
    weights = (classes - classes.mean(axis=0)) * slope  # (1000, N_LAST_CHANNELS)
    return np.asarray(weights.T @ weights)


def _add_class_scatter(covariance: NDArray[np.float64], scatter: NDArray[np.float64]) -> None:
    """Add the classes' scatter to the blocks of means and of maxima, in place."""
    for block in (slice(0, N_LAST_CHANNELS), slice(N_LAST_CHANNELS, 2 * N_LAST_CHANNELS)):
        ratio = np.trace(covariance[block, block]) / np.trace(scatter)
        covariance[block, block] += IMAGENET_WEIGHT * ratio * scatter
