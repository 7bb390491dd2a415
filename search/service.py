"""The search of one catalogue: the Python API behind the command line and the page."""

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
from search.query.query_interpreter import InterpretedQuery, QueryInterpreter
from search.recommendations import Recommender
from search.response_builder import ResponseBuilder
from search.retrieval.generators import HybridRetriever, RetrievalOptions
from search.retrieval.query_encoder import QueryEncoder, VisualConstraints
from search.retrieval.query_plan import RetrievalInput
from search.retrieval.query_vectors import QueryVectorizer, digest_query
from search.retrieval.similarity_baseline import BaselineSample
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

_RETRIEVAL_THREADS = 16
"""They wait for the engine, and take no processor time."""


class SearchService(VisitorServiceMixin):
    """Answers queries from one index. Safe to call from several threads.

    Args:
        index: The open index.
        settings: Candidates per retriever, weights, fusion, the files of synonyms and rules.
        synonyms: Groups of words that mean the same; when None, the shipped ones and those of the
            synonyms file.
        rules: The merchandiser's rules; those of the rules file when None.
        event_log: Impressions are logged to it and profiles learned from it; `close` the service
            before this log.
        clock: Seconds since 1970, against which interactions decay; for simulations.

    Raises:
        InvalidSettingError: The file of synonyms or of weights cannot be used.
        RuleError: The file of rules cannot be used.
        ProfileEncoderError: The visitors' profiles were built with another encoder.
        OnlineStoreError: The profile store cannot be used.
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
        self._query_encoder = QueryEncoder(index.encoder)
        self._interpreter = QueryInterpreter(
            index,
            load_synonyms(self._settings.synonyms_file) if synonyms is None else synonyms,
            load_rules(self._settings.rules_file) if rules is None else rules,
        )
        self._threads = ThreadPoolExecutor(_RETRIEVAL_THREADS, "search")
        weights = read_weights(self._settings.weights_file)
        self.personalization = Personalizer(
            index, event_log, weights.profile.to_profile_settings(), clock
        )
        self._reranking = RerankingPipeline(
            index, self._settings, PersonalReranker(self.personalization, weights)
        )
        self._response_builder = ResponseBuilder(index)
        self._recommender = Recommender(
            self.personalization, weights, self._response_builder, self._interpreter.plan_rules
        )
        self._vectorizer = QueryVectorizer(index, self._query_encoder)
        version = digest(self._settings.model_dump(mode="json"), weights.model_dump(mode="json"))
        self.recorder = EventRecorder(event_log, version, self.personalization.wake)
        self.personalization.start()

    @property
    def rules(self) -> RuleSet:
        """The merchandiser's rules; a new set applies from the next query on."""
        return self._interpreter.rules

    @rules.setter
    def rules(self, rules: RuleSet) -> None:
        self._interpreter.rules = rules

    def warm_up(self) -> None:
        """Load models and vocabulary before the first query; meant for a background thread."""
        self._interpreter.warm_up()
        self.suggest("a")
        self._query_encoder.warm_up()
        self.personalization.warm_up()

    def search(self, query: Query) -> SearchResponse:
        """Search by text, photos or both; without either, browse what passes the filters.

        When nothing passes the filters, those parsed from the text are dropped first, then, if
        `query.relax` allows it, the query's own: `SearchResponse.relaxed` names them.

        Returns:
            One page, best first, with the score contributions of each hit.

        Raises:
            PhotoError: One of the query's photos cannot be used.
            ProductNotFoundError: A negative example is the id of no visible indexed product.
            InvalidQueryError: The cursor belongs to another query.
        """
        self._process.check()
        watch = Stopwatch.start()
        verbatim = query.verbatim if self._settings.query_understanding else (WHOLE_TEXT,)
        interpreted = self._interpreter.interpret(replace(query, verbatim=verbatim))
        watch.lap("interpret")
        constraints = self._vectorizer.prepare_constraints(query)
        cursor = Cursor.decode(query.cursor, digest_query(query, constraints))
        if query.cursor:  # all pages of one result list drop the same filters
            response = self._search_relaxed(query, interpreted, constraints, cursor, watch)
        else:
            attempts = generate_attempts(query, interpreted.parsed.filters, self.index.count)
            response = find_first_page(
                self._search_relaxed(
                    query, interpreted, constraints, replace(cursor, relaxed=relaxed), watch
                )
                for relaxed in attempts
            )
        n_before = count_shown_before(cursor)
        return self.recorder.log_impressions(response, n_before, "search", query.user_id)

    def similar(
        self,
        product: str | Product,
        limit: int = 10,
        filters: Filters | None = None,
        user_id: str = "",
    ) -> SearchResponse:
        """Find the products most similar to one, indexed or not.

        Args:
            product: The id of an indexed product, or any product: a draft with only a photo or
                only a title will do.
            limit: Hits, 1 to 500.
            filters: What every hit must fulfil. Where they allow only some merchants, the ids of
                other merchants' products are unknown.
            user_id: The visitor, for personalised ranking.

        Returns:
            One page, best first; the product itself is not in it.

        Raises:
            InvalidQueryError: A value is out of range.
            ProductNotFoundError: No visible indexed product has the id.
            PhotoError: The photo of a product that is not indexed cannot be used.
        """
        self._process.check()
        watch = Stopwatch.start()
        query = Query(limit=limit, filters=filters or Filters(), facets=(), user_id=user_id)
        product_id = product.id if isinstance(product, Product) else product
        inputs = self._vectorizer.resolve_product(product, query.filters)
        retriever = self._make_retriever(query.filters, (to_point_id(product_id),))
        retriever.submit(inputs)
        watch.lap("encode")
        context = RankingContext(query, ParsedQuery("", query.filters))
        response = self._rank(context, Cursor(""), retriever, watch)
        response = replace(response, next_cursor="")  # this method takes no cursor
        return self.recorder.log_impressions(response, 0, "similar", user_id)

    def suggest(
        self, text: str, limit: int = 8, filters: Filters | None = None
    ) -> tuple[Suggestion, ...]:
        """Return completions of a partial query, best first; see `Suggester.suggest`.

        Args:
            text: What was typed so far.
            limit: Most suggestions, 1 to 50.
            filters: Those of the search being typed. Only their merchants matter: suggestions come
                from all that these sell.

        Raises:
            InvalidQueryError: The limit is out of range, or the text too long or not a string.
        """
        self._process.check()
        return self._interpreter.get_snapshot(filters).suggester.suggest(text, limit)

    def close(self) -> None:
        """Write the pending events; index and log stay open. See `EventWriter.close`.

        Raises:
            EventLogError: The events cannot be written, and are lost.
        """
        try:
            self.recorder.close()
        finally:
            self.personalization.close()

    def _search_relaxed(
        self,
        query: Query,
        interpreted: InterpretedQuery,
        constraints: VisualConstraints,
        cursor: Cursor,
        watch: Stopwatch,
    ) -> SearchResponse:
        """Return the response without the filters that the cursor lists as dropped."""
        relaxed = tuple(name for name in cursor.relaxed if name != PARSED_FILTERS)
        if cursor.relaxed:
            interpreted = interpreted.with_filters(drop_filters(query.filters, relaxed))
        response = self._search_once(query, interpreted, constraints, cursor, watch)
        return replace(response, relaxed=relaxed)

    def _search_once(
        self,
        query: Query,
        interpreted: InterpretedQuery,
        constraints: VisualConstraints,
        cursor: Cursor,
        watch: Stopwatch,
    ) -> SearchResponse:
        parsed = interpreted.parsed
        excluded = tuple(
            to_point_id(item) for item in constraints.negative if isinstance(item, str)
        )
        cutoff = self._settings.relative_score_cutoff
        context = RankingContext(query, parsed, (), interpreted.plan, excluded, cutoff)
        if not parsed.text and not constraints.positive:
            return self._response_builder.build_browse(context, cursor, watch)
        retriever = self._make_retriever(parsed.filters, excluded, query.image_weight)
        self._submit(retriever, interpreted, constraints)
        resolve = self._vectorizer.resolve_negative
        context = replace(context, negatives=[resolve(item) for item in constraints.negative])
        watch.lap("encode")
        return self._rank(context, cursor, retriever, watch)

    def _submit(
        self,
        retriever: HybridRetriever,
        interpreted: InterpretedQuery,
        constraints: VisualConstraints,
    ) -> None:
        """Start the lexical retriever, then encode the query and start those of its vectors."""
        retriever.submit(
            RetrievalInput(sparse_vector=interpreted.sparse_vector, coverage=interpreted.coverage)
        )
        text, photos = interpreted.parsed.text, constraints.positive
        retriever.submit(
            RetrievalInput(
                text_vector=self._query_encoder.encode_text(text) if text else None,
                photo_vector=self._query_encoder.encode_photos(photos) if photos else None,
            )
        )

    def _rank(
        self, context: RankingContext, cursor: Cursor, retriever: HybridRetriever, watch: Stopwatch
    ) -> SearchResponse:
        results = retriever.collect()
        watch.lap("retrieve")
        candidates = retriever.fuse(results)
        watch.lap("fuse")
        snapshot = self._interpreter.get_snapshot(context.query.filters)
        ranked = self._reranking.rerank(candidates, context, snapshot, watch)
        return self._response_builder.build(context, cursor, ranked, snapshot.languages, watch)

    def _make_retriever(
        self, filters: Filters, exclude: tuple[str, ...], image_weight: float | None = None
    ) -> HybridRetriever:
        options = RetrievalOptions(to_conditions(filters), exclude, image_weight)
        baseline = self._get_baseline(filters)
        return HybridRetriever(self.index, self._settings, baseline, options, self._threads)

    def _get_baseline(self, filters: Filters) -> BaselineSample:
        return self._interpreter.get_snapshot(filters).baseline
