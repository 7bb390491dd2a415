"""The contract suite of encoders, run over all families (see ENCODERS in conftest.py)."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from embed import load_encoder
from shopwindow.values import Encoder
from shopwindow.values.errors import InvalidValueError, PhotoUnreadableError
from shopwindow.values.setting_groups import EncoderSettings

TEXTS = [
    "red dress",
    "blue running shoes for men",
    "فستان صيفي أحمر",
    "",
    "a",
    "robe d'été à fleurs",
    "赤いドレス",
    "red dress",
    "oak table, 120 x 80 cm",
]
SAME_COSINE = 0.9999


def compute_cosines(left: Any, right: Any) -> Any:
    """Return the cosine of each row with its counterpart."""
    return (left * right).sum(axis=1)


def test_spec_agrees_with_the_vectors(encoder: Encoder) -> None:
    assert encoder.dim == encoder.spec.dim == encoder.encode_texts(["x"]).shape[1]
    assert encoder.spec.image_size >= 4
    assert encoder.spec.version
    assert encoder.spec.normalized


def test_empty_input_gives_no_rows(encoder: Encoder) -> None:
    for rows in (encoder.encode_texts([]), encoder.encode_images([]), encoder.encode_prepared([])):
        assert rows.shape == (0, encoder.dim)
        assert rows.dtype == np.float32


@pytest.mark.parametrize("single", ["red dress", b"red dress"])
def test_one_text_outside_a_list_is_rejected(encoder: Encoder, single: Any) -> None:
    with pytest.raises(TypeError, match="put it in a list"):
        encoder.encode_texts(single)


@pytest.mark.parametrize("single", ["a.jpg", Path("a.jpg"), b"\xff\xd8", Image.new("RGB", (4, 4))])
def test_one_photo_outside_a_list_is_rejected(encoder: Encoder, single: Any) -> None:
    with pytest.raises(TypeError, match="put it in a list"):
        encoder.encode_images(single)


def test_text_that_is_none_is_rejected(encoder: Encoder) -> None:
    broken: Any = ["red dress", None]
    with pytest.raises(TypeError, match="expected strings, got NoneType"):
        encoder.encode_texts(broken)


def test_texts_give_unit_rows_in_order(encoder: Encoder) -> None:
    rows = encoder.encode_texts(TEXTS)
    assert rows.shape == (len(TEXTS), encoder.dim)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)
    in_reverse = encoder.encode_texts(TEXTS[::-1])[::-1]
    assert compute_cosines(rows, in_reverse).min() > SAME_COSINE


def test_photos_give_unit_rows_in_order(encoder: Encoder, photos: list[Image.Image]) -> None:
    rows = encoder.encode_images(photos)
    assert rows.shape == (len(photos), encoder.dim)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)
    in_reverse = encoder.encode_images(photos[::-1])[::-1]
    assert compute_cosines(rows, in_reverse).min() > SAME_COSINE


def test_different_inputs_differ_and_equal_ones_do_not(
    encoder: Encoder, photos: list[Image.Image]
) -> None:
    texts = encoder.encode_texts(TEXTS)
    assert compute_cosines(texts[:1], texts[7:8])[0] > SAME_COSINE  # "red dress" twice
    similarity = np.delete(texts, 7, axis=0) @ np.delete(texts, 7, axis=0).T
    assert (similarity - np.eye(len(similarity))).max() < SAME_COSINE
    images = encoder.encode_images(photos)
    assert (images @ images.T - np.eye(len(images))).max() < SAME_COSINE


def test_batch_gives_the_vectors_of_its_members(
    encoder: Encoder, photos: list[Image.Image]
) -> None:
    texts = np.concatenate([encoder.encode_texts([text]) for text in TEXTS])
    assert compute_cosines(encoder.encode_texts(TEXTS), texts).min() > SAME_COSINE
    images = np.concatenate([encoder.encode_images([photo]) for photo in photos])
    assert compute_cosines(encoder.encode_images(photos), images).min() > SAME_COSINE


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n\t", "x" * 5000, "word " * 2000, "أحمر " * 2000, "👗🔥", "\x00", "\u202e", "<s>"],
    ids=repr,
)
def test_unusual_texts_give_finite_unit_rows(encoder: Encoder, text: str) -> None:
    row = encoder.encode_texts([text])
    assert np.linalg.norm(row) == pytest.approx(1, abs=1e-5)


def test_every_type_of_source_gives_the_same_vector(
    encoder: Encoder, photos: list[Image.Image], tmp_path: Path
) -> None:
    path = tmp_path / "صورة photo.png"
    photos[1].save(path)
    sources: list[Any] = [str(path), path, path.read_bytes(), photos[1], photos[1].convert("RGBA")]
    rows = encoder.encode_images(sources)
    assert compute_cosines(rows, np.repeat(rows[:1], len(rows), axis=0)).min() > 1 - 1e-6


def test_prepared_photos_give_the_vectors_of_photos(
    encoder: Encoder, photos: list[Image.Image]
) -> None:
    prepared = [encoder.prepare_image(photo) for photo in photos]
    side = encoder.spec.image_size
    assert {(pixels.shape, pixels.dtype) for pixels in prepared} == {
        ((side, side, 3), np.dtype("uint8"))
    }
    assert np.array_equal(encoder.encode_prepared(prepared), encoder.encode_images(photos))


def test_prepared_photo_of_another_size_is_rejected(encoder: Encoder) -> None:
    with pytest.raises(InvalidValueError, match="prepared: expected uint8 of shape"):
        encoder.encode_prepared([np.zeros((3, 3, 3), dtype=np.uint8)])


def test_swapped_channels_change_the_vector(encoder: Encoder, photos: list[Image.Image]) -> None:
    red, green, blue = photos[0].split()
    swapped = Image.merge("RGB", (blue, green, red))
    rows = encoder.encode_images([photos[0], swapped])
    assert rows[0] @ rows[1] < 0.999


def test_upside_down_changes_the_vector(encoder: Encoder, photos: list[Image.Image]) -> None:
    rows = encoder.encode_images([photos[0], photos[0].transpose(Image.Transpose.ROTATE_180)])
    assert rows[0] @ rows[1] < SAME_COSINE


def test_one_bad_photo_is_named(encoder: Encoder, photos: list[Image.Image]) -> None:
    buffer = io.BytesIO()
    photos[0].save(buffer, "PNG")
    with pytest.raises(PhotoUnreadableError, match=r"nowhere\.jpg: no such file"):
        encoder.encode_images([buffer.getvalue(), "nowhere.jpg"])


def test_several_threads_get_the_same_vectors(encoder: Encoder, photos: list[Image.Image]) -> None:
    texts, images = encoder.encode_texts(TEXTS), encoder.encode_images(photos)
    with ThreadPoolExecutor(4) as pool:
        text_jobs = [pool.submit(encoder.encode_texts, TEXTS) for _ in range(4)]
        image_jobs = [pool.submit(encoder.encode_images, photos) for _ in range(4)]
        assert min(compute_cosines(texts, job.result()).min() for job in text_jobs) > SAME_COSINE
        assert min(compute_cosines(images, job.result()).min() for job in image_jobs) > SAME_COSINE


@pytest.mark.parametrize("family", ["fake", "open_clip", "clip", "siglip"])
def test_loading_again_gives_the_same_version_and_vectors(
    family: str, model_names: Callable[[str], str]
) -> None:
    settings = EncoderSettings(precision="float32", batch_size=3, threads=1)
    first, second = (load_encoder(model_names(family), settings=settings) for _ in range(2))
    assert first.spec == second.spec
    cosines = compute_cosines(first.encode_texts(TEXTS), second.encode_texts(TEXTS))
    assert cosines.min() > 1 - 1e-6
