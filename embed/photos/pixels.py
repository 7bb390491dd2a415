"""Pictures of every colour mode and orientation to plain upright RGB."""

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from PIL import ExifTags, Image

from embed.photos.letterboxing import BACKGROUND_COLOR

if TYPE_CHECKING:
    pass

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What turns a picture upright, by its EXIF orientation. Source: EXIF 2.3, tag 0x0112."""

_ON_ITS_SIDE = (5, 6, 7, 8)
_UPRIGHT = 1
_BAND_PIXELS = 1_000_000
_ALPHA_MODES = frozenset({"RGBA", "LA", "PA", "RGBa", "La"})


def to_upright_rgb(photo: Image.Image) -> Image.Image:
    """Turn the picture as its EXIF says and convert it to RGB, what is transparent to white.

    Numbers of 16 or 32 bits are scaled to 8 bits, not clipped. Colour profiles are not applied.

    Args:
        photo: Any picture; it is loaded, else left as it was.

    Returns:
        An RGB picture; the same object when there was nothing to do.

    Raises:
        OSError: The pixels are truncated or broken, as Pillow says.
        ValueError: The colour mode cannot be converted.
    """
    photo.load()  # first: Pillow turns TIFFs itself while it loads them
    turn = _TURNS.get(_orientation(photo))
    rgb = _to_rgb(photo)
    return rgb.transpose(turn) if turn is not None else rgb


def get_upright_size(photo: Image.Image) -> tuple[int, int]:
    """Return the width and height that a picture has once it stands as its EXIF says."""
    width, height = photo.size
    return (height, width) if _orientation(photo) in _ON_ITS_SIDE else (width, height)


def _orientation(photo: Image.Image) -> int:
    # A broken EXIF block raises anything; the pixels are good all the same, and count as upright.
    with suppress(Exception):
        return int(photo.getexif().get(ExifTags.Base.Orientation, _UPRIGHT))
    return _UPRIGHT


def _to_rgb(photo: Image.Image) -> Image.Image:
    if photo.mode == "F" or photo.mode.startswith("I"):
        return _scale_to_8_bits(photo).convert("RGB")
    if photo.mode in _ALPHA_MODES or "transparency" in photo.info:
        return _over_white(photo)
    return photo if photo.mode == "RGB" else photo.convert("RGB")


def _over_white(photo: Image.Image) -> Image.Image:
    """Return the picture over white, made band by band: whole copies would take too much memory."""
    bands = list(_bands(photo))
    if len(bands) == 1:
        return _band_over_white(photo)
    rgb = Image.new("RGB", photo.size)
    for box in bands:
        rgb.paste(_band_over_white(photo.crop(box)), box)
    return rgb


def _band_over_white(photo: Image.Image) -> Image.Image:
    rgba = photo.convert("RGBA")
    white = Image.new("RGBA", rgba.size, (*BACKGROUND_COLOR, 255))
    return Image.alpha_composite(white, rgba).convert("RGB")


def _scale_to_8_bits(photo: Image.Image) -> Image.Image:
    """Scale grey values so that the top of their range becomes 255.

    Files do not tell the range of such values. 16-bit modes have 65535; for the wider ones it is
    the least of 1 (fractions only), 255 and 65535 that holds every value, or else the greatest.

    Returns:
        A picture of mode L.
    """
    # Here, for most photos do without, and decoders' processes start faster so.
    import numpy as np  # noqa: PLC0415

    stored = np.asarray(photo)  # (height, width)
    grey = np.empty(stored.shape, dtype=np.uint8)
    rows = [slice(top, bottom) for _, top, _, bottom in _bands(photo)]

    def values(band: slice) -> np.ndarray[Any, np.dtype[np.float32]]:
        return np.nan_to_num(stored[band].astype(np.float32), posinf=0.0, neginf=0.0)

    top = 65535.0
    if not photo.mode.startswith("I;16"):
        greatest = max(float(values(band).max()) for band in rows)
        tops = [1.0, 255.0, 65535.0] if photo.mode == "F" else [255.0, 65535.0]
        top = next((each for each in tops if greatest <= each), greatest)
    for band in rows:
        grey[band] = np.round(values(band).clip(min=0) * (255 / top))
    return Image.fromarray(grey)


def _bands(photo: Image.Image) -> Iterator[tuple[int, int, int, int]]:
    """Yield boxes of whole rows, about a million pixels each, that make up the picture."""
    width, height = photo.size
    n_rows = max(1, _BAND_PIXELS // width)
    for top in range(0, height, n_rows):
        yield 0, top, width, min(top + n_rows, height)
