"""Decode the bytes of a photo's file to the requested pixels.

This runs in the processes of `embed.photos.decoder_pool`, so it imports Pillow and little else.
"""

import io
import math
import time
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

from PIL import Image, UnidentifiedImageError

from embed.photos.color_profiles import ColorProfile, read_profile
from embed.photos.decode_values import DecodedImage, DecodeError, DecodeRequest
from embed.photos.file_formats import (
    describe_non_photo,
    detect_photo_format,
    read_webp_size,
)
from embed.photos.heif_plugin import register_heif
from embed.photos.jpeg_files import (
    MAX_MISSING_SHARE,
    complete_jpeg,
    has_more_scans,
    is_mostly_missing,
)
from embed.photos.letterboxing import letterbox
from embed.photos.pixels import get_upright_size, to_upright_rgb

if TYPE_CHECKING:
    from shopwindow.values import Crop

# Pillow knows a format once its plugin is imported; by itself it would load all forty of them.
for _name in ("Avif", "Bmp", "Gif", "Jpeg", "Mpo", "Png", "Tiff", "WebP"):
    with suppress(ImportError):  # AVIF is not in every Pillow
        import_module(f"PIL.{_name}ImagePlugin")

_FULL_CROP: "Crop" = (0.0, 0.0, 1.0, 1.0)

_SHRINK_MARGIN = 2
"""A JPEG is decoded at reduced size only while that keeps this many times the target side."""

_MAX_SCANS = 50
"""Progressive JPEGs of cameras and editors have about 10 scans."""

_SLOW_CPU_S = 0.1
"""Seconds of CPU time from which a preview is made too, so that a photo is decoded only once."""


def decode_image(data: bytes, request: DecodeRequest) -> DecodedImage:
    """Decode a photo's file.

    Args:
        data: The bytes of the file.
        request: The output to produce.

    Returns:
        The decoded image.

    Raises:
        DecodeError: The photo is broken, or too large.
        MemoryError: It does not fit into memory.
    """
    if request.mode == "frames":
        return _decode_frames(data, request)
    start = time.process_time()
    if request.mode != "size" and (size := read_webp_size(data)):
        # Before Pillow opens the file, for that already allocates the pixels of a WebP.
        check_pixel_count(size, request.max_pixels)
    is_jpeg, may_be_cut = detect_photo_format(data) == "JPEG", False
    if is_jpeg and request.mode != "size":
        data, may_be_cut = complete_jpeg(data)
    with _open_header(data) as photo:
        if request.mode == "size":
            return DecodedImage(photo.size, b"")
        check_pixel_count(photo.size, request.max_pixels)
        if is_jpeg and has_more_scans(data, _MAX_SCANS):
            raise DecodeError("too large", f"a JPEG of more than {_MAX_SCANS} scans; save it again")
        if photo.format == "JPEG" and request.target_size:
            min_side = _SHRINK_MARGIN * request.target_size
            _set_draft_size(photo, min_side, request.crop or _FULL_CROP)
        upright, profile = load_upright_rgb(photo)
        if may_be_cut and is_mostly_missing(photo):
            share = f"{MAX_MISSING_SHARE:.0%}"
            reason = f"truncated: more than {share} of its rows are missing; upload it again"
            raise DecodeError("unreadable", reason)
        decoded = DecodedImage.from_image(transform_image(upright, request, profile))
        if request.preview_size and time.process_time() - start > _SLOW_CPU_S:
            preview = transform_image(upright, request.to_preview_request(), profile)
            decoded = decoded._replace(preview=DecodedImage.from_image(preview))
    return decoded


def _decode_frames(data: bytes, request: DecodeRequest) -> DecodedImage:
    from embed.photos.clip_decoding import decode_clip  # noqa: PLC0415 -- few files are clips

    frames = decode_clip(
        data,
        request.n_frames,
        request.target_size,
        request.max_pixels,
        request.max_duration_s,
        request.sampling_cpu_s,
    )
    width, height = frames[0].size
    column = Image.new("RGB", (width, height * len(frames)))
    for number, frame in enumerate(frames):
        same = frame if frame.size == (width, height) else frame.resize((width, height))
        column.paste(same, (0, number * height))
    return DecodedImage(column.size, column.tobytes(), None, len(frames))


