"""The `Encoder` contract: texts and photos to embeddings in one vector space."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Protocol, Self, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from shopwindow.values.query import Crop, ImageSource
from shopwindow.values.stored_names import from_stored, to_stored

Vectors: TypeAlias = NDArray[np.float32]
"""Rows of float32, shape (n, dim)."""

DimRange: TypeAlias = tuple[int, int]
"""Half-open range of vector dimensions; empty when both ends are equal."""

PreparedImage: TypeAlias = NDArray[np.uint8]
"""A decoded photo, padded to a square: uint8 RGB, shape (image_size, image_size, 3)."""


_STORED_NAMES = {
    "normalized": "normalised",
    "license": "licence",
    "image_only_dims": "only_photos",
    "text_only_dims": "only_texts",
}
"""Stored keys of `EncoderSpec` fields, in index manifests and encoder folders."""


@dataclass(frozen=True, slots=True)
class EncoderSpec:
    """Metadata of an encoder, readable before its weights are loaded.

    It is stored with each index and compared when that index is opened.

    Attributes:
        name: Name that `load_encoder` takes.
        version: Changes whenever the same input would give another vector (a digest of the
            weights, or a number incremented by hand).
        dim: Width of the vectors.
        image_size: Side in pixels of the square input of the image tower.
        normalized: Whether vectors have length 1.
        prompt: Template that wraps a text before encoding, with `{}` for the text; empty for none.
        license: Licence of the weights, as an SPDX expression or in words.
        languages: Codes of the languages that it supports.
        source: Where the weights come from.
        image_only_dims: Dimensions that are zero in every text's vector; they need not be stored.
        text_only_dims: Dimensions that are zero in every photo's vector.
    """

    name: str
    version: str
    dim: int
    image_size: int
    normalized: bool = True
    prompt: str = ""
    license: str = ""
    languages: tuple[str, ...] = ("en",)
    source: str = ""
    image_only_dims: DimRange = (0, 0)
    text_only_dims: DimRange = (0, 0)

    @property
    def identity(self) -> str:
        """Name and version as one string: equal identities give equal vectors."""
        return f"{self.name}@{self.version}"

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as JSON-compatible values, by their stored keys."""
        values = to_stored(asdict(self), _STORED_NAMES)
        return {
            key: list(value) if isinstance(value, tuple) else value for key, value in values.items()
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the spec that `as_dict` serialized; keys of newer versions are ignored."""
        field_names = {field.name for field in fields(cls)}
        spec: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in from_stored(values, _STORED_NAMES).items()
            if name in field_names
        }
        return cls(**spec)


@runtime_checkable
class WordRecognizer(Protocol):
    """An encoder that can tell known words from typing errors."""

    def is_known_word(self, word: str) -> bool:
        """Return whether this is a whole word of the encoder's vocabulary, not only subwords."""
        ...


class Encoder(Protocol):
    """Encodes texts and photos as unit vectors in one space.

    Implementations are thread-safe. Equal inputs give equal vectors, and a batch gives the same
    vectors as its members one by one (cosine of at least 0.9999).
    """

    @property
    def spec(self) -> EncoderSpec:
        """Metadata of this encoder."""
        ...

    @property
    def dim(self) -> int:
        """Width of the vectors; the same as `spec.dim`."""
        ...

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """Encode texts, in order.

        Args:
            texts: Any number of texts; too long ones are truncated, empty ones are allowed.

        Returns:
            Unit rows, shape (n_texts, dim), float32.

        Raises:
            TypeError: A single string was given instead of a sequence of strings.
        """
        ...

    def encode_images(self, images: Sequence[ImageSource]) -> Vectors:
        """Decode and encode photos, in order.

        Args:
            images: Paths, addresses, bytes or PIL images.

        Returns:
            Unit rows, shape (n_images, dim), float32.

        Raises:
            PhotoError: One of the photos cannot be used.
        """
        ...

    def prepare_image(
        self, image: ImageSource, crop: Crop | None = None, *, for_query: bool = False
    ) -> PreparedImage:
        """Decode one photo for `encode_prepared`; thread-safe, so that decoding can run ahead.

        Args:
            image: Path, address, bytes or a PIL image.
            crop: Region to take, as if it had been cut out beforehand; None for the whole photo.
            for_query: Whether the photo belongs to a query, which has lower resource limits than
                a product's photo; the pixels are the same.

        Returns:
            uint8 RGB, shape (image_size, image_size, 3).

        Raises:
            PhotoError: The photo cannot be used.
        """
        ...

    def encode_prepared(self, prepared: Sequence[PreparedImage]) -> Vectors:
        """Encode photos that `prepare_image` decoded, in order.

        Returns:
            Unit rows, shape (n_images, dim), float32.
        """
        ...


def digest(*parts: object) -> str:
    """Return a stable digest of JSON-compatible values or bytes: 12 hexadecimal digits."""
    blake = hashlib.blake2b(digest_size=6)
    for part in parts:
        data = part if isinstance(part, bytes) else json.dumps(part, sort_keys=True).encode()
        blake.update(len(data).to_bytes(8, "big"))
        blake.update(data)
    return blake.hexdigest()
