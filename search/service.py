"""The search of one catalogue: what the command line, the page and Python code call."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from index.payload import conditions, point_id
from index.product_index import ProductIndex
from search.cursor import Cursor
from search.event_recording import Recording, n_shown_before
from search.pipeline.personal_reranking import Personal
from search.pipeline.query_relaxation import NAMED, attempts, first_found, without
from search.pipeline.reranking import Ordering, Wanted
from search.query.parsed_query import Understood
from search.query.query_reader import QueryReader, ReadQuery
from search.recommendations import Feeds
from search.response_builder import Answering
from search.retrieval.generators import Retrieval, Scope
from search.retrieval.query_encoder import Looks, QueryEncoder
from search.retrieval.query_plan import Asked
from search.retrieval.query_vectors import Looking, identity
from search.rules import RuleBook, rules_of
from search.stopwatch import Stopwatch
from search.suggestions import Suggestion
from search.visitor_api import ServesVisitors
from shopwindow.eventlog import EventLog
from shopwindow.personalization import People
from shopwindow.ranking import read_weights
from shopwindow.values.encoder import digest
from shopwindow.values.fork_guard import OneProcess
from shopwindow.values.product import Product
from shopwindow.values.query import ALL, Filters, Query
from shopwindow.values.response import Page
from shopwindow.values.settings import SearchSettings
from shopwindow.values.synonyms import Group, all_synonyms

_WAITING_THREADS = 16


class SearchService(ServesVisitors):
    """Answers queries from one index. Safe to call from several threads.

    Args:
        index: The open index.
        settings: Depth, weights, fusion, the shop's files of synonyms and rules.
        synonyms: Groups of words that mean the same; the shipped ones and those of the shop's file
            when None.
        rules: The merchandiser's rules; those of the shop's file when None.
        events: Where what is shown is logged, and what people do is learned from; `close` the
            service before this log.
        now: Seconds since 1970, by which what visitors did is young or old; for simulations.

    Raises:
        InvalidSettingError: The file of synonyms or of weights cannot be used.
        RuleError: The file of rules cannot be used.
        ProfileEncoderError: The visitors' profiles were made with another encoder.
        OnlineStoreError: The file of profiles cannot be used.
    """

    def __init__(
        self,
        index: ProductIndex,
        settings: SearchSettings | None = None,
        synonyms: Sequence[Group] | None = None,
        rules: RuleBook | None = None,
        events: EventLog | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._process = OneProcess("this SearchService")
        self.index = index
        self._settings = settings or SearchSettings()
        self._encoder = QueryEncoder(index.encoder)
        self._reader = QueryReader(
            index,
            all_synonyms(self._settings.synonyms) if synonyms is None else synonyms,
            rules_of(self._settings.rules) if rules is None else rules,
        )
        self._threads = ThreadPoolExecutor(_WAITING_THREADS, "search")
        weights = read_weights(self._settings.weights)
        self.people = People(index, events, weights.profile.settings(), now)
        self._ordering = Ordering(index, self._settings, Personal(self.people, weights))
        self._answering = Answering(index)
        self._feeds = Feeds(self.people, weights, self._answering, self._reader.plan)
        self._background = lambda filters: self._reader.knowledge(filters).background
        self._looking = Looking(index, self._encoder)
        version = digest(self._settings.model_dump(mode="json"), weights.model_dump(mode="json"))
        self.events = Recording(events, version, self.people.wake)
        self.people.start()

    @property
    def rules(self) -> RuleBook:
        """The merchandiser's rules; what is set here holds from the next query on."""
        return self._reader.rules

    @rules.setter
    def rules(self, rules: RuleBook) -> None:
        self._reader.rules = rules

    def warm_up(self) -> None:
        """Load what the first query would have to wait for; meant for a thread beside serving."""
        self._reader.warm_up()
        self.suggest("a")
        self._encoder.warm_up()
        self.people.warm_up()

    def search(self, query: Query) -> Page:
        """Answer a query by words, photos or both; without either, browse what passes the filters.

        When nothing passes the filters, those that the words named are given up first, then, if
        the query lets them be, its own: `Page.relaxed` says which.

        Returns:
            One page, best first, with the reason for each place.

        Raises:
            PhotoError: One of the query's photos cannot be used.
            ProductNotFoundError: No indexed product that may be seen has an id to be avoided.
            InvalidQueryError: The cursor is not of this query.
        """
        self._process.check()
        watch = Stopwatch.start()
        literal = query.literal if self._settings.read_queries else (ALL,)
        read = self._reader.read(replace(query, literal=literal))
        watch.lap("read")
        looks = self._looking.looks(query)
        cursor = Cursor.decode(query.cursor, identity(query, looks))
        if query.cursor:  # the pages of one answer give up the same filters
            page = self._attempt(query, read, looks, cursor, watch)
        else:
            page = first_found(
                self._attempt(query, read, looks, replace(cursor, given_up=given_up), watch)
                for given_up in attempts(query, read.understood.filters, self.index.count)
            )
        return self.events.shown(page, n_shown_before(cursor), "search", query.user_id)

    def similar(
        self,
        product: str | Product,
        limit: int = 10,
        filters: Filters | None = None,
        user_id: str = "",
    ) -> Page:
        """Return products like one that is indexed, or like one that is not.

        Args:
            product: The id of an indexed product, or any product: a draft with only a photo or
                only a title will do.
            limit: Hits, 1 to 500.
            filters: What every hit must fulfil. To who sees only some merchants, the id of another
                one's product is unknown.
            user_id: The visitor, for a personal order.

        Returns:
            One page, best first; the product itself is not in it.

        Raises:
            InvalidQueryError: A value has no sense.
            ProductNotFoundError: No indexed product that may be seen has the id.
            PhotoError: The photo of a product that is not indexed cannot be used.
        """
        self._process.check()
        watch = Stopwatch.start()
        query = Query(limit=limit, filters=filters or Filters(), facets=(), user_id=user_id)
        itself = product.id if isinstance(product, Product) else product
        asked = self._looking.asked(product, query.filters)
        retrieval = self._retrieval(query.filters, (point_id(itself),))
        retrieval.begin(asked)
        watch.lap("encode")
        wanted = Wanted(query, Understood("", query.filters))
        page = self._answer(wanted, Cursor(""), retrieval, watch)
        page = replace(page, next_cursor="")  # there is no way to hand one in
        return self.events.shown(page, 0, "similar", user_id)

    def suggest(
        self, text: str, limit: int = 8, filters: Filters | None = None
    ) -> tuple[Suggestion, ...]:
        """Return how a begun query may go on, best first; see `Suggestions.suggested`.

        Args:
            text: What was typed so far.
            limit: Most suggestions, 1 to 50.
            filters: Those of the search that is begun. Of these the merchants alone matter:
                suggestions are words of what they sell, whatever else it costs or is.

        Raises:
            InvalidQueryError: The limit is out of range, or the text too long or no text.
        """
        self._process.check()
        return self._reader.knowledge(filters).suggestions.suggested(text, limit)

    def close(self) -> None:
        """Write the events that wait; index and log stay open. See `EventWriter.close`.

        Raises:
            EventLogError: They cannot be written, and are lost.
        """
        try:
            self.events.close()
        finally:
            self.people.close()

    def _attempt(
        self, query: Query, read: ReadQuery, looks: Looks, cursor: Cursor, watch: Stopwatch
    ) -> Page:
        """Return the answer without the filters that the cursor says are given up."""
        relaxed = tuple(name for name in cursor.given_up if name != NAMED)
        if cursor.given_up:
            read = read.without_filters(without(query.filters, relaxed))
        return replace(self._found(query, read, looks, cursor, watch), relaxed=relaxed)

    def _found(
        self, query: Query, read: ReadQuery, looks: Looks, cursor: Cursor, watch: Stopwatch
    ) -> Page:
        text = read.understood.text
        excluded = tuple(point_id(each) for each in looks.unlike if isinstance(each, str))
        share = self._settings.least_share
        wanted = Wanted(query, read.understood, (), read.plan, excluded, share)
        if not text and not looks.like:
            return self._answering.browsed(wanted, cursor, watch)
        retrieval = self._retrieval(read.understood.filters, excluded, query.photo_share)
        retrieval.begin(Asked(words=read.words, coverage=read.coverage))
        retrieval.begin(
            Asked(
                text=self._encoder.text(text) if text else None,
                photo=self._encoder.photo(looks.like) if looks.like else None,
            )
        )
        wanted = replace(wanted, unwanted=[self._looking.unwanted(each) for each in looks.unlike])
        watch.lap("encode")
        return self._answer(wanted, cursor, retrieval, watch)

    def _answer(
        self, wanted: Wanted, cursor: Cursor, retrieval: Retrieval, watch: Stopwatch
    ) -> Page:
        legs = retrieval.legs()
        watch.lap("retrieve")
        fused = retrieval.fused(legs)
        watch.lap("fuse")
        known = self._reader.knowledge(wanted.query.filters)
        ordered = self._ordering.ordered(fused, wanted, known, watch)
        return self._answering.page(wanted, cursor, ordered, known.languages, watch)

    def _retrieval(
        self, filters: Filters, exclude: tuple[str, ...], photo_share: float | None = None
    ) -> Retrieval:
        scope = Scope(conditions(filters), exclude, photo_share)
        background = self._background(filters)
        return Retrieval(self.index, self._settings, background, scope, self._threads)
