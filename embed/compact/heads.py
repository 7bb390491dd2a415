"""The trained part of the encoder: heads that project the two frozen towers into one space."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embed.compact.appearance import AppearanceProjection
from embed.compact.hubness import HUBNESS_DIM, HubnessCorrection
from embed.compact.projection_head import ProjectionHead
from embed.compact.sentence_part import SentencePart
from embed.compact.word_embeddings import WordEmbeddings
from shopwindow.values import DimRange, NamedArrays, Vectors, l2_normalize


@dataclass(frozen=True, slots=True)
class CompactHeads:
    """All trained heads, and the weights of the parts of a vector.

    A vector has three parts: joint, appearance and sentence. A photo's sentence part is zero, and
    so is a text's appearance part. Text to photo is thus ranked by the joint part alone, photo to
    photo by joint and appearance part, text to text by joint and sentence part.

    Attributes:
        image_head: Projects the image tower's features to the joint part.
        text_head: Projects the text tower's vectors and the sums of word embeddings to it.
        word_embeddings: Of the words in the training titles.
        hubness_correction: Lowers the similarity of photos that are close to too many texts.
        appearance: Projects the image tower's last layer and the colours to the appearance part.
        sentence_part: Weighs the text tower's own vector, which is the sentence part.
        joint_weight: Weight of the joint part in photo-to-photo similarity, 0 to 1.
    """

    image_head: ProjectionHead
    text_head: ProjectionHead
    word_embeddings: WordEmbeddings
    hubness_correction: HubnessCorrection
    appearance: AppearanceProjection
    sentence_part: SentencePart
    joint_weight: float

    @property
    def joint_dim(self) -> int:
        """Width of the joint part, the hubness correction's columns included."""
        return self.image_head.dim + HUBNESS_DIM

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        return self.text_only_dims[1]

    @property
    def image_only_dims(self) -> DimRange:
        """Columns of the appearance part, which are zero in texts."""
        return (self.joint_dim, self.joint_dim + self.appearance.dim)

    @property
    def text_only_dims(self) -> DimRange:
        """Columns of the sentence part, which are zero in photos."""
        start = self.image_only_dims[1]
        return (start, start + self.sentence_part.dim)

    def project_images(self, features: NDArray[np.float32]) -> Vectors:
        """Return unit rows, shape (n, dim), for the image tower's features."""
        joint = self.hubness_correction.correct_images(self.image_head.project(features))
        parts = [
            joint * np.float32(self.joint_weight**0.5),
            self.appearance.project(features) * np.float32((1.0 - self.joint_weight) ** 0.5),
            np.zeros((len(joint), self.sentence_part.dim), dtype=np.float32),
        ]
        return l2_normalize(np.concatenate(parts, axis=1))

    def project_texts(self, sentence_vectors: NDArray[np.float32], texts: Sequence[str]) -> Vectors:
        """Return unit rows, shape (n, dim), for texts.

        Args:
            sentence_vectors: The text tower's vectors of the texts, shape (n, SENTENCE_DIM).
            texts: The texts, for their word embeddings.
        """
        features = np.concatenate(
            [sentence_vectors, self.word_embeddings.embed_texts(texts)], axis=1
        )
        joint = self.hubness_correction.correct_texts(self.text_head.project(features))
        sentence_weights = self.sentence_part.compute_weights(sentence_vectors)[:, None]  # (n, 1)
        parts = [
            np.sqrt(1.0 - sentence_weights) * joint,
            np.zeros((len(joint), self.appearance.dim), dtype=np.float32),
            np.sqrt(sentence_weights) * l2_normalize(sentence_vectors),
        ]
        return l2_normalize(np.concatenate(parts, axis=1))

    def as_arrays(self) -> dict[str, NDArray[Any]]:
        """Return every array under its stored name.

        Returns:
            Those of all parts, each of the shape and dtype that the part's own `as_arrays` gives.
        """
        return {
            **self.word_embeddings.as_arrays(),
            **self.image_head.as_arrays("image"),
            **self.text_head.as_arrays("text"),
            **self.hubness_correction.as_arrays(),
            **self.appearance.as_arrays(),
            **self.sentence_part.as_arrays(),
        }

    @classmethod
    def from_arrays(cls, arrays: NamedArrays, joint_weight: float) -> "CompactHeads":
        """Return the heads whose arrays `as_arrays` gave.

        Raises:
            KeyError: An array is missing.
            ValueError: Shapes do not fit together.
        """
        heads = cls(
            image_head=ProjectionHead.from_arrays("image", arrays),
            text_head=ProjectionHead.from_arrays("text", arrays),
            word_embeddings=WordEmbeddings.from_arrays(arrays),
            hubness_correction=HubnessCorrection.from_arrays(arrays),
            appearance=AppearanceProjection.from_arrays(arrays),
            sentence_part=SentencePart.from_arrays(arrays),
            joint_weight=joint_weight,
        )
        _check_shapes(heads)
        return heads


def _check_shapes(heads: CompactHeads) -> None:
    image_shape, text_shape = heads.image_head.output_bias.shape, heads.text_head.output_bias.shape
    if image_shape != text_shape:
        raise ValueError(f"heads of different width: {image_shape} and {text_shape}")
    if heads.hubness_correction.anchor_texts.shape[1:] != (heads.image_head.dim,):
        raise ValueError("anchor texts of another width than the heads")
    if heads.appearance.matrix.shape[0] != len(heads.appearance.mean):
        raise ValueError("an appearance projection whose mean and matrix do not fit together")
