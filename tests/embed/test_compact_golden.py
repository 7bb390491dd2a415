"""The bundled heads give their golden vectors, and a corrupted head would be noticed."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from embed.compact.encoder import CompactEncoder
from embed.compact.heads import CompactHeads
from embed.compact.projection_head import ProjectionHead
from embed.photos.reader import PhotoReader
from tests.embed.golden import (
    EXACT_SETTINGS,
    GOLDEN_FILE,
    PHOTO_TOLERANCE,
    TEXT_TOLERANCE,
    TEXTS,
    list_sample_photos,
    list_texts,
    project_randomly,
)

Mutation = Callable[[CompactEncoder], Any]


@pytest.fixture(scope="module")
def compact() -> CompactEncoder:
    return CompactEncoder.load(EXACT_SETTINGS, PhotoReader())


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    recorded: dict[str, Any] = json.loads(GOLDEN_FILE.read_text(encoding="utf-8"))
    return recorded


def test_golden_file_has_twenty_of_each_and_the_bundled_version(
    compact: CompactEncoder, golden: dict[str, Any]
) -> None:
    assert golden["version"] == compact.spec.version, "new weights: record the golden file again"
    assert len(golden["texts"]) == len(golden["photos"]) == 20
    assert len(TEXTS) == 6


def test_texts_give_their_golden_vectors(compact: CompactEncoder, golden: dict[str, Any]) -> None:
    projected = project_randomly(compact.encode_texts(list_texts()))
    np.testing.assert_allclose(projected, list(golden["texts"].values()), atol=TEXT_TOLERANCE)


def test_photos_give_their_golden_vectors(compact: CompactEncoder, golden: dict[str, Any]) -> None:
    projected = project_randomly(compact.encode_images(list_sample_photos()))
    np.testing.assert_allclose(projected, list(golden["photos"].values()), atol=PHOTO_TOLERANCE)


def replace_heads(compact: CompactEncoder, heads: CompactHeads) -> CompactEncoder:
    return CompactEncoder(compact.spec, heads, PhotoReader(), EXACT_SETTINGS)


def without_standardization(head: ProjectionHead) -> ProjectionHead:
    return replace(head, mean=np.zeros_like(head.mean), scale=np.ones_like(head.scale))


def with_transposed_output(head: ProjectionHead) -> ProjectionHead:
    weights = head.output_weights
    return replace(head, output_weights=weights.transpose(0, 2, 1).reshape(weights.shape))


MUTATIONS: dict[str, Mutation] = {
    "two channels swapped": lambda c: c.encode_prepared(
        [np.ascontiguousarray(c.prepare_image(p)[..., [1, 0, 2]]) for p in list_sample_photos()]
    ),
    "features not standardised": lambda c: replace_heads(
        c, replace(c.heads, image_head=without_standardization(c.heads.image_head))
    ).encode_images(list_sample_photos()),
    "photo head transposed": lambda c: replace_heads(
        c, replace(c.heads, image_head=with_transposed_output(c.heads.image_head))
    ).encode_images(list_sample_photos()),
}


@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=MUTATIONS)
def test_a_corrupted_image_path_is_far_off(
    compact: CompactEncoder, golden: dict[str, Any], mutation: Mutation
) -> None:
    difference = np.abs(
        project_randomly(mutation(compact)) - np.array(list(golden["photos"].values()))
    )
    assert (difference.max(axis=1) > 10 * PHOTO_TOLERANCE).all()


def test_a_corrupted_text_head_is_far_off(compact: CompactEncoder, golden: dict[str, Any]) -> None:
    for corrupt in (without_standardization, with_transposed_output):
        corrupted = replace_heads(
            compact, replace(compact.heads, text_head=corrupt(compact.heads.text_head))
        )
        difference = np.abs(
            project_randomly(corrupted.encode_texts(list_texts())) - list(golden["texts"].values())
        )
        assert (difference.max(axis=1) > 10 * TEXT_TOLERANCE).all()
