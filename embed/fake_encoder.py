"""A small encoder without weights, for tests and demos."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from embed.base_encoder import BatchEncoder
from embed.photos.letterboxing import PREPROCESSING_VERSION
from embed.photos.reader import PhotoReader
from shopwindow.values import EncoderSpec, Vectors, digest

COLORS = {
    "red": ((220, 20, 30), ("أحمر", "حمراء")),
    "orange": ((250, 140, 20), ("برتقالي", "برتقالية")),
    "yellow": ((250, 230, 40), ("أصفر", "صفراء")),
    "green": ((30, 150, 50), ("أخضر", "خضراء")),
    "blue": ((30, 60, 200), ("أزرق", "زرقاء")),
    "purple": ((120, 40, 160), ("بنفسجي", "بنفسجية")),
    "pink": ((250, 150, 190), ("وردي", "وردية")),
    "brown": ((110, 70, 40), ("بني", "بنية")),
    "black": ((0, 0, 0), ("أسود", "سوداء")),
    "grey": ((128, 128, 128), ("gray", "رمادي", "رمادية")),
    "white": ((255, 255, 255), ("أبيض", "بيضاء")),
}
"""Colours shared by texts and photos, by name: RGB, and synonyms."""

_CANONICAL = {word: name for name, (_, words) in COLORS.items() for word in words}
_WHITE_WEIGHT = 0.03  # white is mostly background
_GRID_SIZE = 4
_TRIGRAM_WEIGHT, _COLOR_WEIGHT, _LAYOUT_WEIGHT = 0.5, 1.5, 0.5


class FakeEncoder(BatchEncoder):
    """Encodes texts by their words and photos by their colours, without any weights.

    Texts that share words or character trigrams are similar, photos with similar colours in
    similar positions are similar, and a text that names a basic colour, in English or Arabic, is
    similar to photos of that colour. It knows nothing else: a fake for tests.

    Args:
        dim: Width of the vectors, at least 8.
        seed: Another seed gives another space.
        image_size: Side of the prepared photos in pixels, at least 4.
        reader: Loads the photos; one with default limits when None.
        batch_size: Texts or photos that are encoded at once.
    """

    def __init__(
        self,
        dim: int = 64,
        seed: int = 0,
        image_size: int = 32,
        reader: PhotoReader | None = None,
        batch_size: int = 32,
    ) -> None:
        spec = make_fake_spec(dim=dim, seed=seed, image_size=image_size)
        super().__init__(spec, reader if reader is not None else PhotoReader(), batch_size)
        self._direction = lru_cache(maxsize=100_000)(_SeededDirections(dim, seed))
        self._layout_vectors = np.stack(
            [self._direction(f"layout {i}") for i in range(_GRID_SIZE**2 * 3)]
        )
        self._color_vectors = np.stack([self._direction(f"word {name}") for name in COLORS])

    def _encode_text_batch(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return rows of any length, shape (n_texts, dim)."""
        return np.stack([self._encode_text(text) for text in texts])

    def _encode_text(self, text: str) -> Vectors:
        """Return a vector of any length, shape (dim,)."""
        words = re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())
        vector = np.zeros(self.dim, dtype=np.float32)
        for word in (_CANONICAL.get(word, word) for word in words):
            weight = _COLOR_WEIGHT if word in COLORS else 1.0
            vector += weight * self._direction(f"word {word}")
            padded = f"<{word}>"
            for start in range(len(padded) - 2):
                vector += _TRIGRAM_WEIGHT * self._direction(f"part {padded[start : start + 3]}")
        return vector if words else self._direction("no words")

    def _encode_image_batch(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return rows of any length, shape (n, dim), for uint8 RGB of shape (n, side, side, 3)."""
        cells = _compute_grid_means(pixels)  # (n, grid * grid * 3), 0 to 1
        layout = (1 - cells) @ self._layout_vectors / cells.shape[1] ** 0.5  # (n, dim)
        color = _compute_color_shares(pixels) @ self._color_vectors  # (n, dim)
        return np.asarray(_COLOR_WEIGHT * color + _LAYOUT_WEIGHT * layout, dtype=np.float32)


def make_fake_spec(dim: int = 64, seed: int = 0, image_size: int = 32) -> EncoderSpec:
    """Build the spec of a `FakeEncoder` with these arguments.

    Returns:
        The spec; its version depends on every argument.
    """
    return EncoderSpec(
        name="fake",
        version=digest("fake-1", PREPROCESSING_VERSION, dim, seed, image_size),
        dim=dim,
        image_size=image_size,
        license="Apache-2.0",
        languages=("en", "ar"),
        source="computed, no weights; for tests",
    )


class _SeededDirections:
    """Gives each name a seeded random unit vector, the same on every machine."""

    def __init__(self, dim: int, seed: int) -> None:
        self._dim = dim
        self._seed = seed

    def __call__(self, name: str) -> Vectors:
        """Return the unit vector of a name, shape (dim,), float32."""
        rng = np.random.default_rng(int(digest(self._seed, name), 16))
        direction = rng.standard_normal(self._dim)
        return np.asarray(direction / np.linalg.norm(direction), dtype=np.float32)


def _compute_grid_means(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return mean colours of the grid cells, 0 to 1, shape (n, grid * grid * 3)."""
    rows = np.array_split(pixels, _GRID_SIZE, axis=1)
    means = [
        cell.mean(axis=(1, 2)) for row in rows for cell in np.array_split(row, _GRID_SIZE, axis=2)
    ]
    return np.concatenate(means, axis=1, dtype=np.float32) / np.float32(255)


def _compute_color_shares(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the share of each of COLORS in photos, shape (n, n_colours); rows add up to 1."""
    palette = np.array([rgb for rgb, _ in COLORS.values()], dtype=np.float32)  # (n_colours, 3)
    colors = pixels.reshape(len(pixels), -1, 1, 3).astype(np.float32)
    nearest = ((colors - palette) ** 2).sum(axis=3).argmin(axis=2)  # (n, n_pixels)
    shares = np.stack([(nearest == i).mean(axis=1) for i in range(len(palette))], axis=1)
    shares[:, list(COLORS).index("white")] *= _WHITE_WEIGHT
    totals = shares.sum(axis=1, keepdims=True)  # never zero: white itself keeps a share
    return np.asarray(shares / totals, dtype=np.float32)  # (n, n_colours)
