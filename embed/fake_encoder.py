"""A small encoder without weights, for tests and for trying things out."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from embed.base_encoder import BatchEncoder
from embed.photos.letterboxing import PREPROCESSING_VERSION
from embed.photos.reader import PhotoReader
from shopwindow.values.encoder import EncoderSpec, Vectors, digest

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
"""Colours that join texts and photos: RGB, and further words that mean the same."""

_CANONICAL = {word: name for name, (_, words) in COLORS.items() for word in words}
_WHITE_SHARE = 0.03  # white is mostly background: little of it counts
_GRID = 4
_TRIGRAM_WEIGHT, _COLOUR_WEIGHT, _LAYOUT_WEIGHT = 0.5, 1.5, 0.5


class FakeEncoder(BatchEncoder):
    """Texts by their words, photos by their colours, in one space, without any weights.

    Texts that share words (or parts of words) are near each other, photos of like colours in
    like places are near each other, and a text that names a basic colour, in English or Arabic,
    is nearer to pictures of that colour. It knows nothing else: a double for tests.

    Args:
        dim: Width of the vectors, at least 8.
        seed: Another seed gives another space.
        image_size: Side of the prepared photos in pixels, at least 4.
        reader: Opens the photos; one with the usual limits when None.
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
        self._direction = lru_cache(maxsize=100_000)(_Directions(dim, seed))
        self._layout = np.stack([self._direction(f"layout {i}") for i in range(_GRID**2 * 3)])
        self._colours = np.stack([self._direction(f"word {name}") for name in COLORS])

    def _text_batch(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([self._text(text) for text in texts])

    def _text(self, text: str) -> Vectors:
        words = re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())
        total = np.zeros(self.dim, dtype=np.float32)
        for word in (_CANONICAL.get(word, word) for word in words):
            weight = _COLOUR_WEIGHT if word in COLORS else 1.0
            total += weight * self._direction(f"word {word}")
            marked = f"<{word}>"
            for start in range(len(marked) - 2):
                total += _TRIGRAM_WEIGHT * self._direction(f"part {marked[start : start + 3]}")
        return total if words else self._direction("no words")

    def _image_batch(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        cells = _grid_means(pixels)  # (n, grid * grid * 3), 0 to 1
        layout = (1 - cells) @ self._layout / cells.shape[1] ** 0.5  # (n, dim)
        colours = _colour_shares(pixels) @ self._colours  # (n, dim)
        return np.asarray(_COLOUR_WEIGHT * colours + _LAYOUT_WEIGHT * layout, dtype=np.float32)


def make_fake_spec(dim: int = 64, seed: int = 0, image_size: int = 32) -> EncoderSpec:
    """Return the facts about a `FakeEncoder` with these arguments.

    Returns:
        Its spec; the version depends on every argument.
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


class _Directions:
    """A seeded unit vector for each name, the same on every machine."""

    def __init__(self, dim: int, seed: int) -> None:
        self._dim = dim
        self._seed = seed

    def __call__(self, name: str) -> Vectors:
        stream = np.random.default_rng(int(digest(self._seed, name), 16))
        values = stream.standard_normal(self._dim)
        return np.asarray(values / np.linalg.norm(values), dtype=np.float32)


def _grid_means(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    rows = np.array_split(pixels, _GRID, axis=1)
    means = [cell.mean(axis=(1, 2)) for row in rows for cell in np.array_split(row, _GRID, axis=2)]
    return np.concatenate(means, axis=1, dtype=np.float32) / np.float32(255)


def _colour_shares(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    named = np.array([rgb for rgb, _ in COLORS.values()], dtype=np.float32)  # (n_colours, 3)
    flat = pixels.reshape(len(pixels), -1, 1, 3).astype(np.float32)
    nearest = ((flat - named) ** 2).sum(axis=3).argmin(axis=2)  # (n, n_pixels)
    shares = np.stack([(nearest == i).mean(axis=1) for i in range(len(named))], axis=1)
    shares[:, list(COLORS).index("white")] *= _WHITE_SHARE
    totals = shares.sum(axis=1, keepdims=True)  # never zero: white itself keeps a share
    return np.asarray(shares / totals, dtype=np.float32)  # (n, n_colours)
