"""Simulated phone photos of products: rotated, cropped, darker, on a textured surface."""

import io

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

STUDIO_BACKGROUND_THRESHOLD = 240
"""A pixel whose every channel is brighter belongs to the studio background."""


def make_phone_photo(studio: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Return a studio photo as if taken by a phone; training uses none of these changes.

    The background becomes a coloured, grainy surface lit from one side; then rotation (8 to 20
    degrees), crop (70 to 92 percent of each side), lower brightness (50 to 80 percent), a warm
    colour cast, slight blur, JPEG.

    Args:
        studio: RGB.
        rng: The random generator.
    """
    surface = _make_surface(studio.size, rng)
    pixels = np.asarray(studio)  # (height, width, 3)
    is_background = (
        pixels.min(axis=2, keepdims=True) > STUDIO_BACKGROUND_THRESHOLD
    )  # (height, width, 1)
    photo = Image.fromarray(np.where(is_background, surface, pixels).astype(np.uint8))
    angle = rng.uniform(8, 20) * rng.choice([-1, 1])
    corner = tuple(int(value) for value in surface[0, 0])
    photo = photo.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=corner)
    photo = _crop_randomly(photo, rng.uniform(0.70, 0.92), rng)
    photo = ImageEnhance.Brightness(photo).enhance(rng.uniform(0.5, 0.8))
    cast = np.array([1.0, rng.uniform(0.92, 1.0), rng.uniform(0.8, 0.95)])
    photo = Image.fromarray((np.asarray(photo) * cast).astype(np.uint8))
    photo = photo.filter(ImageFilter.GaussianBlur(rng.uniform(0.0, 0.8)))
    data = io.BytesIO()
    photo.save(data, "JPEG", quality=int(rng.integers(45, 75)))
    return Image.open(data).convert("RGB")


def _make_surface(
    size: tuple[int, int], rng: np.random.Generator
) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    """Return a grainy surface lit from one side, shape (height, width, 3), 0 to 255."""
    width, height = size
    color = rng.integers(50, 220, 3)
    grain = rng.normal(0, 8, (height, width, 1))
    light = np.linspace(rng.uniform(-35, 0), rng.uniform(0, 35), width)[None, :, None]
    return np.clip(color + grain + light, 0, 255)


def _crop_randomly(photo: Image.Image, scale: float, rng: np.random.Generator) -> Image.Image:
    width, height = (max(1, int(side * scale)) for side in photo.size)
    left = int(rng.integers(0, photo.width - width + 1))
    top = int(rng.integers(0, photo.height - height + 1))
    return photo.crop((left, top, left + width, top + height))
