"""What `adapt` learns from one shop: heads, word embeddings, and in-domain detectors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embed.compact.projection_head import ProjectionHead
from embed.compact.word_embeddings import WordEmbeddings, split_unicode_words
from embed.out_of_domain import DomainDetector, FeatureMatrix
from shopwindow.values import DimRange, NamedArrays, Vectors, l2_normalize


@dataclass(frozen=True, slots=True)
class AdapterHeads:
    """Projects a base encoder's features to adapter vectors, which are concatenated to the base's.

    An out-of-domain photo or text keeps the base's vector, so that what the base, or an earlier
    adaptation, knew of it is not lost. The weight of a photo's adapter vector is taken evenly from
    the columns that the base shares with texts, and what an out-of-domain photo does not use of it
    goes to the columns that are zero in texts: so an out-of-domain text ranks all photos in the
    base's order. (Where the base has no such columns, out-of-domain photos gain a little.)

    Attributes:
        image_head: Takes the features of photos.
        text_head: Takes the features of texts and the sums of their word embeddings.
        word_embeddings: Of the words of the shop's titles.
        image_domain: Detects in-domain photos, by the base's vectors.
        text_domain: Detects in-domain texts, by their features.
        image_only_dims: Columns of the base's vectors that are zero in texts.
        image_adapter_weight: Share of the adapter vector in the squared length of an in-domain
            photo's vector, 0 to 1.
        text_adapter_weight: The same of a text's vector.
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
        """Width of the adapter vectors."""
        return self.image_head.dim

    def project_images(self, vectors: Vectors, features: NDArray[np.float32]) -> Vectors:
        """Return unit rows, shape (n, base dim + dim), for the base's vectors and features."""
        adapter_vectors, domain_scores = self.adapt_images(vectors, features)
        return self.combine_image_vectors(
            vectors,
            adapter_vectors,
            self.image_adapter_weight * domain_scores,
            self.image_adapter_weight,
        )

    def project_texts(
        self, vectors: Vectors, features: NDArray[np.float32], texts: Sequence[str]
    ) -> Vectors:
        """Return unit rows, shape (n, base dim + dim), for texts."""
        adapter_vectors, domain_scores = self.adapt_texts(features, texts)
        return combine_vectors(vectors, adapter_vectors, self.text_adapter_weight * domain_scores)

    def combine_image_vectors(
        self, vectors: Vectors, adapter_vectors: Vectors, weights: FeatureMatrix, max_weight: float
    ) -> Vectors:
        """Return base and adapter vectors of photos as unit rows, shape (n, base dim + dim).

        Args:
            vectors: The base's, shape (n, base dim).
            adapter_vectors: Shape (n, dim).
            weights: Share of the adapter vector in the squared length, shape (n,), 0 to
                `max_weight`.
            max_weight: The share that the columns common with texts give up in every photo.
        """
        image_only = slice(*self.image_only_dims)
        image_only_norms = np.square(vectors[:, image_only]).sum(axis=1, keepdims=True)  # (n, 1)
        if not image_only_norms.all():
            return combine_vectors(vectors, adapter_vectors, weights)
        base_vectors = np.sqrt(1.0 - max_weight) * vectors
        base_vectors[:, image_only] *= np.sqrt(
            1.0 + (max_weight - weights[:, None]) / ((1.0 - max_weight) * image_only_norms)
        )
        return l2_normalize(
            np.concatenate([base_vectors, np.sqrt(weights)[:, None] * adapter_vectors], axis=1)
        )

    def adapt_images(
        self, vectors: Vectors, features: FeatureMatrix
    ) -> tuple[Vectors, FeatureMatrix]:
        """Return adapter vectors of photos, shape (n, dim), and in-domain scores, shape (n,)."""
        return self.image_head.project(features), self.image_domain.score_samples(vectors)

    def adapt_texts(
        self, features: FeatureMatrix, texts: Sequence[str]
    ) -> tuple[Vectors, FeatureMatrix]:
        """Return adapter vectors of texts, shape (n, dim), and in-domain scores, shape (n,)."""
        inputs = np.concatenate([features, self.word_embeddings.embed_texts(texts)], axis=1)
        return self.text_head.project(inputs), self.text_domain.score_samples(features)

    def as_arrays(self) -> dict[str, NDArray[Any]]:
        """Return every array under its stored name.

        Returns:
            Those of the heads, the word embeddings and the detectors, each of the shape and dtype
            that their own `as_arrays` gives.
        """
        heads = self.image_head.as_arrays("image") | self.text_head.as_arrays("text")
        domains = self.image_domain.as_arrays("photos") | self.text_domain.as_arrays("texts")
        return {**heads, **self.word_embeddings.as_arrays(), **domains}

    @classmethod
    def from_arrays(
        cls, arrays: NamedArrays, adapter_weights: Mapping[str, float], image_only_dims: DimRange
    ) -> "AdapterHeads":
        """Return the heads whose arrays `as_arrays` gave.

        Args:
            arrays: Arrays by stored name.
            adapter_weights: Weights of the adapter vectors, keys "image" and "text", 0 to 1.
            image_only_dims: Columns of the base's vectors that are zero in texts.

        Raises:
            KeyError: An array or a weight is missing.
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
            raise ValueError(
                f"heads of different width: {heads.image_head.dim} for photos, "
                f"{heads.text_head.dim} for texts"
            )
        return heads


def combine_vectors(vectors: Vectors, adapter_vectors: Vectors, weights: FeatureMatrix) -> Vectors:
    """Return base and adapter vectors as unit rows, shape (n, base dim + dim).

    Args:
        vectors: The base's, shape (n, base dim).
        adapter_vectors: Shape (n, dim).
        weights: Share of the adapter vector in the squared length, shape (n,), 0 to 1.
    """
    base_vectors = np.sqrt(1.0 - weights)[:, None] * vectors
    return l2_normalize(
        np.concatenate([base_vectors, np.sqrt(weights)[:, None] * adapter_vectors], axis=1)
    )
