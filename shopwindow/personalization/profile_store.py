"""What search and the event consumer need of a store of profiles, whatever it is kept in."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from shopwindow.personalization.consumer_lock import ConsumerLock
from shopwindow.personalization.product_stats import EngagementStats
from shopwindow.personalization.profile_writes import OnlineStoreTransaction
from shopwindow.personalization.stored_interactions import InteractionRecord
from shopwindow.ranking import Profile


class ConsumerProgress(Protocol):
    """How far a store has come in the log that it is learned from."""

    path: Path

    @property
    def cursor(self) -> str:
        """Log cursor up to which events were processed; empty before the first event."""

    @property
    def log_id(self) -> str:
        """Identity of the event log that was processed; empty before the first event."""

    def check_encoder(self) -> None:
        """Check that the stored profiles can be compared with vectors of the current encoder.

        Raises:
            ProfileEncoderError: The profiles were made with another encoder.
        """


class ProfileStore(ConsumerProgress, Protocol):
    """Profiles, histories and counts; safe to use from several threads.

    Every method raises OnlineStoreError when the store cannot be used.

    Attributes:
        path: Where it is, for messages.
        encoder_id: Identity of the vectors in use; profiles of others are refused.
    """

    encoder_id: str

    @property
    def profile_encoder_id(self) -> str:
        """Identity of the encoder that made the profiles; empty before the first event."""

    @property
    def last_event_s(self) -> float | None:
        """Time of the latest event other than impressions, in seconds since 1970; None if none."""

    def get_profile(self, user_id: str) -> Profile | None:
        """Return a visitor's profile; None when there is none.

        Raises:
            ProfileError: The stored bytes cannot be read, or are another encoder's.
        """

    def get_interactions(self, user_id: str, limit: int = 200) -> list[InteractionRecord]:
        """Return a visitor's latest interactions, newest first."""

    def get_hidden_product_ids(self, user_id: str) -> set[str]:
        """Return the products that a visitor has hidden."""

    def get_engagement_stats(
        self, product_ids: Sequence[str], now_s: float
    ) -> dict[str, EngagementStats]:
        """Return the engagement statistics of products; those without events are missing.

        Args:
            product_ids: The products.
            now_s: Time that the statistics are decayed to, in seconds since 1970.

        Returns:
            Statistics by product id.
        """

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
        """

    def get_total_engagement(self, now_s: float) -> EngagementStats:
        """Return the sums of the statistics of all products."""

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
        """

    def get_occurrences(self, kind: str, names: Sequence[str]) -> dict[str, float]:
        """Return in how many visits products occur under a rule; "" counts all visits."""

    def count_profiles(self) -> int:
        """Return the number of visitors with a profile."""

    def list_recent_users(self, limit: int) -> list[str]:
        """Return the visitors with the latest interactions, the latest first."""

    def begin(self) -> AbstractContextManager[OnlineStoreTransaction]:
        """Open a write transaction, committed when its block ends, or rolled back on an error."""

    def erase(self, user_id: str) -> bool:
        """Erase a visitor, but not the statistics and co-occurrences, which name nobody.

        Returns:
            Whether the visitor had any data.
        """

    def make_consumer_lock(self) -> ConsumerLock:
        """Return a new lock, not held yet, that one consumer of this store at a time can hold."""

    def close(self) -> None:
        """Close the store; a second call does nothing."""
