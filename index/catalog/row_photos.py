"""The photos of a row: the main one first, then all others that its columns name."""

from index.catalog.embedded_photos import PhotoFolder
from index.catalog.header_vocabulary import normalize_column_name
from index.catalog.image_addresses import PhotoRoot, ResolvedPhotos
from index.catalog.records import CellError, as_json
from index.catalog.row_cells import RowReader
from index.catalog.text_cleaning import is_empty
from shopwindow.values import MAX_IMAGES
from shopwindow.values.errors import FeedError

_KEYS = ("bytes", "path", "url", "src", "link")
_THUMBNAIL = "thumbnail"


class PhotoReader:
    """Reads the photos of rows.

    Args:
        feed: Name of the feed, for errors.
        root: Resolves photo paths.
        photos: Folder to write embedded photos to; None to refuse them.
    """

    def __init__(self, feed: str, root: PhotoRoot, photos: PhotoFolder | None) -> None:
        self._feed = feed
        self._root = root
        self._photos = photos

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
            try:
                found = self._resolve(value)
            except CellError as exc:
                problems.append((exc.column or column, exc.reason))
                continue
            photos += found.photos
            problems += [(column, reason) for reason in found.reasons]
        unique = tuple(dict.fromkeys(photos))
        for column, reason in problems if unique else problems[:1]:
            row.drop_value("images" if unique else "image", column, reason)
        if len(unique) > 1 + MAX_IMAGES:
            reason = f"at most {1 + MAX_IMAGES} photos expected, got {len(unique)}"
            row.drop_value("images", row.plan.get_column("image"), reason)
        return unique[: 1 + MAX_IMAGES]

    def _resolve(self, value: object) -> ResolvedPhotos:
        """Return the photos of a value: a text, bytes, an object, or a list of these.

        Raises:
            CellError: The address, path or bytes cannot be used.
            FeedError: The value is bytes, and there is no folder for photos.
        """
        if isinstance(value, (list, tuple)):
            return self._resolve_list([item for item in value if not is_empty(item)])
        if isinstance(value, dict):
            value = next((value[key] for key in _KEYS if not is_empty(value.get(key))), "")
        if isinstance(value, (bytes, bytearray)):
            return ResolvedPhotos((self._save(bytes(value)),))
        if not isinstance(value, str):
            raise CellError(f"a path or an address expected, got {as_json(value)[:80]}")
        return self._root.resolve_all(value)

    def _resolve_list(self, items: list[object]) -> ResolvedPhotos:
        photos: list[str] = []
        reasons: list[str] = []
        for item in items:
            try:
                found = self._resolve(item)
            except CellError as exc:
                reasons.append(exc.reason)
                continue
            photos += found.photos
            reasons += found.reasons
        return ResolvedPhotos(tuple(photos), tuple(reasons))

    def _save(self, data: bytes) -> str:
        """Return the path that the bytes of a photo are written to.

        Raises:
            FeedError: There is no folder for photos.
        """
        if self._photos is None:
            raise FeedError(
                self._feed,
                "the feed contains the photos as bytes; give a folder to write them to: "
                'photo_folder="photos"',
            )
        return self._photos.save(data)
