"""Projection of embeddings to the columns that are stored: those that are not always zero."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.store.points import PHOTO, PHOTOS, TEXT
from shopwindow.values import EncoderSpec, Vectors


@dataclass(frozen=True, slots=True)
class VectorProjection:
    """Projects embeddings to the columns that photos, or texts, can fill.

    Attributes:
        dim: Dimension of the encoder's embeddings.
        columns: Stored column numbers by vector name, ascending.
    """

    dim: int
    columns: Mapping[str, NDArray[np.int64]]

    @classmethod
    def from_spec(cls, spec: EncoderSpec) -> "VectorProjection":
        """Return the projection for an encoder."""
        all_columns = np.arange(spec.dim)
        blank_dims = {PHOTO: spec.text_only_dims, TEXT: spec.image_only_dims}
        return cls(
            spec.dim,
            {name: np.delete(all_columns, slice(*dims)) for name, dims in blank_dims.items()},
        )

    def shared_mask(self, name: str) -> NDArray[np.bool_]:
        """Mask the columns stored under a name that both texts and photos fill.

        Returns:
            Shape (dims[name],).
        """
        other_name = TEXT if name == PHOTO else PHOTO
        return np.isin(self.columns[name], self.columns[other_name])

    @property
    def dims(self) -> dict[str, int]:
        """Dimension of each stored vector, by name."""
        return {name: len(columns) for name, columns in self.columns.items()}

    @property
    def multivector_dims(self) -> dict[str, int]:
        """Dimension of the rows of each stored multivector, by name."""
        return {PHOTOS: self.dims[PHOTO]}

    def project(self, name: str, vectors: Vectors) -> Vectors:
        """Project embeddings to what is stored, or compared with what is stored, under a name.

        Args:
            name: PHOTO or TEXT.
            vectors: Shape (..., dim).

        Returns:
            Shape (..., dims[name]). A text embedding that is projected for photos keeps its dot
            products with them, but not its length.
        """
        return np.ascontiguousarray(vectors[..., self.columns[name]])

    def expand(self, name: str, stored: Vectors) -> Vectors:
        """Return a stored vector in the encoder's dimension, shape (dim,): inverts `project`."""
        vector = np.zeros(self.dim, dtype=np.float32)
        vector[self.columns[name]] = stored
        return vector
