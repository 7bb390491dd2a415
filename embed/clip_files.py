"""The frames of clips as photos on disk, so that a product holds paths and a page can show them."""

import hashlib
import os
import re
from pathlib import Path

from embed.clip_frames import N_FRAMES, ClipLimits, read_clip_frames
from shopwindow.values.setting_groups import PhotoLimits

_URL = re.compile(r"https?://", re.IGNORECASE)
_JPEG_QUALITY = 90


class ClipFrameFolder:
    """Writes the frames that represent clips to a folder, once for each clip.

    Args:
        folder: Where the frames go; it is created.
        n_frames: Most frames of a clip.
        limits: Limits on clips.
        photo_limits: Limits on memory, downloads and the number of decoder processes.
    """

    def __init__(
        self,
        folder: Path,
        n_frames: int = N_FRAMES,
        *,
        limits: ClipLimits | None = None,
        photo_limits: PhotoLimits | None = None,
    ) -> None:
        self._folder = folder.resolve()
        self._n_frames = n_frames
        self._limits = limits
        self._photo_limits = photo_limits

    def __call__(self, clip: str) -> tuple[str, ...]:
        """Return the paths of a clip's frames, in its order; at least one.

        The frames of an address are made once, those of a file anew when it changes.

        Args:
            clip: Path or http(s) address of the clip.

        Raises:
            PhotoError: The clip cannot be used, or PyAV is missing; the message says what to do.
            OSError: The frames cannot be written.
        """
        name = self._make_name(clip)
        complete = self._folder / f"{name}.txt"
        if complete.exists():
            paths = [self._folder / line for line in complete.read_text().split()]
            if paths and all(path.exists() for path in paths):
                return tuple(map(str, paths))
        frames = read_clip_frames(
            clip, self._n_frames, limits=self._limits, photo_limits=self._photo_limits
        )
        self._folder.mkdir(parents=True, exist_ok=True)
        paths = [self._folder / f"{name}-{number}.jpg" for number in range(len(frames))]
        for path, frame in zip(paths, frames, strict=True):
            partial = path.with_suffix(f".{os.getpid()}.part")
            frame.save(partial, "JPEG", quality=_JPEG_QUALITY)
            partial.replace(path)
        complete.write_text("\n".join(path.name for path in paths))
        return tuple(map(str, paths))

    def _make_name(self, clip: str) -> str:
        """Return a name of the clip as it is now, and of the number of frames."""
        state = ""
        if not _URL.match(clip) and Path(clip).exists():
            status = Path(clip).stat()
            state = f"{status.st_size} {status.st_mtime_ns}"
        text = f"{self._n_frames} {state} {clip}"
        return hashlib.sha256(text.encode()).hexdigest()[:32]
