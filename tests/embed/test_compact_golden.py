"""The shipped heads give what they gave when delivered, and a spoilt one would be noticed."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from embed.compact.encoder import CompactEncoder
from embed.compact.heads import CompactHeads
from embed.compact.heads_folder import load_compact_weights
from embed.compact.projection_head import ProjectionHead
from embed.photos.reader import PhotoReader
from tests.embed.golden import (
    EXACT,
    GOLDEN,
    PHOTO_TOLERANCE,
    TEXT_TOLERANCE,
    TEXTS,
    sample_photos,
    shortened,
    texts,
)

Mutation = Callable[[CompactEncoder], Any]


@pytest.fixture(scope="module")
def compact() -> CompactEncoder:
    return CompactEncoder.load(EXACT, PhotoReader())


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return found


def test_twenty_of_each_and_the_shipped_version(
    compact: CompactEncoder, golden: dict[str, Any]
) -> None:
    assert golden["version"] == compact.spec.version, "new weights: remake the golden file"
    assert len(golden["texts"]) == len(golden["photos"]) == 20
    assert len(TEXTS) == 6


def test_texts_give_what_they_gave(compact: CompactEncoder, golden: dict[str, Any]) -> None:
    found = shortened(compact.encode_texts(texts()))
    np.testing.assert_allclose(found, list(golden["texts"].values()), atol=TEXT_TOLERANCE)


def test_photos_give_what_they_gave(compact: CompactEncoder, golden: dict[str, Any]) -> None:
    found = shortened(compact.encode_images(sample_photos()))
    np.testing.assert_allclose(found, list(golden["photos"].values()), atol=PHOTO_TOLERANCE)


def with_heads(compact: CompactEncoder, heads: CompactHeads) -> CompactEncoder:
    _, parts = load_compact_weights()
    return CompactEncoder(compact.spec, replace(parts, heads=heads), PhotoReader(), EXACT)


def bare(head: ProjectionHead) -> ProjectionHead:
    return replace(head, centre=np.zeros_like(head.centre), scale=np.ones_like(head.scale))


def transposed(head: ProjectionHead) -> ProjectionHead:
    return replace(head, outer=head.outer.transpose(0, 2, 1).reshape(head.outer.shape))


MUTATIONS: dict[str, Mutation] = {
    "two channels swapped": lambda c: c.encode_prepared(
        [np.ascontiguousarray(c.prepare_image(p)[..., [1, 0, 2]]) for p in sample_photos()]
    ),
    "features not standardised": lambda c: with_heads(
        c, replace(c.heads, image_head=bare(c.heads.image_head))
    ).encode_images(sample_photos()),
    "photo head transposed": lambda c: with_heads(
        c, replace(c.heads, image_head=transposed(c.heads.image_head))
    ).encode_images(sample_photos()),
}


@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=MUTATIONS)
def test_a_spoilt_photo_side_is_far_off(
    compact: CompactEncoder, golden: dict[str, Any], mutation: Mutation
) -> None:
    off = np.abs(shortened(mutation(compact)) - np.array(list(golden["photos"].values())))
    assert (off.max(axis=1) > 10 * PHOTO_TOLERANCE).all()


def test_a_spoilt_text_head_is_far_off(compact: CompactEncoder, golden: dict[str, Any]) -> None:
    for spoil in (bare, transposed):
        spoilt = with_heads(
            compact, replace(compact.heads, text_head=spoil(compact.heads.text_head))
        )
        off = np.abs(shortened(spoilt.encode_texts(texts())) - list(golden["texts"].values()))
        assert (off.max(axis=1) > 10 * TEXT_TOLERANCE).all()
