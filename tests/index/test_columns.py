"""What is stored of a vector is enough: the likeness of whole vectors, from fewer numbers."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from embed.fake_encoder import FakeEncoder
from index import ProductIndex
from index.store.points import PHOTO, TEXT
from index.vector_projection import VectorProjection
from shopwindow.values import EncoderSpec, Product, Vectors
from shopwindow.values.arrays import l2_normalize

SPEC = EncoderSpec("x", "1", dim=10, image_size=8, image_only_dims=(3, 6), text_only_dims=(6, 9))


def rows(n: int, blank: tuple[int, int], seed: int) -> Vectors:
    values = np.random.default_rng(seed).normal(size=(n, SPEC.dim))
    values[:, slice(*blank)] = 0
    return l2_normalize(values)


def test_widths() -> None:
    assert VectorProjection.from_spec(SPEC).dims == {PHOTO: 7, TEXT: 7}
    assert VectorProjection.from_spec(replace(SPEC, image_only_dims=(0, 0))).dims == {
        PHOTO: 7,
        TEXT: 10,
    }


def test_cut_vectors_are_as_like_as_whole_ones() -> None:
    columns = VectorProjection.from_spec(SPEC)
    photos, texts = rows(4, SPEC.text_only_dims, 1), rows(5, SPEC.image_only_dims, 2)
    for name, stored, asked in (
        (PHOTO, photos, texts),
        (TEXT, texts, texts),
        (PHOTO, photos, photos),
    ):
        cut = columns.project(name, asked) @ columns.project(name, stored).T
        np.testing.assert_allclose(cut, asked @ stored.T, atol=1e-6)


def test_a_stored_vector_is_made_whole_again() -> None:
    columns = VectorProjection.from_spec(SPEC)
    for name, vector in (
        (PHOTO, rows(1, SPEC.text_only_dims, 1)[0]),
        (TEXT, rows(1, SPEC.image_only_dims, 2)[0]),
    ):
        np.testing.assert_array_equal(columns.expand(name, columns.project(name, vector)), vector)


class HalfEncoder(FakeEncoder):
    """A fake encoder whose texts fill the first columns and the last, its photos the others."""

    @property
    def spec(self) -> EncoderSpec:
        """The facts, with columns that one kind of vector leaves empty."""
        spec = super().spec
        return replace(spec, image_only_dims=(8, 16), text_only_dims=(spec.dim - 8, spec.dim))

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """Return the fake vectors without what texts never have."""
        vectors = super().encode_texts(texts)
        vectors[:, 8:16] = 0
        return l2_normalize(vectors)


@pytest.fixture
def encoder() -> HalfEncoder:
    return HalfEncoder()


def test_an_index_gives_back_the_encoders_vectors(encoder: HalfEncoder) -> None:
    with ProductIndex.open(":memory:", encoder) as index:
        index.add([Product("1", "Red dress")])
        vectors = index.get_vectors("1")
        assert vectors is not None
        np.testing.assert_allclose(vectors[TEXT], encoder.encode_texts(["Red dress"])[0], atol=1e-6)
        assert index.get_vectors("2") is None
