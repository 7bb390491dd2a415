"""Visitor methods of `SearchService`: recommendations, complements, profiles, events, erasure."""

import time
import uuid
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace

from index import ProductIndex
from search.catalog_snapshot import CatalogSnapshot
from search.cursor import Cursor
from search.event_recording import EventRecorder, count_shown_before
from search.recommendations.profile_views import build_profile_view
from search.recommender import Recommender, digest_recommendation_query
from shopwindow.eventlog import LinkedIds
from shopwindow.personalization import Personalizer
from shopwindow.values import (
    Closeable,
    Event,
    Filters,
    ForkGuard,
    Hit,
    Query,
    SearchResponse,
    Surface,
    UserProfileView,
)


class VisitorServiceMixin(Closeable):
    """The methods of `SearchService` that know visitors.

    Attributes:
        index: The catalogue.
        recorder: Writes impressions and interactions to the event log.
        personalization: Profiles and statistics learned from the log.
        on_erase: Called by `erase` with a visitor's id and linked ids, to erase copies of their
            events elsewhere; None when there are none.
    """

    index: ProductIndex
    recorder: EventRecorder
    personalization: Personalizer
    on_erase: Callable[[str, LinkedIds], object] | None = None
    _recommender: Recommender
    _process: ForkGuard

    @abstractmethod
    def _get_snapshot(self, filters: Filters | None) -> CatalogSnapshot:
        """Return the snapshot of the products that some filters' merchants sell."""

    def recommend(
        self,
        user_id: str = "",
        limit: int = 20,
        filters: Filters | None = None,
        cursor: str = "",
    ) -> SearchResponse:
        """Recommend products to a visitor, for example on their home page.

        A visitor without history gets what other visitors like, mixed across categories; in a shop
        without events the catalogue's own popularity and freshness decide. Products that the
        visitor clicked, liked, put in the cart, bought or hid are left out.

        Args:
            user_id: The visitor; empty for an anonymous one.
            limit: Hits, 1 to 500.
            filters: What every hit must fulfil.
            cursor: `next_cursor` of the previous page; empty for the first page.

        Returns:
            One page. Some positions, never the first, explore products with few impressions; each
            hit has the propensity with which it was placed.

        Raises:
            InvalidQueryError: The limit is out of range, or the cursor belongs to another query.
            ProfileError: The visitor's profile cannot be read.
            OnlineStoreError: The profile store cannot be used.
        """
        self._process.check()
        query = Query(
            limit=limit, filters=filters or Filters(), user_id=user_id, facets=(), cursor=cursor
        )
        decoded = Cursor.decode(query.cursor, digest_recommendation_query(query))
        response = self._recommender.recommend(query, self._get_snapshot(query.filters), decoded)
        surface: Surface = "store" if query.filters.merchant_id else "feed"
        n_before = count_shown_before(decoded)
        return self.recorder.log_impressions(response, n_before, surface, user_id)

    def complements(
        self,
        product_id: str,
        limit: int = 10,
        user_id: str = "",
        filters: Filters | None = None,
    ) -> SearchResponse:
        """Recommend complements of an indexed product: a rug with a sofa, not another sofa.

        Co-purchases count first; where there are none, products of other kinds in the same style,
        series or colour. No more than two of one kind follow each other while other kinds have
        fewer.

        Args:
            product_id: The product.
            limit: Hits, 1 to 500.
            user_id: The visitor; products that they hid are left out.
            filters: What every hit must fulfil. Where they allow only some merchants, the ids of
                other merchants' products are unknown.

        Returns:
            One page, best first.

        Raises:
            InvalidQueryError: The limit is out of range.
            ProductNotFoundError: No visible indexed product has the id.
            OnlineStoreError: The co-purchase counts cannot be read.
        """
        self._process.check()
        query = Query(limit=limit, filters=filters or Filters(), user_id=user_id, facets=())
        snapshot = self._get_snapshot(query.filters)
        response = self._recommender.recommend_complements(product_id, query, snapshot)
        # This method takes no cursor, and cannot show collapsed variants.
        response = replace(response, next_cursor="", n_collapsed=0)
        return self.recorder.log_impressions(response, 0, "complements", user_id)

    def recently_viewed(
        self, user_id: str, limit: int = 20, filters: Filters | None = None
    ) -> SearchResponse:
        """Return the products that a visitor last interacted with, the newest first.

        Args:
            user_id: The visitor.
            limit: Hits, 1 to 500.
            filters: What every hit must fulfil, such as the merchant on that merchant's page.

        Returns:
            One page, without products hidden by the visitor or by a rule.

        Raises:
            InvalidQueryError: The limit is out of range.
            OnlineStoreError: The profile store cannot be read.
        """
        self._process.check()
        query = Query(limit=limit, filters=filters or Filters(), user_id=user_id, facets=())
        visitor = self.personalization.get_user_context(user_id)
        ids = dict.fromkeys(interaction.product_id for interaction in visitor.interactions)
        viewed = [product_id for product_id in ids if product_id not in visitor.hidden_product_ids]
        passing = self.index.filter_products(viewed, query.filters)
        visible = self._recommender.filter_hidden(passing, query.filters)
        hits = tuple(Hit(product, 0.0, {}) for product in self.index.get(visible[:limit]))
        response = SearchResponse(hits, uuid.uuid4().hex)
        return self.recorder.log_impressions(response, 0, "recent", user_id)

    def profile(self, user_id: str) -> UserProfileView:
        """Return a visitor's profile in a form that can be shown to them.

        Raises:
            InvalidQueryError: The id is not valid.
            ProfileError: The visitor's profile cannot be read.
            OnlineStoreError: The profile store cannot be read.
        """
        self._process.check()
        visitor = self.personalization.get_user_context(user_id)
        return build_profile_view(self.personalization, visitor)

    @property
    def has_log(self) -> bool:
        """Whether events are logged; without a log there are no visitor profiles."""
        return self.recorder.has_log

    def recent_visitors(self, limit: int = 20) -> list[str]:
        """Return the ids of the most recently active visitors, the latest first.

        Raises:
            OnlineStoreError: The profile store cannot be read.
        """
        return self.personalization.store.list_recent_users(limit)

    def history(self, user_id: str) -> list[Event]:
        """Return every logged event of a visitor, impressions included, oldest first.

        Raises:
            InvalidEventError: The id is empty.
            EventLogError: The log cannot be read, or the service has none.
        """
        return self.recorder.read_user_events(user_id)

    def record(self, event: Event) -> None:
        """Log a visitor's interaction with a product; it is written off the request path.

        The visitor's recommendations follow within about a tenth of a second; see `flush`.

        Raises:
            EventLogError: The service has no log, or it cannot accept the event now.
        """
        self._process.check()
        self.recorder.record(event)

    def flush(self, timeout_s: float | None = None) -> None:
        """Wait until all recorded events are in the log, and in profiles and statistics.

        Args:
            timeout_s: Seconds to wait for the background consumer, which continues afterwards, as
                after an import of many events; None to consume all pending events in this thread,
                or to wait for the process that consumes them.

        Raises:
            EventLogError: The events cannot be written in time, or not be read.
            OnlineStoreError: Profiles cannot be read, or, without `timeout_s`, not be written; or
                nobody consumed an event for 30 s.
        """
        self._process.check()
        if timeout_s is None:
            self.recorder.flush()
            self.personalization.consume_pending()
            return
        started_s = time.monotonic()
        self.recorder.flush(timeout_s)
        remaining_s = started_s + timeout_s - time.monotonic()
        self.personalization.wait_until_consumed(remaining_s)

    def erase(self, user_id: str) -> int:
        """Erase a visitor: all their events, and everything learned from them.

        They are removed from the log, the profile store, and where `on_erase` reaches. Events
        without a visitor belong to this one too when they share a session or a query id with
        events that name the visitor.

        Returns:
            The number of events removed from the log.

        Raises:
            InvalidEventError: The id is empty.
            EventLogError: The events cannot be removed, or the service has no log.
            OnlineStoreError: The profile cannot be removed; erase again.
            EventStoreError: The analytic store still has the events; erase again.
        """
        linked_ids = self.recorder.find_traces(user_id)
        n_erased = self.recorder.erase(user_id)
        self.personalization.store.erase(user_id)
        if self.on_erase is not None:
            self.on_erase(user_id, linked_ids)
        return n_erased
