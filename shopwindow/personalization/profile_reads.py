"""What is asked of the online store while requests are served."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple

from shopwindow.personalization.product_stats import (
    ALL_PRODUCTS,
    ENGAGEMENTS,
    IMPRESSIONS,
    EngagementStats,
    forward_decay_weight,
)
from shopwindow.ranking import Profile, deserialize_profile
from shopwindow.values.errors import ProfileEncoderError

_IDS_AT_ONCE = 500


class InteractionRecord(NamedTuple):
    """What a visitor did last with a product.

    Attributes:
        product_id: The product.
        kind: Kind of the event.
        time_s: When, in seconds since 1970.
    """

    product_id: str
    kind: str
    time_s: float


class OnlineStoreReader(ABC):
    """The reading half of `OnlineStore`; safe to use from several threads.

    Attributes:
        encoder_id: Names the vectors in use.
    """

    encoder_id: str

    @property
    def profile_encoder_id(self) -> str:
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
    def last_event_s(self) -> float | None:
        """When somebody did something last, in seconds since 1970; None when never."""
        value = self._fact("newest")
        return float(value) if value else None

    def check_encoder(self) -> None:
        """Check that the profiles can be compared with the encoder's vectors.

        Raises:
            ProfileEncoderError: They were made with another encoder.
        """
        stored = self.profile_encoder_id
        if stored and stored != self.encoder_id:
            raise ProfileEncoderError(stored, self.encoder_id)

    def get_profile(self, user_id: str) -> Profile | None:
        """Return a visitor's profile; None when there is none.

        Raises:
            ProfileError: What is stored cannot be read, or is another encoder's.
            OnlineStoreError: The file cannot be read.
        """
        rows = self._read("SELECT profile FROM profiles WHERE user_id = ?", (user_id,))
        return deserialize_profile(rows[0][0], self.encoder_id) if rows else None

    def get_interactions(self, user_id: str, limit: int = 200) -> list[InteractionRecord]:
        """Return what a visitor did with products, the newest first.

        Raises:
            OnlineStoreError: The file cannot be read.
        """
        ask = (
            "SELECT product_id, kind, time_s FROM touched WHERE user_id = ? "
            "ORDER BY time_s DESC, product_id LIMIT ?"
        )
        return [InteractionRecord(*row) for row in self._read(ask, (user_id, limit))]

    def get_hidden_product_ids(self, user_id: str) -> set[str]:
        """Return the products that a visitor has hidden.

        Raises:
            OnlineStoreError: The file cannot be read.
        """
        ask = "SELECT product_id FROM touched WHERE user_id = ? AND kind = 'hide'"
        return {row[0] for row in self._read(ask, (user_id,))}

    def get_engagement_stats(
        self, product_ids: Sequence[str], now_s: float
    ) -> dict[str, EngagementStats]:
        """Return what happened with products; those with which nothing did are missing.

        Args:
            product_ids: The products.
            now_s: The moment, in seconds since 1970.

        Returns:
            By product id.

        Raises:
            OnlineStoreError: The file cannot be read.
        """
        ask = "SELECT product_id, shown, wanted FROM tallies WHERE product_id IN ({})"
        return _decayed(self._of_many(ask, product_ids), now_s)

    def get_top_products(
        self, limit: int, now_s: float, offset: int = 0
    ) -> dict[str, EngagementStats]:
        """Return the products that were wanted most, the most wanted first.

        Args:
            limit: Most products.
            now_s: The moment, in seconds since 1970.
            offset: How many of the first are passed over.

        Returns:
            What happened with each, by product id.

        Raises:
            OnlineStoreError: The file cannot be read.
        """
        ask = (
            "SELECT product_id, shown, wanted FROM tallies WHERE wanted > 0 "
            "ORDER BY wanted DESC LIMIT ? OFFSET ?"
        )
        return _decayed(self._read(ask, (limit, offset)), now_s)

    def get_total_engagement(self, now_s: float) -> EngagementStats:
        """Return what happened with all products together.

        Raises:
            OnlineStoreError: The file cannot be read.
        """
        sums = self.get_occurrences(ALL_PRODUCTS, (IMPRESSIONS, ENGAGEMENTS))
        row = (ALL_PRODUCTS, sums.get(IMPRESSIONS, 0.0), sums.get(ENGAGEMENTS, 0.0))
        return _decayed([row], now_s)[ALL_PRODUCTS]

    def get_cooccurrences(
        self, kind: str, names: Sequence[str], limit: int = 100
    ) -> dict[str, dict[str, float]]:
        """Return what was touched together with products (or categories), and how often.

        Args:
            kind: A kind of togetherness; see `shopwindow.personalization.co_occurrence`.
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

    def get_occurrences(self, kind: str, names: Sequence[str]) -> dict[str, float]:
        """Return how often things were touched in a kind of togetherness; "" is how often any was.

        Raises:
            OnlineStoreError: The file cannot be read.
        """
        ask = "SELECT name, n FROM occurrences WHERE name IN ({}) AND kind = ?"
        return dict(self._of_many(ask, names, kind))

    def count_profiles(self) -> int:
        """Return how many visitors have a profile.

        Raises:
            OnlineStoreError: The file cannot be read.
        """
        return int(self._read("SELECT count(*) FROM profiles")[0][0])

    def list_recent_users(self, limit: int) -> list[str]:
        """Return the visitors who did something last, the latest first.

        Raises:
            OnlineStoreError: The file cannot be read.
        """
        ask = "SELECT user_id FROM came ORDER BY time_s DESC LIMIT ?"
        return [row[0] for row in self._read(ask, (limit,))]

    def _fact(self, name: str) -> str:
        rows = self._read("SELECT value FROM facts WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else ""

    def _of_many(self, ask: str, ids: Sequence[str], *values: str) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        for start in range(0, len(ids), _IDS_AT_ONCE):
            some = ids[start : start + _IDS_AT_ONCE]
            found += self._read(ask.format(", ".join("?" * len(some))), (*some, *values))
        return found

    @abstractmethod
    def _read(self, ask: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows that a question finds."""


def _decayed(rows: Sequence[tuple[Any, ...]], now_s: float) -> dict[str, EngagementStats]:
    """Return tallies at a moment, of rows of names and what was added up in forward units."""
    worth = forward_decay_weight(now_s)
    return {name: EngagementStats(shown / worth, wanted / worth) for name, shown, wanted in rows}
