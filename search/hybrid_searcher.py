"""Runs one query: interprets it, retrieves by words and vectors, reranks, and builds the page."""

from dataclasses import replace

from index import to_conditions
from search.cursor import Cursor
from search.pipeline.personal_reranking import PersonalReranker
from search.pipeline.query_relaxation import (
    PARSED_FILTERS,
    drop_filters,
    find_first_page,
    generate_attempts,
)
from search.pipeline.state import RankingContext
from search.pipelines import make_search_pipeline
from search.query.parsed_query import ParsedQuery
from search.query.query_interpreter import InterpretedQuery, QueryInterpreter
from search.response_builder import ResponseBuilder
from search.retrieval.generators import HybridRetriever, RetrievalOptions
from search.retrieval.query_encoder import QueryEncoder, VisualConstraints
from search.retrieval.query_plan import RetrievalInput
from search.retrieval.query_vectors import QueryVectorizer, digest_query
from search.retrieval.stages import SearchState
from search.runtime import Runtime
from search.stopwatch import Stopwatch
from shopwindow.ranking import RankingWeights
from shopwindow.values import WHOLE_TEXT, Product, Query, SearchResponse
from shopwindow.values.setting_groups import SearchSettings


class HybridSearcher:
    """Answers queries and finds similar products. Safe to call from several threads.

    Args:
        runtime: The index and the profiles.
        settings: Candidates per retriever, weights and fusion.
        weights: Weights of personal reranking.
        interpreter: Interprets the text of queries.
        response_builder: Builds the pages.
    """

    def __init__(
        self,
        runtime: Runtime,
        settings: SearchSettings,
        weights: RankingWeights,
        interpreter: QueryInterpreter,
        response_builder: ResponseBuilder,
    ) -> None:
        self._index = runtime.index
        self._settings = settings
        self.interpreter = interpreter
        self._query_encoder = QueryEncoder(runtime.index.encoder)
        self._vectorizer = QueryVectorizer(runtime.index, self._query_encoder)
        reranker = PersonalReranker(runtime.personalizer, weights)
        self._pipeline = make_search_pipeline(runtime.index, settings, reranker)
        self._response_builder = response_builder

    def warm_up(self) -> None:
        """Load models and vocabulary before the first query."""
        self.interpreter.warm_up()
        self._query_encoder.warm_up()

    def search(self, query: Query) -> tuple[SearchResponse, Cursor]:
        """Return a page of a query, and its decoded cursor; see `SearchService.search`.

        Raises:
            PhotoError: One of the query's photos cannot be used.
            ProductNotFoundError: A negative example is the id of no visible indexed product.
            InvalidQueryError: The cursor belongs to another query.
        """
        watch = Stopwatch.start()
        verbatim = query.verbatim if self._settings.query_understanding else (WHOLE_TEXT,)
        interpreted = self.interpreter.interpret(replace(query, verbatim=verbatim))
        watch.lap("interpret")
        constraints = self._vectorizer.prepare_constraints(query)
        cursor = Cursor.decode(query.cursor, digest_query(query, constraints))
        if query.cursor:  # all pages of one result list drop the same filters
            return self._search_relaxed(query, interpreted, constraints, cursor, watch), cursor
        attempts = generate_attempts(query, interpreted.parsed.filters, self._index.count)
        response = find_first_page(
            self._search_relaxed(
                query, interpreted, constraints, replace(cursor, relaxed=relaxed), watch
            )
            for relaxed in attempts
        )
        return response, cursor

    def find_similar(self, product: str | Product, query: Query) -> SearchResponse:
        """Return the products most similar to one; see `SearchService.similar`.

        Args:
            product: The id of an indexed product, or any product.
            query: Limit, filters and visitor.

        Raises:
            ProductNotFoundError: No visible indexed product has the id.
            PhotoError: The photo of a product that is not indexed cannot be used.
        """
        watch = Stopwatch.start()
        product_id = product.id if isinstance(product, Product) else product
        inputs = self._vectorizer.resolve_product(product, query.filters)
        watch.lap("encode")
        snapshot = self.interpreter.get_snapshot(query.filters)
        context = RankingContext(query, ParsedQuery("", query.filters), snapshot)
        options = RetrievalOptions(to_conditions(query.filters), (product_id,))
        response = self._rank(context, Cursor(""), inputs, options, watch)
        return replace(response, next_cursor="")  # this method takes no cursor

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
        excluded = tuple(item for item in constraints.negative if isinstance(item, str))
        cutoff = self._settings.relative_score_cutoff
        snapshot = self.interpreter.get_snapshot(query.filters)
        context = RankingContext(query, parsed, snapshot, (), interpreted.plan, excluded, cutoff)
        if not parsed.text and not constraints.positive:
            return self._response_builder.build_browse(context, cursor, watch)
        inputs = self._encode(interpreted, constraints)
        resolve = self._vectorizer.resolve_negative
        context = replace(context, negatives=[resolve(item) for item in constraints.negative])
        options = RetrievalOptions(to_conditions(parsed.filters), excluded, query.image_weight)
        watch.lap("encode")
        return self._rank(context, cursor, inputs, options, watch)

    def _encode(
        self, interpreted: InterpretedQuery, constraints: VisualConstraints
    ) -> RetrievalInput:
        text, photos = interpreted.parsed.text, constraints.positive
        return RetrievalInput(
            sparse_vector=interpreted.sparse_vector,
            text_vector=self._query_encoder.encode_text(text) if text else None,
            photo_vector=self._query_encoder.encode_photos(photos) if photos else None,
            coverage=interpreted.coverage,
        )

    def _rank(
        self,
        context: RankingContext,
        cursor: Cursor,
        inputs: RetrievalInput,
        options: RetrievalOptions,
        watch: Stopwatch,
    ) -> SearchResponse:
        baseline = context.snapshot.baseline
        retriever = HybridRetriever(self._index, self._settings, baseline, inputs, options)
        state = self._pipeline.run(SearchState(context, retriever=retriever), watch)
        return self._response_builder.build(state, cursor, watch)