def load_upright_rgb(photo: Image.Image) -> tuple[Image.Image, ColorProfile | None]:
    """Return an image upright and in RGB, and the profile of its colours if they are not sRGB.

    The given image is loaded, but not changed. CMYK and LAB are converted to sRGB here; other
    profiles are applied to the output, which has fewer pixels.

    Raises:
        DecodeError: The pixels are broken.
        MemoryError: They do not fit into memory.
    """
    try:
        profile = read_profile(photo)
        is_separate = profile is not None and not profile.applies_to_rgb
        upright = to_upright_rgb(photo, profile if is_separate else None)
    except MemoryError:
        raise
    except Exception as exc:  # decoders raise OSError, SyntaxError, struct.error, and more
        reason = f"truncated or broken ({exc}); export or upload it again"
        raise DecodeError("unreadable", reason) from exc
    return upright, None if is_separate else profile


def transform_image(
    image: Image.Image, request: DecodeRequest, profile: ColorProfile | None = None
) -> Image.Image:
    """Return the requested output of an upright RGB image, in sRGB; the image is not changed."""
    output = _resize(image, request)
    return profile.convert(output) if profile else output


def _resize(image: Image.Image, request: DecodeRequest) -> Image.Image:
    if request.mode == "letterbox":
        return letterbox(_crop(image, request.crop) if request.crop else image, request.target_size)
    if request.mode == "thumbnail" and max(image.size) > request.target_size:
        scale = request.target_size / max(image.size)
        width, height = (max(1, round(side * scale)) for side in image.size)
        return image.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return image


def check_pixel_count(size: tuple[int, int], limit: int) -> None:
    """Check the number of pixels of an image, or that its header claims.

    Raises:
        DecodeError: There are none, or more than the limit.
    """
    width, height = size
    if width < 1 or height < 1:
        raise DecodeError("unreadable", f"no pixels: {width} x {height}")
    if width * height > limit:
        reason = f"{width} x {height} pixels, at most {limit:,} are allowed in all; save it smaller"
        raise DecodeError("too large", reason)


def _open_header(data: bytes) -> Image.Image:
    """Open a photo by its header only.

    Returns:
        An image whose pixels are not decoded yet.

    Raises:
        DecodeError: Not a photo of a known format, or its header is broken.
        MemoryError: What the header asks for does not fit into memory.
    """
    photo_format = detect_photo_format(data)
    if photo_format == "HEIF":
        register_heif()
    if photo_format is None or photo_format not in Image.OPEN:
        raise DecodeError("unreadable", describe_non_photo(data))
    try:
        return Image.open(io.BytesIO(data), formats=[photo_format])
    except UnidentifiedImageError as exc:
        reason = f"broken header (not a {photo_format} file after all)"
        raise DecodeError("unreadable", reason) from exc
    except MemoryError:
        raise
    except Exception as exc:
        raise DecodeError("unreadable", f"broken header ({exc})") from exc


def _set_draft_size(photo: Image.Image, min_side: int, crop: "Crop") -> None:
    """Set a JPEG to be decoded at the smallest size that keeps enough pixels of the crop.

    Args:
        photo: Not decoded yet.
        min_side: Pixels that the longer side of the crop must keep.
        crop: The part of the upright photo that is used.
    """
    left, top, right, bottom = crop
    width, height = get_upright_size(photo)
    longer_side = max((right - left) * width, (bottom - top) * height)
    if longer_side <= min_side:
        return
    scale = min_side / longer_side
    width, height = photo.size
    # draft() halves at most three times, and keeps both sides at least as long as requested.
    photo.draft(photo.mode, (math.ceil(width * scale), math.ceil(height * scale)))


def _crop(photo: Image.Image, crop: "Crop") -> Image.Image:
    """Return a crop of a photo, at least one pixel wide and high."""
    left, right = (math.floor(fraction * photo.width) for fraction in (crop[0], crop[2]))
    top, bottom = (math.floor(fraction * photo.height) for fraction in (crop[1], crop[3]))
    return photo.crop((left, top, max(right, left + 1), max(bottom, top + 1)))
