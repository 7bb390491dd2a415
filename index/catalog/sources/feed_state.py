"""What is remembered of a feed's last version: enough to know that it has not changed."""

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from shopwindow.values import write_atomically


@dataclass(frozen=True, slots=True)
class FeedState:
    """The version of a feed that was last indexed.

    Attributes:
        indexed_as: What it was read with and into; another use of the feed reads it again.
        digest: SHA-256 of the bytes as received.
        etag: The server's name of the version; empty for none.
        last_modified: When the server says that it was changed; empty for none.
        indexed_at: When it was indexed, ISO 8601.
    """

    indexed_as: str = ""
    digest: str = ""
    etag: str = ""
    last_modified: str = ""
    indexed_at: str = ""


class FeedStates:
    """Keeps the states of feeds in a folder, one file for each address and use.

    A folder that cannot be read or written costs only time: the feed is read again.

    Args:
        folder: The folder; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def load(self, url: str, indexed_as: str) -> FeedState:
        """Return the state of a feed; an empty one if this use of it is not known."""
        if self._folder is None:
            return FeedState()
        with suppress(OSError, ValueError, TypeError):
            state = FeedState(**json.loads(self._path(url, indexed_as).read_text("utf-8")))
            fields = asdict(state).values()
            if state.indexed_as == indexed_as and all(isinstance(text, str) for text in fields):
                return state
        return FeedState()

    def save(self, url: str, state: FeedState) -> None:
        """Keep the state of a feed."""
        if self._folder is None:
            return
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            data = json.dumps(asdict(state)).encode()
            write_atomically(self._path(url, state.indexed_as), data)

    def _path(self, url: str, indexed_as: str) -> Path:
        name = hashlib.sha256(f"{url}\n{indexed_as}".encode()).hexdigest()[:32]
        return (self._folder or Path()) / f"{name}.json"
