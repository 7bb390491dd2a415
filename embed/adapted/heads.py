"""What an encoder learns of one shop: heads, the shop's words, and which photos are its kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embed.compact.projection_head import Head
from embed.compact.word_embeddings import WordTable, split_any_words
from embed.out_of_domain import Familiarity, Rows
from shopwindow.values.arrays import Arrays, unit_rows
from shopwindow.values.encoder import Columns, Vectors


@dataclass(frozen=True, slots=True)
class ShopHeads:
    """Turns a base encoder's features into a part of the shop's own, beside the base's vector.

    A photo or a text that is foreign to the shop keeps the base's vector: what the base, or a shop
    learned before, knew of it is not lost. Room for a photo's own part is taken evenly from the
    columns that the base shares with texts, and what an unfamiliar photo does not need of it goes
    to the columns that no text has: so a text that is foreign to the shop finds all photos in the
    base's order. (Where the base has no such columns, unfamiliar photos gain a little.)

    Attributes:
        image: From the features of photos.
        text: From the features of texts and the rows of their words.
        words: Rows of the words of the shop's titles.
        photos: Which photos the own part is for, by the base's vectors.
        texts: Which texts it is for, by their features.
        only_photos: Columns of the base's vectors that are zero in texts.
        image_share: Share of the own part in a familiar photo's vector, 0 to 1.
        text_share: Share of the own part in a text's vector, 0 to 1.
    """

    image: Head
    text: Head
    words: WordTable
    photos: Familiarity
    texts: Familiarity
    only_photos: Columns
    image_share: float
    text_share: float

    @property
    def dim(self) -> int:
        """Width of the own part."""
        return self.image.dim

    def image_vectors(self, vectors: Vectors, features: NDArray[np.float32]) -> Vectors:
        """Return unit rows, shape (n, base dim + dim), for the base's vectors and features."""
        own, shares = self.own_of_photos(vectors, features)
        return self.photos_beside(vectors, own, self.image_share * shares, self.image_share)

    def text_vectors(
        self, vectors: Vectors, features: NDArray[np.float32], texts: Sequence[str]
    ) -> Vectors:
        """Return unit rows, shape (n, base dim + dim), for texts."""
        own, shares = self.own_of_texts(features, texts)
        return beside(vectors, own, self.text_share * shares)

    def photos_beside(self, vectors: Vectors, own: Vectors, shares: Rows, most: float) -> Vectors:
        """Return unit rows, shape (n, base dim + dim), of photos with own parts of these shares.

        Args:
            vectors: The base's, shape (n, base dim).
            own: The own part, shape (n, dim).
            shares: Share of the own part in the squared length, shape (n,), 0 to `most`.
            most: What the shared columns give up in every photo.
        """
        alone = slice(*self.only_photos)
        room = np.square(vectors[:, alone]).sum(axis=1, keepdims=True)  # (n, 1)
        if not room.all():
            return beside(vectors, own, shares)
        kept = np.sqrt(1.0 - most) * vectors
        kept[:, alone] *= np.sqrt(1.0 + (most - shares[:, None]) / ((1.0 - most) * room))
        return unit_rows(np.concatenate([kept, np.sqrt(shares)[:, None] * own], axis=1))

    def own_of_photos(self, vectors: Vectors, features: Rows) -> tuple[Vectors, Rows]:
        """Return the own part of photos, shape (n, dim), and how familiar they are, shape (n,)."""
        return self.image.project(features), self.photos.shares(vectors)

    def own_of_texts(self, features: Rows, texts: Sequence[str]) -> tuple[Vectors, Rows]:
        """Return the own part of texts, shape (n, dim), and how familiar they are, shape (n,)."""
        worded = np.concatenate([features, self.words.features(texts)], axis=1)
        return self.text.project(worded), self.texts.shares(features)

    def as_arrays(self) -> dict[str, NDArray[Any]]:
        """Return every array under its dotted name."""
        heads = self.image.as_arrays("image") | self.text.as_arrays("text")
        known = self.photos.as_arrays("photos") | self.texts.as_arrays("texts")
        return {**heads, **self.words.as_arrays(), **known}

    @classmethod
    def from_arrays(
        cls, arrays: Arrays, shares: Mapping[str, float], only_photos: Columns
    ) -> "ShopHeads":
        """Return the heads that `as_arrays` wrote, for a base with these columns.

        Raises:
            KeyError: An array or a share is missing.
            ValueError: Shapes do not fit together.
        """
        heads = cls(
            image=Head.from_arrays("image", arrays),
            text=Head.from_arrays("text", arrays),
            words=WordTable.from_arrays(arrays, split_any_words),
            photos=Familiarity.from_arrays("photos", arrays),
            texts=Familiarity.from_arrays("texts", arrays),
            only_photos=only_photos,
            image_share=float(shares["image"]),
            text_share=float(shares["text"]),
        )
        if heads.image.dim != heads.text.dim:
            raise ValueError("heads that end in spaces of different width")
        return heads


def beside(vectors: Vectors, own: Vectors, shares: Rows) -> Vectors:
    """Return unit rows of both parts, the second with these shares of the squared length."""
    kept = np.sqrt(1.0 - shares)[:, None] * vectors
    return unit_rows(np.concatenate([kept, np.sqrt(shares)[:, None] * own], axis=1))
