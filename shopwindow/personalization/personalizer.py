"""Visitors and products as the search sees them: one door to what was learned."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from index.product_index import ProductIndex
from shopwindow.eventlog import EventLog
from shopwindow.personalization.catalog_items import Catalogue
from shopwindow.personalization.event_consumer import Follower
from shopwindow.personalization.expected_engagement import Expectations
from shopwindow.personalization.online_store import IN_MEMORY, OnlineStore
from shopwindow.personalization.profile_reads import Touched
from shopwindow.personalization.profile_writes import MAX_TOUCHED
from shopwindow.ranking import Profile, ProfileSettings
from shopwindow.values.closing import Closing
from shopwindow.values.errors import InvalidQueryError
from shopwindow.values.validation import Checker

FILE = "people.sqlite"
"""In the folder of the event log."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """What is known of one visitor at one moment.

    Attributes:
        user_id: The visitor; empty for somebody unknown.
        profile: Their tastes; None when nothing was learned yet.
        touched: What they did with products, the newest first.
        hidden: Products that they never want to see again.
    """

    user_id: str = ""
    profile: Profile | None = None
    touched: tuple[Touched, ...] = ()
    hidden: frozenset[str] = frozenset()

    @property
    def has_tastes(self) -> bool:
        """Whether anything of their tastes is known."""
        return self.profile is not None and self.profile.n_touches > 0


class People(Closing):
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
        self.catalogue = Catalogue(index)
        self.store = opened_store(log, self.catalogue)
        self.expectations = Expectations(self.store, self.catalogue, self.now)
        self.follower: Follower | None = None
        if log is not None:
            self.follower = Follower(log, self.store, self.catalogue, settings, now)
        try:
            if self.follower is not None:
                self.follower.check()
        except BaseException:
            self.store.close()
            raise

    def now(self) -> float:
        """Return the moment that tastes and counts are read at, in seconds since 1970.

        It is when somebody did something last, if that is past: while nothing happens nothing
        fades, and what was imported from an old log is as it was at its end.
        """
        newest = self.store.newest_s
        return self._wall() if newest is None else min(newest, self._wall())

    def profile(self, user_id: str) -> Profile | None:
        """Return a visitor's tastes; None for somebody unknown, or of whom nothing was learned.

        Raises:
            InvalidQueryError: Nobody can have that id.
            ProfileError: Their profile cannot be read.
            OnlineStoreError: The file of profiles cannot be read.
        """
        user_id = _checked(user_id)
        return self.store.profile(user_id) if user_id else None

    def visitor(self, user_id: str) -> Visitor:
        """Return what is known of a visitor.

        Raises:
            InvalidQueryError: Nobody can have that id.
            ProfileError: Their profile cannot be read.
            OnlineStoreError: The file of profiles cannot be read.
        """
        user_id = _checked(user_id)
        if not user_id:
            return Visitor()
        touched = tuple(self.store.touched(user_id, MAX_TOUCHED))
        hidden = frozenset(self.store.hidden(user_id))
        return Visitor(user_id, self.profile(user_id), touched, hidden)

    def start(self) -> None:
        """Learn what the log has, and goes on to get, from now on."""
        if self.follower is not None:
            self.follower.start()

    def wake(self) -> None:
        """Look into the log now."""
        if self.follower is not None:
            self.follower.wake()

    def warm_up(self) -> None:
        """Read products ahead, where visitors are known for whom they will be compared."""
        if self.follower is not None:
            self.catalogue.warm_up()

    def close(self) -> None:
        """Stop learning and close the file; the index and the log stay open."""
        if self.follower is not None:
            self.follower.close()
        self.expectations.close()
        self.store.close()


def _checked(user_id: object) -> str:
    return Checker(InvalidQueryError).text("user_id", user_id)


def erased(log: EventLog, user_id: str) -> int:
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
    path = log.folder / FILE
    if path.exists():
        with OnlineStore(path, "") as store:
            store.erase(user_id)
    return n_erased


def opened_store(log: EventLog | None, catalogue: Catalogue) -> OnlineStore:
    """Return the store beside a log; one that keeps nothing when there is no log.

    The catalogue goes on by the vectors that the profiles in it were made of.

    Raises:
        OnlineStoreError: The file cannot be used.
    """
    path = IN_MEMORY if log is None else log.folder / FILE
    store = OnlineStore(path, catalogue.encoder)
    catalogue.keep_to(store.made_with)
    store.encoder = catalogue.encoder
    return store
