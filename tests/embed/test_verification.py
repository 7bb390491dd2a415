"""Sanity checks of encoders: each fault in width, length or similarity is named."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from embed import FakeEncoder, load_encoder
from embed.verification import (
    REFERENCE_IMAGES,
    REFERENCE_LABELS,
    REFERENCE_TEXTS,
    run_sanity_checks,
)
from shopwindow.values import EncoderSpec
from shopwindow.values.encoder import Vectors
from shopwindow.values.errors import EncoderVerificationError
from shopwindow.values.query import ImageSource

SAMPLES = Path(__file__).resolve().parents[2] / "data_samples" / "photos"
VALID_VECTORS = np.eye(2, 8, dtype=np.float32)


@dataclass
class StubEncoder(FakeEncoder):
    """Returns the given vectors."""

    texts: Vectors = field(default_factory=VALID_VECTORS.copy)
    photos: Vectors = field(default_factory=VALID_VECTORS.copy)

    @property
    def dim(self) -> int:
        return 8

    @property
    def spec(self) -> EncoderSpec:
        return EncoderSpec(name="stub", version="1", dim=8, image_size=8)

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        assert tuple(texts) == REFERENCE_TEXTS
        return self.texts

    def encode_images(self, images: Sequence[ImageSource]) -> Vectors:
        assert tuple(images) == REFERENCE_IMAGES
        return self.photos


def test_reference_photos_are_sample_photos() -> None:
    names = {"shoe": "sneaker-run-navy.jpg", "dress": "dress-summer-red.jpg"}
    for kind, path in zip(REFERENCE_LABELS, REFERENCE_IMAGES, strict=True):
        assert path.read_bytes() == (SAMPLES / names[kind]).read_bytes()


def test_valid_encoders_pass() -> None:
    np.testing.assert_array_equal(run_sanity_checks(StubEncoder()), np.eye(2))
    assert run_sanity_checks(load_encoder("compact")).shape == (2, 2)


@pytest.mark.parametrize("family", ["open_clip", "clip", "siglip"])
def test_random_weights_fail(family: str, model_names: Callable[[str], str]) -> None:
    encoder = load_encoder(model_names(family))
    with pytest.raises(EncoderVerificationError, match="do not understand words") as caught:
        run_sanity_checks(encoder)
    assert caught.value.name == encoder.spec.name


@pytest.mark.parametrize(
    ("field_name", "vectors", "message"),
    [
        (
            "texts",
            VALID_VECTORS[:1],
            r"vectors of texts: expected float32 \(2, 8\), got float32 \(1, 8\)",
        ),
        (
            "photos",
            VALID_VECTORS[:, :4],
            r"of photos: expected float32 \(2, 8\), got float32 \(2, 4\)",
        ),
        ("texts", VALID_VECTORS.astype(np.float64), r"got float64 \(2, 8\)"),
        ("photos", 1.01 * VALID_VECTORS, "vectors of photos: expected length 1, got 1.010, 1.010"),
        ("texts", np.nan * VALID_VECTORS, "vectors of texts: expected length 1, got nan, nan"),
        (
            "photos",
            VALID_VECTORS[::-1],
            "'a photo of a shoe' is not more similar to its own label .* a dress",
        ),
        (
            "texts",
            VALID_VECTORS[[0, 0]],
            "a shoe is not more similar to its own label .* 'a photo of a dress'",
        ),
        (
            "photos",
            VALID_VECTORS[[1, 1]],
            "'a photo of a shoe' is not more similar to its own label",
        ),
    ],
)
def test_each_fault_is_named(field_name: str, vectors: Vectors, message: str) -> None:
    with pytest.raises(EncoderVerificationError, match=message):
        run_sanity_checks(StubEncoder(**{field_name: np.ascontiguousarray(vectors)}))
