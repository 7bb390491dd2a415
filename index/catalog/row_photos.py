"""The photos of a row: the main one first, then all others that its columns name."""

from index.catalog.embedded_photos import PhotoFolder
from index.catalog.header_vocabulary import normalize_column_name
from index.catalog.image_addresses import PhotoRoot
from index.catalog.photo_values import PhotoValueReader
from index.catalog.row_cells import RowReader
from shopwindow.values import MAX_IMAGES

_THUMBNAIL = "thumbnail"


class PhotoReader:
    """Reads the photos of rows.

    Args:
        feed: Name of the feed, for errors.
        root: Resolves photo paths.
        photos: Folder to write embedded photos to; None to refuse them.
    """

    def __init__(self, feed: str, root: PhotoRoot, photos: PhotoFolder | None) -> None:
        self._values = PhotoValueReader(feed, root, photos)

    def read(self, row: RowReader) -> tuple[str, ...]:
        """Return the photos of a row, unique, at most one and `MAX_IMAGES` more.

        A photo that cannot be used is dropped: of the field "image" when the product has no other,
        else of "images". A thumbnail counts only where there is no other photo.

        Raises:
            FeedError: A value is bytes, and there is no folder for photos.
        """
        photos: list[str] = []
        problems: list[tuple[str, str]] = []
        for column, value in row.get_values("image"):
            if photos and normalize_column_name(column) == _THUMBNAIL:
                continue
            found = self._values.read_all(value)
            photos += found.photos
            problems += [(column, reason) for reason in found.problems]
        unique = tuple(dict.fromkeys(photos))
        for column, reason in problems if unique else problems[:1]:
            row.drop_value("images" if unique else "image", column, reason)
        if len(unique) > 1 + MAX_IMAGES:
            reason = f"at most {1 + MAX_IMAGES} photos expected, got {len(unique)}"
            row.drop_value("images", row.plan.get_column("image"), reason)
        return unique[: 1 + MAX_IMAGES]
