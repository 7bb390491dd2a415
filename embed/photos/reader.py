"""Load photos from paths, URLs, bytes or PIL images, checked before they are decoded."""

import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from embed.photos.decode_values import (
    DecodedImage,
    DecodeError,
    DecodeErrorKind,
    DecodeRequest,
    OutputMode,
)
from embed.photos.decoder_pool import CATALOG_QUEUE, QUERY_QUEUE, DecoderPool, get_shared_pool
from embed.photos.decoding import check_pixel_count, load_upright_rgb, transform_image
from embed.photos.file_formats import (
    describe_non_photo,
    detect_clip_format,
    detect_photo_format,
)
from shopwindow.values import Crop, ImageSource, PreparedImage
from shopwindow.values.errors import (
    PhotoBusyError,
    PhotoError,
    PhotoTooLargeError,
    PhotoUnreadableError,
)
from shopwindow.values.setting_groups import PhotoLimits

_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_PICTURE_NAME = "<picture>"
PREVIEW_SIZE = 560
"""Side of the thumbnail of a query photo that is cached when letterboxing it was slow."""

_SAMPLING_SHARE = 0.5
"""Share of the CPU time limit in which frames are sought; the rest is for the last of them."""

_ERROR_TYPES: dict[DecodeErrorKind, type[PhotoError]] = {
    "unreadable": PhotoUnreadableError,
    "too large": PhotoTooLargeError,
    "busy": PhotoBusyError,
}


