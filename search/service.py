"""The search of one catalogue: what the command line, the page and Python code call."""

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from core.encoder import Vectors
from core.errors import ProductNotFoundError
from core.product import Product
from core.query import Filters, Hit, ImageSource, Page, Query
from core.settings import SearchSettings
from index.analyser import analyse
from index.bm25 import query_vector
from index.payload import (
    conditions,
    document_words,
    encoded_texts,
    from_payload,
    point_id,
)
from index.product_index import ProductIndex
from index.store import PHOTO, TEXT, Point
from search.cursor import Cursor, query_digest
from search.fusion import FUSIONS, Candidate, fuse
from search.legs import Asked, plan, weights

_CACHED_TEXTS = 1024
_CACHED_PHOTOS = 64


@dataclass(slots=True)
class Stopwatch:
    """Milliseconds by step."""

    laps: dict[str, float]
    last: float

    @classmethod
    def start(cls) -> "Stopwatch":
        """Return a running watch."""
        return cls({}, time.perf_counter())

    def lap(self, step: str) -> None:
        """Note what has passed since the lap before as one step's time."""
        now = time.perf_counter()
        self.laps[step] = round(1000 * (now - self.last), 3)
        self.last = now


class SearchService:
    """Answers queries from one index. Safe to call from several threads.

    Args:
        index: The open index.
        settings: Depth, weights and fusion.
    """

    def __init__(self, index: ProductIndex, settings: SearchSettings | None = None) -> None:
        self.index = index
        self._settings = settings or SearchSettings()
        # Paging and filtering ask the same words or photo again.
        self._encode_text = lru_cache(maxsize=_CACHED_TEXTS)(self._text_vector)
        self._encode_pixels = lru_cache(maxsize=_CACHED_PHOTOS)(self._pixels_vector)

    def search(self, query: Query) -> Page:
        """Answer a query by words, photo or both; without either, browse what passes the filters.

        Returns:
            One page, best first, with the reason for each place.

        Raises:
            PhotoError: The query's photo cannot be used.
            InvalidQueryError: The cursor is not of this query.
        """
        watch = Stopwatch.start()
        if not query.text.strip() and query.image is None:
            return self._browse(query, watch)
        asked = Asked(
            words=query_vector(analyse(query.text)),
            text=self._encode_text(query.text.strip()) if query.text.strip() else None,
            photo=None if query.image is None else self._photo_vector(query.image),
        )
        watch.lap("encode")
        return self._answer(query, asked, (), watch)

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
        watch.lap("encode")
        page = self._answer(query, asked, (point_id(itself),), watch)
        return replace(page, next_cursor="")  # there is no way to hand one in

    def _answer(
        self, query: Query, asked: Asked, exclude: tuple[str, ...], watch: Stopwatch
    ) -> Page:
        cursor = Cursor.decode(query.cursor, _identity(query, asked))
        legs = plan(asked, self._settings, conditions(query.filters), exclude)
        found = self.index.query(list(legs.values()))
        watch.lap("retrieve")
        ranked = fuse(
            dict(zip(legs, found, strict=True)),
            weights(self._settings),
            FUSIONS[self._settings.fusion],
        )
        watch.lap("fuse")
        rest = [each for each in ranked if not cursor.has_shown(each.id)]
        shown = rest[: query.limit]
        hits = self._hits(shown, query.text)
        following = cursor.following([each.id for each in shown])
        watch.lap("fetch")
        counted = [each.id for each in ranked[: self._settings.depth]]
        facets = self.index.facets_among(counted, query.facets)
        watch.lap("facets")
        return Page(
            hits=hits,
            query_id=uuid.uuid4().hex,
            next_cursor=following.encode() if len(rest) > len(shown) else "",
            facets=facets,
            facets_over="candidates",
            took_ms=watch.laps,
        )

    def _browse(self, query: Query, watch: Stopwatch) -> Page:
        cursor = Cursor.decode(query.cursor, _identity(query, Asked()))
        points, after = self.index.browse(query.filters, cursor.after, query.limit)
        watch.lap("retrieve")
        facets = {name: self.index.facet(name, query.filters) for name in query.facets}
        watch.lap("facets")
        return Page(
            hits=tuple(Hit(from_payload(point.payload), 0.0, {}) for point in points),
            query_id=uuid.uuid4().hex,
            next_cursor=cursor.following((), after).encode() if after else "",
            facets=facets,
            facets_over="catalogue",
            took_ms=watch.laps,
        )

    def _hits(self, shown: Sequence[Candidate], text: str) -> tuple[Hit, ...]:
        points = self.index.points([each.id for each in shown])
        asked = {word.stem: word.surface for word in analyse(text)}
        # A product may be deleted between retrieval and fetch; then it is left out.
        return tuple(_hit(each, points[each.id], asked) for each in shown if each.id in points)

    def _text_vector(self, text: str) -> Vectors:
        row: Vectors = self.index.encoder.encode_texts([text])[0]
        return row

    def _photo_vector(self, photo: ImageSource) -> Vectors:
        pixels = self.index.encoder.prepare_image(photo)
        return self._encode_pixels(pixels.tobytes(), pixels.shape)

    def _pixels_vector(self, data: bytes, shape: tuple[int, ...]) -> Vectors:
        pixels = np.frombuffer(data, dtype=np.uint8).reshape(shape)
        row: Vectors = self.index.encoder.encode_prepared([pixels])[0]
        return row

    def _stored(self, product_id: str) -> Asked:
        each = point_id(product_id)
        found = self.index.points([each], (), vectors=True)
        if each not in found:
            raise ProductNotFoundError(product_id)
        vectors = found[each].vectors
        return Asked(text=vectors.get(TEXT), photo=vectors.get(PHOTO))

    def _described(self, product: Product) -> Asked:
        texts = encoded_texts(product)
        encoder = self.index.encoder
        return Asked(
            text=encoder.encode_texts(texts[:1])[0] if texts else None,
            photo=self._photo_vector(product.image) if product.image else None,
        )


def _hit(candidate: Candidate, point: Point, asked: Mapping[str, str]) -> Hit:
    product = from_payload(point.payload)
    stems = {word.stem for word in document_words(product)} if asked else set()
    matched = tuple(surface for stem, surface in asked.items() if stem in stems)
    return Hit(product, candidate.score, candidate.parts, matched)


def _identity(query: Query, asked: Asked) -> str:
    photo = "" if asked.photo is None else asked.photo.tobytes().hex()
    return query_digest(query.text, query.filters, photo)
