"""What is looked up of visitors and products while requests are served, in one SQLite file."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from core.closing import Closing
from core.errors import OnlineStoreError, OnlineStoreVersionError, ProfileEncoderError
from people.change import Change
from people.schema import PERSONAL, SCHEMA_VERSION, TABLES
from people.tallies import ALL, SHOWN, WANTED, Tally, forward
from rank import Profile, from_bytes

IN_MEMORY = ":memory:"
_BUSY_TIMEOUT_S = 30.0
_IDS_AT_ONCE = 500


class Touched(NamedTuple):
    """What a visitor did last with a product.

    Attributes:
        product_id: The product.
        kind: Kind of the event.
        time_s: When, in seconds since 1970.
    """

    product_id: str
    kind: str
    time_s: float


class OnlineStore(Closing):
    """Profiles, histories and counts, all made from the event log and made again from it.

    Several threads and processes may use one file: nothing is kept beside it, so what another
    process wrote is seen at once. One of them changes it at a time.

    Args:
        path: The file, made when missing; ":memory:" keeps nothing.
        encoder: Names the vectors in use; profiles of others are refused.

    Raises:
        OnlineStoreVersionError: Another version of Shopwindow made the file.
        OnlineStoreError: It cannot be opened, or is something else.
    """

    def __init__(self, path: str | Path, encoder: str) -> None:
        self.path = Path(path)
        self.encoder = encoder
        self._reads, self._changes = threading.RLock(), threading.RLock()
        with self._translated():
            if str(path) == IN_MEMORY:
                self._writing = self._reading = _connected(IN_MEMORY)
                self._changes = self._reads
            else:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._writing, self._reading = _connected(str(path)), _connected(str(path))
            try:
                self._make()
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        with self._changes, self._reads:
            self._writing.close()
            self._reading.close()

    @property
    def made_with(self) -> str:
        """The encoder that the profiles were made with; empty before the first event."""
        return self._fact("encoder")

    @property
    def cursor(self) -> str:
        """Where the event log was read to; empty before the first event."""
        return self._fact("cursor")

    @property
    def log_id(self) -> str:
        """The event log that was read; empty before the first event."""
        return self._fact("log")

    @property
    def newest_s(self) -> float | None:
        """When somebody did something last, in seconds since 1970; None when never."""
        value = self._fact("newest")
        return float(value) if value else None

    def check_encoder(self) -> None:
        """Check that the profiles can be compared with the encoder's vectors.

        Raises:
            ProfileEncoderError: They were made with another encoder.
        """
        stored = self.made_with
        if stored and stored != self.encoder:
            raise ProfileEncoderError(stored, self.encoder)

    def profile(self, user_id: str) -> Profile | None:
        """Return a visitor's profile; None when there is none.

        Raises:
            ProfileError: What is stored cannot be read, or is another encoder's.
            OnlineStoreError: The file cannot be read.
        """
        rows = self._read("SELECT profile FROM profiles WHERE user_id = ?", (user_id,))
        return from_bytes(rows[0][0], self.encoder) if rows else None

    def touched(self, user_id: str, limit: int = 200) -> list[Touched]:
        """Return what a visitor did with products, the newest first.

        Raises:
            OnlineStoreError: The file cannot be read.
        """
        ask = (
            "SELECT product_id, kind, time_s FROM touched WHERE user_id = ? "
            "ORDER BY time_s DESC, product_id LIMIT ?"
        )
        return [Touched(*row) for row in self._read(ask, (user_id, limit))]

    def hidden(self, user_id: str) -> set[str]:
        """Return the products that a visitor has hidden.

        Raises:
            OnlineStoreError: The file cannot be read.
        """
        ask = "SELECT product_id FROM touched WHERE user_id = ? AND kind = 'hide'"
        return {row[0] for row in self._read(ask, (user_id,))}

    def tallies(self, product_ids: Sequence[str], now_s: float) -> dict[str, Tally]:
        """Return what happened with products; those with which nothing did are missing.

        Args:
            product_ids: The products.
            now_s: The moment, in seconds since 1970.

        Returns:
            By product id.

        Raises:
            OnlineStoreError: The file cannot be read.
        """
        worth = forward(now_s)
        ask = "SELECT product_id, shown, wanted FROM tallies WHERE product_id IN ({})"
        rows = self._of_many(ask, product_ids)
        return {product: Tally(shown / worth, wanted / worth) for product, shown, wanted in rows}

    def most_wanted(self, limit: int, now_s: float, after: int = 0) -> dict[str, Tally]:
        """Return the products that were wanted most, the most wanted first.

        Args:
            limit: Most products.
            now_s: The moment, in seconds since 1970.
            after: How many of the first are passed over.

        Returns:
            What happened with each, by product id.

        Raises:
            OnlineStoreError: The file cannot be read.
        """
        worth = forward(now_s)
        ask = (
            "SELECT product_id, shown, wanted FROM tallies WHERE wanted > 0 "
            "ORDER BY wanted DESC LIMIT ? OFFSET ?"
        )
        rows = self._read(ask, (limit, after))
        return {product: Tally(shown / worth, wanted / worth) for product, shown, wanted in rows}

    def total(self, now_s: float) -> Tally:
        """Return what happened with all products together.

        Raises:
            OnlineStoreError: The file cannot be read.
        """
        sums = self.occurrences(ALL, (SHOWN, WANTED))
        worth = forward(now_s)
        return Tally(sums.get(SHOWN, 0.0) / worth, sums.get(WANTED, 0.0) / worth)

    def partners(
        self, kind: str, names: Sequence[str], limit: int = 100
    ) -> dict[str, dict[str, float]]:
        """Return what was touched together with products (or categories), and how often.

        Args:
            kind: A kind of togetherness; see `people.together`.
            names: The products.
            limit: Most partners of each, the most frequent.

        Returns:
            By product, by partner; products without partners are missing.

        Raises:
            OnlineStoreError: The file cannot be read.
        """
        ask = (
            "SELECT other_id, n FROM pairs WHERE kind = ? AND product_id = ? "
            "ORDER BY n DESC, other_id LIMIT ?"
        )
        found = {each: dict(self._read(ask, (kind, each, limit))) for each in names}
        return {each: some for each, some in found.items() if some}

    def occurrences(self, kind: str, names: Sequence[str]) -> dict[str, float]:
        """Return how often things were touched in a kind of togetherness; "" is how often any was.

        Raises:
            OnlineStoreError: The file cannot be read.
        """
        ask = "SELECT name, n FROM occurrences WHERE name IN ({}) AND kind = ?"
        return dict(self._of_many(ask, names, kind))

    def n_profiles(self) -> int:
        """Return how many visitors have a profile.

        Raises:
            OnlineStoreError: The file cannot be read.
        """
        return int(self._read("SELECT count(*) FROM profiles")[0][0])

    def visitors(self, limit: int) -> list[str]:
        """Return the visitors who did something last, the latest first.

        Raises:
            OnlineStoreError: The file cannot be read.
        """
        ask = "SELECT user_id FROM came ORDER BY time_s DESC LIMIT ?"
        return [row[0] for row in self._read(ask, (limit,))]

    @contextmanager
    def changing(self) -> Iterator[Change]:
        """Change the store: all or nothing, one at a time among all processes.

        Yields:
            What takes the changes; they are durable when the block ends without an error.

        Raises:
            OnlineStoreError: The file cannot be written.
        """
        with self._transaction() as connection:
            yield Change(connection, self.encoder)

    def erase(self, user_id: str) -> bool:
        """Erase a visitor for good: their bytes are overwritten in the file and in its journal.

        How often products were wanted, and together with what, stays: it names nobody.

        Returns:
            Whether anything was known of them.

        Raises:
            OnlineStoreError: The file cannot be written, or another process reads it all the
                time, so that the journal could not be emptied; erase again then.
        """
        with self._changes, self._translated():
            n_erased = 0
            with self._transaction() as connection:
                for table in PERSONAL:
                    ask = f"DELETE FROM {table} WHERE user_id = ?"
                    n_erased += connection.execute(ask, (user_id,)).rowcount
            busy = self._writing.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            if busy == 1:
                reason = "another process reads it, so old bytes remain; erase again"
                raise OnlineStoreError(str(self.path), reason)
            return n_erased > 0

    def _make(self) -> None:
        with self._transaction() as connection:
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            if version not in {0, SCHEMA_VERSION}:
                raise OnlineStoreVersionError(str(self.path), version, SCHEMA_VERSION)
            for table in () if version else TABLES:
                connection.execute(table)
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._changes, self._translated():
            self._writing.execute("BEGIN IMMEDIATE")
            try:
                yield self._writing
            except BaseException:
                self._writing.rollback()
                raise
            self._writing.commit()

    def _fact(self, name: str) -> str:
        rows = self._read("SELECT value FROM facts WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else ""

    def _of_many(self, ask: str, ids: Sequence[str], *values: str) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        for start in range(0, len(ids), _IDS_AT_ONCE):
            some = ids[start : start + _IDS_AT_ONCE]
            found += self._read(ask.format(", ".join("?" * len(some))), (*some, *values))
        return found

    def _read(self, ask: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._reads, self._translated():
            return self._reading.execute(ask, tuple(values)).fetchall()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as exc:
            raise OnlineStoreError(
                str(self.path), f"{exc}. Give another path, or a file that Shopwindow made"
            ) from exc


def _connected(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=_BUSY_TIMEOUT_S, check_same_thread=False, isolation_level=None
    )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")  # what a loss of power takes is read again
    connection.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten
    return connection
