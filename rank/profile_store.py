"""Profiles of millions of visitors in one SQLite file."""

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from core.closing import Closing
from core.errors import InvalidValueError, ProfileStoreError
from rank.profile import Profile
from rank.profile_bytes import from_bytes, to_bytes

_MAKE = """
CREATE TABLE IF NOT EXISTS profiles (
    user_id TEXT NOT NULL PRIMARY KEY,
    profile BLOB NOT NULL
)
"""
_PUT = """
INSERT INTO profiles (user_id, profile) VALUES (?, ?)
ON CONFLICT (user_id) DO UPDATE SET profile = excluded.profile
"""
_BUSY_TIMEOUT_S = 10.0


class ProfileStore(Closing):
    """Profiles by user id, the ones last used in memory. Safe to call from several threads.

    Several processes may share the file, but each has a memory of its own: what another one wrote
    is seen when it is next read from the file. Let one process write, or set `n_cached` to 0.

    Args:
        path: The file; made when missing.
        encoder: `EncoderSpec.identity` of the vectors in use.
        n_cached: Most profiles that are kept in memory.

    Raises:
        ProfileStoreError: The file cannot be opened, or is something else.
    """

    def __init__(self, path: Path, encoder: str, n_cached: int = 1000) -> None:
        self.path = Path(path)
        self.encoder = encoder
        self._n_cached = n_cached
        self._cache: OrderedDict[str, Profile] = OrderedDict()
        self._lock = threading.RLock()
        with self._translated():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self.path, timeout=_BUSY_TIMEOUT_S, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten
            self._db.execute(_MAKE)
            self._db.commit()

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        with self._lock:
            self._db.close()

    def get(self, user_id: str) -> Profile | None:
        """Return a visitor's profile; None when there is none.

        Raises:
            ProfileError: What is stored cannot be read, or is another encoder's.
            ProfileStoreError: The file cannot be read.
        """
        with self._lock, self._translated():
            if user_id in self._cache:
                self._cache.move_to_end(user_id)
                return self._cache[user_id]
            asked = "SELECT profile FROM profiles WHERE user_id = ?"
            row = self._db.execute(asked, (user_id,)).fetchone()
            if row is None:
                return None
            profile = from_bytes(row[0], self.encoder)
            self._keep(user_id, profile)
            return profile

    def put_many(self, profiles: Mapping[str, Profile]) -> None:
        """Write profiles, all or none; what a visitor had is replaced.

        Args:
            profiles: By user id.

        Raises:
            InvalidValueError: A user id is empty.
            ProfileEncoderError: A profile is another encoder's.
            ProfileStoreError: The file cannot be written.
        """
        for user_id, profile in profiles.items():
            if not user_id:
                raise InvalidValueError("user_id", "a text that is not empty", user_id)
            profile.check_encoder(self.encoder)
        rows = [(user_id, to_bytes(profile)) for user_id, profile in profiles.items()]
        with self._lock, self._translated():
            with self._db:
                self._db.executemany(_PUT, rows)
            for user_id, profile in profiles.items():
                self._keep(user_id, profile)

    def erase(self, user_ids: Iterable[str]) -> int:
        """Erase visitors for good: their bytes are overwritten in the file and in its journal.

        Returns:
            How many of them had a profile.

        Raises:
            ProfileStoreError: The file cannot be written, or another process reads it all the
                time, so that the journal could not be emptied; erase again then.
        """
        ids = [(each,) for each in user_ids]
        with self._lock, self._translated():
            for (user_id,) in ids:
                self._cache.pop(user_id, None)
            with self._db:
                deleted = self._db.executemany("DELETE FROM profiles WHERE user_id = ?", ids)
            busy = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            if busy:
                raise ProfileStoreError(
                    str(self.path), "another process reads it, so old bytes remain; erase again"
                )
            return max(deleted.rowcount, 0)

    def count(self) -> int:
        """Return how many visitors have a profile.

        Raises:
            ProfileStoreError: The file cannot be read.
        """
        with self._lock, self._translated():
            return int(self._db.execute("SELECT count(*) FROM profiles").fetchone()[0])

    def _keep(self, user_id: str, profile: Profile) -> None:
        self._cache[user_id] = profile
        self._cache.move_to_end(user_id)
        while len(self._cache) > self._n_cached:
            self._cache.popitem(last=False)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as exc:
            raise ProfileStoreError(
                str(self.path), f"{exc}. Give another path, or a file that ProfileStore made"
            ) from exc
