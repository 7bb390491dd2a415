"""The search of one catalogue: the Python API behind the command line and the page."""

import time
from collections.abc import Callable, Sequence

from index import ProductIndex
from search.catalog_snapshot import CatalogSnapshot
from search.event_recording import EventRecorder, count_shown_before
from search.hybrid_searcher import HybridSearcher
from search.query.query_interpreter import QueryInterpreter
from search.recommender import Recommender
from search.response_builder import ResponseBuilder
from search.rules import RuleSet, load_rules
from search.runtime import Runtime
from search.suggestions import Suggestion
from search.visitor_api import VisitorServiceMixin
from shopwindow.eventlog import EventLog
from shopwindow.ranking import read_weights
from shopwindow.values import Filters, ForkGuard, Product, Query, SearchResponse, digest
from shopwindow.values.errors import InvalidSettingError
from shopwindow.values.setting_groups import SearchSettings
from shopwindow.values.synonyms import SynonymGroup, load_synonyms


class SearchService(VisitorServiceMixin):
    """Answers queries from one index. Safe to call from several threads.

    Give it an index, and it makes a `Runtime` that ends with it; or a runtime that it borrows, so
    that several services share its threads, its log and its profiles.

    Args:
        index: The open index; None for that of the runtime.
        settings: Candidates per retriever, weights, fusion, the files of synonyms and rules; when
            None, those of the runtime.
        synonyms: Groups of words that mean the same; when None, the shipped ones and those of the
            synonyms file.
        rules: The merchandiser's rules; those of the rules file when None.
        event_log: Impressions are logged to it and profiles learned from it; `close` the service
            before this log. A borrowed runtime has its own.
        clock: Seconds since 1970, against which interactions decay; for simulations. A borrowed
            runtime has its own.
        runtime: What to borrow; whoever made it stops it, after the service.

    Raises:
        InvalidSettingError: The file of synonyms or of weights cannot be used; or there is neither
            an index nor a runtime, or the runtime has another index or log.
        RuleError: The file of rules cannot be used.
        ProfileEncoderError: The visitors' profiles were built with another encoder.
        OnlineStoreError: The profile store cannot be used.
    """

    def __init__(  # noqa: PLR0913 -- one call opens a shop; none of these belong together
        self,
        index: ProductIndex | None = None,
        settings: SearchSettings | None = None,
        synonyms: Sequence[SynonymGroup] | None = None,
        rules: RuleSet | None = None,
        event_log: EventLog | None = None,
        clock: Callable[[], float] = time.time,
        *,
        runtime: Runtime | None = None,
    ) -> None:
        self._process = ForkGuard("this SearchService")
        self.index = _resolve_index(index, event_log, runtime)
        settings = settings or (runtime.settings if runtime else SearchSettings())
        interpreter = QueryInterpreter(
            self.index,
            load_synonyms(settings.synonyms_file) if synonyms is None else synonyms,
            load_rules(settings.rules_file) if rules is None else rules,
        )
        self._owns_runtime = runtime is None
        self._runtime = runtime or Runtime(self.index, settings, event_log, clock)
        is_shared = settings is self._runtime.settings
        weights = self._runtime.weights if is_shared else read_weights(settings.weights_file)
        self.personalization = self._runtime.personalizer
        response_builder = ResponseBuilder(self.index)
        self._searcher = HybridSearcher(
            self._runtime, settings, weights, interpreter, response_builder
        )
        self._recommender = Recommender(
            self.personalization, weights, response_builder, interpreter.plan_rules
        )
        version = digest(settings.model_dump(mode="json"), weights.model_dump(mode="json"))
        self.recorder = EventRecorder(self._runtime.event_log, version, self._runtime.writer)
        self._runtime.start()

    @property
    def rules(self) -> RuleSet:
        """The merchandiser's rules; a new set applies from the next query on."""
        return self._searcher.interpreter.rules

    @rules.setter
    def rules(self, rules: RuleSet) -> None:
        self._searcher.interpreter.rules = rules

    def warm_up(self) -> None:
        """Load models and vocabulary before the first query; meant for a background thread."""
        self._searcher.warm_up()
        self.suggest("a")
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
        response, cursor = self._searcher.search(query)
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
        query = Query(limit=limit, filters=filters or Filters(), facets=(), user_id=user_id)
        response = self._searcher.find_similar(product, query)
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
        return self._get_snapshot(filters).suggester.suggest(text, limit)

    def close(self) -> None:
        """Write the pending events and end all threads; index and log stay open.

        A borrowed runtime goes on.

        Raises:
            EventLogError: The events cannot be written, and are lost.
        """
        self._searcher.interpreter.close()
        if self._owns_runtime:
            self._runtime.stop()

    def _get_snapshot(self, filters: Filters | None) -> CatalogSnapshot:
        return self._searcher.interpreter.get_snapshot(filters)


def _resolve_index(
    index: ProductIndex | None, event_log: EventLog | None, runtime: Runtime | None
) -> ProductIndex:
    if runtime is None:
        if index is None:
            raise InvalidSettingError("index", "an index, or a runtime that has one", index)
        return index
    if index not in {None, runtime.index}:
        raise InvalidSettingError("index", "no index beside a runtime, or the runtime's own", index)
    if event_log not in {None, runtime.event_log}:
        raise InvalidSettingError("event_log", "no log beside a runtime: it has its own", event_log)
    return runtime.index
