"""What an encoder learns of one shop: heads, the shop's words, and which photos are its kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embed.compact.projection_head import ProjectionHead
from embed.compact.word_embeddings import WordEmbeddings, split_unicode_words
from embed.out_of_domain import DomainDetector, FeatureMatrix
from shopwindow.values.arrays import NamedArrays, l2_normalize
from shopwindow.values.encoder import DimRange, Vectors


@dataclass(frozen=True, slots=True)
class AdapterHeads:
    """Turns a base encoder's features into a part of the shop's own, beside the base's vector.

    A photo or a text that is foreign to the shop keeps the base's vector: what the base, or a shop
    learned before, knew of it is not lost. Room for a photo's own part is taken evenly from the
    columns that the base shares with texts, and what an unfamiliar photo does not need of it goes
    to the columns that no text has: so a text that is foreign to the shop finds all photos in the
    base's order. (Where the base has no such columns, unfamiliar photos gain a little.)

    Attributes:
        image_head: From the features of photos.
        text_head: From the features of texts and the rows of their words.
        word_embeddings: Rows of the words of the shop's titles.
        image_domain: Which photos the own part is for, by the base's vectors.
        text_domain: Which texts it is for, by their features.
        image_only_dims: Columns of the base's vectors that are zero in texts.
        image_adapter_weight: Share of the own part in a familiar photo's vector, 0 to 1.
        text_adapter_weight: Share of the own part in a text's vector, 0 to 1.
    """

    image_head: ProjectionHead
    text_head: ProjectionHead
    word_embeddings: WordEmbeddings
    image_domain: DomainDetector
    text_domain: DomainDetector
    image_only_dims: DimRange
    image_adapter_weight: float
    text_adapter_weight: float

    @property
    def dim(self) -> int:
        """Width of the own part."""
        return self.image_head.dim

    def project_images(self, vectors: Vectors, features: NDArray[np.float32]) -> Vectors:
        """Return unit rows, shape (n, base dim + dim), for the base's vectors and features."""
        own, shares = self.adapt_images(vectors, features)
        return self.combine_image_vectors(
            vectors, own, self.image_adapter_weight * shares, self.image_adapter_weight
        )

    def project_texts(
        self, vectors: Vectors, features: NDArray[np.float32], texts: Sequence[str]
    ) -> Vectors:
        """Return unit rows, shape (n, base dim + dim), for texts."""
        own, shares = self.adapt_texts(features, texts)
        return combine_vectors(vectors, own, self.text_adapter_weight * shares)

    def combine_image_vectors(
        self, vectors: Vectors, adapter_vectors: Vectors, weights: FeatureMatrix, max_weight: float
    ) -> Vectors:
        """Return unit rows, shape (n, base dim + dim), of photos with own parts of these shares.

        Args:
            vectors: The base's, shape (n, base dim).
            adapter_vectors: The own part, shape (n, dim).
            weights: Share of the own part in the squared length, shape (n,), 0 to `max_weight`.
            max_weight: What the shared columns give up in every photo.
        """
        alone = slice(*self.image_only_dims)
        room = np.square(vectors[:, alone]).sum(axis=1, keepdims=True)  # (n, 1)
        if not room.all():
            return combine_vectors(vectors, adapter_vectors, weights)
        kept = np.sqrt(1.0 - max_weight) * vectors
        kept[:, alone] *= np.sqrt(
            1.0 + (max_weight - weights[:, None]) / ((1.0 - max_weight) * room)
        )
        return l2_normalize(
            np.concatenate([kept, np.sqrt(weights)[:, None] * adapter_vectors], axis=1)
        )

    def adapt_images(
        self, vectors: Vectors, features: FeatureMatrix
    ) -> tuple[Vectors, FeatureMatrix]:
        """Return the own part of photos, shape (n, dim), and how familiar they are, shape (n,)."""
        return self.image_head.project(features), self.image_domain.score_samples(vectors)

    def adapt_texts(
        self, features: FeatureMatrix, texts: Sequence[str]
    ) -> tuple[Vectors, FeatureMatrix]:
        """Return the own part of texts, shape (n, dim), and how familiar they are, shape (n,)."""
        worded = np.concatenate([features, self.word_embeddings.embed_texts(texts)], axis=1)
        return self.text_head.project(worded), self.text_domain.score_samples(features)

    def as_arrays(self) -> dict[str, NDArray[Any]]:
        """Return every array under its dotted name."""
        heads = self.image_head.as_arrays("image") | self.text_head.as_arrays("text")
        known = self.image_domain.as_arrays("photos") | self.text_domain.as_arrays("texts")
        return {**heads, **self.word_embeddings.as_arrays(), **known}

    @classmethod
    def from_arrays(
        cls, arrays: NamedArrays, adapter_weights: Mapping[str, float], image_only_dims: DimRange
    ) -> "AdapterHeads":
        """Return the heads that `as_arrays` wrote, for a base with these columns.

        Raises:
            KeyError: An array or a share is missing.
            ValueError: Shapes do not fit together.
        """
        heads = cls(
            image_head=ProjectionHead.from_arrays("image", arrays),
            text_head=ProjectionHead.from_arrays("text", arrays),
            word_embeddings=WordEmbeddings.from_arrays(arrays, split_unicode_words),
            image_domain=DomainDetector.from_arrays("photos", arrays),
            text_domain=DomainDetector.from_arrays("texts", arrays),
            image_only_dims=image_only_dims,
            image_adapter_weight=float(adapter_weights["image"]),
            text_adapter_weight=float(adapter_weights["text"]),
        )
        if heads.image_head.dim != heads.text_head.dim:
            raise ValueError("heads that end in spaces of different width")
        return heads


def combine_vectors(vectors: Vectors, adapter_vectors: Vectors, weights: FeatureMatrix) -> Vectors:
    """Return unit rows of both parts, the second with these shares of the squared length."""
    kept = np.sqrt(1.0 - weights)[:, None] * vectors
    return l2_normalize(np.concatenate([kept, np.sqrt(weights)[:, None] * adapter_vectors], axis=1))
