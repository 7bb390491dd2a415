"""Many photos in, the products that look like each of them out."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TypeAlias

import numpy as np

from index.payload import GROUP_ID, from_payload, to_conditions
from index.store.points import PHOTO, ScoredPoint, VectorQuery
from search.match_confidence import clamp_similarity
from search.pipeline.collapse import find_representatives, keep_representatives
from search.retrieval.fusion import Candidate
from search.retrieval.query_plan import IMAGE
from search.service import SearchService
from shopwindow.values.encoder import PreparedImage, Vectors
from shopwindow.values.errors import PhotoError
from shopwindow.values.product import Product
from shopwindow.values.query import Filters, ImageSource, Query
from shopwindow.values.response import Hit

BATCH_SIZE = 32
DECODING_THREADS = 2
FETCHING_THREADS = 8
"""Addresses are waited for, not worked on."""

_DEPTH = 200
"""Candidates where variants are shown once: sizes of one thing look alike, and fewer candidates
could all be of a few things."""


@dataclass(frozen=True, slots=True)
class PhotoMatch:
    """The products that look like one photo.

    Attributes:
        photo: As it was given.
        hits: Best first. The score is the likeness of the photos, from 0 to 1.
        problem: Why the photo could not be used; empty when it could.
        pixels: The photo as the encoder saw it, where pictures were asked for.
    """

    photo: ImageSource
    hits: tuple[Hit, ...] = ()
    problem: str = ""
    pixels: PreparedImage | None = field(default=None, repr=False, compare=False)


_Opened: TypeAlias = tuple[ImageSource, PreparedImage | None, str]
"""A photo, its pixels, and why there are none."""


def match_photos(
    service: SearchService,
    photos: Iterable[ImageSource],
    limit: int = 5,
    filters: Filters | None = None,
    *,
    keep_pixels: bool = False,
) -> Iterator[PhotoMatch]:
    """Find the products that look like each of many photos.

    It is lazy: photos are taken when their turn comes. While one batch is encoded, the photos of
    the next one are decoded and the products of the one before are looked up, in other threads. A
    photo that cannot be used has its place in the order too, with the reason.

    Args:
        service: The search of the index.
        photos: Paths, addresses, bytes or PIL pictures; any number.
        limit: Hits for each photo, 1 to 500. Variants of one thing are shown once.
        filters: What every hit must fulfil.
        keep_pixels: Whether each match keeps its photo's pixels, to show them.

    Returns:
        One match for each photo, in order.

    Raises:
        InvalidQueryError: The limit is out of range.
        IndexStoreError: The engine refused, while matches are taken.
        TypeError: Something is no photo at all, while matches are taken.
    """
    query = Query(limit=limit, filters=filters or Filters(), facets=())
    return _Matching(service, query, keep_pixels).run(iter(photos))


class _Matching:
    """One run over photos."""

    def __init__(self, service: SearchService, query: Query, with_pictures: bool) -> None:
        self._index = service.index
        self._encoder = service.index.encoder
        self._limit = query.limit
        self._with_pictures = with_pictures
        self._has_groups = service.index.has_groups(query.filters)
        depth = max(_DEPTH, 2 * query.limit) if self._has_groups else query.limit
        nothing = np.zeros(self._encoder.dim, dtype=np.float32)
        self._leg = VectorQuery(PHOTO, nothing, to_conditions(query.filters), limit=depth)

    def run(self, photos: Iterator[ImageSource]) -> Iterator[PhotoMatch]:
        with (
            _Threads(DECODING_THREADS, "decode") as decoding,
            _Threads(FETCHING_THREADS, "fetch") as fetching,
            _Threads(1, "find") as finding,
        ):

            def start() -> list[Future[_Opened]]:
                batch = islice(photos, BATCH_SIZE)
                places = ((fetching if _is_address(each) else decoding, each) for each in batch)
                return [threads.submit(self._opened, each) for threads, each in places]

            found: Future[list[PhotoMatch]] | None = None
            following = start()
            while following:
                opened, following = following, start()
                encoded = self._encoded([each.result() for each in opened])
                before, found = found, finding.submit(self._found, *encoded)
                yield from before.result() if before else ()
            yield from found.result() if found else ()

    def _opened(self, photo: ImageSource) -> _Opened:
        try:
            return photo, self._encoder.prepare_image(photo), ""
        except PhotoError as exc:
            return photo, None, exc.reason

    def _encoded(self, opened: Sequence[_Opened]) -> tuple[Sequence[_Opened], Vectors]:
        usable = [pixels for _, pixels, _ in opened if pixels is not None]
        return opened, self._encoder.encode_prepared(usable)

    def _found(self, opened: Sequence[_Opened], vectors: Vectors) -> list[PhotoMatch]:
        legs = [replace(self._leg, vector=vector) for vector in vectors]
        answers = iter(self._hits(self._index.query(legs) if legs else []))
        return [
            PhotoMatch(
                photo,
                hits=() if pixels is None else next(answers),
                problem=problem,
                pixels=pixels if self._with_pictures else None,
            )
            for photo, pixels, problem in opened
        ]

    def _hits(self, answers: Sequence[Sequence[ScoredPoint]]) -> list[tuple[Hit, ...]]:
        every = {point for scored in answers for point, _ in scored}
        # Only variants are folded: who matches photos wants to see who else has the same one.
        rows = self._index.fetch_rows(sorted(every) if self._has_groups else (), (GROUP_ID,))
        groups = {each: str(group) for each, group in rows.first_values(GROUP_ID).items()}
        shown = []
        for scored in answers:
            candidates = [Candidate(point, score, {}) for point, score in scored]
            first = find_representatives([each.id for each in candidates], groups, {})
            ranked, stands_for = keep_representatives(candidates, first)
            shown.append((ranked[: self._limit], stands_for))
        ids = {each.id for ranked, _ in shown for each in ranked}
        points = self._index.get_points(sorted(ids), ("product",))
        products = {each: from_payload(point.payload) for each, point in points.items()}
        # A product may be deleted between the two questions; then it is left out.
        return [
            tuple(
                _hit(products[each.id], each.score, stands_for.get(each.id, 1))
                for each in ranked
                if each.id in products
            )
            for ranked, stands_for in shown
        ]


def _hit(product: Product, score: float, n_variants: int) -> Hit:
    value = clamp_similarity(score)
    return Hit(product, value, {IMAGE: value}, n_variants=n_variants)


def _is_address(photo: ImageSource) -> bool:
    return isinstance(photo, str) and "://" in photo


class _Threads:
    """Threads that, when a run is left early, do not begin what was not begun."""

    def __init__(self, n_threads: int, name: str) -> None:
        self._executor = ThreadPoolExecutor(n_threads, name)

    def __enter__(self) -> Executor:
        return self._executor

    def __exit__(self, *_: object) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)
