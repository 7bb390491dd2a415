"""An encoder is sound when widths, lengths and meanings are; each fault is named."""

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
SOUND = np.eye(2, 8, dtype=np.float32)


@dataclass
class TwoRows(FakeEncoder):
    """Gives the rows that it is told."""

    texts: Vectors = field(default_factory=SOUND.copy)
    photos: Vectors = field(default_factory=SOUND.copy)

    @property
    def dim(self) -> int:
        return 8

    @property
    def spec(self) -> EncoderSpec:
        return EncoderSpec(name="two-rows", version="1", dim=8, image_size=8)

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        assert tuple(texts) == REFERENCE_TEXTS
        return self.texts

    def encode_images(self, images: Sequence[ImageSource]) -> Vectors:
        assert tuple(images) == REFERENCE_IMAGES
        return self.photos


def test_the_photos_are_those_of_the_samples() -> None:
    names = {"shoe": "sneaker-run-navy.jpg", "dress": "dress-summer-red.jpg"}
    for kind, path in zip(REFERENCE_LABELS, REFERENCE_IMAGES, strict=True):
        assert path.read_bytes() == (SAMPLES / names[kind]).read_bytes()


def test_sound_encoders_pass() -> None:
    np.testing.assert_array_equal(run_sanity_checks(TwoRows()), np.eye(2))
    assert run_sanity_checks(load_encoder("compact")).shape == (2, 2)


@pytest.mark.parametrize("family", ["open_clip", "clip", "siglip"])
def test_random_weights_do_not_understand_words(
    family: str, model_names: Callable[[str], str]
) -> None:
    encoder = load_encoder(model_names(family))
    with pytest.raises(EncoderVerificationError, match="do not understand words") as caught:
        run_sanity_checks(encoder)
    assert caught.value.name == encoder.spec.name


@pytest.mark.parametrize(
    ("place", "value", "fault"),
    [
        ("texts", SOUND[:1], r"vectors of texts: expected float32 \(2, 8\), got float32 \(1, 8\)"),
        ("photos", SOUND[:, :4], r"of photos: expected float32 \(2, 8\), got float32 \(2, 4\)"),
        ("texts", SOUND.astype(np.float64), r"got float64 \(2, 8\)"),
        ("photos", 1.01 * SOUND, "vectors of photos: expected length 1, got 1.010, 1.010"),
        ("texts", np.nan * SOUND, "vectors of texts: expected length 1, got nan, nan"),
        ("photos", SOUND[::-1], "'a photo of a shoe' is not nearer to its own kind .* a dress"),
        ("texts", SOUND[[0, 0]], "a shoe is not nearer to its own kind .* 'a photo of a dress'"),
        ("photos", SOUND[[1, 1]], "'a photo of a shoe' is not nearer to its own kind"),
    ],
)
def test_each_fault_is_named(place: str, value: Vectors, fault: str) -> None:
    with pytest.raises(EncoderVerificationError, match=fault):
        run_sanity_checks(TwoRows(**{place: np.ascontiguousarray(value)}))
