"""The trained part: projection heads that bring the two frozen towers into one space."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embed.compact.appearance import Look
from embed.compact.hubness import WIDTH as HUB_WIDTH
from embed.compact.hubness import Hubs
from embed.compact.projection_head import Head
from embed.compact.sentence_part import Meaning
from embed.compact.word_embeddings import WordTable
from shopwindow.values.arrays import Arrays, unit_rows
from shopwindow.values.encoder import Columns, Vectors


@dataclass(frozen=True, slots=True)
class Heads:
    """Everything trained, and how the parts of a vector are weighed.

    A vector has three parts. A photo has a joint part, its look, and zeros; a text has a joint
    part, zeros, and its meaning. Text to photo is thus ranked by the joint part alone, photo to
    photo by joint part and look, text to text by joint part and meaning.

    Attributes:
        image: From the image tower's features.
        text: From the text tower's vectors and the words' rows.
        words: Rows of the words that the training titles used.
        hubs: What is taken off photos that lie near too many texts.
        look: From the image tower's last layer and the photo's colours.
        meaning: How much of a text's vector is the sentence encoder's own.
        joint_weight: Share of the joint part in photo-to-photo likeness, 0 to 1.
    """

    image: Head
    text: Head
    words: WordTable
    hubs: Hubs
    look: Look
    meaning: Meaning
    joint_weight: float

    @property
    def joint_dim(self) -> int:
        """Width of the joint part, which texts have too."""
        return self.image.dim + HUB_WIDTH

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        return self.only_texts[1]

    @property
    def only_photos(self) -> Columns:
        """Columns of the look, which are zero in texts."""
        return (self.joint_dim, self.joint_dim + self.look.dim)

    @property
    def only_texts(self) -> Columns:
        """Columns of the meaning, which are zero in photos."""
        start = self.only_photos[1]
        return (start, start + self.meaning.dim)

    def image_vectors(self, features: NDArray[np.float32]) -> Vectors:
        """Return unit rows, shape (n, dim), for the image tower's features."""
        parts = self.hubs.photo_parts(self.image.project(features))
        joint = parts * np.float32(self.joint_weight**0.5)
        look = self.look.project(features) * np.float32((1.0 - self.joint_weight) ** 0.5)
        blank = np.zeros((len(joint), self.meaning.dim), dtype=np.float32)
        return unit_rows(np.concatenate([joint, look, blank], axis=1))

    def text_vectors(self, meanings: NDArray[np.float32], texts: Sequence[str]) -> Vectors:
        """Return unit rows, shape (n, dim), for texts and the text tower's vectors of them."""
        features = np.concatenate([meanings, self.words.features(texts)], axis=1)
        joint = self.hubs.text_parts(self.text.project(features))
        blank = np.zeros((len(joint), self.look.dim), dtype=np.float32)
        shares = self.meaning.shares(meanings)[:, None]
        parts = [np.sqrt(1.0 - shares) * joint, blank, np.sqrt(shares) * unit_rows(meanings)]
        return unit_rows(np.concatenate(parts, axis=1))

    def as_arrays(self) -> dict[str, NDArray[Any]]:
        """Return every array under its dotted name."""
        look = {f"look.{n}": getattr(self.look, n).astype(np.float16) for n in Look.__slots__}
        return {
            **self.words.as_arrays(),
            **self.image.as_arrays("image"),
            **self.text.as_arrays("text"),
            **self.hubs.as_arrays(),
            **look,
            **self.meaning.as_arrays(),
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays, joint_weight: float) -> "Heads":
        """Return the heads that `as_arrays` wrote.

        Raises:
            KeyError: An array is missing.
            ValueError: Shapes do not fit together.
        """
        heads = cls(
            image=Head.from_arrays("image", arrays),
            text=Head.from_arrays("text", arrays),
            words=WordTable.from_arrays(arrays),
            hubs=Hubs.from_arrays(arrays),
            look=Look(**{n: arrays[f"look.{n}"].astype(np.float32) for n in Look.__slots__}),
            meaning=Meaning.from_arrays(arrays),
            joint_weight=joint_weight,
        )
        _check(heads)
        return heads


def _check(heads: Heads) -> None:
    if heads.image.outer_bias.shape != heads.text.outer_bias.shape:
        raise ValueError("heads that end in spaces of different width")
    if heads.hubs.texts.shape[1:] != (heads.image.dim,):
        raise ValueError("texts of another width than the heads")
    if heads.look.matrix.shape[0] != len(heads.look.centre):
        raise ValueError("a look whose layers do not fit together")
