"""The search of one catalogue: what the command line, the page and Python code call."""

import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import mmh3

from core.encoder import PreparedImage
from core.errors import ProductNotFoundError
from core.product import Product
from core.query import ALL, Filters, Hit, Page, Query
from core.settings import SearchSettings
from core.synonyms import Group, all_synonyms
from index.payload import (
    conditions,
    document_words,
    encoded_texts,
    from_payload,
    point_id,
)
from index.points import PHOTO, TEXT, Point
from index.product_index import ProductIndex
from search.adjusting import adjusted
from search.cursor import Cursor, query_digest
from search.fusion import Candidate
from search.legs import Asked
from search.query_encoder import QueryEncoder
from search.query_reader import QueryReader, ReadQuery
from search.retrieval import Retrieval
from search.stopwatch import Stopwatch
from search.understanding.readings import Understood
from search.understanding.stems import surfaces_by_stem
from search.variants import collapsed

_WAITING_THREADS = 16


class SearchService:
    """Answers queries from one index. Safe to call from several threads.

    Args:
        index: The open index.
        settings: Depth, weights, fusion, the shop's file of synonyms.
        synonyms: Groups of words that mean the same; the shipped ones and those of the shop's file
            when None.

    Raises:
        InvalidSettingError: The file of synonyms cannot be used.
    """

    def __init__(
        self,
        index: ProductIndex,
        settings: SearchSettings | None = None,
        synonyms: Sequence[Group] | None = None,
    ) -> None:
        self.index = index
        self._settings = settings or SearchSettings()
        self._encoder = QueryEncoder(index.encoder)
        self._reader = QueryReader(
            index, all_synonyms(self._settings.synonyms) if synonyms is None else synonyms
        )
        self._threads = ThreadPoolExecutor(_WAITING_THREADS, "search")

    def warm_up(self) -> None:
        """Load what the first query would have to wait for; meant for a thread beside serving."""
        self._reader.warm_up()
        self._encoder.warm_up()

    def search(self, query: Query) -> Page:
        """Answer a query by words, photo or both; without either, browse what passes the filters.

        Returns:
            One page, best first, with the reason for each place.

        Raises:
            PhotoError: The query's photo cannot be used.
            InvalidQueryError: The cursor is not of this query.
        """
        watch = Stopwatch.start()
        literal = query.literal if self._settings.read_queries else (ALL,)
        read = self._reader.read(replace(query, literal=literal))
        watch.lap("read")
        photo = None if query.image is None else self._encoder.prepare(query.image)
        page = self._found(query, read, photo, watch)
        if page.hits or read.understood.filters == query.filters:
            return page
        # Nothing is that cheap: better the right things, and a word about their price.
        return self._found(query, read.without_filters(query.filters), photo, watch)

    def _found(
        self, query: Query, read: ReadQuery, photo: PreparedImage | None, watch: Stopwatch
    ) -> Page:
        text = read.understood.text
        if not text and photo is None:
            return self._browse(query, read.understood, watch)
        cursor = Cursor.decode(query.cursor, _identity(query, photo))
        retrieval = self._retrieval(read.understood.filters)
        retrieval.begin(Asked(words=read.words, coverage=read.coverage))
        retrieval.begin(
            Asked(
                text=self._encoder.text(text) if text else None,
                photo=None if photo is None else self._encoder.photo(photo),
            )
        )
        watch.lap("encode")
        return self._answer(query, cursor, retrieval, watch, read.understood)

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
        nothing = Understood("", query.filters)
        page = self._answer(query, Cursor(""), retrieval, watch, nothing)
        return replace(page, next_cursor="")  # there is no way to hand one in

    def _retrieval(self, filters: Filters, exclude: tuple[str, ...] = ()) -> Retrieval:
        required = conditions(filters)
        return Retrieval(self.index, self._settings, required, exclude, self._threads)

    def _answer(
        self,
        query: Query,
        cursor: Cursor,
        retrieval: Retrieval,
        watch: Stopwatch,
        understood: Understood,
    ) -> Page:
        legs = retrieval.legs()
        watch.lap("retrieve")
        ranked = retrieval.fused(legs)
        watch.lap("fuse")
        known = self._reader.knowledge()
        ranked = adjusted(ranked, understood, known, self.index, self._settings)
        watch.lap("adjust")
        stands_for: Mapping[str, int] = {}
        if known.has_variants and query.collapse and not query.filters.group_id:
            groups = self.index.groups([each.id for each in ranked])
            ranked, stands_for = collapsed(ranked, groups)
        watch.lap("collapse")
        counted = [each.id for each in ranked]
        facets = self._threads.submit(self.index.facets_among, counted, query.facets)
        rest = [each for each in ranked if not cursor.has_shown(each.id)]
        shown = rest[: query.limit]
        hits = self._hits(shown, understood.text, stands_for)
        following = cursor.following([each.id for each in shown])
        watch.lap("fetch")
        counts = facets.result()
        watch.lap("facets")
        return Page(
            hits=hits,
            query_id=uuid.uuid4().hex,
            next_cursor=following.encode() if len(rest) > len(shown) else "",
            facets=counts,
            facets_over="candidates",
            took_ms=watch.laps,
            readings=understood.readings,
        )

    def _browse(self, query: Query, understood: Understood, watch: Stopwatch) -> Page:
        cursor = Cursor.decode(query.cursor, _identity(query, None))
        points, after = self.index.browse(understood.filters, cursor.after, query.limit)
        watch.lap("retrieve")
        facets = {name: self.index.facet(name, understood.filters) for name in query.facets}
        watch.lap("facets")
        return Page(
            hits=tuple(Hit(from_payload(point.payload), 0.0, {}) for point in points),
            query_id=uuid.uuid4().hex,
            next_cursor=cursor.following((), after).encode() if after else "",
            facets=facets,
            facets_over="catalogue",
            took_ms=watch.laps,
            readings=understood.readings,
        )

    def _hits(
        self, shown: Sequence[Candidate], text: str, stands_for: Mapping[str, int]
    ) -> tuple[Hit, ...]:
        points = self.index.points([each.id for each in shown], ("product",))
        asked = surfaces_by_stem(text, self._reader.knowledge().languages)
        # A product may be deleted between retrieval and fetch; then it is left out.
        return tuple(
            _hit(each, points[each.id], asked, stands_for.get(each.id, 1))
            for each in shown
            if each.id in points
        )

    def _stored(self, product_id: str) -> Asked:
        vectors = self.index.vectors(product_id)
        if vectors is None:
            raise ProductNotFoundError(product_id)
        return Asked(text=vectors.get(TEXT), photo=vectors.get(PHOTO))

    def _described(self, product: Product) -> Asked:
        texts = encoded_texts(product)
        photo = self._encoder.prepare(product.image) if product.image else None
        return Asked(
            text=self._encoder.text(texts[0]) if texts else None,
            photo=None if photo is None else self._encoder.photo(photo),
        )


def _hit(candidate: Candidate, point: Point, asked: Mapping[str, str], n_variants: int) -> Hit:
    product = from_payload(point.payload)
    stems = {word.stem for word in document_words(product)} if asked else set()
    matched = dict.fromkeys(surface for stem, surface in asked.items() if stem in stems)
    return Hit(product, candidate.score, candidate.parts, tuple(matched), n_variants)


def _identity(query: Query, photo: PreparedImage | None) -> str:
    pixels = "" if photo is None else mmh3.hash128(photo.tobytes())
    return query_digest(query.text, query.filters, query.collapse, query.literal, pixels)
