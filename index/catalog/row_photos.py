"""The photos of a row: the main one first, then all others that its columns name."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from index.catalog.embedded_photos import PhotoFolder
from index.catalog.header_vocabulary import normalize_column_name
from index.catalog.image_addresses import PhotoRoot, is_clip
from index.catalog.photo_values import PhotoValueReader
from index.catalog.row_cells import RowReader
from shopwindow.values import MAX_IMAGES
from shopwindow.values.errors import PhotoError

ReadClip: TypeAlias = Callable[[str], Sequence[str]]
"""Returns the paths of the frames of a clip; raises a `PhotoError` or an `OSError`."""

_THUMBNAIL = "thumbnail"
_NO_READER = (
    "a video, whose frames were not asked for: `shopwindow index` reads them, and read_products "
    "does with read_clip=ClipFrameFolder(folder)"
)
_NO_CLIP = "an address or a path of a video file (mp4, mov, webm) expected, got a page"


class _Found(NamedTuple):
    """A photo or clip with its column, or the reason why it cannot be used."""

    column: str
    photo: str = ""
    reason: str = ""


class RowPhotoReader:
    """Reads the photos of rows.

    Args:
        feed: Name of the feed, for errors.
        root: Resolves photo paths.
        photos: Folder to write embedded photos to; None to refuse them.
        read_clip: Makes photos of a clip; None to leave clips out.
    """

    def __init__(
        self,
        feed: str,
        root: PhotoRoot,
        photos: PhotoFolder | None,
        read_clip: ReadClip | None = None,
    ) -> None:
        self._values = PhotoValueReader(feed, root, photos)
        self._read_clip = read_clip

    def read(self, row: RowReader) -> tuple[str, ...]:
        """Return the photos of a row, unique, at most one and `MAX_IMAGES` more.

        The frames of its first clip follow. A photo or clip that cannot be used is dropped: of the
        field "image" when the product has no other, else of "images". A thumbnail counts only where
        there is no other photo.

        Raises:
            FeedError: A value is bytes, and there is no folder for photos.
        """
        found = self._list_photos(row)
        clips = [item for item in found if is_clip(item.photo)]
        found = [item for item in found if not is_clip(item.photo)]
        found += self._read_frames(clips[0]) if clips else ()
        unique = tuple(dict.fromkeys(item.photo for item in found if item.photo))
        problems = [item for item in found if item.reason]
        for problem in problems if unique else problems[:1]:
            row.drop_value("images" if unique else "image", problem.column, problem.reason)
        if len(unique) > 1 + MAX_IMAGES:
            reason = f"at most {1 + MAX_IMAGES} photos expected, got {len(unique)}"
            row.drop_value("images", row.plan.get_column("image"), reason)
        return unique[: 1 + MAX_IMAGES]

    def _list_photos(self, row: RowReader) -> list[_Found]:
        """Return the photos and clips of a row, in order, and why others cannot be used."""
        found: list[_Found] = []
        for column, value in row.get_values("image"):
            has_photo = any(item.photo for item in found)
            if not (has_photo and normalize_column_name(column) == _THUMBNAIL):
                found += self._read_value(column, value)
        for column, value in row.get_values("video"):
            for item in self._read_value(column, value):
                usable = is_clip(item.photo) or item.reason
                found.append(item if usable else _Found(column, reason=_NO_CLIP))
        return found

    def _read_value(self, column: str, value: object) -> list[_Found]:
        read = self._values.read_all(value)
        found = [_Found(column, photo) for photo in read.photos]
        return found + [_Found(column, reason=reason) for reason in read.problems]

    def _read_frames(self, clip: _Found) -> list[_Found]:
        if self._read_clip is None:
            return [_Found(clip.column, reason=_NO_READER)]
        try:
            return [_Found(clip.column, frame) for frame in self._read_clip(clip.photo)]
        except PhotoError as exc:
            return [_Found(clip.column, reason=f"{exc.reason} (video {clip.photo[:200]!r})")]
        except OSError as exc:
            return [_Found(clip.column, reason=f"its frames cannot be written: {exc.strerror}")]
