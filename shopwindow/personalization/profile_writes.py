"""The changes of one transaction of the online store."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping

from shopwindow.personalization.product_stats import EngagementStats
from shopwindow.ranking import Profile, deserialize_profile, serialize_profile

MAX_INTERACTIONS = 300
"""Things that are remembered of one visitor."""

_SET_FACT = (
    "INSERT INTO facts (name, value) VALUES (?, ?) "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)
_SET_NEWEST = (
    "INSERT INTO facts (name, value) VALUES ('newest', ?) ON CONFLICT (name) DO UPDATE "
    "SET value = excluded.value WHERE CAST(excluded.value AS REAL) > CAST(value AS REAL)"
)
_SET_PROFILE = (
    "INSERT INTO profiles (user_id, profile) VALUES (?, ?) "
    "ON CONFLICT (user_id) DO UPDATE SET profile = excluded.profile"
)
_SET_TOUCHED = (
    "INSERT INTO touched (user_id, product_id, kind, time_s) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (user_id, product_id, kind) DO UPDATE SET time_s = max(time_s, excluded.time_s)"
)
_SET_CAME = (
    "INSERT INTO came (user_id, time_s) VALUES (?, ?) "
    "ON CONFLICT (user_id) DO UPDATE SET time_s = max(time_s, excluded.time_s)"
)
_FORGET_TOUCHED = (
    "DELETE FROM touched WHERE user_id = ? AND kind <> 'hide' AND time_s < (SELECT time_s FROM "
    "touched WHERE user_id = ? ORDER BY time_s DESC LIMIT 1 OFFSET ?)"
)
_ADD_TALLY = (
    "INSERT INTO tallies (product_id, shown, wanted) VALUES (?, ?, ?) ON CONFLICT (product_id) "
    "DO UPDATE SET shown = shown + excluded.shown, wanted = wanted + excluded.wanted"
)
_ADD_PAIR = (
    "INSERT INTO pairs (kind, product_id, other_id, n) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (kind, product_id, other_id) DO UPDATE SET n = n + excluded.n"
)
_ADD_OCCURRENCE = (
    "INSERT INTO occurrences (kind, name, n) VALUES (?, ?, ?) "
    "ON CONFLICT (kind, name) DO UPDATE SET n = n + excluded.n"
)
_SET_PAGE = (
    "INSERT INTO pages (query_id, user_id, time_s, places) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (query_id) DO UPDATE SET places = excluded.places"
)
_EMPTIED = ("facts", "profiles", "touched", "came", "tallies", "pairs", "occurrences", "pages")

ServedPositions = dict[int, str]
"""Products of one answer by their places, without those that need no more attention."""


class OnlineStoreTransaction:
    """Takes changes; `OnlineStore.begin` makes them durable together.

    Args:
        connection: In a transaction.
        encoder_id: Names the vectors of profiles.
    """

    def __init__(self, connection: sqlite3.Connection, encoder_id: str) -> None:
        self._db = connection
        self._encoder = encoder_id

    @property
    def cursor(self) -> str:
        """Where the log was read to."""
        row = self._db.execute("SELECT value FROM facts WHERE name = 'cursor'").fetchone()
        return str(row[0]) if row else ""

    def set_cursor(self, cursor: str, log_id: str) -> None:
        """Note where which log was read to, and with which encoder."""
        facts = {"cursor": cursor, "log": log_id, "encoder": self._encoder}
        self._db.executemany(_SET_FACT, facts.items())

    def set_last_event_time(self, time_s: float) -> None:
        """Note when something was done, if nothing later is known."""
        self._db.execute(_SET_NEWEST, (repr(time_s),))

    def get_profile(self, user_id: str) -> Profile | None:
        """Return a visitor's profile; None when there is none.

        Raises:
            ProfileError: It cannot be read, or is another encoder's.
        """
        ask = "SELECT profile FROM profiles WHERE user_id = ?"
        row = self._db.execute(ask, (user_id,)).fetchone()
        return deserialize_profile(row[0], self._encoder) if row else None

    def set_profiles(self, profiles: Mapping[str, Profile]) -> None:
        """Write profiles by user id; what a visitor had is replaced."""
        rows = [(user_id, serialize_profile(profile)) for user_id, profile in profiles.items()]
        self._db.executemany(_SET_PROFILE, rows)

    def get_interactions_since(self, user_id: str, since_s: float) -> list[tuple[str, str, float]]:
        """Return product, kind and time of what a visitor did since a moment, newest first."""
        ask = (
            "SELECT product_id, kind, time_s FROM touched WHERE user_id = ? AND time_s >= ? "
            "ORDER BY time_s DESC"
        )
        return self._db.execute(ask, (user_id, since_s)).fetchall()

    def get_last_interaction_time(self, user_id: str, product_id: str, kind: str) -> float | None:
        """Return when a visitor did this last; None when never."""
        ask = "SELECT time_s FROM touched WHERE user_id = ? AND product_id = ? AND kind = ?"
        row = self._db.execute(ask, (user_id, product_id, kind)).fetchone()
        return float(row[0]) if row else None

    def set_interaction(self, user_id: str, product_id: str, kind: str, time_s: float) -> None:
        """Note what a visitor did with a product."""
        self._db.execute(_SET_TOUCHED, (user_id, product_id, kind, time_s))
        self._db.execute(_SET_CAME, (user_id, time_s))

    def prune_interactions(self, user_ids: Iterable[str]) -> None:
        """Keep the newest touches of some visitors, and all that they have hidden."""
        rows = [(each, each, MAX_INTERACTIONS) for each in user_ids]
        self._db.executemany(_FORGET_TOUCHED, rows)

    def add_engagement_stats(self, stats: Mapping[str, EngagementStats]) -> None:
        """Add to the tallies of products, in forward-decayed units."""
        rows = [(product, *tally) for product, tally in stats.items()]
        self._db.executemany(_ADD_TALLY, rows)

    def add_cooccurrences(self, pairs: Counter[tuple[str, str, str]]) -> None:
        """Add to the counts of pairs, by (kind, product, other)."""
        self._db.executemany(_ADD_PAIR, [(*pair, n) for pair, n in pairs.items()])

    def add_occurrences(self, occurrences: Mapping[tuple[str, str], float]) -> None:
        """Add to the counts of things, by (kind, name)."""
        self._db.executemany(_ADD_OCCURRENCE, [(*each, n) for each, n in occurrences.items()])

    def get_served_positions(self, query_id: str) -> ServedPositions:
        """Return what stands where on an answer; nothing when it is not remembered."""
        row = self._db.execute(
            "SELECT places FROM pages WHERE query_id = ?", (query_id,)
        ).fetchone()
        return {int(place): each for place, each in json.loads(row[0]).items()} if row else {}

    def set_served_positions(
        self, query_id: str, user_id: str, time_s: float, positions: ServedPositions
    ) -> None:
        """Remember what stands where on an answer."""
        self._db.execute(_SET_PAGE, (query_id, user_id, time_s, json.dumps(positions)))

    def prune_served_positions(self, before_s: float) -> None:
        """Forget answers that are too old to be clicked."""
        self._db.execute("DELETE FROM pages WHERE time_s < ?", (before_s,))

    def clear(self) -> None:
        """Forget everything, to learn it anew from the log."""
        for table in _EMPTIED:
            self._db.execute(f"DELETE FROM {table}")
