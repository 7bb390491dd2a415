"""Projected vectors keep the dot products of whole ones, with fewer columns."""

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


def make_unit_rows(n: int, blank_dims: tuple[int, int], seed: int) -> Vectors:
    values = np.random.default_rng(seed).normal(size=(n, SPEC.dim))
    values[:, slice(*blank_dims)] = 0
    return l2_normalize(values)


def test_columns_that_a_kind_of_vector_leaves_blank_are_not_stored() -> None:
    assert VectorProjection.from_spec(SPEC).dims == {PHOTO: 7, TEXT: 7}
    assert VectorProjection.from_spec(replace(SPEC, image_only_dims=(0, 0))).dims == {
        PHOTO: 7,
        TEXT: 10,
    }


def test_projected_vectors_have_the_dot_products_of_whole_ones() -> None:
    projection = VectorProjection.from_spec(SPEC)
    photos, texts = (
        make_unit_rows(4, SPEC.text_only_dims, 1),
        make_unit_rows(5, SPEC.image_only_dims, 2),
    )
    for name, stored, queries in (
        (PHOTO, photos, texts),
        (TEXT, texts, texts),
        (PHOTO, photos, photos),
    ):
        scores = projection.project(name, queries) @ projection.project(name, stored).T
        np.testing.assert_allclose(scores, queries @ stored.T, atol=1e-6)


def test_a_projected_vector_is_expanded_to_the_original() -> None:
    projection = VectorProjection.from_spec(SPEC)
    for name, vector in (
        (PHOTO, make_unit_rows(1, SPEC.text_only_dims, 1)[0]),
        (TEXT, make_unit_rows(1, SPEC.image_only_dims, 2)[0]),
    ):
        np.testing.assert_array_equal(
            projection.expand(name, projection.project(name, vector)), vector
        )


class HalfEncoder(FakeEncoder):
    """A fake encoder that leaves some columns blank for texts, and others for photos."""

    @property
    def spec(self) -> EncoderSpec:
        """The spec, with columns that one kind of vector leaves blank."""
        spec = super().spec
        return replace(spec, image_only_dims=(8, 16), text_only_dims=(spec.dim - 8, spec.dim))

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """Return the fake vectors with the columns of photos left blank."""
        vectors = super().encode_texts(texts)
        vectors[:, 8:16] = 0
        return l2_normalize(vectors)


@pytest.fixture
def encoder() -> HalfEncoder:
    return HalfEncoder()


def test_an_index_returns_the_vectors_of_the_encoder(encoder: HalfEncoder) -> None:
    with ProductIndex.open(":memory:", encoder) as index:
        index.add([Product("1", "Red dress")])
        vectors = index.get_vectors("1")
        assert vectors is not None
        np.testing.assert_allclose(vectors[TEXT], encoder.encode_texts(["Red dress"])[0], atol=1e-6)
        assert index.get_vectors("2") is None
