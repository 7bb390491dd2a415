"""From the ids of points, which are hashes, back to the product ids that they were made of."""

from collections.abc import Sequence

from index.product_query import ScoredProduct
from index.store.contract import VectorStore
from index.store.points import PRODUCT_ID, PointId, ScoredPoint
from shopwindow.values import ProductId

MAX_KNOWN_IDS = 200_000
"""Points whose product ids are kept, 0.2 kB each: 40 MB at most."""


class ProductIdMap:
    """Looks up the product ids of points. Safe for several threads.

    A point never gets another product, so what was looked up once stays true.

    Args:
        store: Has the points.
    """

    def __init__(self, store: VectorStore) -> None:
        self._store = store
        self._known: dict[str, ProductId] = {}

    def convert(self, results: Sequence[Sequence[ScoredPoint]]) -> list[list[ScoredProduct]]:
        """Return results with product ids in place of point ids.

        Args:
            results: Scored points of each query.

        Returns:
            The same, in the same order; a point that was deleted meanwhile is left out.
        """
        known = self._known
        try:
            return [[(known[point_id], score) for point_id, score in scored] for scored in results]
        except KeyError:
            known = self._look_up([point_id for scored in results for point_id, _ in scored])
        return [
            [(known[point_id], score) for point_id, score in scored if point_id in known]
            for scored in results
        ]

    def _look_up(self, point_ids: Sequence[PointId]) -> dict[str, ProductId]:
        known = self._known
        found: dict[str, ProductId] = {
            point_id: known[point_id] for point_id in point_ids if point_id in known
        }
        missing = [point_id for point_id in dict.fromkeys(point_ids) if point_id not in known]
        rows = self._store.fetch_rows(missing, (PRODUCT_ID,))
        found |= {point_id: str(row[0][0]) for point_id, row in rows.by_id.items()}
        if len(known) + len(missing) > MAX_KNOWN_IDS:
            self._known = known = {}
        known.update(found)
        return found
