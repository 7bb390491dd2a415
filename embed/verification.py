"""Sanity checks of a loaded encoder: width, unit length, and whether texts match photos."""

from pathlib import Path

import numpy as np

from shopwindow.values import Encoder, Vectors
from shopwindow.values.errors import EncoderVerificationError

REFERENCE_LABELS = ("shoe", "dress")
REFERENCE_IMAGES = tuple(
    Path(__file__).with_name("reference") / f"{label}.jpg" for label in REFERENCE_LABELS
)
REFERENCE_TEXTS = tuple(f"a photo of a {label}" for label in REFERENCE_LABELS)

NORM_TOLERANCE = 1e-3
MIN_SIMILARITY_MARGIN = 0.002
"""Above what rounding in half precision makes of equal similarities."""


def run_sanity_checks(encoder: Encoder) -> Vectors:
    """Check an encoder on two texts and two photos.

    Args:
        encoder: The loaded encoder.

    Returns:
        Cosine of each of REFERENCE_TEXTS with each of REFERENCE_IMAGES, shape (2, 2).

    Raises:
        EncoderVerificationError: A check failed; later ones were skipped.
    """
    name = encoder.spec.name
    texts, photos = encoder.encode_texts(REFERENCE_TEXTS), encoder.encode_images(REFERENCE_IMAGES)
    for input_kind, vectors in (("texts", texts), ("photos", photos)):
        _check_vectors(name, input_kind, vectors, encoder.dim)
    similarity = texts @ photos.T  # (n texts, n photos)
    _check_similarities(name, similarity)
    return similarity


def _check_vectors(name: str, input_kind: str, vectors: Vectors, dim: int) -> None:
    """Check that vectors are unit rows, float32, shape (n_labels, dim).

    Raises:
        EncoderVerificationError: They are not.
    """
    expected = (len(REFERENCE_LABELS), dim)
    if vectors.shape != expected or vectors.dtype != np.float32:
        got = f"{vectors.dtype} {vectors.shape}"
        raise EncoderVerificationError(
            name, f"vectors of {input_kind}: expected float32 {expected}, got {got}"
        )
    norms = np.linalg.norm(vectors, axis=1)
    if not (np.abs(norms - 1.0) <= NORM_TOLERANCE).all():  # this way round, NaN fails too
        got = ", ".join(f"{norm:.3f}" for norm in norms)
        raise EncoderVerificationError(
            name, f"vectors of {input_kind}: expected length 1, got {got}"
        )


def _check_similarities(name: str, similarity: Vectors) -> None:
    """Check that each text is most similar to its own photo, and each photo to its own text.

    Args:
        name: The encoder's name.
        similarity: Cosines of texts with photos, shape (2, 2).

    Raises:
        EncoderVerificationError: One is not.
    """
    for index, label in enumerate(REFERENCE_LABELS):
        other = 1 - index
        matching = similarity[index, index]
        for query, mismatch, mismatching in (
            (
                f"'{REFERENCE_TEXTS[index]}'",
                f"a {REFERENCE_LABELS[other]}",
                similarity[index, other],
            ),
            (f"a {label}", f"'{REFERENCE_TEXTS[other]}'", similarity[other, index]),
        ):
            if not matching - mismatching > MIN_SIMILARITY_MARGIN:
                raise EncoderVerificationError(
                    name,
                    f"the vectors do not understand words: {query} is not more similar to its own "
                    f"label ({matching:.3f}) than to {mismatch} ({mismatching:.3f}). Are the "
                    "weights untrained, or another model's than the configuration says?",
                )
