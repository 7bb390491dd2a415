"""Validation of photo addresses and paths: which of them a product may have."""

import os
import re
import unicodedata
from pathlib import Path
from urllib.parse import unquote, urljoin

from index.catalog.photo_cells import split_photo_cell
from index.catalog.records import CellError
from index.catalog.share_links import to_direct_address

MAX_URL_CHARS = 4_000
MAX_CELL_CHARS = 100_000
"""Of a cell with addresses; one with a photo itself (`data:`) may be as long as a row."""

_SCHEME = re.compile(r"^([a-z][a-z0-9+.\-]*):", re.IGNORECASE)
_HTTP_URL_WITH_HOST = re.compile(r"^https?://(?:[^/?#@\s]*@)?[^/?#@:\s]", re.IGNORECASE)
_SIMPLE_ADDRESS = re.compile(r"https?://[\w./:\-]+", re.ASCII | re.IGNORECASE)
_HOST_AND_PATH = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,24}/.", re.IGNORECASE)
_ADDRESS_WITH_SLASHES = re.compile(r"https?:[\\/]", re.IGNORECASE)
_CLIP = re.compile(r"\.(?:mp4|m4v|mov|webm)(?:[?#].*)?$", re.IGNORECASE)
_SEPARATORS = re.compile(r"[|,;<\[{=\"']")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class PhotoRoot:
    """The folder that relative photo paths start from, and that no photo path may leave.

    Feeds are untrusted: without this restriction a row could name any file of the machine, and the
    web page would show it. Symbolic links inside the folder are the shop's own and are followed.

    Args:
        folder: The folder.
        base_address: The address that relative paths start from instead, for a feed that was
            fetched from there: it names no file of this machine. Empty for a feed that is a file.
    """

    def __init__(self, folder: Path, base_address: str = "") -> None:
        self._base_address = base_address
        self.folder = os.path.realpath(folder)
        self._prefix = self.folder.rstrip(os.sep) + os.sep

    def list_photos(self, cell: str) -> list[str]:
        """Return what a cell names as photos, in order: addresses, paths and `data:`, unchecked.

        Raises:
            CellError: The cell is too long, or has a text that names no photo.
        """
        text = cell.strip()
        if len(text) > MAX_CELL_CHARS and "data:" not in text[:MAX_CELL_CHARS].casefold():
            raise CellError(f"at most {MAX_CELL_CHARS} characters expected, got {len(text)}")
        if _SIMPLE_ADDRESS.fullmatch(text) or self._is_file(text):
            return [text]
        photos = split_photo_cell(text)
        if not photos and text.strip(" ,;|،؛[]{}()\"'"):
            raise CellError(f"a path or an address expected, got {text[:80]!r}")
        return photos

    def resolve(self, text: str) -> str:
        """Return an http(s) address, or an absolute path inside the folder.

        Raises:
            CellError: Another scheme, an address without a host, or a path outside the folder.
        """
        if len(text) > MAX_URL_CHARS:
            raise CellError(f"at most {MAX_URL_CHARS} characters expected, got {len(text)}")
        text = text.strip()
        if _ADDRESS_WITH_SLASHES.match(text) and "\\" in text:  # as JSON escapes, or Windows has
            text = text.replace("\\/", "/").replace("\\", "/")
        if _CONTROLS.search(text):
            raise CellError(f"a text without control characters expected, got {text[:60]!r}")
        if text.startswith("//") or text[:4].casefold() == "www.":
            text = f"https://{text.removeprefix('//')}"
        scheme = _SCHEME.match(text)
        if scheme is None:
            return self._resolve_path(text)
        if scheme[1].casefold() not in {"http", "https"}:
            raise CellError(f"a path, or an http or https address expected, got {text[:80]!r}")
        return _validate_url(text)

    def _resolve_path(self, text: str) -> str:
        if self._base_address:
            is_host = _HOST_AND_PATH.match(text) is not None
            path = text.replace("\\", "/")
            return _validate_url(
                f"https://{path}" if is_host else urljoin(self._base_address, path)
            )
        path = self._join(text)
        if not self._contains(path):
            # "/m/h/mh01.jpg" starts from the shop's own folder of photos.
            path = self._join(text.lstrip("/")) if text.startswith("/") else path
            if not (self._contains(path) and os.path.isfile(path)):
                raise CellError(
                    f"the photo {text[:80]!r} lies outside {self.folder}; move it there, or set "
                    "image_root under [defaults] of the mapping file"
                )
        if _HOST_AND_PATH.match(text) and not os.path.exists(self._join(text.partition("/")[0])):
            return f"https://{text}"
        return path if path.isascii() and "%" not in path else _find_spelling(path)

    def _join(self, text: str) -> str:
        return os.path.normpath(os.path.join(self.folder, text.replace("\\", "/")))

    def _contains(self, path: str) -> bool:
        return path.startswith(self._prefix) and "\0" not in path

    def _is_file(self, text: str) -> bool:
        """Return whether a cell that looks like several photos is the name of one file."""
        if len(text) > MAX_URL_CHARS or _CONTROLS.search(text) or "://" in text:
            return False
        if self._base_address:
            return not _SEPARATORS.search(text)
        path = self._join(text)
        return self._contains(path) and (not _SEPARATORS.search(text) or os.path.isfile(path))


def _find_spelling(path: str) -> str:
    """Return the spelling of a path that exists: composed, decomposed, or without %20.

    Systems store "é" as one character or as two, and addresses escape what paths do not. The path
    itself when none exists.

    Raises:
        CellError: The path has bytes that are not valid text.
    """
    try:
        spellings = (
            path, unicodedata.normalize("NFC", path), unicodedata.normalize("NFD", path),
            unquote(path),
        )  # fmt: skip
        return next((spelling for spelling in spellings if os.path.exists(spelling)), path)
    except (UnicodeError, ValueError) as exc:
        raise CellError("broken characters: these bytes are not valid UTF-8") from exc


def _validate_url(text: str) -> str:
    if not _HTTP_URL_WITH_HOST.match(text):
        raise CellError(f"an address with a host expected, got {text[:80]!r}")
    return to_direct_address(text.replace(" ", "%20"))


def is_clip(photo: str) -> bool:
    """Return whether an address or a path leads to a video, by its suffix."""
    return _CLIP.search(photo) is not None


def is_embedded(photo: str) -> bool:
    """Return whether a photo is no address, but the bytes of the photo itself (`data:`)."""
    return photo[:5].casefold() == "data:"
