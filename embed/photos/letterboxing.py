"""A decoded photo to the square of pixels that an image tower sees."""

from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from shopwindow.values.encoder import PreparedImage

PREPROCESSING_VERSION = 1
"""Raise it when the pixels below change: vectors made before are then other vectors."""

BACKGROUND_COLOR = (255, 255, 255)
"""What surrounds a photo that is not square: white.

Measured as how often a photo cut to another shape found its whole original first, with a frozen
EfficientNet-Lite0 at 160 pixels, for furniture, fashion, electronics and a clothing demo shop:
white 0.960, 0.930, 0.951, 0.846; the median colour of the photo's own border 0.959, 0.931, 0.948,
0.846; black 0.853, 0.907, 0.956, 0.826; the mean colour of ImageNet 0.885, 0.939, 0.964, 0.885.
White is as good as the border's colour and simpler, and the safest where photos of things on
white meet: there grey bars are what an encoder sees first. What is transparent becomes white too.
"""


def letterbox(photo: Image.Image, size: int) -> Image.Image:
    """Fit the whole photo into a square, in its middle, on white.

    Nothing is cut off: a dress keeps its hem, a shoe its toe.

    Args:
        photo: An RGB picture of any size.
        size: Side of the square in pixels.

    Returns:
        An RGB picture of that size.
    """
    scale = size / max(photo.size)
    width, height = (max(1, round(side * scale)) for side in photo.size)
    # Pillow widens the filter by the scale, so that fine weaves do not turn into false stripes.
    fitted = photo.resize((width, height), Image.Resampling.BICUBIC)
    square = Image.new("RGB", (size, size), BACKGROUND_COLOR)
    square.paste(fitted, ((size - width) // 2, (size - height) // 2))
    return square


def letterbox_to_array(photo: Image.Image, size: int) -> "PreparedImage":
    """Return what `letterbox` makes of the photo as an array.

    Args:
        photo: An RGB picture of any size.
        size: Side of the square in pixels.

    Returns:
        uint8 RGB, shape (size, size, 3), writable.
    """
    import numpy as np  # noqa: PLC0415 -- decoders' processes use this module and start without

    return np.array(letterbox(photo, size), dtype=np.uint8)  # (size, size, 3)
