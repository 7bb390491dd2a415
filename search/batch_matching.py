"""Visual search in batch: many photos in, the most similar products of each out."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TypeAlias

import numpy as np

from index import (
    GROUP_ID,
    PRODUCT_PARTS,
    FieldRows,
    ProductQuery,
    ScoredProduct,
    to_conditions,
)
from index.store import PHOTO
from search.catalog_snapshot import CatalogSnapshot
from search.match_confidence import clamp_similarity
from search.matched_photos import name_matched_images
from search.pipeline.state import RankingContext, RankingState
from search.pipelines import make_match_pipeline
from search.query.parsed_query import ParsedQuery
from search.retrieval.query_plan import IMAGE
from search.service import SearchService
from search.stopwatch import Stopwatch
from shopwindow.ranking import CandidateSet
from shopwindow.values import Filters, Hit, ImageSource, PreparedImage, Product, Query, Vectors
from shopwindow.values.errors import PhotoError

BATCH_SIZE = 32
DECODING_THREADS = 2
FETCHING_THREADS = 8
"""More than cores: downloads wait for the network, they take no processor time."""

_N_CANDIDATES = 200
"""Candidates per photo where variants are collapsed: sizes of one product look alike, and fewer
candidates could all be variants of a few products."""


@dataclass(frozen=True, slots=True)
class PhotoMatch:
    """The products that are most similar to one photo.

    Attributes:
        photo: The photo as it was passed in.
        hits: Best first. The score is the similarity of the photos, from 0 to 1.
        problem: Why the photo could not be used; empty when it could.
        pixels: The photo as the encoder saw it, when `keep_pixels` was set.
    """

    photo: ImageSource
    hits: tuple[Hit, ...] = ()
    problem: str = ""
    pixels: PreparedImage | None = field(default=None, repr=False, compare=False)


_DecodedPhoto: TypeAlias = tuple[ImageSource, PreparedImage | None, str]
"""A photo, its pixels, and the reason when there are none."""


def match_photos(
    service: SearchService,
    photos: Iterable[ImageSource],
    limit: int = 5,
    filters: Filters | None = None,
    *,
    keep_pixels: bool = False,
) -> Iterator[PhotoMatch]:
    """Find the products that are most similar to each of many photos.

    Photos are consumed lazily, a batch at a time. While one batch is encoded, other threads decode
    the photos of the next one and look up the products of the one before. A photo that cannot be
    used keeps its place in the order, with the reason.

    Args:
        service: The search of the index.
        photos: Paths, addresses, bytes or PIL images; any number.
        limit: Hits per photo, 1 to 500. Variants of one product are collapsed.
        filters: What every hit must fulfil.
        keep_pixels: Whether each match keeps its photo's pixels, to show them.

    Returns:
        One match per photo, in order.

    Raises:
        InvalidQueryError: The limit is out of range.
        IndexStoreError: The engine refused a query; raised during iteration.
        TypeError: An item is no photo at all; raised during iteration.
    """
    query = Query(limit=limit, filters=filters or Filters(), facets=())
    return _BatchMatcher(service, query, keep_pixels).run(iter(photos))


class _BatchMatcher:
    """Pipeline over one iterable of photos: decode, encode, retrieve."""

    def __init__(self, service: SearchService, query: Query, keep_pixels: bool) -> None:
        self._index = service.index
        parsed = ParsedQuery("", query.filters)
        self._context = RankingContext(query, parsed, CatalogSnapshot.empty())
        self._pipeline = make_match_pipeline()
        self._encoder = service.index.encoder
        self._keep_pixels = keep_pixels
        self._has_groups = service.index.has_groups(query.filters)
        n_candidates = max(_N_CANDIDATES, 2 * query.limit) if self._has_groups else query.limit
        placeholder = np.zeros(self._encoder.dim, dtype=np.float32)
        self._query_template = ProductQuery(
            PHOTO, placeholder, to_conditions(query.filters), limit=n_candidates
        )

    def run(self, photos: Iterator[ImageSource]) -> Iterator[PhotoMatch]:
        with (
            _ThreadPool(DECODING_THREADS, "decode") as decoders,
            _ThreadPool(FETCHING_THREADS, "fetch") as fetchers,
            _ThreadPool(1, "find") as finder,
        ):

            def submit_batch() -> list[Future[_DecodedPhoto]]:
                batch = islice(photos, BATCH_SIZE)
                tasks = ((fetchers if _is_address(photo) else decoders, photo) for photo in batch)
                return [pool.submit(self._decode, photo) for pool, photo in tasks]

            pending: Future[list[PhotoMatch]] | None = None
            next_batch = submit_batch()
            while next_batch:
                batch, next_batch = next_batch, submit_batch()
                encoded = self._encode([decoded.result() for decoded in batch])
                previous, pending = pending, finder.submit(self._find_matches, *encoded)
                yield from previous.result() if previous else ()
            yield from pending.result() if pending else ()

    def _decode(self, photo: ImageSource) -> _DecodedPhoto:
        try:
            return photo, self._encoder.prepare_image(photo), ""
        except PhotoError as exc:
            return photo, None, exc.reason

    def _encode(self, photos: Sequence[_DecodedPhoto]) -> tuple[Sequence[_DecodedPhoto], Vectors]:
        """Return the photos, and the vectors of the usable ones, shape (n_usable, dim)."""
        usable = [pixels for _, pixels, _ in photos if pixels is not None]
        return photos, self._encoder.encode_prepared(usable)

    def _find_matches(self, photos: Sequence[_DecodedPhoto], vectors: Vectors) -> list[PhotoMatch]:
        """Return the matches of photos; the vectors are of the usable ones, (n_usable, dim)."""
        queries = [replace(self._query_template, vector=vector) for vector in vectors]
        hits = self._build_hits(self._index.query(queries) if queries else [])
        found = iter(zip(hits, vectors, strict=True))
        return [
            PhotoMatch(
                photo,
                hits=() if pixels is None else name_matched_images(self._index, *next(found)),
                problem=problem,
                pixels=pixels if self._keep_pixels else None,
            )
            for photo, pixels, problem in photos
        ]

    def _build_hits(self, results: Sequence[Sequence[ScoredProduct]]) -> list[tuple[Hit, ...]]:
        product_ids = {product_id for scored in results for product_id, _ in scored}
        rows = self._index.fetch_rows(sorted(product_ids) if self._has_groups else (), (GROUP_ID,))
        ranked = [self._rank(scored, rows) for scored in results]
        ranked_ids = {product_id for state in ranked for product_id in state.candidates.ids}
        entries = self._index.get_entries(sorted(ranked_ids), PRODUCT_PARTS)
        products = {product_id: entry.product for product_id, entry in entries.items()}
        # A product may be deleted between the two requests; then it is left out.
        return [
            tuple(
                _build_hit(
                    products[product_id], float(score), state.variant_counts.get(product_id, 1)
                )
                for product_id, score in zip(
                    state.candidates.ids, state.candidates.scores, strict=True
                )
                if product_id in products
            )
            for state in ranked
        ]

    def _rank(self, scored: Sequence[ScoredProduct], rows: FieldRows) -> RankingState:
        scores = np.array([score for _, score in scored], dtype=np.float64)
        candidates = CandidateSet(tuple(product_id for product_id, _ in scored), scores)
        return self._pipeline.run(RankingState(self._context, candidates, rows), Stopwatch.start())


def _build_hit(product: Product, score: float, n_variants: int) -> Hit:
    similarity = clamp_similarity(score)
    return Hit(product, similarity, {IMAGE: similarity}, n_variants=n_variants)


def _is_address(photo: ImageSource) -> bool:
    return isinstance(photo, str) and "://" in photo


class _ThreadPool:
    """A thread pool that cancels its pending tasks on exit, for a run that is left early."""

    def __init__(self, n_threads: int, name: str) -> None:
        self._executor = ThreadPoolExecutor(n_threads, name)

    def __enter__(self) -> Executor:
        return self._executor

    def __exit__(self, *_: object) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)
