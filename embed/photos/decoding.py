"""The bytes of a photo's file to the pixels that are wanted of it.

This is what runs in the processes of `embed.photos.decoder_pool`, so it imports Pillow and little else.
"""

import io
import math
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal, NamedTuple

from PIL import Image, UnidentifiedImageError

from embed.photos.file_formats import (
    describe_non_photo,
    detect_photo_format,
    has_more_scans,
    read_webp_size,
)
from embed.photos.letterboxing import letterbox
from embed.photos.pixels import get_upright_size, to_upright_rgb

if TYPE_CHECKING:
    from shopwindow.values.query import Crop

# Pillow knows a format once its module is imported; by itself it would load all forty of them.
for _name in ("Avif", "Bmp", "Gif", "Jpeg", "Mpo", "Png", "Tiff", "WebP"):
    with suppress(ImportError):  # AVIF is not in every Pillow
        import_module(f"PIL.{_name}ImagePlugin")

_WHOLE: "Crop" = (0.0, 0.0, 1.0, 1.0)

_SHRINK_MARGIN = 2
"""A JPEG is decoded at a smaller size only while that keeps this many times the wanted side."""

_MAX_SCANS = 50
"""Progressive JPEGs of cameras and editors have 10 or so."""

_SLOW_CPU_S = 0.1
"""Seconds of a processor from which on a photo is decoded once for all that a page needs of it."""

OutputMode = Literal["letterbox", "thumbnail", "full", "size"]
DecodeErrorKind = Literal["unreadable", "too large", "busy"]


class DecodeError(Exception):
    """A photo cannot be used; `embed.photos.reader` makes one of the named photo errors of it.

    Attributes:
        kind: What kind of error it is.
        reason: Why, in words.
    """

    def __init__(self, kind: DecodeErrorKind, reason: str) -> None:
        super().__init__(reason)
        self.kind: DecodeErrorKind = kind
        self.reason = reason


@dataclass(frozen=True, slots=True)
class DecodeRequest:
    """What is wanted of a photo.

    Attributes:
        mode: "square": fitted into a square on white; "inside": upright, in its own shape,
            within a square; "whole": upright at full size; "size": no pixels, only how many.
        max_pixels: Most pixels it may have, as its header says.
        target_size: Pixels of the square's side.
        crop: The part of the upright photo to take; None for the whole.
        preview_size: Side of what is wanted "inside" as well where decoding was slow; 0 for nothing.
    """

    mode: OutputMode
    max_pixels: int
    target_size: int = 0
    crop: "Crop | None" = None
    preview_size: int = 0

    def to_preview_request(self) -> "DecodeRequest":
        """Return the task that the preview is the answer to."""
        return DecodeRequest("thumbnail", self.max_pixels, self.preview_size)


class DecodedImage(NamedTuple):
    """What came of a task.

    Attributes:
        size: Width and height; as stored, where only the size was wanted.
        pixels: RGB, row by row; none where only the size was wanted.
        preview: What came of `DecodeRequest.to_preview_request`, where decoding was slow.
    """

    size: tuple[int, int]
    pixels: bytes | bytearray
    preview: "DecodedImage | None" = None

    @classmethod
    def from_image(cls, picture: Image.Image) -> "DecodedImage":
        """Return an RGB picture's size and pixels."""
        return cls(picture.size, picture.tobytes())


