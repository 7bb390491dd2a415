"""How alike two photos are, in words that a merchandiser can act on."""

SAME_PHOTO = "same photo"
HIGH_CONFIDENCE = "high"
MEDIUM_CONFIDENCE = "medium"
LOW_CONFIDENCE = "low"

CONFIDENCE_BOUNDS = ((0.98, SAME_PHOTO), (0.85, HIGH_CONFIDENCE), (0.65, MEDIUM_CONFIDENCE))
"""Least likeness of each word.

Source: `benchmarks/matching.py` with the encoder `compact`: photos as they are, cropped, darkened,
spoilt and tilted. Of first places with the word "same photo" all were the right product, in
electronics and in fashion; with "very like" 96 and 99 %, with "like" 89 and 88 %, with "unsure" 73
and 70 %. When the shop does not have the product, "very like" still stands first for 15 and 10 % of
the photos: other products look like that. Adapted to a shop, `compact` kept these shares; the
cosines of other encoders lie elsewhere.
"""

_MEASURED_WITH = "compact"


def is_calibrated(encoder_name: str) -> bool:
    """Return whether the words were measured with this encoder, or with what it was adapted from.

    Args:
        encoder_name: `EncoderSpec.name`.
    """
    return encoder_name.partition("+")[0] == _MEASURED_WITH


def clamp_similarity(cosine: float) -> float:
    """Return how alike two photos are, from 0 (nothing in common) to 1 (the same).

    Args:
        cosine: Of their unit vectors, -1 to 1; rounding may carry it a little beyond.
    """
    return min(1.0, max(0.0, cosine))


def label_confidence(value: float) -> str:
    """Return the word for a likeness from 0 to 1."""
    return next((word for least, word in CONFIDENCE_BOUNDS if value >= least), LOW_CONFIDENCE)
