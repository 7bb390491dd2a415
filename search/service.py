"""The search of one catalogue: what the command line, the page and Python code call."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from core.answer import Page
from core.encoder import Vectors
from core.errors import InvalidQueryError, ProductNotFoundError
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
from search.query_encoder import PreparedPhoto, QueryEncoder
from search.query_reader import QueryReader, ReadQuery
from search.relaxing import relaxations
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
        self._answering = Answering(index, self._threads)
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
        photos = self._encoder.prepare(query.photos)
        page = self._found(query, read, photos, watch)
        if not page.hits and read.understood.filters != query.filters:
            # Nothing is that cheap: better the right things, and a word about their price.
            read = read.without_filters(query.filters)
            page = self._found(query, read, photos, watch)
        if page.hits or not query.relax:
            return page
        for names, filters in relaxations(query.filters):
            if self.index.count(filters):
                page = self._found(query, read.without_filters(filters), photos, watch)
                return replace(page, relaxed=names)
        return page

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

    def _found(
        self,
        query: Query,
        read: ReadQuery,
        photos: Sequence[PreparedPhoto],
        watch: Stopwatch,
    ) -> Page:
        text = read.understood.text
        cursor = Cursor.decode(query.cursor, _identity(query, photos))
        if not text and not photos:
            wanted = Wanted(query, read.understood, plan=read.plan)
            return self._answering.browsed(wanted, cursor, watch)
        excluded = tuple(point_id(each) for each in query.avoid if isinstance(each, str))
        retrieval = self._retrieval(read.understood.filters, excluded, query.photo_share)
        retrieval.begin(Asked(words=read.words, coverage=read.coverage))
        retrieval.begin(
            Asked(
                text=self._encoder.text(text) if text else None,
                photo=self._encoder.photo(photos) if photos else None,
            )
        )
        unwanted = [self._unwanted(each) for each in query.avoid]
        watch.lap("encode")
        share = self._settings.least_share
        wanted = Wanted(query, read.understood, unwanted, read.plan, excluded, share)
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

    def _unwanted(self, each: str | Photo) -> tuple[str, Vectors]:
        """Return what hits should not be like: by its photo, if it has one.

        Raises:
            InvalidQueryError: It is neither a product's id nor a photo.
        """
        if isinstance(each, Photo):
            return PHOTO, self._encoder.photo(self._encoder.prepare((each,)))
        if not isinstance(each, str):
            raise InvalidQueryError("avoid", "ids of products, and `Photo` values", each)
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


def _identity(query: Query, photos: Sequence[PreparedPhoto]) -> str:
    """Return what a cursor remembers of its query: all that the order of the answer depends on."""
    asked = replace(query, image=None, avoid=(), cursor="", facets=(), limit=1)
    pixels = [(each.digest, each.weight) for each in photos]
    return query_digest(asked, pixels, query.avoid)
