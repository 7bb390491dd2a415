"""Augmentation: studio photos changed to resemble photos that shoppers take."""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

WHITE = (255, 255, 255)
STUDIO_BACKGROUND_THRESHOLD = 240
"""A pixel whose every channel is brighter belongs to the studio background."""

THUMBNAIL_SIZE = 60
"""Longest side, in pixels, of the smallest photos that are still found in shops."""


@dataclass(frozen=True, slots=True)
class Augmentation:
    """Parameters of the random changes to a photo.

    Attributes:
        flip_probability: Probability of mirroring.
        background_probability: Probability of replacing the white background.
        rotation_probability: Probability of a rotation.
        max_rotation_deg: Largest rotation to either side, in degrees.
        min_crop_scale: Smallest share of each side that a crop keeps.
        min_brightness: Smallest brightness factor; 1 is unchanged.
        max_brightness: Largest brightness factor.
        thumbnail_probability: Probability of shrinking to a thumbnail.
    """

    flip_probability: float = 0.5
    background_probability: float = 0.6
    rotation_probability: float = 0.5
    max_rotation_deg: float = 15.0
    min_crop_scale: float = 0.75
    min_brightness: float = 0.65
    max_brightness: float = 1.2
    thumbnail_probability: float = 0.3

    def apply(self, photo: Image.Image, rng: np.random.Generator) -> Image.Image:
        """Return an augmented copy of an RGB photo, with JPEG artefacts, in RGB."""
        if rng.random() < self.flip_probability:
            photo = photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        photo, fill_color = self._replace_background(photo, rng)
        if rng.random() < self.rotation_probability:
            angle = rng.uniform(-self.max_rotation_deg, self.max_rotation_deg)
            photo = photo.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=fill_color)
        photo = _crop_randomly(photo, rng.uniform(self.min_crop_scale, 1.0), rng)
        brightness = rng.uniform(self.min_brightness, self.max_brightness)
        photo = ImageEnhance.Brightness(photo).enhance(brightness)
        photo = ImageEnhance.Color(photo).enhance(rng.uniform(0.8, 1.1))
        photo = ImageEnhance.Contrast(photo).enhance(rng.uniform(0.8, 1.15))
        if rng.random() < self.thumbnail_probability:
            photo.thumbnail((THUMBNAIL_SIZE, THUMBNAIL_SIZE), Image.Resampling.BICUBIC)
        return _compress_as_jpeg(photo, int(rng.integers(40, 80)))

    def _replace_background(
        self, photo: Image.Image, rng: np.random.Generator
    ) -> tuple[Image.Image, tuple[int, ...]]:
        """Return the photo and the RGB colour of its background, white if it was not replaced."""
        if rng.random() >= self.background_probability:
            return photo, WHITE
        color = rng.integers(60, 250, 3)
        pixels = np.asarray(photo).astype(np.int16)  # (height, width, 3)
        # (height, width, 1)
        is_background = pixels.min(axis=2, keepdims=True) > STUDIO_BACKGROUND_THRESHOLD
        backdrop = np.clip(color + _make_uneven_light(photo.size, rng), 0, 255)
        composite = np.where(is_background, backdrop, pixels).astype(np.uint8)
        return Image.fromarray(composite), tuple(int(value) for value in color)


def _make_uneven_light(size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.int16]:
    """Return smooth random brightness offsets, -30 to 30, shape (height, width, 3)."""
    coarse = Image.fromarray(rng.integers(0, 60, (6, 6, 3)).astype(np.uint8))
    return np.asarray(coarse.resize(size, Image.Resampling.BICUBIC)).astype(np.int16) - 30


def _crop_randomly(photo: Image.Image, scale: float, rng: np.random.Generator) -> Image.Image:
    width, height = (max(1, int(side * scale)) for side in photo.size)
    left = int(rng.integers(0, photo.width - width + 1))
    top = int(rng.integers(0, photo.height - height + 1))
    return photo.crop((left, top, left + width, top + height))


def _compress_as_jpeg(photo: Image.Image, quality: int) -> Image.Image:
    data = io.BytesIO()
    photo.save(data, "JPEG", quality=quality)
    return Image.open(data).convert("RGB")
