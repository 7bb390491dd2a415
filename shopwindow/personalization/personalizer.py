"""Personalization as search uses it: user contexts, engagement estimates and the consumer."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from index import ProductIndex
from shopwindow.eventlog import EventLog
from shopwindow.personalization.catalog_items import CatalogItems
from shopwindow.personalization.consumer_progress import (
    ConsumerLag,
    check_compatibility,
    measure_lag,
    poll_until_consumed,
)
from shopwindow.personalization.event_consumer import EventConsumer
from shopwindow.personalization.expected_engagement import EngagementEstimator
from shopwindow.personalization.online_store import IN_MEMORY, OnlineStore
from shopwindow.personalization.profile_store import ProfileStore
from shopwindow.personalization.profile_writes import MAX_INTERACTIONS
from shopwindow.personalization.stored_interactions import InteractionRecord
from shopwindow.ranking import Profile, ProfileSettings
from shopwindow.values import Closeable, Validator
from shopwindow.values.errors import InvalidQueryError

STORE_FILE_NAME = "people.sqlite"
"""The online store's file, in the folder of the event log."""


@dataclass(frozen=True, slots=True)
class UserContext:
    """What is known of one visitor at one moment.

    Attributes:
        user_id: The visitor; empty for an anonymous one.
        profile: Their profile; None when nothing was learned yet.
        interactions: Their latest interactions, newest first.
        hidden_product_ids: Products that they have hidden.
    """

    user_id: str = ""
    profile: Profile | None = None
    interactions: tuple[InteractionRecord, ...] = ()
    hidden_product_ids: frozenset[str] = frozenset()

    @property
    def has_preferences(self) -> bool:
        """Whether the profile has any interactions."""
        return self.profile is not None and self.profile.n_interactions > 0


