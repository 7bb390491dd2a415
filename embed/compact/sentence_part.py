"""The meaning: what the sentence encoder itself reads in a text."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embed.out_of_domain import Familiarity, Rows
from shopwindow.values.arrays import Arrays


@dataclass(frozen=True, slots=True)
class Meaning:
    """How much of a text's vector is the sentence encoder's own.

    The trained joint part knows the words of the training's trade far better than the sentence
    encoder, and those of any other trade far worse. So texts like those of the training keep mostly
    their joint part, and foreign ones mostly their meaning.

    Attributes:
        known: Which texts are like those of the training.
        familiar: Share of the meaning in the squared length of a familiar text, 0 to 1.
        foreign: The same of a foreign text.
    """

    known: Familiarity
    familiar: float
    foreign: float

    @property
    def dim(self) -> int:
        """Width of the meaning."""
        return len(self.known.centre)

    def shares(self, meanings: Rows) -> Rows:
        """Return the share of the meaning of each text, shape (n,).

        Args:
            meanings: The sentence encoder's vectors, shape (n, dim).
        """
        near = self.known.shares(meanings)
        return np.asarray(self.foreign + (self.familiar - self.foreign) * near, dtype=np.float32)

    def as_arrays(self) -> dict[str, NDArray[Any]]:
        """Return every array under a dotted name."""
        shares = np.array([self.familiar, self.foreign], dtype=np.float32)
        axes = self.known.axes.astype(np.float16)
        return {**self.known.as_arrays("meaning"), "meaning.axes": axes, "meaning.shares": shares}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> "Meaning":
        """Return what `as_arrays` wrote.

        Raises:
            KeyError: An array is missing.
            ValueError: There are not two shares.
        """
        familiar, foreign = arrays["meaning.shares"].tolist()
        return cls(Familiarity.from_arrays("meaning", arrays), familiar, foreign)
