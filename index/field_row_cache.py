"""Field values of candidates, kept in the process that serves: fetching them costs a round trip."""

from collections.abc import Mapping, Sequence

from index.catalog_cache import CatalogCache
from index.field_rows import FieldRow, FieldRows
from index.payload import CACHED_FIELDS, INDEXED_FIELDS, to_point_id
from index.store.contract import VectorStore
from shopwindow.values import ProductId

MAX_CACHED_ROWS = 50_000
"""Products whose rows are kept, 0.5 to 1 kB each: 50 MB at most."""

ROW_FIELDS = (*(field.name for field in INDEXED_FIELDS if field.is_cached), *CACHED_FIELDS)
"""The fields that candidates are filtered, collapsed and counted by."""

_CACHED_NAMES = frozenset(ROW_FIELDS)


class FieldRowCache:
    """Fetches field values of products, and caches those of `ROW_FIELDS`. Safe for several threads.

    Nothing is cached of a store that does not tell of other processes' changes.

    Args:
        store: Has the points.
    """

    def __init__(self, store: VectorStore) -> None:
        self._store = store
        self._rows: CatalogCache[ProductId, FieldRow] = CatalogCache(store, MAX_CACHED_ROWS)

    def fetch(self, product_ids: Sequence[ProductId], fields: tuple[str, ...]) -> FieldRows:
        """Return values of stored fields of named products.

        Args:
            product_ids: The products.
            fields: The fields that are needed.

        Returns:
            The rows of the products that exist, by product id, with these fields at least.
        """
        if not self._store.counts_all_writers or not _CACHED_NAMES.issuperset(fields):
            return FieldRows(fields, self._read(product_ids, fields))
        return FieldRows(ROW_FIELDS, self._rows.get_many(product_ids, self._load))

    def _load(self, product_ids: Sequence[ProductId]) -> Mapping[ProductId, FieldRow]:
        return self._read(product_ids, ROW_FIELDS)

    def _read(
        self, product_ids: Sequence[ProductId], fields: tuple[str, ...]
    ) -> Mapping[ProductId, FieldRow]:
        ids = {to_point_id(product_id): product_id for product_id in product_ids}
        rows = self._store.fetch_rows(list(ids), fields).by_id
        return {ids[point_id]: rows[point_id] for point_id in ids if point_id in rows}
