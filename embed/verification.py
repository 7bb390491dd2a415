"""Is a loaded encoder sound? Widths, unit length, and whether its words go with its photos."""

from pathlib import Path

import numpy as np

from shopwindow.values.encoder import Encoder, Vectors
from shopwindow.values.errors import EncoderVerificationError

REFERENCE_LABELS = ("shoe", "dress")
REFERENCE_IMAGES = tuple(
    Path(__file__).with_name("reference") / f"{kind}.jpg" for kind in REFERENCE_LABELS
)
REFERENCE_TEXTS = tuple(f"a photo of a {kind}" for kind in REFERENCE_LABELS)

NORM_TOLERANCE = 1e-3
MIN_SIMILARITY_MARGIN = 0.002
"""What rounding in half precision may make of equal similarities."""


def run_sanity_checks(encoder: Encoder) -> Vectors:
    """Check an encoder on two texts and two photos.

    Args:
        encoder: The encoder, loaded.

    Returns:
        Cosine of each of TEXTS with each of PHOTOS, shape (2, 2).

    Raises:
        EncoderVerificationError: A check failed; later ones were not made.
    """
    name = encoder.spec.name
    texts, photos = encoder.encode_texts(REFERENCE_TEXTS), encoder.encode_images(REFERENCE_IMAGES)
    for what, rows in (("texts", texts), ("photos", photos)):
        _check_rows(name, what, rows, encoder.dim)
    similarity = texts @ photos.T  # (n texts, n photos)
    _check_words(name, similarity)
    return similarity


def _check_rows(name: str, what: str, rows: Vectors, dim: int) -> None:
    expected = (len(REFERENCE_LABELS), dim)
    if rows.shape != expected or rows.dtype != np.float32:
        raise EncoderVerificationError(
            name, f"vectors of {what}: expected float32 {expected}, got {rows.dtype} {rows.shape}"
        )
    lengths = np.linalg.norm(rows, axis=1)
    if not (np.abs(lengths - 1.0) <= NORM_TOLERANCE).all():  # NaN is no number near 1 either
        shown = ", ".join(f"{length:.3f}" for length in lengths)
        raise EncoderVerificationError(name, f"vectors of {what}: expected length 1, got {shown}")


def _check_words(name: str, similarity: Vectors) -> None:
    """Check that each text is nearest to its own photo, and each photo to its own text.

    Raises:
        EncoderVerificationError: One is not.
    """
    for number, kind in enumerate(REFERENCE_LABELS):
        other = 1 - number
        right = similarity[number, number]
        for asked, answer, wrong in (
            (
                f"'{REFERENCE_TEXTS[number]}'",
                f"a {REFERENCE_LABELS[other]}",
                similarity[number, other],
            ),
            (f"a {kind}", f"'{REFERENCE_TEXTS[other]}'", similarity[other, number]),
        ):
            if not right - wrong > MIN_SIMILARITY_MARGIN:
                raise EncoderVerificationError(
                    name,
                    f"the vectors do not understand words: {asked} is not nearer to its own kind "
                    f"({right:.3f}) than to {answer} ({wrong:.3f}). Are the weights untrained, or "
                    "another model's than the configuration says?",
                )
