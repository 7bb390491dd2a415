"""The queries of the online store."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from shopwindow.personalization.product_stats import (
    ALL_PRODUCTS,
    ENGAGEMENTS,
    IMPRESSIONS,
    EngagementStats,
    forward_decay_weight,
)
from shopwindow.personalization.stored_interactions import InteractionRecord
from shopwindow.ranking import Profile, deserialize_profile
from shopwindow.values.errors import ProfileEncoderError

_IDS_PER_STATEMENT = 500


class OnlineStoreReader(ABC):
    """The queries of `OnlineStore`; see `ProfileStore`.

    Attributes:
        encoder_id: Identity of the vectors in use.
    """

    encoder_id: str

    @property
    def profile_encoder_id(self) -> str:
        """Identity of the encoder that made the profiles; empty before the first event."""
        return self._read_metadata("encoder")

    @property
    def cursor(self) -> str:
        """Log cursor up to which events were processed; empty before the first event."""
        return self._read_metadata("cursor")

    @property
    def log_id(self) -> str:
        """Identity of the event log that was processed; empty before the first event."""
        return self._read_metadata("log")

    @property
    def last_event_s(self) -> float | None:
        """Time of the latest event other than impressions, in seconds since 1970; None if none."""
        value = self._read_metadata("newest")
        return float(value) if value else None

    def check_encoder(self) -> None:
        """Check that the stored profiles can be compared with vectors of the current encoder.

        Raises:
            ProfileEncoderError: The profiles were made with another encoder.
        """
        profile_encoder_id = self.profile_encoder_id
        if profile_encoder_id and profile_encoder_id != self.encoder_id:
            raise ProfileEncoderError(profile_encoder_id, self.encoder_id)

    def get_profile(self, user_id: str) -> Profile | None:
        """Return a visitor's profile; None when there is none.

        Raises:
            ProfileError: The stored bytes cannot be read, or are another encoder's.
            OnlineStoreError: The file cannot be read.
        """
        rows = self._read("SELECT profile FROM profiles WHERE user_id = ?", (user_id,))
        return deserialize_profile(rows[0][0], self.encoder_id) if rows else None

    def get_interactions(self, user_id: str, limit: int = 200) -> list[InteractionRecord]:
        """Return a visitor's latest interactions, newest first.

        Raises:
            OnlineStoreError: The file cannot be read.
        """
        statement = (
            "SELECT product_id, kind, time_s FROM touched WHERE user_id = ? "
            "ORDER BY time_s DESC, product_id LIMIT ?"
        )
        return [InteractionRecord(*row) for row in self._read(statement, (user_id, limit))]

    def get_hidden_product_ids(self, user_id: str) -> set[str]:
        """Return the products that a visitor has hidden.

        Raises:
            OnlineStoreError: The file cannot be read.
        """
        statement = "SELECT product_id FROM touched WHERE user_id = ? AND kind = 'hide'"
        return {row[0] for row in self._read(statement, (user_id,))}

    def get_engagement_stats(
        self, product_ids: Sequence[str], now_s: float
    ) -> dict[str, EngagementStats]:
        """Return the engagement statistics of products; those without events are missing.

        Args:
            product_ids: The products.
            now_s: Time that the statistics are decayed to, in seconds since 1970.

        Returns:
            Statistics by product id.

        Raises:
            OnlineStoreError: The file cannot be read.
        """
        statement = "SELECT product_id, shown, wanted FROM tallies WHERE product_id IN ({})"
        return _decay_stats(self._read_by_ids(statement, product_ids), now_s)

    def get_top_products(
        self, limit: int, now_s: float, offset: int = 0
    ) -> dict[str, EngagementStats]:
        """Return the products with the most engagements, best first.

        Args:
            limit: Most products.
            now_s: Time that the statistics are decayed to, in seconds since 1970.
            offset: Number of best products to skip.

        Returns:
            Statistics by product id.

        Raises:
            OnlineStoreError: The file cannot be read.
        """
        statement = (
            "SELECT product_id, shown, wanted FROM tallies WHERE wanted > 0 "
            "ORDER BY wanted DESC LIMIT ? OFFSET ?"
        )
        return _decay_stats(self._read(statement, (limit, offset)), now_s)

    def get_total_engagement(self, now_s: float) -> EngagementStats:
        """Return the sums of the statistics of all products.

        Raises:
            OnlineStoreError: The file cannot be read.
        """
        sums = self.get_occurrences(ALL_PRODUCTS, (IMPRESSIONS, ENGAGEMENTS))
        row = (ALL_PRODUCTS, sums.get(IMPRESSIONS, 0.0), sums.get(ENGAGEMENTS, 0.0))
        return _decay_stats([row], now_s)[ALL_PRODUCTS]

    def get_cooccurrences(
        self, kind: str, names: Sequence[str], limit: int = 100
    ) -> dict[str, dict[str, float]]:
        """Return the partners of products (or of categories), with the number of visits with both.

        Args:
            kind: Name of a rule in `shopwindow.personalization.cooccurrence_rules`.
            names: The products.
            limit: Most partners of each, the most frequent.

        Returns:
            Counts by product, by partner; products without partners are missing.

        Raises:
            OnlineStoreError: The file cannot be read.
        """
        statement = (
            "SELECT other_id, n FROM pairs WHERE kind = ? AND product_id = ? "
            "ORDER BY n DESC, other_id LIMIT ?"
        )
        partners = {name: dict(self._read(statement, (kind, name, limit))) for name in names}
        return {name: counts for name, counts in partners.items() if counts}

    def get_occurrences(self, kind: str, names: Sequence[str]) -> dict[str, float]:
        """Return in how many visits products occur under a rule; "" counts all visits.

        Raises:
            OnlineStoreError: The file cannot be read.
        """
        statement = "SELECT name, n FROM occurrences WHERE name IN ({}) AND kind = ?"
        return dict(self._read_by_ids(statement, names, kind))

    def count_profiles(self) -> int:
        """Return the number of visitors with a profile.

        Raises:
            OnlineStoreError: The file cannot be read.
        """
        return int(self._read("SELECT count(*) FROM profiles")[0][0])

    def list_recent_users(self, limit: int) -> list[str]:
        """Return the visitors with the latest interactions, the latest first.

        Raises:
            OnlineStoreError: The file cannot be read.
        """
        statement = "SELECT user_id FROM came ORDER BY time_s DESC LIMIT ?"
        return [row[0] for row in self._read(statement, (limit,))]

    def _read_metadata(self, name: str) -> str:
        rows = self._read("SELECT value FROM facts WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else ""

    def _read_by_ids(
        self, statement: str, ids: Sequence[str], *parameters: str
    ) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = []
        for start in range(0, len(ids), _IDS_PER_STATEMENT):
            batch = ids[start : start + _IDS_PER_STATEMENT]
            rows += self._read(statement.format(", ".join("?" * len(batch))), (*batch, *parameters))
        return rows

    @abstractmethod
    def _read(self, statement: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT statement."""


def _decay_stats(rows: Sequence[tuple[Any, ...]], now_s: float) -> dict[str, EngagementStats]:
    """Return statistics decayed to a time, from rows of names and forward-decayed sums."""
    unit = forward_decay_weight(now_s)
    return {
        name: EngagementStats(impressions / unit, engagements / unit)
        for name, impressions, engagements in rows
    }
