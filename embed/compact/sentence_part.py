"""The meaning: what the sentence encoder itself reads in a text."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embed.out_of_domain import DomainDetector, FeatureMatrix
from shopwindow.values.arrays import NamedArrays


@dataclass(frozen=True, slots=True)
class SentencePart:
    """How much of a text's vector is the sentence encoder's own.

    The trained joint part knows the words of the training's trade far better than the sentence
    encoder, and those of any other trade far worse. So texts like those of the training keep mostly
    their joint part, and foreign ones mostly their meaning.

    Attributes:
        domain: Which texts are like those of the training.
        in_domain_weight: Share of the meaning in the squared length of a familiar text, 0 to 1.
        out_of_domain_weight: The same of a foreign text.
    """

    domain: DomainDetector
    in_domain_weight: float
    out_of_domain_weight: float

    @property
    def dim(self) -> int:
        """Width of the meaning."""
        return len(self.domain.centre)

    def compute_weights(self, sentence_vectors: FeatureMatrix) -> FeatureMatrix:
        """Return the share of the meaning of each text, shape (n,).

        Args:
            sentence_vectors: The sentence encoder's vectors, shape (n, dim).
        """
        near = self.domain.score_samples(sentence_vectors)
        return np.asarray(
            self.out_of_domain_weight + (self.in_domain_weight - self.out_of_domain_weight) * near,
            dtype=np.float32,
        )

    def as_arrays(self) -> dict[str, NDArray[Any]]:
        """Return every array under a dotted name."""
        shares = np.array([self.in_domain_weight, self.out_of_domain_weight], dtype=np.float32)
        axes = self.domain.axes.astype(np.float16)
        return {**self.domain.as_arrays("meaning"), "meaning.axes": axes, "meaning.shares": shares}

    @classmethod
    def from_arrays(cls, arrays: NamedArrays) -> "SentencePart":
        """Return what `as_arrays` wrote.

        Raises:
            KeyError: An array is missing.
            ValueError: There are not two shares.
        """
        familiar, foreign = arrays["meaning.shares"].tolist()
        return cls(DomainDetector.from_arrays("meaning", arrays), familiar, foreign)
