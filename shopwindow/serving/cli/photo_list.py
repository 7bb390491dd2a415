"""From what was typed to photos: files, folders, addresses, and lists of them."""

import csv
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from shopwindow.values.errors import FeedError

PHOTO_SUFFIXES = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"),
    *(".avif", ".ppm", ".jp2", ".ico", ".heic", ".heif"),
)
"""What is taken from a folder. HEIC cannot be opened, but nobody's photos go missing in silence."""

LIST_SUFFIXES = (".txt", ".csv")
PHOTO_COLUMNS = ("photo", "image", "path", "file", "url", "address", "image_link", "image_url")
"""Names of the column that holds the photos, in small letters; without one it is the first."""


def list_photos(given: Sequence[str]) -> list[str]:
    """Return the photos behind arguments, each once, in order.

    Args:
        given: Files, folders, http(s) addresses, and lists: `@list.txt`, `list.csv`.

    Raises:
        FeedError: A file or folder is not there, a folder has no photos, or a list cannot be read.
    """
    return list(dict.fromkeys(photo for each in given for photo in _photos(each)))


def _photos(given: str) -> Iterator[str]:
    if "://" in given:
        yield given
        return
    is_list = given.startswith("@") and not Path(given).exists()
    path = Path(given[1:] if is_list else given)
    if not path.exists():
        kind = "list" if is_list else "file or folder"
        raise FeedError(path, f"there is no such {kind}")
    if path.is_dir():
        yield from _in_folder(path)
    elif is_list or path.suffix.lower() in LIST_SUFFIXES:
        yield from _in_list(path)
    else:
        yield given


def _in_folder(folder: Path) -> Iterator[str]:
    found = False
    for place, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            if Path(name).suffix.lower() in PHOTO_SUFFIXES and not name.startswith("."):
                found = True
                yield str(Path(place) / name)
    if not found:
        kinds = ", ".join(PHOTO_SUFFIXES)
        raise FeedError(folder, f"no photos are in this folder or below it ({kinds})")


def _in_list(path: Path) -> Iterator[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as exc:
        raise FeedError(path, "the list is not UTF-8; save it as UTF-8, one photo a line") from exc
    except OSError as exc:
        raise FeedError(path, f"the list cannot be read: {exc.strerror}") from exc
    entries = _column(text) if path.suffix.lower() == ".csv" else text.splitlines()
    photos = [each.strip() for each in entries if each.strip()]
    if not photos:
        raise FeedError(path, "the list is empty; give one path or address a line")
    for photo in photos:
        yield photo if "://" in photo else _resolved(photo, path.parent)


def _column(text: str) -> list[str]:
    """Return the column of photos of a table with commas, semicolons or tabs."""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = [row for row in csv.reader(text.splitlines(), delimiter=delimiter) if row]
    names = [cell.strip().casefold() for cell in rows[0]] if rows else []
    column = next((names.index(each) for each in PHOTO_COLUMNS if each in names), None)
    body = rows if column is None else rows[1:]
    return [row[column or 0] for row in body if len(row) > (column or 0)]


def _resolved(photo: str, folder: Path) -> str:
    """Return a path of a list: beside the list, as in feeds, or else from where we stand."""
    beside = folder / photo
    return photo if not beside.exists() and Path(photo).exists() else str(beside)
