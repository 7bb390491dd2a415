"""A clip, a short video of a product, as photos: the frames that represent it."""

from PIL import Image
from pydantic import BaseModel, ConfigDict, Field

from embed.photos.reader import PhotoReader
from shopwindow.values import ImageSource
from shopwindow.values.errors import InvalidValueError
from shopwindow.values.setting_groups import PhotoLimits

N_FRAMES = 4
"""Frames of a clip by default: front, back, worn, close by."""

MAX_FRAMES = 32
FRAME_SIZE = 1280
"""Longer side of a frame in pixels, by default; image towers take 160 to 384."""


class ClipLimits(BaseModel):
    """Limits on clips."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_bytes: int = Field(100_000_000, gt=0, description="Maximum size of a clip, in bytes.")
    max_duration_s: float = Field(300.0, gt=0, description="Longest clip, in seconds.")
    max_pixels: int = Field(9_000_000, gt=0, description="Maximum pixels of a frame: 4K.")
    decode_cpu_s: float = Field(20.0, gt=0, description="CPU seconds that a clip may take.")


def read_clip_frames(
    source: ImageSource,
    n_frames: int = N_FRAMES,
    *,
    size: int = FRAME_SIZE,
    limits: ClipLimits | None = None,
    photo_limits: PhotoLimits | None = None,
) -> list[Image.Image]:
    """Return the frames that represent a clip: spread over it, neither blank nor alike.

    The clip is decoded in a process of its own, within limits of time and memory, like a photo
    (docs/decisions/0018). It needs PyAV: `pip install 'shopwindow[video]'`.

    Args:
        source: Path, http(s) address or bytes of an mp4, mov or webm file in H.264, HEVC, VP8, VP9,
            AV1 or MPEG-4.
        n_frames: Most frames; fewer where the clip shows the same all the time.
        size: Longer side of each in pixels; a smaller clip keeps its size.
        limits: Limits on the clip.
        photo_limits: Limits on memory, downloads and the number of decoder processes.

    Returns:
        RGB images of one size, upright, in the order of the clip; at least one.

    Raises:
        InvalidValueError: `n_frames` or `size` is out of range.
        PhotoUnreadableError: It is no such file, is broken, or PyAV is missing; the message says
            what to install.
        PhotoTooLargeError: It has more bytes, seconds or pixels, or takes more time, than allowed.
        PhotoFetchError: The address cannot be downloaded.
    """
    if not 1 <= n_frames <= MAX_FRAMES:
        raise InvalidValueError("n_frames", f"1 to {MAX_FRAMES}", n_frames)
    if not 1 <= size <= 4 * FRAME_SIZE:
        raise InvalidValueError("size", f"1 to {4 * FRAME_SIZE} pixels", size)
    limits = limits if limits is not None else ClipLimits()
    update = limits.model_dump(include={"max_bytes", "max_pixels", "decode_cpu_s"})
    reader = PhotoReader((photo_limits or PhotoLimits()).model_copy(update=update))
    return reader.read_frames(source, n_frames, size, limits.max_duration_s)
