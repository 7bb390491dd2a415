"""Take frames out of a clip: a short video of a product. Runs in the decoder processes.

PyAV, the library of the extra `video`, is imported with the first clip. Its container format is
given to it, never guessed: some of the many that FFmpeg knows are lists of other files.
"""

import io
import time
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from PIL import Image, ImageChops, ImageStat

from embed.photos.decode_values import DecodeError
from embed.photos.file_formats import detect_clip_format

_VIDEO_LIBRARY = "av"
MISSING_LIBRARY = "a video, whose frames need: pip install 'shopwindow[video]'"

_CODECS = frozenset(
    {"h264", "hevc", "vp8", "vp9", "av1", "libdav1d", "libvpx", "libvpx-vp9", "mpeg4", "mjpeg"}
)
"""What phones, browsers and shop systems write. Others are rarely tried, so rarely safe."""

_CANDIDATES_PER_FRAME = 2
_MAX_DECODED_PER_CANDIDATE = 300
"""Frames from one that can be sought to the wanted one; encoders put one every 250 or fewer."""

_THUMBNAIL_SIZE = (16, 16)
_MIN_CONTRAST = 4.0
"""Standard deviation in levels of 255, below which a frame is blank: a fade, a black start."""

_MIN_DIFFERENCE = 6.0
"""Mean difference in levels of 255, below which two frames are the same picture."""


def decode_clip(
    data: bytes, n_frames: int, max_side: int, max_pixels: int, max_duration_s: float, cpu_s: float
) -> list[Image.Image]:
    """Return frames that represent a clip, in order; equal and blank ones are left out.

    Args:
        data: The bytes of its file.
        n_frames: Most frames.
        max_side: Longer side of each in pixels; smaller clips keep their size.
        max_pixels: Most pixels that a frame of the clip may have.
        max_duration_s: Longest clip.
        cpu_s: Seconds of CPU time, after which what was found so far is enough.

    Raises:
        DecodeError: It is not a clip, is broken, or exceeds a limit.
    """
    try:
        av = import_module(_VIDEO_LIBRARY)
    except ImportError as exc:
        raise DecodeError("unreadable", MISSING_LIBRARY) from exc
    clip_format = detect_clip_format(data)
    if clip_format is None:
        raise DecodeError("unreadable", "not an mp4, mov or webm video")
    try:
        with av.open(io.BytesIO(data), format=clip_format) as container:
            stream = _open_stream(container, max_pixels)
            duration_s = _read_duration(container, stream, max_duration_s)
            end = time.process_time() + cpu_s
            candidates = list(
                _iter_candidates(container, stream, duration_s, n_frames, (max_side, end))
            )
    except av.error.FFmpegError as exc:
        raise DecodeError("unreadable", f"a truncated or broken video ({exc})") from exc
    if not candidates:
        raise DecodeError("unreadable", "a video without a frame that can be read")
    return choose_frames(candidates, n_frames)


def choose_frames(candidates: list[Image.Image], n_frames: int) -> list[Image.Image]:
    """Return the frames that differ most, in their order; the first one if all are blank."""
    thumbnails = [frame.convert("L").resize(_THUMBNAIL_SIZE) for frame in candidates]
    rich = [i for i, small in enumerate(thumbnails) if _measure_contrast(small) >= _MIN_CONTRAST]
    chosen = rich[:1]
    while chosen and len(chosen) < n_frames:
        distances = {
            i: min(_measure_difference(thumbnails[i], thumbnails[j]) for j in chosen)
            for i in rich
            if i not in chosen
        }
        best = max(distances, key=lambda i: distances[i], default=None)
        if best is None or distances[best] < _MIN_DIFFERENCE:
            break
        chosen.append(best)
    return [candidates[i] for i in sorted(chosen)] or candidates[:1]


def _measure_contrast(small: Image.Image) -> float:
    return ImageStat.Stat(small).stddev[0]


def _measure_difference(left: Image.Image, right: Image.Image) -> float:
    return ImageStat.Stat(ImageChops.difference(left, right)).mean[0]


def _open_stream(container: Any, max_pixels: int) -> Any:
    """Return the first video stream, with its limits.

    Raises:
        DecodeError: There is none, or it is too large or of a codec that is not read.
    """
    if not container.streams.video:
        raise DecodeError("unreadable", "a file without a video stream, such as a recording")
    stream = container.streams.video[0]
    context = stream.codec_context
    if context.name not in _CODECS:
        raise DecodeError("unreadable", f"a video in {context.name!r}; export it as H.264")
    _check_frame_size(context.width, context.height, max_pixels)
    context.thread_count = 1  # each thread would reserve memory, which is limited
    return stream


def _check_frame_size(width: int, height: int, max_pixels: int) -> None:
    if width * height > max_pixels:
        reason = f"a video of {width} x {height} pixels, at most {max_pixels:,} in all are allowed"
        raise DecodeError("too large", reason)


def _read_duration(container: Any, stream: Any, limit_s: float) -> float:
    """Return the duration in seconds; 0 where the file does not say.

    Raises:
        DecodeError: It is longer than the limit.
    """
    duration_s = 0.0
    if stream.duration is not None and stream.time_base is not None:
        duration_s = float(stream.duration * stream.time_base)
    elif container.duration is not None:
        duration_s = container.duration / 1_000_000
    if duration_s > limit_s:
        reason = f"a video of {duration_s:,.0f} s, at most {limit_s:,.0f} s are allowed; cut it"
        raise DecodeError("too large", reason)
    return duration_s


def _iter_candidates(
    container: Any, stream: Any, duration_s: float, n_frames: int, limits: tuple[int, float]
) -> Iterator[Image.Image]:
    """Yield frames from all parts of the clip, until the CPU time ends.

    Yields:
        RGB images, upright.
    """
    max_side, end = limits
    n_candidates = _CANDIDATES_PER_FRAME * n_frames
    last_time = -1.0
    for number in range(n_candidates):
        target_s = duration_s * (number + 0.5) / n_candidates
        frame = _decode_at(container, stream, target_s)
        if frame is None or (frame.time or 0.0) <= last_time:
            continue
        last_time = frame.time or 0.0
        yield _to_image(frame, max_side)
        if time.process_time() > end or not duration_s:
            return


def _decode_at(container: Any, stream: Any, target_s: float) -> Any:
    """Return the first frame at or after a time, or the last one before the clip ends or breaks."""
    start = stream.start_time or 0
    container.seek(start + int(target_s / stream.time_base), stream=stream)
    frame = None
    try:
        for number, frame in enumerate(container.decode(stream)):
            if (frame.time or 0.0) >= target_s or number >= _MAX_DECODED_PER_CANDIDATE:
                break
    except (EOFError, ValueError):  # cut off here; what came before it is good
        return frame
    return frame


def _to_image(frame: Any, max_side: int) -> Image.Image:
    """Return a frame as RGB, scaled down and upright."""
    scale = min(1.0, max_side / max(frame.width, frame.height))
    width, height = (max(1, round(side * scale)) for side in (frame.width, frame.height))
    image: Image.Image = frame.to_image(width=width, height=height)
    turns = round(frame.rotation / 90) % 4  # counter-clockwise, as phones note it
    return image.rotate(90 * turns, expand=True) if turns else image