class Personalizer(Closeable):
    """Profiles and engagement statistics of a shop. Safe to use from several threads.

    Args:
        index: The catalogue.
        log: The event log that is learned from; None for a shop without events.
        settings: How interactions update profiles.
        now: Wall-clock time in seconds since 1970; replaced in tests.
        consume_events: Whether to learn from the log; False where another process does.

    Attributes:
        settings: How interactions update profiles.
        catalog: The products that profiles are compared with.
        store: Profiles, histories and counts.
        engagement_estimator: Estimates each product's engagement.
        event_consumer: Keeps the store up to date; None without a log or with `consume_events`
            off.

    Raises:
        ProfileEncoderError: The profiles were made with another encoder.
        OnlineStoreError: The online store cannot be used, or belongs to another log.
        EventLogError: The log cannot be read.
    """

    def __init__(
        self,
        index: ProductIndex,
        log: EventLog | None,
        settings: ProfileSettings,
        now: Callable[[], float] = time.time,
        consume_events: bool = True,
    ) -> None:
        self.settings = settings
        self._wall_clock = now
        self._log = log
        self.catalog = CatalogItems(index)
        self.store: ProfileStore = open_online_store(log, self.catalog)
        self.engagement_estimator = EngagementEstimator(self.store, self.catalog, self.now)
        self.event_consumer: EventConsumer | None = None
        if log is not None and consume_events:
            self.event_consumer = EventConsumer(log, self.store, self.catalog, settings, now)
        try:
            if log is not None:
                check_compatibility(log, self.store)
        except BaseException:
            self.store.close()
            raise

    def now(self) -> float:
        """Return the time that profiles and counts are decayed to, in seconds since 1970.

        It is the time of the last event, unless that is in the future: nothing decays while
        nothing happens, and an imported old log is as it was at its end.
        """
        last_event_s = self.store.last_event_s
        return self._wall_clock() if last_event_s is None else min(last_event_s, self._wall_clock())

    def get_profile(self, user_id: str) -> Profile | None:
        """Return a visitor's profile; None for an anonymous or new visitor.

        Raises:
            InvalidQueryError: The id is not valid.
            ProfileError: The profile cannot be read.
            OnlineStoreError: The online store cannot be read.
        """
        user_id = _check_user_id(user_id)
        return self.store.get_profile(user_id) if user_id else None

    def get_user_context(self, user_id: str) -> UserContext:
        """Return a visitor's profile, history and hidden products.

        Raises:
            InvalidQueryError: The id is not valid.
            ProfileError: The profile cannot be read.
            OnlineStoreError: The online store cannot be read.
        """
        user_id = _check_user_id(user_id)
        if not user_id:
            return UserContext()
        interactions = tuple(self.store.get_interactions(user_id, MAX_INTERACTIONS))
        hidden_product_ids = frozenset(self.store.get_hidden_product_ids(user_id))
        return UserContext(user_id, self.get_profile(user_id), interactions, hidden_product_ids)

    @property
    def is_consuming(self) -> bool:
        """Whether this process learns from the log now: not while another one does."""
        return self.event_consumer is not None and self.event_consumer.is_consuming

    def start(self) -> None:
        """Start learning from the log in the background, as soon as no other process does."""
        if self.event_consumer is not None:
            self.event_consumer.start()

    def wake(self) -> None:
        """Make the consumer look for new events at once."""
        if self.event_consumer is not None:
            self.event_consumer.wake()

    def consume_pending(self) -> None:
        """Return once all events that the log has now are in profiles and statistics.

        Raises:
            EventLogError: The log cannot be read.
            OnlineStoreError: The store cannot be written, or whoever learns gets no further.
        """
        if self.event_consumer is not None:
            self.event_consumer.consume_pending()
        elif self._log is not None:
            for _ in poll_until_consumed(self._log, self.store):
                pass

    def wait_until_consumed(self, timeout_s: float) -> None:
        """Wait until profiles and statistics have what the log has now, or the time is over.

        Raises:
            EventLogError: The log cannot be read.
            OnlineStoreError: The store cannot be read, or whoever learns gets no further.
        """
        deadline_s = time.monotonic() + timeout_s
        if self._log is not None:
            for _ in poll_until_consumed(self._log, self.store):
                if time.monotonic() >= deadline_s:
                    return

    def measure_lag(self) -> ConsumerLag:
        """Return how far profiles and statistics are behind the log; none without a log.

        Raises:
            EventLogError: The log cannot be read.
            OnlineStoreError: The store cannot be read.
        """
        if self._log is None:
            return ConsumerLag(0, 0.0)
        return measure_lag(self._log, self.store, self._wall_clock())

    def warm_up(self) -> None:
        """Cache products ahead, if there is a log and so visitors to compare them with."""
        if self._log is not None:
            self.catalog.warm_up()

    def close(self) -> None:
        """Stop learning and close the online store; the index and the log stay open."""
        self.catalog.stop_warm_up()
        if self.event_consumer is not None:
            self.event_consumer.close()
        self.engagement_estimator.close()
        self.store.close()


def _check_user_id(user_id: object) -> str:
    return Validator(InvalidQueryError).check_text("user_id", user_id)


def erase_user(log: EventLog, user_id: str) -> int:
    """Erase a visitor from a log and from the online store beside it.

    The log comes first: what a consumer reads from it meanwhile is then erased with the rest.

    Returns:
        The number of events erased.

    Raises:
        InvalidEventError: The id is empty.
        EventLogError: The events cannot be erased.
        OnlineStoreError: The online store cannot be erased from; erase again then.
    """
    n_erased = log.erase(user_id)
    path = log.folder / STORE_FILE_NAME
    if path.exists():
        with OnlineStore(path, "") as store:
            store.erase(user_id)
    return n_erased


def open_online_store(log: EventLog | None, catalog: CatalogItems) -> OnlineStore:
    """Return the online store beside a log; one in memory when there is no log.

    Makes the catalogue compare by the vectors that the stored profiles were made of.

    Raises:
        OnlineStoreError: The file cannot be used.
    """
    path = IN_MEMORY if log is None else log.folder / STORE_FILE_NAME
    store = OnlineStore(path, catalog.encoder_id)
    catalog.select_space(store.profile_encoder_id)
    store.encoder_id = catalog.encoder_id
    return store
