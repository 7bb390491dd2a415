"""The half of the search that knows visitors: feeds, what goes with a product, profiles."""

import time
import uuid
from collections.abc import Callable
from dataclasses import replace

from index.product_index import ProductIndex
from search.cursor import Cursor
from search.event_recording import EventRecorder, count_shown_before
from search.recommendations import Recommender
from search.recommendations.profile_views import build_profile_view
from search.recommendations.recommender import digest_recommendation_query
from search.retrieval.similarity_baseline import BaselineSample
from shopwindow.eventlog.log_cursor import decode_cursor
from shopwindow.eventlog.visitor_traces import LinkedIds
from shopwindow.personalization import Personalizer
from shopwindow.values.closeable import Closeable
from shopwindow.values.event import Event
from shopwindow.values.fork_guard import ForkGuard
from shopwindow.values.profile_view import UserProfileView
from shopwindow.values.query import Filters, Query
from shopwindow.values.response import Hit, SearchResponse

_LOOK_EVERY_S = 0.005


class VisitorServiceMixin(Closeable):
    """What `SearchService` does for visitors.

    Attributes:
        index: The catalogue.
        events: What is told to the event log.
        people: What was learned from it.
        on_erase: Erases a visitor, by id and traces, from wherever else their events were taken
            to; None for nowhere.
    """

    index: ProductIndex
    recorder: EventRecorder
    personalization: Personalizer
    on_erase: Callable[[str, LinkedIds], object] | None = None
    _feeds: Recommender
    _process: ForkGuard
    _background: Callable[[Filters], BaselineSample]

    def recommend(
        self,
        user_id: str = "",
        limit: int = 20,
        filters: Filters | None = None,
        cursor: str = "",
    ) -> SearchResponse:
        """Return a page of products that suit a visitor, such as their home page.

        A visitor without history sees what the shop's others like, categories by turns; in a shop
        without events the feed's own popularity and what is new decide. What the visitor clicked,
        bought or hid is left out.

        Args:
            user_id: The visitor; empty for somebody unknown.
            limit: Hits, 1 to 500.
            filters: What every hit must fulfil.
            cursor: `next_cursor` of the page before; empty for the first page.

        Returns:
            One page. Some of its places, never the first, try products of which little is known;
            each hit has the probability with which it was put there.

        Raises:
            InvalidQueryError: The limit is out of range, or the cursor is not of this feed.
            ProfileError: The visitor's profile cannot be read.
            OnlineStoreError: The file of profiles cannot be used.
        """
        self._process.check()
        query = Query(
            limit=limit, filters=filters or Filters(), user_id=user_id, facets=(), cursor=cursor
        )
        merchants = query.filters.merchant_id
        page, place = self._fed(query)
        return self.recorder.log_impressions(page, place, "store" if merchants else "feed", user_id)

    def complements(
        self,
        product_id: str,
        limit: int = 10,
        user_id: str = "",
        filters: Filters | None = None,
    ) -> SearchResponse:
        """Return products that go with one of the index: a rug with a sofa, not another sofa.

        What was bought together counts first; where nothing was, what is of other kinds in the
        same style, of the same series or colour. No more than two of one kind stand together while
        others have fewer.

        Args:
            product_id: The product.
            limit: Hits, 1 to 500.
            user_id: The visitor; what they hid is left out.
            filters: What every hit must fulfil. To who sees only some merchants, the id of another
                one's product is unknown.

        Returns:
            One page, best first.

        Raises:
            InvalidQueryError: The limit is out of range.
            ProductNotFoundError: No indexed product that may be seen has the id.
            OnlineStoreError: The counts cannot be read.
        """
        self._process.check()
        query = Query(limit=limit, filters=filters or Filters(), user_id=user_id, facets=())
        page = self._feeds.recommend_complements(product_id, query, self._background(query.filters))
        # There is no way to hand a cursor in, nor to ask for what stands behind others.
        page = replace(page, next_cursor="", n_collapsed=0)
        return self.recorder.log_impressions(page, 0, "complements", user_id)

    def recently_viewed(
        self, user_id: str, limit: int = 20, filters: Filters | None = None
    ) -> SearchResponse:
        """Return the products that a visitor did something with last, the newest first.

        Args:
            user_id: The visitor.
            limit: Hits, 1 to 500.
            filters: What every hit must fulfil: those of one merchant, on that merchant's page.

        Returns:
            One page; what was hidden, by the visitor or by a rule, is not in it.

        Raises:
            InvalidQueryError: The limit is out of range.
            OnlineStoreError: The file of profiles cannot be read.
        """
        self._process.check()
        query = Query(limit=limit, filters=filters or Filters(), user_id=user_id, facets=())
        visitor = self.personalization.get_user_context(user_id)
        ids = dict.fromkeys(each.product_id for each in visitor.interactions)
        seen = [each for each in ids if each not in visitor.hidden_product_ids]
        passing = self.index.filter_products(seen, query.filters)
        shown = self._feeds.filter_hidden(list(passing.values()), query.filters)
        products = self.index.get(shown[:limit])
        hits = tuple(Hit(each, 0.0, {}) for each in products)
        return self.recorder.log_impressions(
            SearchResponse(hits, uuid.uuid4().hex), 0, "recent", user_id
        )

    def profile(self, user_id: str) -> UserProfileView:
        """Return what is known of a visitor, to show it.

        Raises:
            InvalidQueryError: Nobody can have that id.
            ProfileError: Their profile cannot be read.
            OnlineStoreError: The file of profiles cannot be read.
        """
        self._process.check()
        return build_profile_view(
            self.personalization, self.personalization.get_user_context(user_id)
        )

    @property
    def has_log(self) -> bool:
        """Whether events are logged; without a log there are no visitors to know."""
        return self.recorder.has_log

    def recent_visitors(self, limit: int = 20) -> list[str]:
        """Return the ids of the visitors who did something last, the latest first.

        Raises:
            OnlineStoreError: The file of profiles cannot be read.
        """
        return self.personalization.store.list_recent_users(limit)

    def history(self, user_id: str) -> list[Event]:
        """Return everything that is logged of a visitor, oldest first: what they were shown too.

        Raises:
            InvalidEventError: The id is empty.
            EventLogError: It cannot be read, or the service has no log.
        """
        return self.recorder.read_user_events(user_id)

    def record(self, event: Event) -> None:
        """Log what somebody did with a product; it is written soon, off the request path.

        What the visitor sees follows within about a tenth of a second; see `catch_up`.

        Raises:
            EventLogError: The service has no log, or it cannot take the event now.
        """
        self._process.check()
        self.recorder.record(event)

    def flush(self, timeout_s: float | None = None) -> None:
        """Wait until everything recorded so far is in the log, and in profiles and counts.

        Args:
            timeout_s: Seconds after which what is not learned yet is left to be learned beside, as
                after an import of many events; None to learn it all here and now.

        Raises:
            EventLogError: It cannot be written in time, or not be read.
            OnlineStoreError: Profiles cannot be read, or, without `timeout_s`, not be written.
        """
        self._process.check()
        follower = self.personalization.event_consumer
        if timeout_s is None:
            self.recorder.flush()
            if follower is not None:
                follower.consume_pending()
            return
        until = time.monotonic() + timeout_s
        self.recorder.flush(timeout_s)
        if follower is not None:
            self._await_learned(until)

    def erase(self, user_id: str) -> int:
        """Remove a visitor: every event, and everything that was learned of them.

        From the log, the profiles, and wherever else the service was told to. Events that name no
        visitor but a session, or an answer, that theirs name are theirs too.

        Returns:
            How many events there were.

        Raises:
            InvalidEventError: The id is empty.
            EventLogError: They cannot be removed, or the service has no log.
            OnlineStoreError: What was learned cannot be removed; erase again then.
            EventStoreError: The analytic store still has them; erase again then.
        """
        traces = self.recorder.find_traces(user_id)
        n_erased = self.recorder.erase(user_id)
        self.personalization.store.erase(user_id)
        if self.on_erase is not None:
            self.on_erase(user_id, traces)
        return n_erased

    def _fed(self, query: Query) -> tuple[SearchResponse, int | None]:
        cursor = Cursor.decode(query.cursor, digest_recommendation_query(query))
        background = self._background(query.filters)
        return self._feeds.recommend(query, background, cursor), count_shown_before(cursor)

    def _await_learned(self, until: float) -> None:
        """Wait for the thread that learns, until it knows what the log has now or time is over."""
        end = decode_cursor(self.recorder.get_end_cursor())
        while decode_cursor(self.personalization.store.cursor) < end and time.monotonic() < until:
            time.sleep(_LOOK_EVERY_S)
