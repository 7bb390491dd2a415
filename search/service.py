"""The search of one catalogue: what the command line, the page and Python code call."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from core.answer import Page
from core.encoder import Vectors
from core.errors import ProductNotFoundError
from core.product import Product
from core.query import ALL, Filters, Photo, Query
from core.settings import SearchSettings
from core.synonyms import Group, all_synonyms
from index.payload import conditions, encoded_texts, point_id
from index.points import PHOTO, TEXT
from index.product_index import ProductIndex
from search.answering import Answering
from search.cursor import Cursor, query_digest
from search.legs import Asked
from search.ordering import Ordering, Wanted
from search.query_encoder import Looks, PreparedPhoto, QueryEncoder
from search.query_reader import QueryReader, ReadQuery
from search.relaxing import NAMED, attempts, without
from search.retrieval import Retrieval, Scope
from search.rules import RuleBook, read_rules
from search.stopwatch import Stopwatch
from search.suggesting import Suggestion, Suggestions
from search.understanding.readings import Understood

_WAITING_THREADS = 16


class SearchService:
    """Answers queries from one index. Safe to call from several threads.

    Args:
        index: The open index.
        settings: Depth, weights, fusion, the shop's files of synonyms and rules.
        synonyms: Groups of words that mean the same; the shipped ones and those of the shop's file
            when None.
        rules: The merchandiser's rules; those of the shop's file when None.

    Raises:
        InvalidSettingError: The file of synonyms cannot be used.
        RuleError: The file of rules cannot be used.
    """

    def __init__(
        self,
        index: ProductIndex,
        settings: SearchSettings | None = None,
        synonyms: Sequence[Group] | None = None,
        rules: RuleBook | None = None,
    ) -> None:
        self.index = index
        self._settings = settings or SearchSettings()
        self._encoder = QueryEncoder(index.encoder)
        self._reader = QueryReader(
            index,
            all_synonyms(self._settings.synonyms) if synonyms is None else synonyms,
            rules_of(self._settings.rules) if rules is None else rules,
        )
        self._threads = ThreadPoolExecutor(_WAITING_THREADS, "search")
        self._ordering = Ordering(index, self._settings)
        self._answering = Answering(index)
        self._suggestions: Suggestions | None = None

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

    def search(self, query: Query) -> Page:
        """Answer a query by words, photos or both; without either, browse what passes the filters.

        When nothing passes the filters, those that the words named are given up first, then, if
        the query lets them be, its own: `Page.relaxed` says which.

        Returns:
            One page, best first, with the reason for each place.

        Raises:
            PhotoError: One of the query's photos cannot be used.
            ProductNotFoundError: No indexed product has an id that is to be avoided.
            InvalidQueryError: The cursor is not of this query.
        """
        watch = Stopwatch.start()
        literal = query.literal if self._settings.read_queries else (ALL,)
        read = self._reader.read(replace(query, literal=literal))
        watch.lap("read")
        looks = self._looks(query)
        cursor = Cursor.decode(query.cursor, _identity(query, looks))
        if query.cursor:  # the pages of one answer give up the same filters
            return self._attempt(query, read, looks, cursor, watch)
        pages = (
            self._attempt(query, read, looks, replace(cursor, given_up=given_up), watch)
            for given_up in attempts(query, read.understood.filters, self.index.count)
        )
        first = next(pages)
        return first if first.hits else next((page for page in pages if page.hits), first)

    def similar(
        self, product: str | Product, limit: int = 10, filters: Filters | None = None
    ) -> Page:
        """Return products like one that is indexed, or like one that is not.

        Args:
            product: The id of an indexed product, or any product: a draft with only a photo or
                only a title will do.
            limit: Hits, 1 to 500.
            filters: What every hit must fulfil.

        Returns:
            One page, best first; the product itself is not in it.

        Raises:
            ProductNotFoundError: No indexed product has the id.
            PhotoError: The photo of a product that is not indexed cannot be used.
        """
        watch = Stopwatch.start()
        query = Query(limit=limit, filters=filters or Filters(), facets=())
        if isinstance(product, Product):
            asked, itself = self._described(product), product.id
        else:
            asked, itself = self._stored(product), product
        retrieval = self._retrieval(query.filters, (point_id(itself),))
        retrieval.begin(asked)
        watch.lap("encode")
        wanted = Wanted(query, Understood("", query.filters))
        page = self._answer(wanted, Cursor(""), retrieval, watch)
        return replace(page, next_cursor="")  # there is no way to hand one in

    def suggest(self, text: str, limit: int = 8) -> tuple[Suggestion, ...]:
        """Return how a begun query may go on, best first; see `Suggestions.suggested`.

        Raises:
            InvalidQueryError: The limit is out of range.
        """
        known, ready = self._reader.knowledge(), self._suggestions
        if ready is None or ready.known is not known:
            ready = self._suggestions = Suggestions(known)
        return ready.suggested(text, limit)

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
        wanted = replace(wanted, unwanted=[self._unwanted(each) for each in looks.unlike])
        watch.lap("encode")
        return self._answer(wanted, cursor, retrieval, watch)

    def _answer(
        self, wanted: Wanted, cursor: Cursor, retrieval: Retrieval, watch: Stopwatch
    ) -> Page:
        legs = retrieval.legs()
        watch.lap("retrieve")
        fused = retrieval.fused(legs)
        watch.lap("fuse")
        known = self._reader.knowledge()
        ordered = self._ordering.ordered(fused, wanted, known, watch)
        return self._answering.page(wanted, cursor, ordered, known.languages, watch)

    def _retrieval(
        self, filters: Filters, exclude: tuple[str, ...], photo_share: float | None = None
    ) -> Retrieval:
        scope = Scope(conditions(filters), exclude, photo_share)
        background = self._reader.knowledge().background
        return Retrieval(self.index, self._settings, background, scope, self._threads)

    def _looks(self, query: Query) -> Looks:
        """Return the query's photos decoded.

        Raises:
            PhotoError: One of them cannot be used.
            ProductNotFoundError: No indexed product has an id that is to be avoided.
        """
        ids = [each for each in query.avoid if isinstance(each, str)]
        found = {each.id for each in self.index.get(ids)}
        unknown = [each for each in ids if each not in found]
        if unknown:
            raise ProductNotFoundError(unknown[0])
        unlike = tuple(
            each if isinstance(each, str) else self._encoder.prepare((each,))[0]
            for each in query.avoid
        )
        return Looks(self._encoder.prepare(query.photos), unlike)

    def _unwanted(self, each: str | PreparedPhoto) -> tuple[str, Vectors]:
        """Return what hits should not be like: by its photo, if it has one."""
        if not isinstance(each, str):
            return PHOTO, self._encoder.photo((each,))
        vectors = self._vectors(each)
        name = PHOTO if PHOTO in vectors else TEXT
        return name, vectors[name]

    def _stored(self, product_id: str) -> Asked:
        vectors = self._vectors(product_id)
        return Asked(text=vectors.get(TEXT), photo=vectors.get(PHOTO))

    def _vectors(self, product_id: str) -> Mapping[str, Vectors]:
        vectors = self.index.vectors(product_id)
        if vectors is None:
            raise ProductNotFoundError(product_id)
        return vectors

    def _described(self, product: Product) -> Asked:
        texts = encoded_texts(product)
        photos = self._encoder.prepare((Photo(product.image),) if product.image else ())
        return Asked(
            text=self._encoder.text(texts[0]) if texts else None,
            photo=self._encoder.photo(photos) if photos else None,
        )


def rules_of(path: str) -> RuleBook:
    """Return the rules of a file; none without a path.

    Raises:
        RuleError: The file cannot be used.
    """
    return read_rules(Path(path)) if path else RuleBook.empty()


def _identity(query: Query, looks: Looks) -> str:
    """Return what a cursor remembers of its query: all that the order of the answer depends on."""
    asked = replace(query, image=None, avoid=(), cursor="", facets=(), limit=1)
    like = sorted((each.digest, each.weight) for each in looks.like)
    unlike = [each if isinstance(each, str) else each.digest for each in looks.unlike]
    return query_digest(asked, like, unlike)
