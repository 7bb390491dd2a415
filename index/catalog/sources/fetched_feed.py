"""A feed by address: fetched into a temporary file, unless its current version is known."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from index.catalog.file_detection import detect_encoding, read_sample
from index.catalog.sources.feed_address import parse_feed_address
from index.catalog.sources.feed_download import FeedDownloader
from index.catalog.sources.feed_state import FeedState, FeedStates
from shopwindow.values.errors import FeedError, FeedFetchError


@dataclass(frozen=True, slots=True)
class FetchedFeed:
    """A feed that was fetched; its file is there until the block of `fetch_feed` ends.

    Attributes:
        path: The file; it does not exist when the feed has not changed.
        shown: The address for messages, without secrets.
        base_address: The address that relative photos of the feed start from.
        is_unchanged: Whether this version was indexed before, in the same way.
        indexed_at: When it was, ISO 8601; empty for a changed feed.
        encoding: The encoding that the server names, for a text that is not UTF-8; empty otherwise.
    """

    path: Path
    shown: str
    base_address: str
    is_unchanged: bool
    indexed_at: str = ""
    encoding: str = ""
    _url: str = ""
    _state: FeedState = field(default_factory=FeedState)
    _states: FeedStates = field(default_factory=lambda: FeedStates(None))

    def remember(self, indexed_as: str) -> None:
        """Remember that this version was indexed completely, so that it need not be read again.

        Args:
            indexed_as: What it was read with and into; `fetch_feed` compares it.
        """
        if not self.is_unchanged:
            now = datetime.now(UTC).isoformat(timespec="seconds")
            state = replace(self._state, indexed_as=indexed_as, indexed_at=now)
            self._states.save(self._url, state)


@contextmanager
def fetch_feed(
    address: str,
    *,
    indexed_as: str = "",
    state_folder: Path | None = None,
    downloader: FeedDownloader | None = None,
) -> Iterator[FetchedFeed]:
    """Fetch a feed from an http(s) address; read its file with `read_products`.

    Args:
        address: The feed; a user name and password in it are used for basic authentication.
        indexed_as: What it will be read with and into: a feed whose version was indexed in the same
            way is not read again. Empty to read it in any case.
        state_folder: Where the versions of feeds are remembered; None remembers nothing.
        downloader: Downloads it; one with the default limits when None.

    Yields:
        The feed.

    Raises:
        FeedFetchError: It cannot be fetched completely.
    """
    parsed = parse_feed_address(address)
    states = FeedStates(state_folder)
    known = states.load(parsed.url, indexed_as) if indexed_as else FeedState()
    with tempfile.TemporaryDirectory(prefix="shopwindow-feed-") as folder:
        path = Path(folder) / parsed.file_name
        feed = FetchedFeed(path, parsed.shown, parsed.url, True, known.indexed_at)
        got = (downloader or FeedDownloader()).download(
            parsed, path, known.etag, known.last_modified
        )
        if got is None and not known.digest:
            raise FeedFetchError(parsed.shown, "status 304, but no version of it is known")
        if got is not None and got.digest != known.digest:
            state = FeedState("", got.digest, got.etag, got.last_modified)
            feed = FetchedFeed(
                path, parsed.shown, parsed.url, False, "", _choose_encoding(path, got.charset),
                parsed.url, state, states,
            )  # fmt: skip
        elif got is not None:
            path.unlink()
        yield feed


def _choose_encoding(path: Path, charset: str) -> str:
    """Return the server's encoding if the feed is a text that is not UTF-8: servers guess."""
    if not charset:
        return ""
    try:
        detect_encoding(path, read_sample(path), "")
    except FeedError:
        return charset
    return ""
