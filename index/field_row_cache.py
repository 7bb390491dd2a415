"""Field values of candidates, kept in the process that serves: fetching them costs a round trip."""

from collections.abc import Mapping, Sequence

from index.catalog_cache import CatalogCache
from index.field_rows import FieldRow, FieldRows
from index.payload import CACHED_FIELDS, INDEXED_FIELDS
from index.store.contract import VectorStore

MAX_CACHED_ROWS = 50_000
"""Points whose rows are kept, 0.5 to 1 kB each: 50 MB at most."""

ROW_FIELDS = (*(field.name for field in INDEXED_FIELDS if field.is_cached), *CACHED_FIELDS)
"""The fields that candidates are filtered, collapsed and counted by."""

_CACHED_NAMES = frozenset(ROW_FIELDS)


class FieldRowCache:
    """Fetches field values of points, and caches those of `ROW_FIELDS`. Safe for several threads.

    Nothing is cached of a store that does not tell of other processes' changes.

    Args:
        store: Has the points.
    """

    def __init__(self, store: VectorStore) -> None:
        self._store = store
        self._rows: CatalogCache[str, FieldRow] = CatalogCache(store, MAX_CACHED_ROWS)

    def fetch(self, ids: Sequence[str], fields: tuple[str, ...]) -> FieldRows:
        """Return values of stored fields of named points.

        Args:
            ids: The points.
            fields: The fields that are needed.

        Returns:
            The rows of the points that exist, with these fields at least.
        """
        if not self._store.counts_all_writers or not _CACHED_NAMES.issuperset(fields):
            return self._store.fetch_rows(ids, fields)
        return FieldRows(ROW_FIELDS, self._rows.get_many(ids, self._load))

    def _load(self, ids: Sequence[str]) -> Mapping[str, FieldRow]:
        return self._store.fetch_rows(ids, ROW_FIELDS).by_id
