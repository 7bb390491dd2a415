"""Photos embedded in a feed, written to a folder: a product holds a path, not bytes."""

import hashlib
import os
from pathlib import Path

from index.catalog.records import CellError
from shopwindow.values.errors import FeedError

_SIGNATURES = (  # offset, magic bytes, suffix
    (0, b"\xff\xd8\xff", ".jpg"),
    (0, b"\x89PNG\r\n\x1a\n", ".png"),
    (0, b"GIF8", ".gif"),
    (8, b"WEBP", ".webp"),
    (0, b"BM", ".bmp"),
    (4, b"ftypavif", ".avif"),
    (4, b"ftypavis", ".avif"),
    (4, b"ftyphei", ".heic"),
    (4, b"ftyphev", ".heic"),
    (4, b"ftypmif1", ".heic"),
    (4, b"ftypmsf1", ".heic"),
    (0, b"II*\0", ".tif"),
    (0, b"MM\0*", ".tif"),
)


class PhotoFolder:
    """Writes photos under a hash of their content, so that equal photos are written once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def save(self, data: bytes) -> str:
        """Write a photo unless it exists already.

        Returns:
            The path of the file.

        Raises:
            CellError: The bytes do not start like a photo.
            FeedError: The folder cannot be written.
        """
        suffix = next(
            (suffix for offset, magic, suffix in _SIGNATURES if data[offset:].startswith(magic)), ""
        )
        if not suffix:
            raise CellError(f"a photo expected, got {len(data)} bytes of something else")
        path = self.folder / f"{hashlib.sha256(data).hexdigest()[:32]}{suffix}"
        if not path.exists():
            self._write(path, data)
        return str(path)

    def _write(self, path: Path, data: bytes) -> None:
        """Write to a temporary file and rename it, so that a stopped run leaves no partial photo.

        Raises:
            FeedError: The folder cannot be written.
        """
        partial = path.with_suffix(f".{os.getpid()}.part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(data)
            partial.replace(path)
        except OSError as exc:
            raise FeedError(self.folder, f"photos cannot be written: {exc}") from exc
