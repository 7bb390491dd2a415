"""Photos from wherever they are: paths, addresses, bytes and pictures, checked before decoding."""

import io
import math
import re
import stat
import threading
from collections.abc import Callable
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from core.encoder import PreparedImage
from core.errors import PhotoError, PhotoTooLargeError, PhotoUnreadableError
from core.query import Crop, ImageSource
from core.settings import PhotoLimits
from embed.pixels import to_upright_rgb, upright_size
from embed.square import pad_to_square

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "PPM", "JPEG2000", "ICO")
"""Formats that are opened. Pillow has more; some of those run other programs (EPS)."""

WHOLE: Crop = (0.0, 0.0, 1.0, 1.0)

_SHRINK_MARGIN = 2
"""A JPEG is decoded at a smaller size only while that keeps this many times the wanted side."""

_FOREIGN = (
    (re.compile(rb"\s*(<!doctype html|<html)", re.IGNORECASE), "a web page, not a photo"),
    (re.compile(rb"\s*(<\?xml|<svg)", re.IGNORECASE), "an XML or SVG file; export it as PNG"),
    (re.compile(rb"....ftyp(hei|hev|mif)", re.DOTALL), "a HEIC photo; export it as JPEG"),
    (re.compile(rb"%PDF|%!PS"), "a PDF or PostScript document, not a photo"),
)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_HEADER_LOCK = threading.Lock()


class PhotoReader:
    """Opens photos within limits; every failure is one of the named photo errors.

    Args:
        limits: What a photo may cost.
        fetch: Gets the bytes behind an address; a `PhotoFetcher` with the same limits when None.
    """

    def __init__(
        self, limits: PhotoLimits | None = None, fetch: Callable[[str], bytes] | None = None
    ) -> None:
        self.limits = limits if limits is not None else PhotoLimits()
        self._fetch = fetch if fetch is not None else self._from_network

    def read(self, source: ImageSource) -> Image.Image:
        """Return the whole photo: upright RGB at full size, first frame, transparent as white.

        A text without `://` is opened as a path, whatever it is: take none from strangers.

        Args:
            source: Path, http(s) address, the bytes of a file, or a PIL picture (left unchanged).

        Returns:
            An RGB picture of at least one pixel.

        Raises:
            PhotoUnreadableError: Missing, empty, not a photo, truncated, or of an unknown format.
            PhotoTooLargeError: More bytes or pixels than the limits; nothing was decoded.
            PhotoFetchError: The address cannot be fetched.
            TypeError: The source is none of the four kinds.
        """
        return self._decode(source)

    def square(self, source: ImageSource, size: int, crop: Crop | None = None) -> PreparedImage:
        """Return the photo as a square of pixels, padded with white.

        A JPEG much larger than that is decoded at a half, quarter or eighth (of at least twice
        the size), which is several times faster. Photos of an index and of its queries must
        both come through here: the pixels differ slightly from those of `read`.

        Args:
            source: As for `read`.
            size: Side of the square in pixels.
            crop: The part of the upright photo to take; None for the whole.

        Returns:
            uint8 RGB, shape (size, size, 3).

        Raises:
            PhotoError: As for `read`.
        """
        whole = self._decode(source, size, crop or WHOLE)
        return pad_to_square(_cut(whole, crop) if crop else whole, size)

    def size(self, source: ImageSource) -> tuple[int, int]:
        """Return a photo's width and height in pixels as stored; only its header is read.

        Args:
            source: As for `read`.

        Raises:
            PhotoError: As for `read`, but for what only decoding shows.
        """
        if isinstance(source, Image.Image):
            return source.size
        data, name = self._bytes_of(source)
        with self._open(data, name) as photo:
            return photo.size

    def _from_network(self, address: str) -> bytes:
        # Imported for the first address only: httpx adds a quarter of a second to each start.
        from embed.fetch import PhotoFetcher  # noqa: PLC0415

        self._fetch = PhotoFetcher(self.limits)
        return self._fetch(address)

    def _decode(
        self, source: ImageSource, side: int | None = None, crop: Crop = WHOLE
    ) -> Image.Image:
        if isinstance(source, Image.Image):
            self._check_pixels(source, "<picture>")
            return _load(source, "<picture>")
        data, name = self._bytes_of(source)
        with self._open(data, name) as photo:
            self._check_pixels(photo, name)
            if side is not None and photo.format == "JPEG":
                _shrink_while_decoding(photo, _SHRINK_MARGIN * side, crop)
            return _load(photo, name)

    def _bytes_of(self, source: object) -> tuple[bytes, str]:
        if isinstance(source, bytes | bytearray | memoryview):
            return self._check_bytes(bytes(source), "<bytes>"), "<bytes>"
        if isinstance(source, str) and _ADDRESS.match(source):
            return self._check_bytes(self._fetch(source), source), source
        if isinstance(source, str | Path):
            return self._check_bytes(self._read_file(Path(source)), str(source)), str(source)
        raise TypeError(
            f"a photo is a path, an address, bytes or a PIL picture, not {type(source).__name__}"
        )

    def _read_file(self, path: Path) -> bytes:
        try:
            about = path.stat()
            if not stat.S_ISREG(about.st_mode):
                raise PhotoUnreadableError(path, "not a file")
            if about.st_size > self.limits.max_bytes:
                raise self._too_many_bytes(path, about.st_size)
            with path.open("rb") as file:
                return file.read(self.limits.max_bytes + 1)  # it may grow meanwhile
        except FileNotFoundError as exc:
            raise PhotoUnreadableError(path, "no such file") from exc
        except PhotoError:
            raise
        except (OSError, ValueError) as exc:  # ValueError: a NUL in the path
            raise PhotoUnreadableError(path, str(exc)) from exc

    def _check_bytes(self, data: bytes, name: str) -> bytes:
        if not data:
            raise PhotoUnreadableError(name, "empty, 0 bytes")
        if len(data) > self.limits.max_bytes:
            raise self._too_many_bytes(name, len(data))
        return data

    def _too_many_bytes(self, name: object, n_bytes: int) -> PhotoTooLargeError:
        limit = self.limits.max_bytes
        return PhotoTooLargeError(name, f"{n_bytes:,} bytes, at most {limit:,} are allowed")

    def _check_pixels(self, photo: Image.Image, name: str) -> None:
        width, height = photo.size
        if width < 1 or height < 1:
            raise PhotoUnreadableError(name, f"no pixels: {width} x {height}")
        limit = self.limits.max_pixels
        if width * height > limit:
            reason = f"{width} x {height} pixels, at most {limit:,} are allowed in all"
            raise PhotoTooLargeError(name, reason)

    def _open(self, data: bytes, name: str) -> Image.Image:
        """Read the header only.

        Returns:
            A picture whose pixels are not decoded yet.

        Raises:
            PhotoUnreadableError: Not a photo of a known format, or its header is broken.
        """
        Image.init()
        formats = [each for each in FORMATS if each in Image.OPEN]
        try:
            # Pillow's own bomb check warns from one number on and raises from another, both of
            # the whole process; ours replaces it for this header only.
            with _HEADER_LOCK:
                theirs, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
                try:
                    return Image.open(io.BytesIO(data), formats=formats)
                finally:
                    Image.MAX_IMAGE_PIXELS = theirs
        except UnidentifiedImageError as exc:
            raise PhotoUnreadableError(name, _what_it_is(data)) from exc
        except Exception as exc:
            raise PhotoUnreadableError(name, f"broken header ({exc})") from exc


