"""Photos from wherever they are: paths, addresses, bytes and pictures, checked before decoding."""

import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from embed.photos.decoder_pool import CATALOG_QUEUE, QUERY_QUEUE, DecoderPool, get_shared_pool
from embed.photos.decoding import (
    DecodedImage,
    DecodeError,
    DecodeErrorKind,
    DecodeRequest,
    OutputMode,
    check_pixel_count,
    load_upright_rgb,
    transform_image,
)
from embed.photos.file_formats import describe_non_photo, detect_photo_format
from shopwindow.values.encoder import PreparedImage
from shopwindow.values.errors import (
    PhotoBusyError,
    PhotoError,
    PhotoTooLargeError,
    PhotoUnreadableError,
)
from shopwindow.values.query import Crop, ImageSource
from shopwindow.values.settings import PhotoLimits

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_PICTURE = "<picture>"
PREVIEW_SIZE = 560
"""Side of the `inside` of a visitor's photo that costs nothing after its `square` was slow."""

_ERRORS: dict[DecodeErrorKind, type[PhotoError]] = {
    "unreadable": PhotoUnreadableError,
    "too large": PhotoTooLargeError,
    "busy": PhotoBusyError,
}


class PhotoReader:
    """Opens photos within limits; every failure is one of the named photo errors.

    Files are decoded in processes of their own, which the system ends when they take too long or
    too much memory, whatever is in the file. A PIL picture is decoded here: whoever made it opened
    it already, so give strangers' photos as bytes or paths.

    Args:
        limits: What a photo may cost.
        fetch: Gets the bytes behind an address; a `PhotoFetcher` with the same limits when None.
        pool: Decodes; the one that all readers of products' photos share when None.
    """

    def __init__(
        self,
        limits: PhotoLimits | None = None,
        fetch: Callable[[str], bytes] | None = None,
        pool: DecoderPool | None = None,
    ) -> None:
        self.limits = limits if limits is not None else PhotoLimits()
        self._given_fetch = fetch
        self._fetch = fetch if fetch is not None else self._from_network
        self._preview = 0
        self._pool = (
            pool
            if pool is not None
            else get_shared_pool(self.limits.decoder_workers, CATALOG_QUEUE)
        )

    def for_queries(self) -> "PhotoReader":
        """Return a reader of photos that visitors give: with smaller limits, and apart from others.

        Its decoders are others, so that the photos of a feed and of visitors do not wait for each
        other; where too many wait, `PhotoBusyError` says so.
        """
        limits = self.limits.for_queries()
        reader = PhotoReader(
            limits, self._given_fetch, get_shared_pool(limits.decoder_workers, QUERY_QUEUE)
        )
        reader._preview = PREVIEW_SIZE
        return reader

    def read_image(self, source: ImageSource) -> Image.Image:
        """Return the whole photo: upright RGB at full size, first frame, transparent as white.

        A text without `://` is opened as a path, whatever it is: take none from strangers.

        Args:
            source: Path, http(s) address, the bytes of a file, or a PIL picture (left unchanged).

        Returns:
            An RGB picture of at least one pixel.

        Raises:
            PhotoUnreadableError: Missing, empty, not a photo, truncated, or of an unknown format.
            PhotoTooLargeError: More bytes, pixels, time or memory than the limits.
            PhotoBusyError: Too many photos wait to be opened.
            PhotoFetchError: The address cannot be fetched.
            PhotoDecoderError: The process that opens photos does not start.
            TypeError: The source is none of the four kinds.
        """
        return Image.fromarray(self._decode(source, self._task("full")))

    def read_letterboxed(
        self, source: ImageSource, size: int, crop: Crop | None = None
    ) -> PreparedImage:
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
        return self._decode(source, self._task("letterbox", size, crop))

    def read_thumbnail(self, source: ImageSource, size: int) -> Image.Image:
        """Return the whole photo, upright and in its own shape, made to fit into a square.

        Args:
            source: As for `read`.
            size: Side of the square in pixels; a smaller photo keeps its size.

        Returns:
            An RGB picture.

        Raises:
            PhotoError: As for `read`.
        """
        return Image.fromarray(self._decode(source, self._task("thumbnail", size)))

    def read_size(self, source: ImageSource) -> tuple[int, int]:
        """Return a photo's width and height in pixels as stored; only its header is read.

        Args:
            source: As for `read`.

        Raises:
            PhotoError: As for `read`, but for what only decoding shows.
        """
        if isinstance(source, Image.Image):
            return source.size
        return self._from_pool(source, self._task("size"))[0]

    def _task(self, wanted: OutputMode, side: int = 0, crop: Crop | None = None) -> DecodeRequest:
        # Plain numbers, whatever kinds of numbers came: the task goes to another process.
        left_to_bottom = None if crop is None else cast("Crop", tuple(map(float, crop)))
        preview = self._preview if wanted == "letterbox" else 0
        return DecodeRequest(wanted, self.limits.max_pixels, int(side), left_to_bottom, preview)

    def _from_network(self, address: str) -> bytes:
        # Imported for the first address only: httpx adds a quarter of a second to each start.
        from embed.photos.download import PhotoFetcher  # noqa: PLC0415

        self._fetch = PhotoFetcher(self.limits)
        return self._fetch(address)

    def _decode(self, source: ImageSource, task: DecodeRequest) -> NDArray[np.uint8]:
        """Return the pixels that are wanted, shape (height, width, 3)."""
        if isinstance(source, Image.Image):
            with _named(_PICTURE):
                check_pixel_count(source.size, task.max_pixels)
                return np.array(transform_image(load_upright_rgb(source), task), dtype=np.uint8)
        (width, height), pixels, _ = self._from_pool(source, task)
        array = np.frombuffer(pixels, dtype=np.uint8).reshape(height, width, 3)
        return array if array.flags.writeable else array.copy()

    def _from_pool(self, source: ImageSource, task: DecodeRequest) -> DecodedImage:
        data, name = self._bytes_of(source)
        if detect_photo_format(data) is None:
            raise PhotoUnreadableError(name, describe_non_photo(data))
        with _named(name):
            return self._pool.decode(data, task, self.limits)

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


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Turn whatever is wrong with a photo into the error that names it.

    Yields:
        While the photo is decoded.

    Raises:
        PhotoError: The photo cannot be used.
        PhotoTooLargeError: This process has no memory for it.
    """
    try:
        yield
    except DecodeError as refusal:
        error: PhotoError = _ERRORS[refusal.kind](name, refusal.reason)
        raise error from refusal
    except MemoryError as exc:
        raise PhotoTooLargeError(name, "there is no memory for it; save it smaller") from exc
