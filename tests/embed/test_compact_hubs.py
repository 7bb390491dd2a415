"""Crowded photos are held back by exactly what they have in common with texts in general."""

import numpy as np
import pytest

from embed.compact.hubness import HUBNESS_DIM, N_NEIGHBORS, HubnessCorrection, fit_hubness
from shopwindow.values.arrays import l2_normalize
from shopwindow.values.encoder import Vectors

DIM = 12


def rows(n: int, seed: int) -> Vectors:
    rng = np.random.default_rng(seed)
    return l2_normalize(rng.normal(size=(n, DIM)).astype(np.float32))


@pytest.mark.parametrize("weight", [0.0, 0.5, 0.7, 2.0])
def test_likeness_is_cosine_less_crowding(weight: float) -> None:
    hubs = HubnessCorrection(rows(50, 1), weight, -1.0)
    photos, texts = rows(9, 2), rows(7, 3)
    found = hubs.correct_texts(texts) @ hubs.correct_images(photos).T
    wanted = texts @ photos.T - weight * hubs.compute_hubness(photos).T
    np.testing.assert_allclose(found, wanted / (2 * (1 + weight**2)) ** 0.5, atol=1e-6)


def test_parts_are_unit_rows_of_the_promised_width() -> None:
    hubs = HubnessCorrection(rows(50, 1), 0.7, -1.0)
    for parts in (hubs.correct_images(rows(9, 2)), hubs.correct_texts(rows(7, 3))):
        assert parts.shape[1] == DIM + HUBNESS_DIM
        assert parts.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(parts, axis=1), 1.0, atol=1e-6)


def test_crowding_is_the_mean_of_the_nearest() -> None:
    hubs, photos = HubnessCorrection(rows(50, 1), 0.7, -1.0), rows(9, 2)
    nearest = np.sort(photos @ hubs.anchor_texts.T, axis=1)[:, -N_NEIGHBORS:]
    np.testing.assert_allclose(hubs.compute_hubness(photos)[:, 0], nearest.mean(axis=1), atol=1e-6)
    few = HubnessCorrection(rows(3, 1), 0.7, -1.0)
    np.testing.assert_allclose(
        few.compute_hubness(photos)[:, 0], (photos @ few.anchor_texts.T).mean(axis=1), atol=1e-6
    )


def test_a_hub_no_longer_wins_what_belongs_to_another() -> None:
    texts = l2_normalize(np.eye(DIM, dtype=np.float32) + 0.4)
    hub = texts.mean(axis=0, keepdims=True)
    own = l2_normalize(np.eye(DIM, dtype=np.float32)[:1])
    photos = np.concatenate([l2_normalize(hub), own])
    assert (texts[:1] @ photos.T).argmax() == 0
    hubs = HubnessCorrection(texts, 1.0, -1.0)
    assert (hubs.correct_texts(texts[:1]) @ hubs.correct_images(photos).T).argmax() == 1


def test_arrays_come_back_within_half_a_step() -> None:
    hubs = HubnessCorrection(rows(30, 1), 0.7, 0.25)
    again = HubnessCorrection.from_arrays(hubs.as_arrays())
    assert again.weight == pytest.approx(0.7)
    assert again.floor == 0.25
    assert (
        np.abs(again.anchor_texts - hubs.anchor_texts).max()
        <= np.abs(hubs.anchor_texts).max() / 254 + 1e-7
    )
    assert HubnessCorrection.from_arrays(again.as_arrays()).as_arrays()["hubs.texts"].tolist() == (
        hubs.as_arrays()["hubs.texts"].tolist()
    )


def test_no_texts_are_refused() -> None:
    arrays = HubnessCorrection(rows(3, 1), 0.7, -1.0).as_arrays()
    with pytest.raises(ValueError, match="texts of shape"):
        HubnessCorrection.from_arrays({**arrays, "hubs.texts": np.zeros((0, DIM), np.int8)})


def test_a_photo_that_is_like_no_title_is_not_preferred() -> None:
    hubs = fit_hubness(rows(400, 1), rows(100, 2), 0.7)
    crowding = hubs.compute_hubness(rows(100, 2))
    assert (crowding < hubs.floor).mean() == pytest.approx(0.25, abs=0.01)
    parts = hubs.correct_images(rows(100, 2))
    # What is taken off stands behind the joint part, with its sign turned.
    taken = -parts[:, DIM] * (1 + hubs.weight**2) ** 0.5 / hubs.weight
    np.testing.assert_allclose(taken, np.maximum(crowding[:, 0], hubs.floor), atol=1e-6)
