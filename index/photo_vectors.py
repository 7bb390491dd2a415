"""The vectors of all photos of the products: the main one's, and the others' multivector."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from index.fingerprint import Fingerprint
from index.payload import FURTHER_PHOTO_DIGESTS, PHOTO_DIGEST, to_point_id
from index.store.contract import VectorStore
from index.store.points import PHOTO, PHOTOS, Point, PointId, ScoredPoint, VectorQuery
from index.vector_projection import VectorProjection
from shopwindow.values import ProductId, Vectors

_DIGEST_FIELDS = (PHOTO_DIGEST, FURTHER_PHOTO_DIGESTS)


class PhotoVectors:
    """Compares queries with the best photo of each product. Safe for several threads.

    Args:
        store: Has the points.
        projection: Projects embeddings to their stored columns.
    """

    def __init__(self, store: VectorStore, projection: VectorProjection) -> None:
        self._store = store
        self._projection = projection

    def query(self, queries: Sequence[VectorQuery]) -> list[list[ScoredPoint]]:
        """Return the best points of each query, in one call to the store.

        A query of PHOTO is one of PHOTOS too, and a point scores like the better of both. That
        loses nothing: a point whose further photos are not among the best of the multivector is
        beaten by as many others there.

        Returns:
            Best first; ties in the order of the point ids where the search is exact.

        Raises:
            VectorError: A query vector has the wrong dimension or is not finite.
        """
        parts = [_split(query) for query in queries]
        rankings = iter(self._store.query([part for split in parts for part in split]))
        found = [[next(rankings) for _ in split] for split in parts]
        return [_merge(ranked, query.limit) for query, ranked in zip(queries, found, strict=True)]

    def find_best(self, product_ids: Sequence[ProductId], vector: Vectors) -> dict[ProductId, int]:
        """Return which photo of each product is nearest to an embedding.

        Args:
            product_ids: Product ids.
            vector: The embedding, shape (dim,).

        Returns:
            Positions in `Product.photos`, from 0, by product id: the first of equally near ones.
            Products without a usable photo are left out.
        """
        if not product_ids or not self._store.exists:
            return {}
        query = self._projection.project(PHOTO, vector)
        ids = {to_point_id(product_id): product_id for product_id in product_ids}
        points = self._store.retrieve(list(ids), _DIGEST_FIELDS, (PHOTO, PHOTOS))
        return {
            ids[point.id]: _find_best(point, query)
            for point in points.values()
            if PHOTO in point.vectors
        }


def _split(query: VectorQuery) -> tuple[VectorQuery, ...]:
    return (query, replace(query, using=PHOTOS)) if query.using == PHOTO else (query,)


def _merge(rankings: Sequence[list[ScoredPoint]], limit: int) -> list[ScoredPoint]:
    main, *others = rankings
    if not any(others):
        return main
    best: dict[PointId, float] = dict(main)
    for point_id, score in (scored for further in others for scored in further):
        best[point_id] = max(score, best.get(point_id, score))
    return sorted(best.items(), key=lambda item: (-item[1], item[0]))[:limit]


def _find_best(point: Point, query: Vectors) -> int:
    """Return the position of the nearest photo of a point.

    Args:
        point: With its digests, and the vectors PHOTO and PHOTOS.
        query: In stored columns, shape (stored_dim,).
    """
    further = point.vectors.get(PHOTOS, np.empty((0, len(query)), np.float32))
    rows = np.concatenate([point.vectors[PHOTO][None], further])  # (n_usable, stored_dim)
    # Not rows @ query: its last digit depends on the position of a row, which would break ties.
    best = int(np.argmax(np.einsum("nd,d->n", rows, query)))
    digests = Fingerprint.from_payload(point.payload).photos
    return [position for position, digest in enumerate(digests) if digest][best]
