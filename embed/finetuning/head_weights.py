"""How much of a vector is the shop's own: the share with which most questions are answered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from embed.adapted.heads import ShopHeads, beside
from embed.finetuning.holdout_evaluation import Examination, clearly_better
from shopwindow.values.encoder import Vectors
from shopwindow.values.errors import AdaptError

IMAGE_SHARES = (0.1, 0.2, 0.3, 0.4)
TEXT_SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
ALLOWED_LOSS = 0.005
"""What photo to photo may lose in same category while words gain, beside what is chance."""


@dataclass(frozen=True, slots=True)
class Questions:
    """Titles that are asked among all photos, as the base sees them."""

    exam: Examination
    worded: Sequence[str]
    features: NDArray[np.float32]
    vectors: Vectors


def choose_shares(
    heads: ShopHeads, asked: Questions, vectors: Vectors, features: NDArray[np.float32]
) -> ShopHeads:
    """Choose how much of a vector is the shop's own, by products that are not judged by.

    Args:
        heads: What was learned.
        asked: The questions.
        vectors: The base's, of all photos, shape (n, base dim).
        features: Of all photos, shape (n, width).

    Returns:
        The heads with these shares.

    Raises:
        AdaptError: Every share costs photo to photo more than is allowed.
    """
    own_photos, near_photos = heads.own_of_photos(vectors, features)
    own_texts, near_texts = heads.own_of_texts(asked.features, asked.worded)
    before = asked.exam.category_shares(vectors)
    found: list[tuple[float, ShopHeads]] = []
    for image_share in IMAGE_SHARES:
        photos = heads.photos_beside(vectors, own_photos, image_share * near_photos, image_share)
        after = asked.exam.category_shares(photos)
        if before is not None and after is not None and loses_too_much(before, after):
            continue
        for text_share in TEXT_SHARES:
            texts = beside(asked.vectors, own_texts, text_share * near_texts)
            tried = replace(heads, image_share=image_share, text_share=text_share)
            rank = float(asked.exam.reciprocal_ranks(texts, photos).mean())
            found.append((rank, tried))
    if not found:
        raise AdaptError(
            "nothing was written: however small the share of what was learned, photos found fewer "
            "others of their category. Do categories, titles and photos belong together?"
        )
    return max(found, key=itemgetter(0))[1]


def loses_too_much(before: NDArray[np.float64], after: NDArray[np.float64]) -> bool:
    """Return whether photos find clearly fewer others of their category than is allowed.

    Args:
        before: Share of the nearest that are of a photo's category, by photo, shape (n,).
        after: The same afterwards, shape (n,).
    """
    return clearly_better(after, before - ALLOWED_LOSS)
