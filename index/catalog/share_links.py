"""Share links of file services: pages around a photo, translated to the photo itself."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from index.catalog.records import CellError

_DRIVE_HOSTS = frozenset({"drive.google.com", "docs.google.com"})
_DRIVE_FILE = re.compile(r"/(?:file|uc|open|thumbnail)\b(?:/u/\d+)?(?:/d/([\w-]{10,}))?")
_DRIVE_ID = re.compile(r"[\w-]{10,}")
_DROPBOX_HOSTS = frozenset({"dropbox.com", "www.dropbox.com"})
_DROPBOX_FOLDERS = ("/sh/", "/scl/fo/", "/home/")
_PAGES = {
    "photos.app.goo.gl": "Google Photos",
    "photos.google.com": "Google Photos",
    "1drv.ms": "OneDrive",
    "onedrive.live.com": "OneDrive",
    "share.icloud.com": "iCloud",
    "www.icloud.com": "iCloud",
    "we.tl": "WeTransfer",
    "wetransfer.com": "WeTransfer",
    "mega.nz": "MEGA",
    "imgur.com": "Imgur",
    "ibb.co": "ImgBB",
    "www.instagram.com": "Instagram",
    "www.facebook.com": "Facebook",
    "www.pinterest.com": "Pinterest",
    "pin.it": "Pinterest",
}
"""Hosts of pages that show a photo, and give no address of the photo that could be derived."""


def to_direct_address(address: str) -> str:
    """Return the address of the photo behind a share link; any other address unchanged.

    Google Drive and Dropbox have a documented form for the file itself; the file must be shared
    with everyone who has the link.

    Args:
        address: An http(s) address.

    Raises:
        CellError: The link leads to a folder, or to a page whose photo cannot be derived.
    """
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").casefold()
    except ValueError as exc:
        raise CellError(f"an address expected, got {address[:80]!r}") from exc
    if host in _DRIVE_HOSTS:
        return _to_drive_file(address, parts.path, dict(parse_qsl(parts.query)))
    if host in _DROPBOX_HOSTS:
        if parts.path.startswith(_DROPBOX_FOLDERS):
            raise CellError(_describe_folder("Dropbox", address))
        query = [pair for pair in parse_qsl(parts.query) if pair[0] not in {"dl", "raw"}]
        return urlunsplit(parts._replace(query=urlencode([*query, ("raw", "1")])))
    if host in _PAGES:
        raise CellError(
            f"a page of {_PAGES[host]} is no photo; give the address of the file itself, or "
            f"upload it to the shop, got {address[:80]!r}"
        )
    return address


def _to_drive_file(address: str, path: str, query: dict[str, str]) -> str:
    if "/folders/" in path or path.startswith("/folderview"):
        raise CellError(_describe_folder("Google Drive", address))
    match = _DRIVE_FILE.match(path)
    file_id = (match[1] or query.get("id", "")) if match else ""
    if not _DRIVE_ID.fullmatch(file_id):
        return address
    key = query.get("resourcekey", "")
    more = f"&resourcekey={key}" if re.fullmatch(r"[\w-]+", key) else ""
    return f"https://drive.google.com/uc?export=download&id={file_id}{more}"


def _describe_folder(service: str, address: str) -> str:
    return (
        f"a folder of {service} is no photo; share the photo's own file and give that link, "
        f"got {address[:80]!r}"
    )
