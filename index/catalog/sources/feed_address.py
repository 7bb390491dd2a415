"""Addresses of feeds: recognized, split from their login, and shown without secrets."""

import base64
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import parse_qsl, quote, unquote, urlsplit, urlunsplit

from shopwindow.values.errors import FeedFetchError

_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_SECRET_NAMES = re.compile(
    r"key|token|secret|pass|pwd|auth|sig|hash|login|session|credential", re.IGNORECASE
)
_HIDDEN = "***"
_UNSAFE_IN_NAME = re.compile(r"[^\w.\-]+")
_MAX_NAME_CHARS = 80


@dataclass(frozen=True, slots=True)
class FeedAddress:
    """The address of a feed.

    Attributes:
        url: The address without user name and password.
        authorization: The header of basic authentication; empty for none.
    """

    url: str
    authorization: str = ""

    @property
    def shown(self) -> str:
        """The address for messages and reports: what may be a secret is hidden."""
        parts = urlsplit(self.url)
        pairs = [
            f"{quote(name)}={_HIDDEN if _SECRET_NAMES.search(name) else quote(value)}"
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
        ]
        host = f"{_HIDDEN}@{parts.netloc}" if self.authorization else parts.netloc
        return urlunsplit((parts.scheme, host, parts.path, "&".join(pairs), ""))

    @property
    def origin(self) -> tuple[str, str]:
        """Scheme, and host with port: a login is sent nowhere else."""
        parts = urlsplit(self.url)
        return parts.scheme, parts.netloc.casefold()

    @property
    def file_name(self) -> str:
        """A name for the file, from the last part of the path; the host where it has none."""
        parts = urlsplit(self.url)
        name = unquote(PurePosixPath(parts.path).name) or parts.hostname or "feed"
        return _UNSAFE_IN_NAME.sub("_", name).strip(".")[:_MAX_NAME_CHARS] or "feed"


def is_feed_address(text: str) -> bool:
    """Return whether a feed is given by its address, not as a file."""
    return _ADDRESS.match(text.strip()) is not None


def parse_feed_address(text: str) -> FeedAddress:
    """Return an address, with its user name and password apart.

    Raises:
        FeedFetchError: It is no address with a host.
    """
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError as exc:
        raise FeedFetchError("the feed's address", f"not an address ({exc})") from exc
    if not host:
        raise FeedFetchError("the feed's address", "it names no host")
    netloc = f"[{host}]" if ":" in host else host
    netloc += "" if port is None else f":{port}"
    url = urlunsplit((parts.scheme.lower(), netloc, parts.path or "/", parts.query, ""))
    if parts.username is None:
        return FeedAddress(url)
    login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return FeedAddress(url, f"Basic {base64.b64encode(login.encode()).decode()}")
