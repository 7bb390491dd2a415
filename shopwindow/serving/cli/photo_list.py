"""Photos named by arguments: files, folders, addresses, and lists of them."""

import csv
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from shopwindow.values.errors import FeedError

PHOTO_SUFFIXES = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"),
    *(".avif", ".ppm", ".jp2", ".ico", ".heic", ".heif"),
)
"""Files taken from a folder; those that cannot be opened are reported, not dropped in silence."""

LIST_SUFFIXES = (".txt", ".csv")
PHOTO_COLUMNS = ("photo", "image", "path", "file", "url", "address", "image_link", "image_url")
"""Lowercase names of the column with the photos; without one of them it is the first column."""


def list_photos(arguments: Sequence[str]) -> list[str]:
    """Return the photos that arguments name, in order, without duplicates.

    Args:
        arguments: Files, folders, http(s) addresses, and lists: `@list.txt`, `list.csv`.

    Raises:
        FeedError: A file or folder is not there, a folder has no photos, or a list cannot be read.
    """
    return list(dict.fromkeys(photo for argument in arguments for photo in _iter_photos(argument)))


def _iter_photos(argument: str) -> Iterator[str]:
    if "://" in argument:
        yield argument
        return
    is_list = argument.startswith("@") and not Path(argument).exists()
    path = Path(argument[1:] if is_list else argument)
    if not path.exists():
        kind = "list" if is_list else "file or folder"
        raise FeedError(path, f"there is no such {kind}")
    if path.is_dir():
        yield from _iter_folder(path)
    elif is_list or path.suffix.lower() in LIST_SUFFIXES:
        yield from _iter_list(path)
    else:
        yield argument


def _iter_folder(folder: Path) -> Iterator[str]:
    is_empty = True
    for parent, subfolders, names in os.walk(folder):
        subfolders.sort()
        for name in sorted(names):
            if Path(name).suffix.lower() in PHOTO_SUFFIXES and not name.startswith("."):
                is_empty = False
                yield str(Path(parent) / name)
    if is_empty:
        suffixes = ", ".join(PHOTO_SUFFIXES)
        raise FeedError(folder, f"no photos are in this folder or below it ({suffixes})")


def _iter_list(path: Path) -> Iterator[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as exc:
        raise FeedError(path, "the list is not UTF-8; save it as UTF-8, one photo a line") from exc
    except OSError as exc:
        raise FeedError(path, f"the list cannot be read: {exc.strerror}") from exc
    entries = _read_photo_column(text) if path.suffix.lower() == ".csv" else text.splitlines()
    photos = [entry.strip() for entry in entries if entry.strip()]
    if not photos:
        raise FeedError(path, "the list is empty; give one path or address a line")
    for photo in photos:
        yield photo if "://" in photo else _resolve(photo, path.parent)


def _read_photo_column(text: str) -> list[str]:
    """Return the photo column of a table with commas, semicolons or tabs."""
    first_line = text.partition("\n")[0]
    delimiter = max(",;\t", key=first_line.count)
    rows = [row for row in csv.reader(text.splitlines(), delimiter=delimiter) if row]
    names = [cell.strip().casefold() for cell in rows[0]] if rows else []
    column = next((names.index(name) for name in PHOTO_COLUMNS if name in names), None)
    body = rows if column is None else rows[1:]
    return [row[column or 0] for row in body if len(row) > (column or 0)]


def _resolve(photo: str, folder: Path) -> str:
    """Return a path of a list: relative to the list, as in feeds, or else to the working folder."""
    beside_list = folder / photo
    is_elsewhere = not beside_list.exists() and Path(photo).exists()
    return photo if is_elsewhere else str(beside_list)
