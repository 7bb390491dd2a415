"""The hubness correction lowers a photo's similarity by its weighted hubness."""

import numpy as np
import pytest

from embed.compact.hubness import HUBNESS_DIM, N_NEIGHBORS, HubnessCorrection, fit_hubness
from shopwindow.values.arrays import l2_normalize
from shopwindow.values.encoder import Vectors

DIM = 12


def random_rows(n: int, seed: int) -> Vectors:
    rng = np.random.default_rng(seed)
    return l2_normalize(rng.normal(size=(n, DIM)).astype(np.float32))


@pytest.mark.parametrize("weight", [0.0, 0.5, 0.7, 2.0])
def test_similarity_is_cosine_minus_weighted_hubness(weight: float) -> None:
    correction = HubnessCorrection(random_rows(50, 1), weight, -1.0)
    photos, texts = random_rows(9, 2), random_rows(7, 3)
    similarity = correction.correct_texts(texts) @ correction.correct_images(photos).T
    expected = texts @ photos.T - weight * correction.compute_hubness(photos).T
    np.testing.assert_allclose(similarity, expected / (2 * (1 + weight**2)) ** 0.5, atol=1e-6)


def test_corrected_vectors_are_unit_rows_of_the_documented_width() -> None:
    correction = HubnessCorrection(random_rows(50, 1), 0.7, -1.0)
    for vectors in (
        correction.correct_images(random_rows(9, 2)),
        correction.correct_texts(random_rows(7, 3)),
    ):
        assert vectors.shape[1] == DIM + HUBNESS_DIM
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)


def test_hubness_is_the_mean_similarity_of_the_nearest_texts() -> None:
    correction, photos = HubnessCorrection(random_rows(50, 1), 0.7, -1.0), random_rows(9, 2)
    nearest = np.sort(photos @ correction.anchor_texts.T, axis=1)[:, -N_NEIGHBORS:]
    np.testing.assert_allclose(
        correction.compute_hubness(photos)[:, 0], nearest.mean(axis=1), atol=1e-6
    )
    few = HubnessCorrection(random_rows(3, 1), 0.7, -1.0)
    np.testing.assert_allclose(
        few.compute_hubness(photos)[:, 0], (photos @ few.anchor_texts.T).mean(axis=1), atol=1e-6
    )


def test_a_hub_no_longer_outranks_the_matching_photo() -> None:
    texts = l2_normalize(np.eye(DIM, dtype=np.float32) + 0.4)
    hub = texts.mean(axis=0, keepdims=True)
    own = l2_normalize(np.eye(DIM, dtype=np.float32)[:1])
    photos = np.concatenate([l2_normalize(hub), own])
    assert (texts[:1] @ photos.T).argmax() == 0
    correction = HubnessCorrection(texts, 1.0, -1.0)
    assert (correction.correct_texts(texts[:1]) @ correction.correct_images(photos).T).argmax() == 1


def test_stored_arrays_load_within_half_a_step() -> None:
    correction = HubnessCorrection(random_rows(30, 1), 0.7, 0.25)
    loaded = HubnessCorrection.from_arrays(correction.as_arrays())
    assert loaded.weight == pytest.approx(0.7)
    assert loaded.floor == 0.25
    assert (
        np.abs(loaded.anchor_texts - correction.anchor_texts).max()
        <= np.abs(correction.anchor_texts).max() / 254 + 1e-7
    )
    assert HubnessCorrection.from_arrays(loaded.as_arrays()).as_arrays()["hubs.texts"].tolist() == (
        correction.as_arrays()["hubs.texts"].tolist()
    )


def test_empty_anchor_texts_are_rejected() -> None:
    arrays = HubnessCorrection(random_rows(3, 1), 0.7, -1.0).as_arrays()
    with pytest.raises(ValueError, match="expected anchor texts of shape"):
        HubnessCorrection.from_arrays({**arrays, "hubs.texts": np.zeros((0, DIM), np.int8)})


def test_hubness_below_the_floor_is_raised_to_it() -> None:
    correction = fit_hubness(random_rows(400, 1), random_rows(100, 2), 0.7)
    hubness = correction.compute_hubness(random_rows(100, 2))
    assert (hubness < correction.floor).mean() == pytest.approx(0.25, abs=0.01)
    corrected = correction.correct_images(random_rows(100, 2))
    # The subtracted hubness follows the joint part, negated.
    subtracted = -corrected[:, DIM] * (1 + correction.weight**2) ** 0.5 / correction.weight
    np.testing.assert_allclose(subtracted, np.maximum(hubness[:, 0], correction.floor), atol=1e-6)
