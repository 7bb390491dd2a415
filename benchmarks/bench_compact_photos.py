"""Photos as a phone would take them of a product: tilted, cropped, darker, on a table or a rug."""

import io

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

STUDIO_FROM = 240
"""Every channel above this: the studio's white background."""


def phone_photo(studio: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Return a studio photo as if taken by a shopper; nothing of it is used in training.

    The background becomes a coloured, grained surface lit from one side; then tilt (8 to 20
    degrees), crop (70 to 92 percent of each side), less light (50 to 80 percent), a warm cast,
    slight blur, JPEG.

    Args:
        studio: RGB.
        rng: The source of chance.
    """
    surface = _surface(studio.size, rng)
    pixels = np.asarray(studio)  # (height, width, 3)
    background = pixels.min(axis=2, keepdims=True) > STUDIO_FROM  # (height, width, 1)
    photo = Image.fromarray(np.where(background, surface, pixels).astype(np.uint8))
    angle = rng.uniform(8, 20) * rng.choice([-1, 1])
    corner = tuple(int(value) for value in surface[0, 0])
    photo = photo.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=corner)
    photo = _crop(photo, rng.uniform(0.70, 0.92), rng)
    photo = ImageEnhance.Brightness(photo).enhance(rng.uniform(0.5, 0.8))
    cast = np.array([1.0, rng.uniform(0.92, 1.0), rng.uniform(0.8, 0.95)])
    photo = Image.fromarray((np.asarray(photo) * cast).astype(np.uint8))
    photo = photo.filter(ImageFilter.GaussianBlur(rng.uniform(0.0, 0.8)))
    data = io.BytesIO()
    photo.save(data, "JPEG", quality=int(rng.integers(45, 75)))
    return Image.open(data).convert("RGB")


def _surface(
    size: tuple[int, int], rng: np.random.Generator
) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    """Return a grained surface with light from one side, shape (height, width, 3), 0 to 255."""
    width, height = size
    colour = rng.integers(50, 220, 3)
    grain = rng.normal(0, 8, (height, width, 1))
    light = np.linspace(rng.uniform(-35, 0), rng.uniform(0, 35), width)[None, :, None]
    return np.clip(colour + grain + light, 0, 255)


def _crop(photo: Image.Image, kept: float, rng: np.random.Generator) -> Image.Image:
    width, height = (max(1, int(side * kept)) for side in photo.size)
    left = int(rng.integers(0, photo.width - width + 1))
    top = int(rng.integers(0, photo.height - height + 1))
    return photo.crop((left, top, left + width, top + height))
