"""Photos as shoppers take them, made from studio photos: what training must not be misled by."""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

WHITE = (255, 255, 255)
STUDIO_BACKGROUND_THRESHOLD = 240
"""A pixel whose every channel is brighter belongs to the studio's background."""

THUMBNAIL_SIZE = 60
"""Longest side, in pixels, of the smallest photos that shops still have."""


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How far a varied photo may go from the studio photo.

    Attributes:
        flip_probability: Chance of a mirror image.
        background_probability: Chance of another background than white.
        rotation_probability: Chance of a tilt.
        max_rotation_deg: Largest tilt to either side.
        min_crop_scale: Smallest part of each side that a crop keeps.
        min_brightness: Least brightness; 1 is unchanged.
        max_brightness: Greatest brightness.
        thumbnail_probability: Chance of being shrunk to a thumbnail first.
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
        """Return a varied copy of an RGB photo.

        Returns:
            An RGB photo, as a JPEG would give it back.
        """
        if rng.random() < self.flip_probability:
            photo = photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        photo, colour = self._background(photo, rng)
        if rng.random() < self.rotation_probability:
            angle = rng.uniform(-self.max_rotation_deg, self.max_rotation_deg)
            photo = photo.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=colour)
        photo = _crop(photo, rng.uniform(self.min_crop_scale, 1.0), rng)
        light = rng.uniform(self.min_brightness, self.max_brightness)
        photo = ImageEnhance.Brightness(photo).enhance(light)
        photo = ImageEnhance.Color(photo).enhance(rng.uniform(0.8, 1.1))
        photo = ImageEnhance.Contrast(photo).enhance(rng.uniform(0.8, 1.15))
        if rng.random() < self.thumbnail_probability:
            photo.thumbnail((THUMBNAIL_SIZE, THUMBNAIL_SIZE), Image.Resampling.BICUBIC)
        return _through_jpeg(photo, int(rng.integers(40, 80)))

    def _background(
        self, photo: Image.Image, rng: np.random.Generator
    ) -> tuple[Image.Image, tuple[int, ...]]:
        """Return the photo and the colour that now surrounds the product."""
        if rng.random() >= self.background_probability:
            return photo, WHITE
        colour = rng.integers(60, 250, 3)
        pixels = np.asarray(photo).astype(np.int16)  # (height, width, 3)
        studio = (
            pixels.min(axis=2, keepdims=True) > STUDIO_BACKGROUND_THRESHOLD
        )  # (height, width, 1)
        backdrop = np.clip(colour + _shadows(photo.size, rng), 0, 255)
        mixed = np.where(studio, backdrop, pixels).astype(np.uint8)
        return Image.fromarray(mixed), tuple(int(value) for value in colour)


def _shadows(size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.int16]:
    """Return a soft uneven light, -30 to 30, shape (height, width, 3)."""
    coarse = Image.fromarray(rng.integers(0, 60, (6, 6, 3)).astype(np.uint8))
    return np.asarray(coarse.resize(size, Image.Resampling.BICUBIC)).astype(np.int16) - 30


def _crop(photo: Image.Image, kept: float, rng: np.random.Generator) -> Image.Image:
    width, height = (max(1, int(side * kept)) for side in photo.size)
    left = int(rng.integers(0, photo.width - width + 1))
    top = int(rng.integers(0, photo.height - height + 1))
    return photo.crop((left, top, left + width, top + height))


def _through_jpeg(photo: Image.Image, quality: int) -> Image.Image:
    data = io.BytesIO()
    photo.save(data, "JPEG", quality=quality)
    return Image.open(data).convert("RGB")
