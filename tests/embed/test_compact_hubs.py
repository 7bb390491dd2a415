"""Crowded photos are held back by exactly what they have in common with texts in general."""

import numpy as np
import pytest

from embed.compact.hubness import N_NEAREST, WIDTH, Hubs, fit_hubs
from shopwindow.values.arrays import unit_rows
from shopwindow.values.encoder import Vectors

DIM = 12


def rows(n: int, seed: int) -> Vectors:
    rng = np.random.default_rng(seed)
    return unit_rows(rng.normal(size=(n, DIM)).astype(np.float32))


@pytest.mark.parametrize("weight", [0.0, 0.5, 0.7, 2.0])
def test_likeness_is_cosine_less_crowding(weight: float) -> None:
    hubs = Hubs(rows(50, 1), weight, -1.0)
    photos, texts = rows(9, 2), rows(7, 3)
    found = hubs.text_parts(texts) @ hubs.photo_parts(photos).T
    wanted = texts @ photos.T - weight * hubs.crowding(photos).T
    np.testing.assert_allclose(found, wanted / (2 * (1 + weight**2)) ** 0.5, atol=1e-6)


def test_parts_are_unit_rows_of_the_promised_width() -> None:
    hubs = Hubs(rows(50, 1), 0.7, -1.0)
    for parts in (hubs.photo_parts(rows(9, 2)), hubs.text_parts(rows(7, 3))):
        assert parts.shape[1] == DIM + WIDTH
        assert parts.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(parts, axis=1), 1.0, atol=1e-6)


def test_crowding_is_the_mean_of_the_nearest() -> None:
    hubs, photos = Hubs(rows(50, 1), 0.7, -1.0), rows(9, 2)
    nearest = np.sort(photos @ hubs.texts.T, axis=1)[:, -N_NEAREST:]
    np.testing.assert_allclose(hubs.crowding(photos)[:, 0], nearest.mean(axis=1), atol=1e-6)
    few = Hubs(rows(3, 1), 0.7, -1.0)
    np.testing.assert_allclose(
        few.crowding(photos)[:, 0], (photos @ few.texts.T).mean(axis=1), atol=1e-6
    )


def test_a_hub_no_longer_wins_what_belongs_to_another() -> None:
    texts = unit_rows(np.eye(DIM, dtype=np.float32) + 0.4)
    hub = texts.mean(axis=0, keepdims=True)
    own = unit_rows(np.eye(DIM, dtype=np.float32)[:1])
    photos = np.concatenate([unit_rows(hub), own])
    assert (texts[:1] @ photos.T).argmax() == 0
    hubs = Hubs(texts, 1.0, -1.0)
    assert (hubs.text_parts(texts[:1]) @ hubs.photo_parts(photos).T).argmax() == 1


def test_arrays_come_back_within_half_a_step() -> None:
    hubs = Hubs(rows(30, 1), 0.7, 0.25)
    again = Hubs.from_arrays(hubs.as_arrays())
    assert again.weight == pytest.approx(0.7)
    assert again.floor == 0.25
    assert np.abs(again.texts - hubs.texts).max() <= np.abs(hubs.texts).max() / 254 + 1e-7
    assert Hubs.from_arrays(again.as_arrays()).as_arrays()["hubs.texts"].tolist() == (
        hubs.as_arrays()["hubs.texts"].tolist()
    )


def test_no_texts_are_refused() -> None:
    arrays = Hubs(rows(3, 1), 0.7, -1.0).as_arrays()
    with pytest.raises(ValueError, match="texts of shape"):
        Hubs.from_arrays({**arrays, "hubs.texts": np.zeros((0, DIM), np.int8)})


def test_a_photo_that_is_like_no_title_is_not_preferred() -> None:
    hubs = fit_hubs(rows(400, 1), rows(100, 2), 0.7)
    crowding = hubs.crowding(rows(100, 2))
    assert (crowding < hubs.floor).mean() == pytest.approx(0.25, abs=0.01)
    parts = hubs.photo_parts(rows(100, 2))
    # What is taken off stands behind the joint part, with its sign turned.
    taken = -parts[:, DIM] * (1 + hubs.weight**2) ** 0.5 / hubs.weight
    np.testing.assert_allclose(taken, np.maximum(crowding[:, 0], hubs.floor), atol=1e-6)
