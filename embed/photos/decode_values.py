"""What goes to a decoder process and comes back: requests, decoded images, errors."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from PIL import Image

if TYPE_CHECKING:
    from shopwindow.values import Crop

DecodeErrorKind = Literal["unreadable", "too large", "busy"]


class DecodeError(Exception):
    """A photo cannot be used; `embed.photos.reader` translates it to a `PhotoError`.

    Attributes:
        kind: Which `PhotoError` it becomes.
        reason: Why, as shown to the user.
    """

    def __init__(self, kind: DecodeErrorKind, reason: str) -> None:
        super().__init__(reason)
        self.kind: DecodeErrorKind = kind
        self.reason = reason


OutputMode = Literal["letterbox", "thumbnail", "full", "size", "frames"]


@dataclass(frozen=True, slots=True)
class DecodeRequest:
    """The output to produce from a photo.

    Attributes:
        mode: "letterbox": fitted into a square on white; "thumbnail": upright, in its own aspect
            ratio, within a square; "full": upright at full size; "size": width and height only;
            "frames": of a clip, each within a square, one below the other.
        max_pixels: Most pixels it may have, by its header.
        target_size: Side of the square in pixels.
        crop: The part of the upright photo to take; None for the whole.
        preview_size: Side of a "thumbnail" to add where decoding was slow; 0 for none.
        n_frames: Most frames of a clip.
        max_duration_s: Longest clip.
        sampling_cpu_s: CPU seconds after which the frames found so far are enough.
    """

    mode: OutputMode
    max_pixels: int
    target_size: int = 0
    crop: "Crop | None" = None
    preview_size: int = 0
    n_frames: int = 1
    max_duration_s: float = 0.0
    sampling_cpu_s: float = 0.0

    def to_preview_request(self) -> "DecodeRequest":
        """Return the request whose output is the preview."""
        return DecodeRequest("thumbnail", self.max_pixels, self.preview_size)


class DecodedImage(NamedTuple):
    """The output for a `DecodeRequest`.

    Attributes:
        size: Width and height in pixels; as stored in the file for mode "size".
        pixels: RGB, row by row; empty for mode "size".
        preview: The output for `DecodeRequest.to_preview_request`, if decoding was slow.
        n_frames: Number of images below each other, of equal heights.
    """

    size: tuple[int, int]
    pixels: bytes | bytearray
    preview: "DecodedImage | None" = None
    n_frames: int = 1

    @classmethod
    def from_image(cls, image: Image.Image) -> "DecodedImage":
        """Return the size and pixels of an RGB image."""
        return cls(image.size, image.tobytes())
