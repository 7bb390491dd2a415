"""Convert images of every colour mode and orientation to upright RGB."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from PIL import ExifTags, Image

from embed.photos.color_profiles import ColorProfile, convert_lab
from embed.photos.letterboxing import BACKGROUND_COLOR

_TRANSPOSES = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What turns an image upright, by its EXIF orientation. Source: EXIF 2.3, tag 0x0112."""

_SIDEWAYS = (5, 6, 7, 8)
_UPRIGHT = 1
_STRIP_PIXELS = 1_000_000
_ALPHA_MODES = frozenset({"RGBA", "LA", "PA", "RGBa", "La"})


def to_upright_rgb(photo: Image.Image, profile: ColorProfile | None = None) -> Image.Image:
    """Rotate an image by its EXIF orientation and convert it to RGB, transparent pixels to white.

    Values of 16 or 32 bits are scaled to 8 bits, not clipped.

    Args:
        photo: Any image; it is loaded, but not changed.
        profile: The profile that its colours are converted by; None to convert without one.

    Returns:
        An RGB image; the same object when there was nothing to do.

    Raises:
        OSError: The pixels are truncated or broken, as Pillow says.
        ValueError: The colour mode cannot be converted.
    """
    photo.load()  # first: Pillow rotates TIFFs itself while it loads them
    transpose = _TRANSPOSES.get(_get_orientation(photo))
    rgb = profile.convert(photo) if profile else _convert_to_rgb(photo)
    return rgb.transpose(transpose) if transpose is not None else rgb


def get_upright_size(photo: Image.Image) -> tuple[int, int]:
    """Return the width and height of an image once it is rotated by its EXIF orientation."""
    width, height = photo.size
    return (height, width) if _get_orientation(photo) in _SIDEWAYS else (width, height)


def _get_orientation(photo: Image.Image) -> int:
    # A broken EXIF block raises anything; the pixels are good all the same, and taken as upright.
    with suppress(Exception):
        return int(photo.getexif().get(ExifTags.Base.Orientation, _UPRIGHT))
    return _UPRIGHT


def _convert_to_rgb(photo: Image.Image) -> Image.Image:
    if photo.mode == "F" or photo.mode.startswith("I"):
        return _scale_to_8_bits(photo).convert("RGB")
    if photo.mode in _ALPHA_MODES or "transparency" in photo.info:
        return _flatten_on_white(photo)
    if photo.mode == "LAB":
        return convert_lab(photo)
    return photo if photo.mode == "RGB" else photo.convert("RGB")


def _flatten_on_white(photo: Image.Image) -> Image.Image:
    """Return the image on white, made strip by strip: whole copies would take too much memory."""
    boxes = list(_iter_strips(photo))
    if len(boxes) == 1:
        return _flatten_strip(photo)
    rgb = Image.new("RGB", photo.size)
    for box in boxes:
        rgb.paste(_flatten_strip(photo.crop(box)), box)
    return rgb


def _flatten_strip(photo: Image.Image) -> Image.Image:
    rgba = photo.convert("RGBA")
    white = Image.new("RGBA", rgba.size, (*BACKGROUND_COLOR, 255))
    return Image.alpha_composite(white, rgba).convert("RGB")


def _scale_to_8_bits(photo: Image.Image) -> Image.Image:
    """Scale grey values so that the maximum of their range becomes 255.

    Files do not tell the range of such values. 16-bit modes have 65535; for the wider ones it is
    the smallest of 1 (fractions only), 255 and 65535 that holds every value, or else the largest
    value.

    Returns:
        An image of mode L.
    """
    # Here, since most photos do without, and decoder processes start faster.
    import numpy as np  # noqa: PLC0415

    stored = np.asarray(photo)  # (height, width)
    grey = np.empty(stored.shape, dtype=np.uint8)
    strips = [slice(top, bottom) for _, top, _, bottom in _iter_strips(photo)]

    def read_values(strip: slice) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Return rows of the photo, shape (n_rows, width), float32; what is not finite is 0."""
        return np.nan_to_num(stored[strip].astype(np.float32), posinf=0.0, neginf=0.0)

    range_max = 65535.0
    if not photo.mode.startswith("I;16"):
        max_value = max(float(read_values(strip).max()) for strip in strips)
        usual_maxima = [1.0, 255.0, 65535.0] if photo.mode == "F" else [255.0, 65535.0]
        range_max = next((usual for usual in usual_maxima if max_value <= usual), max_value)
    for strip in strips:
        grey[strip] = np.round(read_values(strip).clip(min=0) * (255 / range_max))
    return Image.fromarray(grey)


def _iter_strips(photo: Image.Image) -> Iterator[tuple[int, int, int, int]]:
    """Yield boxes of whole rows, about a million pixels each, that cover the image."""
    width, height = photo.size
    n_rows = max(1, _STRIP_PIXELS // width)
    for top in range(0, height, n_rows):
        yield 0, top, width, min(top + n_rows, height)
