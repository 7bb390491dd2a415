"""The writes of one transaction of the online store."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping

from shopwindow.personalization.product_stats import EngagementStats
from shopwindow.ranking import Profile, deserialize_profile, serialize_profile

MAX_INTERACTIONS = 300
"""Most interactions that are stored per visitor."""

_SET_METADATA = (
    "INSERT INTO facts (name, value) VALUES (?, ?) "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)
_SET_LAST_EVENT = (
    "INSERT INTO facts (name, value) VALUES ('newest', ?) ON CONFLICT (name) DO UPDATE "
    "SET value = excluded.value WHERE CAST(excluded.value AS REAL) > CAST(value AS REAL)"
)
_SET_PROFILE = (
    "INSERT INTO profiles (user_id, profile) VALUES (?, ?) "
    "ON CONFLICT (user_id) DO UPDATE SET profile = excluded.profile"
)
_SET_INTERACTION = (
    "INSERT INTO touched (user_id, product_id, kind, time_s) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (user_id, product_id, kind) DO UPDATE SET time_s = max(time_s, excluded.time_s)"
)
_SET_LAST_SEEN = (
    "INSERT INTO came (user_id, time_s) VALUES (?, ?) "
    "ON CONFLICT (user_id) DO UPDATE SET time_s = max(time_s, excluded.time_s)"
)
_PRUNE_INTERACTIONS = (
    "DELETE FROM touched WHERE user_id = ? AND kind <> 'hide' AND time_s < (SELECT time_s FROM "
    "touched WHERE user_id = ? ORDER BY time_s DESC LIMIT 1 OFFSET ?)"
)
_ADD_ENGAGEMENT = (
    "INSERT INTO tallies (product_id, shown, wanted) VALUES (?, ?, max(?, 0)) "
    "ON CONFLICT (product_id) DO UPDATE SET shown = shown + excluded.shown, "
    "wanted = max(wanted + ?, 0)"
)
_ADD_PAIR = (
    "INSERT INTO pairs (kind, product_id, other_id, n) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (kind, product_id, other_id) DO UPDATE SET n = n + excluded.n"
)
_ADD_OCCURRENCE = (
    "INSERT INTO occurrences (kind, name, n) VALUES (?, ?, max(?, 0)) "
    "ON CONFLICT (kind, name) DO UPDATE SET n = max(n + ?, 0)"
)
_SET_SERVED_POSITIONS = (
    "INSERT INTO pages (query_id, user_id, time_s, places) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (query_id) DO UPDATE SET places = excluded.places"
)
_CLEARED_TABLES = (
    "facts",
    "profiles",
    "touched",
    "came",
    "tallies",
    "pairs",
    "occurrences",
    "pages",
)

ServedPositions = dict[int, str]
"""Products of one response by position, without those that were clicked or skipped already."""


class OnlineStoreTransaction:
    """Takes changes; `OnlineStore.begin` commits them together.

    Args:
        connection: A connection in a transaction.
        encoder_id: Identity of the vectors of profiles.
    """

    def __init__(self, connection: sqlite3.Connection, encoder_id: str) -> None:
        self._db = connection
        self._encoder_id = encoder_id

    @property
    def cursor(self) -> str:
        """Log cursor up to which events were processed."""
        row = self._db.execute("SELECT value FROM facts WHERE name = 'cursor'").fetchone()
        return str(row[0]) if row else ""

    def set_cursor(self, cursor: str, log_id: str) -> None:
        """Store the log cursor, with the identities of the log and the encoder."""
        metadata = {"cursor": cursor, "log": log_id, "encoder": self._encoder_id}
        self._db.executemany(_SET_METADATA, metadata.items())

    def set_last_event_time(self, time_s: float) -> None:
        """Store the time of an event, unless a later one is known."""
        self._db.execute(_SET_LAST_EVENT, (repr(time_s),))

    def get_profile(self, user_id: str) -> Profile | None:
        """Return a visitor's profile; None when there is none.

        Raises:
            ProfileError: It cannot be read, or is another encoder's.
        """
        statement = "SELECT profile FROM profiles WHERE user_id = ?"
        row = self._db.execute(statement, (user_id,)).fetchone()
        return deserialize_profile(row[0], self._encoder_id) if row else None

    def set_profiles(self, profiles: Mapping[str, Profile]) -> None:
        """Store profiles by user id, replacing older ones."""
        rows = [(user_id, serialize_profile(profile)) for user_id, profile in profiles.items()]
        self._db.executemany(_SET_PROFILE, rows)

    def get_interactions_since(self, user_id: str, since_s: float) -> list[tuple[str, str, float]]:
        """Return product, kind and time of a visitor's interactions since a time, newest first."""
        statement = (
            "SELECT product_id, kind, time_s FROM touched WHERE user_id = ? AND time_s >= ? "
            "ORDER BY time_s DESC"
        )
        return self._db.execute(statement, (user_id, since_s)).fetchall()

    def get_last_interaction_time(self, user_id: str, product_id: str, kind: str) -> float | None:
        """Return the time of a visitor's latest interaction of a kind; None if there is none."""
        statement = "SELECT time_s FROM touched WHERE user_id = ? AND product_id = ? AND kind = ?"
        row = self._db.execute(statement, (user_id, product_id, kind)).fetchone()
        return float(row[0]) if row else None

    def set_interaction(self, user_id: str, product_id: str, kind: str, time_s: float) -> None:
        """Store an interaction of a visitor with a product."""
        self._db.execute(_SET_INTERACTION, (user_id, product_id, kind, time_s))
        self._db.execute(_SET_LAST_SEEN, (user_id, time_s))

    def prune_interactions(self, user_ids: Iterable[str]) -> None:
        """Delete the oldest interactions of visitors above the limit, but never hidden products."""
        rows = [(user_id, user_id, MAX_INTERACTIONS) for user_id in user_ids]
        self._db.executemany(_PRUNE_INTERACTIONS, rows)

    def add_engagement_stats(self, stats: Mapping[str, EngagementStats]) -> None:
        """Add to the statistics of products, in forward-decayed units; none falls below zero."""
        rows = [(product_id, *sums, sums.engagements) for product_id, sums in stats.items()]
        self._db.executemany(_ADD_ENGAGEMENT, rows)

    def add_cooccurrences(self, pairs: Counter[tuple[str, str, str]]) -> None:
        """Add to the counts of pairs, by (rule, product, partner)."""
        self._db.executemany(_ADD_PAIR, [(*pair, count) for pair, count in pairs.items()])

    def add_occurrences(self, occurrences: Mapping[tuple[str, str], float]) -> None:
        """Add to the counts of single products, by (rule, name); none falls below zero."""
        rows = [(*key, count, count) for key, count in occurrences.items()]
        self._db.executemany(_ADD_OCCURRENCE, rows)

    def get_served_positions(self, query_id: str) -> ServedPositions:
        """Return the products of a response by position; empty when it was not stored."""
        row = self._db.execute(
            "SELECT places FROM pages WHERE query_id = ?", (query_id,)
        ).fetchone()
        return (
            {int(position): product_id for position, product_id in json.loads(row[0]).items()}
            if row
            else {}
        )

    def set_served_positions(
        self, query_id: str, user_id: str, time_s: float, positions: ServedPositions
    ) -> None:
        """Store the products of a response by position."""
        self._db.execute(_SET_SERVED_POSITIONS, (query_id, user_id, time_s, json.dumps(positions)))

    def prune_served_positions(self, before_s: float) -> None:
        """Delete responses that are too old to be clicked."""
        self._db.execute("DELETE FROM pages WHERE time_s < ?", (before_s,))

    def clear(self) -> None:
        """Delete everything, to be learned again from the log."""
        for table in _CLEARED_TABLES:
            self._db.execute(f"DELETE FROM {table}")