class PhotoReader:
    """Loads photos within limits; every failure is a `PhotoError`.

    Files are decoded in processes of their own, which are killed when they take too long or too
    much memory, whatever is in the file. A PIL image is decoded in this process: its creator opened
    it already, so give untrusted photos as bytes or paths.

    Args:
        limits: Limits on bytes, pixels, time and memory.
        fetch: Downloads the bytes of a URL; a `PhotoFetcher` with the same limits when None.
        pool: Decodes the photos; the shared pool for product photos when None.
    """

    def __init__(
        self,
        limits: PhotoLimits | None = None,
        fetch: Callable[[str], bytes] | None = None,
        pool: DecoderPool | None = None,
    ) -> None:
        self.limits = limits if limits is not None else PhotoLimits()
        self._custom_fetch = fetch
        self._fetch = fetch if fetch is not None else self._download
        self._preview_size = 0
        self._pool = (
            pool
            if pool is not None
            else get_shared_pool(self.limits.decoder_workers, CATALOG_QUEUE)
        )

    def for_queries(self) -> "PhotoReader":
        """Return a reader of query photos, with lower limits and decoders of its own.

        Photos of a feed and of queries thus do not wait for each other; where too many query photos
        wait, `PhotoBusyError` is raised.
        """
        limits = self.limits.for_queries()
        reader = PhotoReader(
            limits, self._custom_fetch, get_shared_pool(limits.decoder_workers, QUERY_QUEUE)
        )
        reader._preview_size = PREVIEW_SIZE
        return reader

    def read_image(self, source: ImageSource) -> Image.Image:
        """Load the whole photo: upright RGB at full size, first frame, transparent as white.

        A string without `://` is opened as a path, whatever it is: take none from untrusted users.

        Args:
            source: Path, http(s) URL, the bytes of a file, or a PIL image (left unchanged).

        Returns:
            An RGB image of at least one pixel.

        Raises:
            PhotoUnreadableError: Missing, empty, not a photo, truncated, or of an unknown format.
            PhotoTooLargeError: More bytes, pixels, time or memory than the limits.
            PhotoBusyError: Too many photos wait to be decoded.
            PhotoFetchError: The URL cannot be downloaded.
            PhotoDecoderError: The decoder process does not start.
            TypeError: The source is none of the four kinds.
        """
        return Image.fromarray(self._decode(source, self._build_request("full")))

    def read_letterboxed(
        self, source: ImageSource, size: int, crop: Crop | None = None
    ) -> PreparedImage:
        """Load the photo as a square of pixels, padded with white.

        A JPEG much larger than that is decoded at a half, quarter or eighth (of at least twice
        the size), which is several times faster. Photos of an index and of its queries must
        both come through here: the pixels differ slightly from those of `read_image`.

        Args:
            source: As for `read_image`.
            size: Side of the square in pixels.
            crop: The part of the upright photo to take; None for the whole.

        Returns:
            uint8 RGB, shape (size, size, 3).

        Raises:
            PhotoError: As for `read_image`.
        """
        return self._decode(source, self._build_request("letterbox", size, crop))

    def read_thumbnail(self, source: ImageSource, size: int) -> Image.Image:
        """Load the whole photo, upright, scaled down to fit into a square with its aspect ratio.

        Args:
            source: As for `read_image`.
            size: Side of the square in pixels; a smaller photo keeps its size.

        Returns:
            An RGB image.

        Raises:
            PhotoError: As for `read_image`.
        """
        return Image.fromarray(self._decode(source, self._build_request("thumbnail", size)))

    def read_frames(
        self, source: ImageSource, n_frames: int, size: int, max_duration_s: float
    ) -> list[Image.Image]:
        """Take frames out of a clip; see `embed.clip_frames.read_clip_frames`.

        Args:
            source: Path, http(s) URL, or the bytes of an mp4, mov or webm file.
            n_frames: Most frames.
            size: Longer side of each in pixels; a smaller clip keeps its size.
            max_duration_s: Longest clip.

        Returns:
            RGB images of one size, in the order of the clip; at least one.

        Raises:
            PhotoError: As for `read_image`; also when the extra `video` is not installed.
        """
        request = DecodeRequest(
            "frames",
            self.limits.max_pixels,
            size,
            n_frames=n_frames,
            max_duration_s=max_duration_s,
            sampling_cpu_s=_SAMPLING_SHARE * self.limits.decode_cpu_s,
        )
        (width, height), pixels, _, n_found = self._decode_in_pool(source, request)
        frames = np.frombuffer(pixels, dtype=np.uint8).reshape(n_found, -1, width, 3)
        return [Image.fromarray(frame[: height // n_found]) for frame in frames]

    def read_size(self, source: ImageSource) -> tuple[int, int]:
        """Return a photo's width and height in pixels as stored; only its header is read.

        Args:
            source: As for `read_image`.

        Raises:
            PhotoError: As for `read_image`, except for errors that only decoding reveals.
        """
        if isinstance(source, Image.Image):
            return source.size
        return self._decode_in_pool(source, self._build_request("size"))[0]

    def _build_request(
        self, mode: OutputMode, size: int = 0, crop: Crop | None = None
    ) -> DecodeRequest:
        # Plain ints and floats, whatever number types were given: the request is sent as JSON.
        plain_crop = None if crop is None else cast("Crop", tuple(map(float, crop)))
        preview_size = self._preview_size if mode == "letterbox" else 0
        return DecodeRequest(mode, self.limits.max_pixels, int(size), plain_crop, preview_size)

    def _download(self, url: str) -> bytes:
        # Imported on the first URL only: httpx adds a quarter of a second to each start.
        from embed.photos.download import PhotoFetcher  # noqa: PLC0415

        self._fetch = PhotoFetcher(self.limits)
        return self._fetch(url)

    def _decode(self, source: ImageSource, request: DecodeRequest) -> NDArray[np.uint8]:
        """Return the requested pixels, shape (height, width, 3), writable."""
        if isinstance(source, Image.Image):
            with _translate_errors(_PICTURE_NAME):
                check_pixel_count(source.size, request.max_pixels)
                upright, profile = load_upright_rgb(source)
                return np.array(transform_image(upright, request, profile), dtype=np.uint8)
        (width, height), pixels, _, _ = self._decode_in_pool(source, request)
        array = np.frombuffer(pixels, dtype=np.uint8).reshape(height, width, 3)
        return array if array.flags.writeable else array.copy()

    def _decode_in_pool(self, source: ImageSource, request: DecodeRequest) -> DecodedImage:
        data, name = self._load_bytes(source)
        is_known = detect_clip_format if request.mode == "frames" else detect_photo_format
        if is_known(data) is None:
            raise PhotoUnreadableError(name, _describe(data, request))
        with _translate_errors(name):
            return self._pool.decode(data, request, self.limits)

    def _load_bytes(self, source: object) -> tuple[bytes, str]:
        if isinstance(source, bytes | bytearray | memoryview):
            return self._check_bytes(bytes(source), "<bytes>"), "<bytes>"
        if isinstance(source, str) and _URL.match(source):
            return self._check_bytes(self._fetch(source), source), source
        if isinstance(source, str | Path):
            return self._check_bytes(self._read_file(Path(source)), str(source)), str(source)
        raise TypeError(
            f"a photo is a path, an address, bytes or a PIL picture, not {type(source).__name__}"
        )

    def _read_file(self, path: Path) -> bytes:
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                raise PhotoUnreadableError(path, "not a file")
            if status.st_size > self.limits.max_bytes:
                raise self._build_too_large_error(path, status.st_size)
            with path.open("rb") as file:
                return file.read(self.limits.max_bytes + 1)  # it may have grown meanwhile
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
            raise self._build_too_large_error(name, len(data))
        return data

    def _build_too_large_error(self, name: object, n_bytes: int) -> PhotoTooLargeError:
        limit = self.limits.max_bytes
        return PhotoTooLargeError(name, f"{n_bytes:,} bytes, at most {limit:,} are allowed")


def _describe(data: bytes, request: DecodeRequest) -> str:
    is_clip = request.mode == "frames"
    return "not an mp4, mov or webm video" if is_clip else describe_non_photo(data)


@contextmanager
def _translate_errors(name: str) -> Iterator[None]:
    """Translate decode errors to photo errors with the photo's name.

    Yields:
        While the photo is decoded.

    Raises:
        PhotoError: The photo cannot be used.
        PhotoTooLargeError: This process has no memory for it.
    """
    try:
        yield
    except DecodeError as exc:
        error: PhotoError = _ERROR_TYPES[exc.kind](name, exc.reason)
        raise error from exc
    except MemoryError as exc:
        raise PhotoTooLargeError(name, "there is no memory for it; save it smaller") from exc
