"""How alike two photos are, in words that a merchandiser can act on."""

SAME_PHOTO = "same photo"
VERY_LIKE = "very like"
LIKE = "like"
UNSURE = "unsure"

BOUNDS = ((0.98, SAME_PHOTO), (0.85, VERY_LIKE), (0.65, LIKE))
"""Least likeness of each word.

Source: `benchmarks/matching.py` with the encoder `compact`. Of first places with the word "same
photo" all were the right product, in electronics and in fashion; with "very like" 96 and 99 %,
with "like" 88 and 86 %, with "unsure" 70 and 64 %. Another encoder's cosines lie elsewhere.
"""

MEASURED_WITH = "compact"
"""The encoder that the bounds were measured with."""


def likeness(cosine: float) -> float:
    """Return how alike two photos are, from 0 (nothing in common) to 1 (the same).

    Args:
        cosine: Of their unit vectors, -1 to 1; rounding may carry it a little beyond.
    """
    return min(1.0, max(0.0, cosine))


def in_words(value: float) -> str:
    """Return the word for a likeness from 0 to 1."""
    return next((word for least, word in BOUNDS if value >= least), UNSURE)
