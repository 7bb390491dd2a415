"""The contract of everything that turns texts and photos into vectors of one space."""

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
"""Columns of vectors, from the first to before the second; equal ones are none."""

PreparedImage: TypeAlias = NDArray[np.uint8]
"""A decoded photo, padded to a square: uint8 RGB, shape (image_size, image_size, 3)."""


_STORED_NAMES = {
    "normalized": "normalised",
    "license": "licence",
    "image_only_dims": "only_photos",
    "text_only_dims": "only_texts",
}
"""Keys of the facts in manifests and folders of encoders."""


@dataclass(frozen=True, slots=True)
class EncoderSpec:
    """The facts about one encoder, readable before its weights are loaded.

    It is stored with each index and compared when that index is opened.

    Attributes:
        name: What `load_encoder` takes.
        version: Changes whenever the same input would give another vector (a digest of the
            weights, or a number raised by hand).
        dim: Width of the vectors.
        image_size: Side in pixels of the square that the image tower sees.
        normalized: Whether rows have length 1.
        prompt: Template that wraps a text before encoding, with `{}` for the text; empty for none.
        license: Licence of the weights, as an SPDX expression or in words.
        languages: Codes of the languages whose texts it was made for.
        source: Where the weights come from.
        image_only_dims: Columns that are zero in the vector of every text; they need not be stored.
        text_only_dims: Columns that are zero in the vector of every photo.
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
        """Name and version in one word: equal identities give equal vectors."""
        return f"{self.name}@{self.version}"

    def as_dict(self) -> dict[str, Any]:
        """Return the facts as plain JSON values."""
        values = to_stored(asdict(self), _STORED_NAMES)
        return {key: list(v) if isinstance(v, tuple) else v for key, v in values.items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the spec that `as_dict` wrote; unknown keys of newer versions are left out."""
        known = {each.name for each in fields(cls)}
        named = from_stored(values, _STORED_NAMES)
        kept = {name: value for name, value in named.items() if name in known}
        tuples = {name: tuple(value) for name, value in kept.items() if isinstance(value, list)}
        return cls(**{**kept, **tuples})


@runtime_checkable
class WordRecognizer(Protocol):
    """An encoder that can tell words from typing errors."""

    def is_known_word(self, word: str) -> bool:
        """Return whether this is a word of one of its languages, and not of its parts."""
        ...


class Encoder(Protocol):
    """Texts and photos to unit vectors of one space.

    Implementations are safe to call from several threads. Equal input gives equal vectors, and a
    batch gives what its members give one by one (cosine of at least 0.9999).
    """

    @property
    def spec(self) -> EncoderSpec:
        """The facts about this encoder."""
        ...

    @property
    def dim(self) -> int:
        """Width of the vectors; the same as `spec.dim`."""
        ...

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """Encode texts, in order.

        Args:
            texts: Any number of texts; too long ones are cut, empty ones are allowed.

        Returns:
            Unit rows, shape (n_texts, dim), float32.

        Raises:
            TypeError: A single string was given instead of a sequence of strings.
        """
        ...

    def encode_images(self, images: Sequence[ImageSource]) -> Vectors:
        """Decode and encode photos, in order.

        Args:
            images: Paths, addresses, bytes or PIL pictures.

        Returns:
            Unit rows, shape (n_images, dim), float32.

        Raises:
            PhotoError: One of the photos cannot be used.
        """
        ...

    def prepare_image(
        self, image: ImageSource, crop: Crop | None = None, *, for_query: bool = False
    ) -> PreparedImage:
        """Decode one photo to what `encode_prepared` takes; safe and useful in other threads.

        Args:
            image: Path, address, bytes or a PIL picture.
            crop: The part of it to take, as if it had been cut out before; None for the whole.
            for_query: Whether it is part of a query, which may cost less than a product's photo;
                the pixels are the same.

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
    """Return a short stable name for JSON-like values or bytes: 12 hexadecimal digits."""
    blake = hashlib.blake2b(digest_size=6)
    for part in parts:
        data = part if isinstance(part, bytes) else json.dumps(part, sort_keys=True).encode()
        blake.update(len(data).to_bytes(8, "big"))
        blake.update(data)
    return blake.hexdigest()
