"""Select the weights of the adapter vectors on held-out queries."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from embed.adapted.heads import AdapterHeads, combine_vectors
from embed.finetuning.holdout_evaluation import HoldoutEvaluator, is_significantly_better
from shopwindow.values import Vectors
from shopwindow.values.errors import AdaptationError

IMAGE_WEIGHT_GRID = (0.1, 0.2, 0.3, 0.4)
TEXT_WEIGHT_GRID = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
MAX_PRECISION_LOSS = 0.005
"""What photo-to-photo category precision may lose, beyond what is within chance."""


@dataclass(frozen=True, slots=True)
class HoldoutQueries:
    """Titles of held-out products as queries among all photos of the shop.

    Attributes:
        evaluator: Evaluates the rankings of these queries.
        prompted_texts: The titles in the base's prompt template.
        features: The base's features of them, shape (n_queries, width).
        vectors: The base's vectors of them, shape (n_queries, base dim).
    """

    evaluator: HoldoutEvaluator
    prompted_texts: Sequence[str]
    features: NDArray[np.float32]
    vectors: Vectors


def select_adapter_weights(
    heads: AdapterHeads, queries: HoldoutQueries, vectors: Vectors, features: NDArray[np.float32]
) -> AdapterHeads:
    """Select the adapter weights with the best mean reciprocal rank on validation queries.

    Args:
        heads: The trained heads.
        queries: The validation queries; the final evaluation has others.
        vectors: The base's vectors of all photos, shape (n, base dim).
        features: Features of all photos, shape (n, width).

    Returns:
        The heads with these weights; of equal ones the first in the grids' order.

    Raises:
        AdaptationError: With every weight, category precision drops more than is allowed.
    """
    image_adapter_vectors, image_scores = heads.adapt_images(vectors, features)
    text_adapter_vectors, text_scores = heads.adapt_texts(queries.features, queries.prompted_texts)
    before = queries.evaluator.compute_category_precisions(vectors)
    trials: list[tuple[float, AdapterHeads]] = []
    for image_weight in IMAGE_WEIGHT_GRID:
        photos = heads.combine_image_vectors(
            vectors, image_adapter_vectors, image_weight * image_scores, image_weight
        )
        after = queries.evaluator.compute_category_precisions(photos)
        if before is not None and after is not None and is_regression(before, after):
            continue
        for text_weight in TEXT_WEIGHT_GRID:
            texts = combine_vectors(
                queries.vectors, text_adapter_vectors, text_weight * text_scores
            )
            candidate = replace(
                heads, image_adapter_weight=image_weight, text_adapter_weight=text_weight
            )
            mrr = float(queries.evaluator.compute_reciprocal_ranks(texts, photos).mean())
            trials.append((mrr, candidate))
    if not trials:
        raise AdaptationError(
            "nothing was written: with every weight of the adapter, fewer of a photo's neighbours "
            "are of its category. Do categories, titles and photos belong together?"
        )
    return max(trials, key=itemgetter(0))[1]


def is_regression(before: NDArray[np.float64], after: NDArray[np.float64]) -> bool:
    """Return whether category precision drops significantly more than MAX_PRECISION_LOSS.

    Args:
        before: Share of a photo's nearest that are of its category, per photo, shape (n,).
        after: The same afterwards, shape (n,).
    """
    return is_significantly_better(after, before - MAX_PRECISION_LOSS)
