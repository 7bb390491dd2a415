"""The trained part: projection heads that bring the two frozen towers into one space."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embed.compact.appearance import AppearanceProjection
from embed.compact.hubness import HUBNESS_DIM as HUB_WIDTH
from embed.compact.hubness import HubnessCorrection
from embed.compact.projection_head import ProjectionHead
from embed.compact.sentence_part import SentencePart
from embed.compact.word_embeddings import WordEmbeddings
from shopwindow.values.arrays import NamedArrays, l2_normalize
from shopwindow.values.encoder import DimRange, Vectors


@dataclass(frozen=True, slots=True)
class CompactHeads:
    """Everything trained, and how the parts of a vector are weighed.

    A vector has three parts. A photo has a joint part, its look, and zeros; a text has a joint
    part, zeros, and its meaning. Text to photo is thus ranked by the joint part alone, photo to
    photo by joint part and look, text to text by joint part and meaning.

    Attributes:
        image_head: From the image tower's features.
        text_head: From the text tower's vectors and the words' rows.
        word_embeddings: Rows of the words that the training titles used.
        hubness_correction: What is taken off photos that lie near too many texts.
        appearance: From the image tower's last layer and the photo's colours.
        sentence_part: How much of a text's vector is the sentence encoder's own.
        joint_weight: Share of the joint part in photo-to-photo likeness, 0 to 1.
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
        """Width of the joint part, which texts have too."""
        return self.image_head.dim + HUB_WIDTH

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        return self.text_only_dims[1]

    @property
    def image_only_dims(self) -> DimRange:
        """Columns of the look, which are zero in texts."""
        return (self.joint_dim, self.joint_dim + self.appearance.dim)

    @property
    def text_only_dims(self) -> DimRange:
        """Columns of the meaning, which are zero in photos."""
        start = self.image_only_dims[1]
        return (start, start + self.sentence_part.dim)

    def project_images(self, features: NDArray[np.float32]) -> Vectors:
        """Return unit rows, shape (n, dim), for the image tower's features."""
        parts = self.hubness_correction.correct_images(self.image_head.project(features))
        joint = parts * np.float32(self.joint_weight**0.5)
        look = self.appearance.project(features) * np.float32((1.0 - self.joint_weight) ** 0.5)
        blank = np.zeros((len(joint), self.sentence_part.dim), dtype=np.float32)
        return l2_normalize(np.concatenate([joint, look, blank], axis=1))

    def project_texts(self, sentence_vectors: NDArray[np.float32], texts: Sequence[str]) -> Vectors:
        """Return unit rows, shape (n, dim), for texts and the text tower's vectors of them."""
        features = np.concatenate(
            [sentence_vectors, self.word_embeddings.embed_texts(texts)], axis=1
        )
        joint = self.hubness_correction.correct_texts(self.text_head.project(features))
        blank = np.zeros((len(joint), self.appearance.dim), dtype=np.float32)
        shares = self.sentence_part.compute_weights(sentence_vectors)[:, None]
        parts = [
            np.sqrt(1.0 - shares) * joint,
            blank,
            np.sqrt(shares) * l2_normalize(sentence_vectors),
        ]
        return l2_normalize(np.concatenate(parts, axis=1))

    def as_arrays(self) -> dict[str, NDArray[Any]]:
        """Return every array under its dotted name."""
        look = {
            f"look.{n}": getattr(self.appearance, n).astype(np.float16)
            for n in AppearanceProjection.__slots__
        }
        return {
            **self.word_embeddings.as_arrays(),
            **self.image_head.as_arrays("image"),
            **self.text_head.as_arrays("text"),
            **self.hubness_correction.as_arrays(),
            **look,
            **self.sentence_part.as_arrays(),
        }

    @classmethod
    def from_arrays(cls, arrays: NamedArrays, joint_weight: float) -> "CompactHeads":
        """Return the heads that `as_arrays` wrote.

        Raises:
            KeyError: An array is missing.
            ValueError: Shapes do not fit together.
        """
        heads = cls(
            image_head=ProjectionHead.from_arrays("image", arrays),
            text_head=ProjectionHead.from_arrays("text", arrays),
            word_embeddings=WordEmbeddings.from_arrays(arrays),
            hubness_correction=HubnessCorrection.from_arrays(arrays),
            appearance=AppearanceProjection(
                **{
                    n: arrays[f"look.{n}"].astype(np.float32)
                    for n in AppearanceProjection.__slots__
                }
            ),
            sentence_part=SentencePart.from_arrays(arrays),
            joint_weight=joint_weight,
        )
        _check(heads)
        return heads


def _check(heads: CompactHeads) -> None:
    if heads.image_head.outer_bias.shape != heads.text_head.outer_bias.shape:
        raise ValueError("heads that end in spaces of different width")
    if heads.hubness_correction.anchor_texts.shape[1:] != (heads.image_head.dim,):
        raise ValueError("texts of another width than the heads")
    if heads.appearance.matrix.shape[0] != len(heads.appearance.centre):
        raise ValueError("a look whose layers do not fit together")
