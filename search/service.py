"""The search of one catalogue: what the command line, the page and Python code call."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from index.payload import to_conditions, to_point_id
from index.product_index import ProductIndex
from search.cursor import Cursor
from search.event_recording import EventRecorder, count_shown_before
from search.pipeline.personal_reranking import PersonalReranker
from search.pipeline.query_relaxation import (
    PARSED_FILTERS,
    drop_filters,
    find_first_page,
    generate_attempts,
)
from search.pipeline.reranking import RankingContext, RerankingPipeline
from search.query.parsed_query import ParsedQuery
from search.query.query_reader import InterpretedQuery, QueryInterpreter
from search.recommendations import Recommender
from search.response_builder import ResponseBuilder
from search.retrieval.generators import HybridRetriever, RetrievalOptions
from search.retrieval.query_encoder import QueryEncoder, VisualConstraints
from search.retrieval.query_plan import RetrievalInput
from search.retrieval.query_vectors import QueryVectorizer, digest_query
from search.rules import RuleSet, load_rules
from search.stopwatch import Stopwatch
from search.suggestions import Suggestion
from search.visitor_api import VisitorServiceMixin
from shopwindow.eventlog import EventLog
from shopwindow.personalization import Personalizer
from shopwindow.ranking import read_weights
from shopwindow.values.encoder import digest
from shopwindow.values.fork_guard import ForkGuard
from shopwindow.values.product import Product
from shopwindow.values.query import WHOLE_TEXT, Filters, Query
from shopwindow.values.response import SearchResponse
from shopwindow.values.settings import SearchSettings
from shopwindow.values.synonyms import SynonymGroup, load_synonyms

_WAITING_THREADS = 16


class SearchService(VisitorServiceMixin):
    """Answers queries from one index. Safe to call from several threads.

    Args:
        index: The open index.
        settings: Depth, weights, fusion, the shop's files of synonyms and rules.
        synonyms: Groups of words that mean the same; the shipped ones and those of the shop's file
            when None.
        rules: The merchandiser's rules; those of the shop's file when None.
        event_log: Where what is shown is logged, and what people do is learned from; `close` the
            service before this log.
        clock: Seconds since 1970, by which what visitors did is young or old; for simulations.

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
        synonyms: Sequence[SynonymGroup] | None = None,
        rules: RuleSet | None = None,
        event_log: EventLog | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._process = ForkGuard("this SearchService")
        self.index = index
        self._settings = settings or SearchSettings()
        self._encoder = QueryEncoder(index.encoder)
        self._reader = QueryInterpreter(
            index,
            load_synonyms(self._settings.synonyms_file) if synonyms is None else synonyms,
            load_rules(self._settings.rules_file) if rules is None else rules,
        )
        self._threads = ThreadPoolExecutor(_WAITING_THREADS, "search")
        weights = read_weights(self._settings.weights_file)
        self.personalization = Personalizer(
            index, event_log, weights.profile.to_profile_settings(), clock
        )
        self._ordering = RerankingPipeline(
            index, self._settings, PersonalReranker(self.personalization, weights)
        )
        self._answering = ResponseBuilder(index)
        self._feeds = Recommender(
            self.personalization, weights, self._answering, self._reader.plan_rules
        )
        self._background = lambda filters: self._reader.get_snapshot(filters).baseline
        self._looking = QueryVectorizer(index, self._encoder)
        version = digest(self._settings.model_dump(mode="json"), weights.model_dump(mode="json"))
        self.recorder = EventRecorder(event_log, version, self.personalization.wake)
        self.personalization.start()

    @property
    def rules(self) -> RuleSet:
        """The merchandiser's rules; what is set here holds from the next query on."""
        return self._reader.rules

    @rules.setter
    def rules(self, rules: RuleSet) -> None:
        self._reader.rules = rules

    def warm_up(self) -> None:
        """Load what the first query would have to wait for; meant for a thread beside serving."""
        self._reader.warm_up()
        self.suggest("a")
        self._encoder.warm_up()
        self.personalization.warm_up()

    def search(self, query: Query) -> SearchResponse:
        """Answer a query by words, photos or both; without either, browse what passes the filters.

        When nothing passes the filters, those that the words named are given up first, then, if
        the query lets them be, its own: `SearchResponse.relaxed` says which.

        Returns:
            One page, best first, with the reason for each place.

        Raises:
            PhotoError: One of the query's photos cannot be used.
            ProductNotFoundError: No indexed product that may be seen has an id to be avoided.
            InvalidQueryError: The cursor is not of this query.
        """
        self._process.check()
        watch = Stopwatch.start()
        literal = query.verbatim if self._settings.query_understanding else (WHOLE_TEXT,)
        read = self._reader.interpret(replace(query, verbatim=literal))
        watch.lap("interpret")
        looks = self._looking.prepare_constraints(query)
        cursor = Cursor.decode(query.cursor, digest_query(query, looks))
        if query.cursor:  # the pages of one answer give up the same filters
            page = self._attempt(query, read, looks, cursor, watch)
        else:
            page = find_first_page(
                self._attempt(query, read, looks, replace(cursor, relaxed=given_up), watch)
                for given_up in generate_attempts(query, read.parsed.filters, self.index.count)
            )
        return self.recorder.log_impressions(
            page, count_shown_before(cursor), "search", query.user_id
        )

    def similar(
        self,
        product: str | Product,
        limit: int = 10,
        filters: Filters | None = None,
        user_id: str = "",
    ) -> SearchResponse:
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
        asked = self._looking.resolve_product(product, query.filters)
        retrieval = self._retrieval(query.filters, (to_point_id(itself),))
        retrieval.submit(asked)
        watch.lap("encode")
        wanted = RankingContext(query, ParsedQuery("", query.filters))
        page = self._answer(wanted, Cursor(""), retrieval, watch)
        page = replace(page, next_cursor="")  # there is no way to hand one in
        return self.recorder.log_impressions(page, 0, "similar", user_id)

    def suggest(
        self, text: str, limit: int = 8, filters: Filters | None = None
    ) -> tuple[Suggestion, ...]:
        """Return how a begun query may go on, best first; see `Suggester.suggest`.

        Args:
            text: What was typed so far.
            limit: Most suggestions, 1 to 50.
            filters: Those of the search that is begun. Of these the merchants alone matter:
                suggestions are words of what they sell, whatever else it costs or is.

        Raises:
            InvalidQueryError: The limit is out of range, or the text too long or no text.
        """
        self._process.check()
        return self._reader.get_snapshot(filters).suggester.suggest(text, limit)

    def close(self) -> None:
        """Write the events that wait; index and log stay open. See `EventWriter.close`.

        Raises:
            EventLogError: They cannot be written, and are lost.
        """
        try:
            self.recorder.close()
        finally:
            self.personalization.close()

    def _attempt(
        self,
        query: Query,
        read: InterpretedQuery,
        looks: VisualConstraints,
        cursor: Cursor,
        watch: Stopwatch,
    ) -> SearchResponse:
        """Return the answer without the filters that the cursor says are given up."""
        relaxed = tuple(name for name in cursor.relaxed if name != PARSED_FILTERS)
        if cursor.relaxed:
            read = read.with_filters(drop_filters(query.filters, relaxed))
        return replace(self._found(query, read, looks, cursor, watch), relaxed=relaxed)

    def _found(
        self,
        query: Query,
        read: InterpretedQuery,
        looks: VisualConstraints,
        cursor: Cursor,
        watch: Stopwatch,
    ) -> SearchResponse:
        text = read.parsed.text
        excluded = tuple(to_point_id(each) for each in looks.negative if isinstance(each, str))
        share = self._settings.relative_score_cutoff
        wanted = RankingContext(query, read.parsed, (), read.plan, excluded, share)
        if not text and not looks.positive:
            return self._answering.build_browse(wanted, cursor, watch)
        retrieval = self._retrieval(read.parsed.filters, excluded, query.image_weight)
        retrieval.submit(RetrievalInput(sparse_vector=read.sparse_vector, coverage=read.coverage))
        retrieval.submit(
            RetrievalInput(
                text_vector=self._encoder.encode_text(text) if text else None,
                photo_vector=self._encoder.encode_photos(looks.positive)
                if looks.positive
                else None,
            )
        )
        wanted = replace(
            wanted, negatives=[self._looking.resolve_negative(each) for each in looks.negative]
        )
        watch.lap("encode")
        return self._answer(wanted, cursor, retrieval, watch)

    def _answer(
        self, wanted: RankingContext, cursor: Cursor, retrieval: HybridRetriever, watch: Stopwatch
    ) -> SearchResponse:
        legs = retrieval.collect()
        watch.lap("retrieve")
        fused = retrieval.fuse(legs)
        watch.lap("fuse")
        known = self._reader.get_snapshot(wanted.query.filters)
        ordered = self._ordering.rerank(fused, wanted, known, watch)
        return self._answering.build(wanted, cursor, ordered, known.languages, watch)

    def _retrieval(
        self, filters: Filters, exclude: tuple[str, ...], photo_share: float | None = None
    ) -> HybridRetriever:
        scope = RetrievalOptions(to_conditions(filters), exclude, photo_share)
        background = self._background(filters)
        return HybridRetriever(self.index, self._settings, background, scope, self._threads)
