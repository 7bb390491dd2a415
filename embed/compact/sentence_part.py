"""The sentence part of a text's vector: the sentence encoder's own vector, weighted."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embed.out_of_domain import DomainDetector, FeatureMatrix
from shopwindow.values import NamedArrays


@dataclass(frozen=True, slots=True)
class SentencePart:
    """Decides how much of a text's vector is the sentence encoder's own.

    The trained joint part knows the vocabulary of the training domain far better than the sentence
    encoder, and that of any other domain far worse. So in-domain texts are mostly joint part, and
    out-of-domain ones mostly sentence part.

    Attributes:
        domain: Detects texts like those of the training.
        in_domain_weight: Share of the sentence part in the squared length of an in-domain text's
            vector, 0 to 1.
        out_of_domain_weight: The same of an out-of-domain text.
    """

    domain: DomainDetector
    in_domain_weight: float
    out_of_domain_weight: float

    @property
    def dim(self) -> int:
        """Width of the sentence part."""
        return len(self.domain.mean)

    def compute_weights(self, sentence_vectors: FeatureMatrix) -> FeatureMatrix:
        """Return the weight of the sentence part in each text's squared length, shape (n,).

        Args:
            sentence_vectors: The sentence encoder's vectors, shape (n, dim).
        """
        domain_scores = self.domain.score_samples(sentence_vectors)
        return np.asarray(
            self.out_of_domain_weight
            + (self.in_domain_weight - self.out_of_domain_weight) * domain_scores,
            dtype=np.float32,
        )

    def as_arrays(self) -> dict[str, NDArray[Any]]:
        """Return every array under its stored name.

        Returns:
            Those of the domain detector, float32, but its components, shape (dim, n_components), in
            float16; and the two weights, in-domain first, float32, shape (2,).
        """
        weights = np.array([self.in_domain_weight, self.out_of_domain_weight], dtype=np.float32)
        return {
            **self.domain.as_arrays("meaning"),
            "meaning.axes": self.domain.components.astype(np.float16),
            "meaning.shares": weights,
        }

    @classmethod
    def from_arrays(cls, arrays: NamedArrays) -> "SentencePart":
        """Return the sentence part whose arrays `as_arrays` gave.

        Raises:
            KeyError: An array is missing.
            ValueError: There are not two weights.
        """
        in_domain_weight, out_of_domain_weight = arrays["meaning.shares"].tolist()
        domain = DomainDetector.from_arrays("meaning", arrays)
        return cls(domain, in_domain_weight, out_of_domain_weight)
