"""Visitors and products as the search sees them: one door to what was learned."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from index.product_index import ProductIndex
from shopwindow.eventlog import EventLog
from shopwindow.personalization.catalog_items import CatalogItems
from shopwindow.personalization.event_consumer import EventConsumer
from shopwindow.personalization.expected_engagement import EngagementEstimator
from shopwindow.personalization.online_store import IN_MEMORY, OnlineStore
from shopwindow.personalization.profile_reads import InteractionRecord
from shopwindow.personalization.profile_writes import MAX_INTERACTIONS
from shopwindow.ranking import Profile, ProfileSettings
from shopwindow.values.closeable import Closeable
from shopwindow.values.errors import InvalidQueryError
from shopwindow.values.validation import Validator

STORE_FILE_NAME = "people.sqlite"
"""In the folder of the event log."""


@dataclass(frozen=True, slots=True)
class UserContext:
    """What is known of one visitor at one moment.

    Attributes:
        user_id: The visitor; empty for somebody unknown.
        profile: Their tastes; None when nothing was learned yet.
        interactions: What they did with products, the newest first.
        hidden_product_ids: Products that they never want to see again.
    """

    user_id: str = ""
    profile: Profile | None = None
    interactions: tuple[InteractionRecord, ...] = ()
    hidden_product_ids: frozenset[str] = frozenset()

    @property
    def has_preferences(self) -> bool:
        """Whether anything of their tastes is known."""
        return self.profile is not None and self.profile.n_interactions > 0


class Personalizer(Closeable):
    """What was learned of visitors and products. Safe to use from several threads.

    Args:
        index: The catalogue.
        log: The event log that is learned from; None for a shop without events.
        settings: How touches become profiles.
        now: Seconds since 1970 by the clock on the wall; for tests.

    Raises:
        ProfileEncoderError: The profiles were made with another encoder.
        OnlineStoreError: The file of profiles cannot be used, or is another log's.
        EventLogError: The log cannot be read.
    """

    def __init__(
        self,
        index: ProductIndex,
        log: EventLog | None,
        settings: ProfileSettings,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings
        self._wall = now
        self.catalog = CatalogItems(index)
        self.store = open_online_store(log, self.catalog)
        self.engagement_estimator = EngagementEstimator(self.store, self.catalog, self.now)
        self.event_consumer: EventConsumer | None = None
        if log is not None:
            self.event_consumer = EventConsumer(log, self.store, self.catalog, settings, now)
        try:
            if self.event_consumer is not None:
                self.event_consumer.check_compatibility()
        except BaseException:
            self.store.close()
            raise

    def now(self) -> float:
        """Return the moment that tastes and counts are read at, in seconds since 1970.

        It is when somebody did something last, if that is past: while nothing happens nothing
        fades, and what was imported from an old log is as it was at its end.
        """
        newest = self.store.last_event_s
        return self._wall() if newest is None else min(newest, self._wall())

    def get_profile(self, user_id: str) -> Profile | None:
        """Return a visitor's tastes; None for somebody unknown, or of whom nothing was learned.

        Raises:
            InvalidQueryError: Nobody can have that id.
            ProfileError: Their profile cannot be read.
            OnlineStoreError: The file of profiles cannot be read.
        """
        user_id = _checked(user_id)
        return self.store.get_profile(user_id) if user_id else None

    def get_user_context(self, user_id: str) -> UserContext:
        """Return what is known of a visitor.

        Raises:
            InvalidQueryError: Nobody can have that id.
            ProfileError: Their profile cannot be read.
            OnlineStoreError: The file of profiles cannot be read.
        """
        user_id = _checked(user_id)
        if not user_id:
            return UserContext()
        touched = tuple(self.store.get_interactions(user_id, MAX_INTERACTIONS))
        hidden = frozenset(self.store.get_hidden_product_ids(user_id))
        return UserContext(user_id, self.get_profile(user_id), touched, hidden)

    def start(self) -> None:
        """Learn what the log has, and goes on to get, from now on."""
        if self.event_consumer is not None:
            self.event_consumer.start()

    def wake(self) -> None:
        """Look into the log now."""
        if self.event_consumer is not None:
            self.event_consumer.wake()

    def warm_up(self) -> None:
        """Read products ahead, where visitors are known for whom they will be compared."""
        if self.event_consumer is not None:
            self.catalog.warm_up()

    def close(self) -> None:
        """Stop learning and close the file; the index and the log stay open."""
        if self.event_consumer is not None:
            self.event_consumer.close()
        self.engagement_estimator.close()
        self.store.close()


def _checked(user_id: object) -> str:
    return Validator(InvalidQueryError).check_text("user_id", user_id)


def erase_user(log: EventLog, user_id: str) -> int:
    """Remove a visitor from a log, and what was learned of them from the file beside it.

    The log comes first: what is read from it meanwhile is then erased with the rest.

    Returns:
        How many events there were.

    Raises:
        InvalidEventError: The id is empty.
        EventLogError: They cannot be removed.
        OnlineStoreError: What was learned cannot be removed; erase again then.
    """
    n_erased = log.erase(user_id)
    path = log.folder / STORE_FILE_NAME
    if path.exists():
        with OnlineStore(path, "") as store:
            store.erase(user_id)
    return n_erased


def open_online_store(log: EventLog | None, catalog: CatalogItems) -> OnlineStore:
    """Return the store beside a log; one that keeps nothing when there is no log.

    The catalogue goes on by the vectors that the profiles in it were made of.

    Raises:
        OnlineStoreError: The file cannot be used.
    """
    path = IN_MEMORY if log is None else log.folder / STORE_FILE_NAME
    store = OnlineStore(path, catalog.encoder_id)
    catalog.select_space(store.profile_encoder_id)
    store.encoder_id = catalog.encoder_id
    return store
