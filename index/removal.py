"""Deleting what a complete feed no longer has."""

from core.errors import IndexStoreError
from index.indexing import IndexingRun
from index.store import VectorStore

MAX_DELETED_SHARE = 0.5
_BATCH = 1000


def delete_missing(store: VectorStore, run: IndexingRun) -> int:
    """Delete the products that a run over a complete feed did not see.

    Returns:
        How many.

    Raises:
        IndexStoreError: The feed broke off, or lacks more than half of the index: that looks like
            a mistake, so nothing was deleted.
    """
    if run.broke_off:
        raise IndexStoreError(
            "the feed broke off, so nothing was deleted. What came before the break is indexed; "
            "repair the feed and run it again."
        )
    missing: list[str] = []
    total, after = store.count(), ""
    while True:
        points, after = store.scroll(after=after, limit=_BATCH, fields=())
        missing += [point.id for point in points if point.id not in run.seen]
        if not after:
            break
    if len(missing) > MAX_DELETED_SHARE * total:
        raise IndexStoreError(
            f"the feed lacks {len(missing)} of {total} indexed products, so nothing was deleted. "
            "If that is meant, delete them by id or index into a new folder."
        )
    store.delete(missing)
    return len(missing)
