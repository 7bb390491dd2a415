"""Validation of photo addresses and paths: which of them a product may have."""

import os
import re
from pathlib import Path

from index.catalog.records import CellError

MAX_URL_CHARS = 4_000
_SCHEME = re.compile(r"^([a-z][a-z0-9+.\-]*):", re.IGNORECASE)
_HTTP_URL_WITH_HOST = re.compile(r"^https?://(?:[^/?#@\s]*@)?[^/?#@:\s]", re.IGNORECASE)
_URL_SEPARATOR = re.compile(r"\s*[|,;]\s*(?=https?://)", re.IGNORECASE)


class PhotoRoot:
    """The folder that relative photo paths start from, and that no photo path may leave.

    Feeds are untrusted: without this restriction a row could name any file of the machine, and the
    web page would show it. Symbolic links inside the folder are the shop's own and are followed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = os.path.realpath(folder)
        self._prefix = self.folder.rstrip(os.sep) + os.sep

    def resolve(self, text: str) -> str:
        """Return an http(s) address, or an absolute path inside the folder.

        Raises:
            CellError: Another scheme, an address without a host, or a path outside the folder.
        """
        if len(text) > MAX_URL_CHARS:
            raise CellError(f"at most {MAX_URL_CHARS} characters expected, got {len(text)}")
        text = _URL_SEPARATOR.split(text.strip(), maxsplit=1)[0]
        if text.startswith("//"):
            text = f"https:{text}"
        scheme = _SCHEME.match(text)
        if scheme is None:
            return self._resolve_path(text)
        if scheme[1].casefold() not in {"http", "https"}:
            raise CellError(f"a path, or an http or https address expected, got {text[:80]!r}")
        return _validate_url(text)

    def _resolve_path(self, text: str) -> str:
        path = os.path.normpath(os.path.join(self.folder, text.replace("\\", "/")))
        if not path.startswith(self._prefix) or "\0" in text:
            raise CellError(
                f"the photo {text[:80]!r} lies outside {self.folder}; move it there, or set "
                "image_root under [defaults] of the mapping file"
            )
        return path


def _validate_url(text: str) -> str:
    if not _HTTP_URL_WITH_HOST.match(text):
        raise CellError(f"an address with a host expected, got {text[:80]!r}")
    return text.replace(" ", "%20")
