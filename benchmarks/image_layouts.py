"""The ways in which a shard of the embedded engine could hold all photos of the products."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Protocol, TypeAlias

import numpy as np
import qdrant_edge as qe
from numpy.typing import NDArray

from index.store.hnsw_config import (
    HNSW_EF_CONSTRUCT,
    HNSW_EF_SEARCH,
    HNSW_M,
    INT8_QUANTILE,
    OVERSAMPLING,
    full_scan_threshold_kb,
)

DIM = 512
SHELVES = 10
"""A filter by shelf leaves one product in ten."""

MAIN, FURTHER = "photo", "photos"
Ranking: TypeAlias = list[tuple[int, float]]
"""Product numbers with scores, best first."""

_MAX_SIM = qe.MultiVectorConfig(qe.MultiVectorComparator.MaxSim)


class Layout(Protocol):
    """One way to hold photos.

    Attributes:
        vectors: Whether each vector that the shard is created with is a multivector.
    """

    vectors: ClassVar[Mapping[str, bool]]

    def make_points(self, number: int, photos: NDArray[np.float32]) -> Iterator["qe.Point"]:
        """Yield the points of a product.

        Args:
            number: The product.
            photos: Shape (n_photos, DIM), the main photo first.

        Yields:
            One point or more.
        """
        ...

    def search(
        self, shard: "qe.EdgeShard", query: NDArray[np.float32], limit: int, shelf: int | None
    ) -> Ranking:
        """Return the best products for a query of shape (DIM,), of one shelf or of all."""
        ...


class MainAlone:
    """One vector a product, as it was: further photos find nothing."""

    vectors: ClassVar[Mapping[str, bool]] = {MAIN: False}

    def make_points(self, number: int, photos: NDArray[np.float32]) -> Iterator["qe.Point"]:
        """Yield one point; see `Layout`; photos have shape (n_photos, DIM)."""
        yield _make_point(number, number, {MAIN: photos[0].tolist()})

    def search(
        self, shard: "qe.EdgeShard", query: NDArray[np.float32], limit: int, shelf: int | None
    ) -> Ranking:
        """Return the best products; see `Layout`; the query has shape (DIM,)."""
        return ask(shard, [make_request(MAIN, query.tolist(), limit, shelf)])[0]


class AllInOne:
    """One multivector a product with all its photos."""

    vectors: ClassVar[Mapping[str, bool]] = {MAIN: True}

    def make_points(self, number: int, photos: NDArray[np.float32]) -> Iterator["qe.Point"]:
        """Yield one point; see `Layout`; photos have shape (n_photos, DIM)."""
        yield _make_point(number, number, {MAIN: photos.tolist()})

    def search(
        self, shard: "qe.EdgeShard", query: NDArray[np.float32], limit: int, shelf: int | None
    ) -> Ranking:
        """Return the best products; see `Layout`; the query has shape (DIM,)."""
        return ask(shard, [make_request(MAIN, [query.tolist()], limit, shelf)])[0]


class MainAndFurther:
    """The main photo as a vector, and a multivector of the further ones of products with some."""

    vectors: ClassVar[Mapping[str, bool]] = {MAIN: False, FURTHER: True}

    def make_points(self, number: int, photos: NDArray[np.float32]) -> Iterator["qe.Point"]:
        """Yield one point; see `Layout`; photos have shape (n_photos, DIM)."""
        further = {FURTHER: photos[1:].tolist()} if len(photos) > 1 else {}
        yield _make_point(number, number, {MAIN: photos[0].tolist(), **further})

    def search(
        self, shard: "qe.EdgeShard", query: NDArray[np.float32], limit: int, shelf: int | None
    ) -> Ranking:
        """Return the best products; see `Layout`; the query has shape (DIM,)."""
        row = query.tolist()
        main = make_request(MAIN, row, limit, shelf)
        found = ask(shard, [main, make_request(FURTHER, [row], limit, shelf)])
        return merge([hit for hits in found for hit in hits], limit)


class PointAPhoto:
    """A point a photo, with what filters need of its product.

    Args:
        n_photos: Photos of each product.
    """

    vectors: ClassVar[Mapping[str, bool]] = {MAIN: False}

    def __init__(self, n_photos: int) -> None:
        self._n_photos = n_photos

    def make_points(self, number: int, photos: NDArray[np.float32]) -> Iterator["qe.Point"]:
        """Yield a point for each photo; see `Layout`; photos have shape (n_photos, DIM)."""
        for position, photo in enumerate(photos):
            point_id = number * self._n_photos + position
            yield _make_point(point_id, number, {MAIN: photo.tolist()})

    def search(
        self, shard: "qe.EdgeShard", query: NDArray[np.float32], limit: int, shelf: int | None
    ) -> Ranking:
        """Return the best products; see `Layout`; the query has shape (DIM,)."""
        # All photos of one product may come before the next product.
        request = make_request(MAIN, query.tolist(), limit * self._n_photos, shelf)
        photos = ask(shard, [request])[0]
        return merge([(number // self._n_photos, score) for number, score in photos], limit)


def make_layouts(n_photos: int) -> dict[str, Layout]:
    """Return the layouts to compare, by name.

    The multivector of further photos is compared as declared from the start, and as created with
    the first product that has some: for products of one photo that is never.
    """
    on_demand = MainAlone() if n_photos == 1 else MainAndFurther()
    return {
        "main photo alone": MainAlone(),
        "multivector of all": AllInOne(),
        "main, and multivector declared": MainAndFurther(),
        "main, and multivector on demand": on_demand,
        "point a photo": PointAPhoto(n_photos),
    }


def make_config(layout: Layout) -> "qe.EdgeConfig":
    """Return the configuration of a shard, otherwise as the index has it."""
    return qe.EdgeConfig(
        vectors={
            name: qe.EdgeVectorParams(
                DIM, qe.Distance.Dot, multivector_config=_MAX_SIM if is_multi else None
            )
            for name, is_multi in layout.vectors.items()
        },
        max_search_threads=1,
        hnsw_config=qe.HnswIndexConfig(
            HNSW_M, HNSW_EF_CONSTRUCT, full_scan_threshold_kb({MAIN: DIM})
        ),
        quantization_config=qe.ScalarQuantizationConfig(qe.ScalarType.Int8, quantile=INT8_QUANTILE),
        optimizers=qe.EdgeOptimizersConfig(default_segment_number=1, indexing_threshold=1_000),
    )


def make_request(using: str, vector: Any, limit: int, shelf: int | None) -> "qe.QueryRequest":
    """Return a query as the index makes it."""
    match = None if shelf is None else qe.FieldCondition("shelf", match=qe.MatchValue(shelf))
    return qe.QueryRequest(
        limit=limit,
        query=qe.Query.Nearest(vector, using=using),
        filter=None if match is None else qe.Filter(must=[match]),
        params=qe.SearchParams(
            hnsw_ef=max(HNSW_EF_SEARCH, limit),
            quantization=qe.QuantizationSearchParams(rescore=True, oversampling=OVERSAMPLING),
        ),
    )


def ask(shard: "qe.EdgeShard", requests: Sequence["qe.QueryRequest"]) -> list[Ranking]:
    """Return the ids and scores of each query's points, in one call."""
    responses = shard.query_batch(qe.QueryBatchRequest(list(requests)))
    return [[(int(str(hit.id)), hit.score) for hit in hits] for hits in responses]


def merge(hits: Sequence[tuple[int, float]], limit: int) -> Ranking:
    """Return each product once, with its best score."""
    best: dict[int, float] = {}
    for number, score in hits:
        best[number] = max(score, best.get(number, score))
    return sorted(best.items(), key=lambda item: (-item[1], item[0]))[:limit]


def _make_point(point_id: int, number: int, vectors: dict[str, Any]) -> "qe.Point":
    return qe.Point(point_id, vectors, {"shelf": number % SHELVES})
