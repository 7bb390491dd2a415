"""How much of a vector is the shop's own: the share with which most questions are answered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from embed.adapted.heads import AdapterHeads, combine_vectors
from embed.finetuning.holdout_evaluation import HoldoutEvaluator, is_significantly_better
from shopwindow.values.encoder import Vectors
from shopwindow.values.errors import AdaptationError

IMAGE_WEIGHT_GRID = (0.1, 0.2, 0.3, 0.4)
TEXT_WEIGHT_GRID = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
MAX_PRECISION_LOSS = 0.005
"""What photo to photo may lose in same category while words gain, beside what is chance."""


@dataclass(frozen=True, slots=True)
class HoldoutQueries:
    """Titles that are asked among all photos, as the base sees them."""

    evaluator: HoldoutEvaluator
    prompted_texts: Sequence[str]
    features: NDArray[np.float32]
    vectors: Vectors


def select_adapter_weights(
    heads: AdapterHeads, queries: HoldoutQueries, vectors: Vectors, features: NDArray[np.float32]
) -> AdapterHeads:
    """Choose how much of a vector is the shop's own, by products that are not judged by.

    Args:
        heads: What was learned.
        queries: The questions.
        vectors: The base's, of all photos, shape (n, base dim).
        features: Of all photos, shape (n, width).

    Returns:
        The heads with these shares.

    Raises:
        AdaptError: Every share costs photo to photo more than is allowed.
    """
    own_photos, near_photos = heads.adapt_images(vectors, features)
    own_texts, near_texts = heads.adapt_texts(queries.features, queries.prompted_texts)
    before = queries.evaluator.compute_category_precisions(vectors)
    found: list[tuple[float, AdapterHeads]] = []
    for image_share in IMAGE_WEIGHT_GRID:
        photos = heads.combine_image_vectors(
            vectors, own_photos, image_share * near_photos, image_share
        )
        after = queries.evaluator.compute_category_precisions(photos)
        if before is not None and after is not None and is_regression(before, after):
            continue
        for text_share in TEXT_WEIGHT_GRID:
            texts = combine_vectors(queries.vectors, own_texts, text_share * near_texts)
            tried = replace(heads, image_adapter_weight=image_share, text_adapter_weight=text_share)
            rank = float(queries.evaluator.compute_reciprocal_ranks(texts, photos).mean())
            found.append((rank, tried))
    if not found:
        raise AdaptationError(
            "nothing was written: however small the share of what was learned, photos found fewer "
            "others of their category. Do categories, titles and photos belong together?"
        )
    return max(found, key=itemgetter(0))[1]


def is_regression(before: NDArray[np.float64], after: NDArray[np.float64]) -> bool:
    """Return whether photos find clearly fewer others of their category than is allowed.

    Args:
        before: Share of the nearest that are of a photo's category, by photo, shape (n,).
        after: The same afterwards, shape (n,).
    """
    return is_significantly_better(after, before - MAX_PRECISION_LOSS)