def _shrink_while_decoding(photo: Image.Image, least: int, crop: Crop) -> None:
    """Set a JPEG to be decoded at the smallest size that keeps enough pixels of what is wanted.

    Args:
        photo: Not decoded yet.
        least: Pixels that the longer side of the part is to keep.
        crop: The part of the upright photo that is wanted.
    """
    left, top, right, bottom = crop
    width, height = upright_size(photo)
    longer = max((right - left) * width, (bottom - top) * height)
    if longer <= least:
        return
    scale = least / longer
    width, height = photo.size
    # draft() halves at most three times, and keeps both sides at least as long as asked.
    photo.draft(photo.mode, (math.ceil(width * scale), math.ceil(height * scale)))


def _cut(photo: Image.Image, crop: Crop) -> Image.Image:
    """Return a part of a photo, of one pixel at least."""
    left, right = (math.floor(share * photo.width) for share in (crop[0], crop[2]))
    top, bottom = (math.floor(share * photo.height) for share in (crop[1], crop[3]))
    return photo.crop((left, top, max(right, left + 1), max(bottom, top + 1)))


def _load(photo: Image.Image, name: str) -> Image.Image:
    try:
        return to_upright_rgb(photo)
    except Exception as exc:  # decoders raise OSError, SyntaxError, struct.error, and more
        raise PhotoUnreadableError(name, f"truncated or broken ({exc})") from exc


def _what_it_is(data: bytes) -> str:
    known = next((what for pattern, what in _FOREIGN if pattern.match(data[:256])), None)
    return known or f"not a photo of a known format ({', '.join(FORMATS)})"