def decode_image(data: bytes, request: DecodeRequest) -> DecodedImage:
    """Decode a photo's file.

    Args:
        data: The bytes of the file.
        request: What is wanted.

    Returns:
        What came of it.

    Raises:
        Refusal: The photo is broken, or too large.
        MemoryError: It does not fit into memory.
    """
    began = time.process_time()
    if request.mode != "size" and (size := read_webp_size(data)):
        check_pixel_count(
            size, request.max_pixels
        )  # Pillow takes memory for them when it opens the file
    with _opened(data) as photo:
        if request.mode == "size":
            return DecodedImage(photo.size, b"")
        check_pixel_count(photo.size, request.max_pixels)
        if photo.format in {"JPEG", "MPO"} and has_more_scans(data, _MAX_SCANS):
            raise DecodeError("too large", f"a JPEG of more than {_MAX_SCANS} scans; save it again")
        if photo.format == "JPEG" and request.target_size:
            _shrink_while_decoding(
                photo, _SHRINK_MARGIN * request.target_size, request.crop or _WHOLE
            )
        whole = load_upright_rgb(photo)
        decoded = DecodedImage.from_image(transform_image(whole, request))
        if request.preview_size and time.process_time() - began > _SLOW_CPU_S:
            decoded = decoded._replace(
                preview=DecodedImage.from_image(
                    transform_image(whole, request.to_preview_request())
                )
            )
    return decoded


def load_upright_rgb(photo: Image.Image) -> Image.Image:
    """Return a picture upright and in RGB; the given one is loaded, not changed.

    Raises:
        Refusal: The pixels are broken.
        MemoryError: They do not fit into memory.
    """
    try:
        return to_upright_rgb(photo)
    except MemoryError:
        raise
    except Exception as exc:  # decoders raise OSError, SyntaxError, struct.error, and more
        raise DecodeError("unreadable", f"truncated or broken ({exc})") from exc


def transform_image(image: Image.Image, request: DecodeRequest) -> Image.Image:
    """Return what is wanted of an upright picture in RGB, which is not changed."""
    if request.mode == "letterbox":
        return letterbox(_cut(image, request.crop) if request.crop else image, request.target_size)
    if request.mode == "thumbnail" and max(image.size) > request.target_size:
        scale = request.target_size / max(image.size)
        width, height = (max(1, round(side * scale)) for side in image.size)
        return image.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return image


def check_pixel_count(size: tuple[int, int], limit: int) -> None:
    """Check how many pixels a picture has, or says that it has.

    Raises:
        Refusal: None, or more than the limit.
    """
    width, height = size
    if width < 1 or height < 1:
        raise DecodeError("unreadable", f"no pixels: {width} x {height}")
    if width * height > limit:
        reason = f"{width} x {height} pixels, at most {limit:,} are allowed in all; save it smaller"
        raise DecodeError("too large", reason)


def _opened(data: bytes) -> Image.Image:
    """Read the header only.

    Returns:
        A picture whose pixels are not decoded yet.

    Raises:
        Refusal: Not a photo of a known format, or its header is broken.
        MemoryError: What the header asks for does not fit into memory.
    """
    form = detect_photo_format(data)
    if form is None or form not in Image.OPEN:
        raise DecodeError("unreadable", describe_non_photo(data))
    try:
        return Image.open(io.BytesIO(data), formats=[form])
    except UnidentifiedImageError as exc:
        raise DecodeError("unreadable", f"broken header (not a {form} file after all)") from exc
    except MemoryError:
        raise
    except Exception as exc:
        raise DecodeError("unreadable", f"broken header ({exc})") from exc


def _shrink_while_decoding(photo: Image.Image, least: int, crop: "Crop") -> None:
    """Set a JPEG to be decoded at the smallest size that keeps enough pixels of what is wanted.

    Args:
        photo: Not decoded yet.
        least: Pixels that the longer side of the part is to keep.
        crop: The part of the upright photo that is wanted.
    """
    left, top, right, bottom = crop
    width, height = get_upright_size(photo)
    longer = max((right - left) * width, (bottom - top) * height)
    if longer <= least:
        return
    scale = least / longer
    width, height = photo.size
    # draft() halves at most three times, and keeps both sides at least as long as asked.
    photo.draft(photo.mode, (math.ceil(width * scale), math.ceil(height * scale)))


def _cut(photo: Image.Image, crop: "Crop") -> Image.Image:
    """Return a part of a photo, of one pixel at least."""
    left, right = (math.floor(share * photo.width) for share in (crop[0], crop[2]))
    top, bottom = (math.floor(share * photo.height) for share in (crop[1], crop[3]))
    return photo.crop((left, top, max(right, left + 1), max(bottom, top + 1)))
