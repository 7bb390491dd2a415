"""Which numbers of the encoder's vectors are stored: not those that are always zero."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.store.points import PHOTO, TEXT
from shopwindow.values.encoder import EncoderSpec, Vectors


@dataclass(frozen=True, slots=True)
class VectorProjection:
    """Cuts vectors to the columns that photos, or texts, can fill.

    Attributes:
        dim: Width of the encoder's vectors.
        columns: Column numbers by name of the stored vector, ascending.
    """

    dim: int
    columns: Mapping[str, NDArray[np.int64]]

    @classmethod
    def from_spec(cls, spec: EncoderSpec) -> "VectorProjection":
        """Return the columns for an encoder."""
        every = np.arange(spec.dim)
        without = {PHOTO: spec.text_only_dims, TEXT: spec.image_only_dims}
        return cls(spec.dim, {n: np.delete(every, slice(*each)) for n, each in without.items()})

    def shared_mask(self, name: str) -> NDArray[np.bool_]:
        """Return which of the columns stored under a name texts and photos both fill.

        Returns:
            Shape (dims[name],).
        """
        other = TEXT if name == PHOTO else PHOTO
        return np.isin(self.columns[name], self.columns[other])

    @property
    def dims(self) -> dict[str, int]:
        """Width of each stored vector, by name."""
        return {name: len(columns) for name, columns in self.columns.items()}

    def project(self, name: str, vectors: Vectors) -> Vectors:
        """Return what is stored, or compared with what is stored, under a name.

        Args:
            name: PHOTO or TEXT.
            vectors: Shape (..., dim).

        Returns:
            Shape (..., dims[name]). A text that is cut for photos keeps its likeness to them, but
            not its length.
        """
        return np.ascontiguousarray(vectors[..., self.columns[name]])

    def expand(self, name: str, stored: Vectors) -> Vectors:
        """Return the encoder's vector of what is stored under a name, shape (dim,)."""
        vector = np.zeros(self.dim, dtype=np.float32)
        vector[self.columns[name]] = stored
        return vector
