"""The contract between Shopwindow and a vector engine: the few operations that we need.

Three stores implement it: `ExactStore` (numpy, the oracle), `EdgeStore` (Qdrant Edge on a folder)
and `ServerStore` (a Qdrant server). One test suite checks all of them. Their arguments and results
are defined in `index.store.points`.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from index.field_rows import FieldRows
from index.store.points import (
    Condition,
    FieldValue,
    OrderBy,
    Payload,
    Point,
    PointId,
    PointUpdate,
    ScoredPoint,
    StoreSchema,
    VectorQuery,
)
from index.text.bm25 import SparseVector


class VectorStore(Protocol):
    """Points with named vectors and payload, stored durably and searched with filters.

    Safe to call from several threads. Once a write returns, it survives the death of the process
    and, except in `ExactStore`, a loss of power. A refused operation changes nothing.
    """

    @property
    def location(self) -> str:
        """Where the points are stored, for messages."""
        ...

    @property
    def exists(self) -> bool:
        """Whether `create` was called, now or in an earlier process."""
        ...

    @property
    def n_changes(self) -> int:
        """Number of changes noticed so far, by any process that shares the store.

        Caches compare it to stay fresh. All writes under one `lock_writes` may count as one change.
        A change by another process is noticed within a second after its lock is released; a server
        store notices only the changes of its own process.
        """
        ...

    @property
    def counts_all_writers(self) -> bool:
        """Whether `n_changes` moves with every writer's changes, not with this process' alone."""
        ...

    def lock_writes(self) -> AbstractContextManager[None]:
        """Keep other writers out during several writes; use it in a `with` block.

        Reads continue meanwhile. A single write needs no lock.

        Raises:
            IndexLockedError: Another writer held the lock for longer than the timeout.
        """
        ...

    def read_manifest(self) -> Payload | None:
        """Return the manifest that was written last; None for a new store."""
        ...

    def write_manifest(self, manifest: Payload) -> None:
        """Store facts about the whole index, replacing the previous ones atomically."""
        ...

    def create(self, schema: StoreSchema, manifest: Payload | None = None) -> None:
        """Create an empty store for some vectors and fields, with its manifest.

        Raises:
            IndexStoreError: The store exists already.
        """
        ...

    def upsert(self, points: Sequence[Point]) -> None:
        """Add points, or replace those with the same ids, all or none.

        Raises:
            VectorError: A vector has the wrong dimension or is not finite.
            IndexStoreError: The engine refused.
        """
        ...

    def update_sparse_vectors(self, vectors: Mapping[PointId, SparseVector]) -> None:
        """Replace the sparse vectors of existing points and nothing else.

        Args:
            vectors: Sparse vectors by point id.

        Raises:
            IndexStoreError: The engine refused, or a point does not exist.
        """
        ...

    def update_points(self, updates: Sequence[PointUpdate]) -> None:
        """Change some payload fields, and sparse vectors, of existing points, all or none.

        Dense vectors are neither read nor written. Of several updates of one point all count, in
        their order.

        Raises:
            VectorError: A sparse vector is not valid.
            IndexStoreError: The engine refused, or a point does not exist.
        """
        ...

    def delete(self, ids: Sequence[PointId]) -> None:
        """Delete points; unknown ids are ignored."""
        ...

    def retrieve(
        self,
        ids: Sequence[PointId],
        fields: tuple[str, ...] | None = None,
        vectors: bool | tuple[str, ...] = False,
    ) -> dict[PointId, Point]:
        """Return the points that exist among some ids, by id.

        Args:
            ids: Point ids.
            fields: Payload fields to return; None for all.
            vectors: Whether to return the dense, sparse and multivectors as well; or the names of
                those to return.
        """
        ...

    def query(self, queries: Sequence[VectorQuery]) -> list[list[ScoredPoint]]:
        """Run several vector queries in one call.

        Returns:
            The points of each query, best first; ties in the order of the point ids where the
            search is exact.

        Raises:
            VectorError: A query vector has the wrong dimension or is not finite.
        """
        ...

    def facet(
        self, name: str, conditions: Sequence[Condition] = (), limit: int = 100
    ) -> dict[FieldValue, int]:
        """Count the values of an indexed field exactly.

        Returns:
            Counts of at most `limit` values, most frequent first; ties in the order of the values.
        """
        ...

    def fetch_rows(self, ids: Sequence[PointId], fields: tuple[str, ...]) -> FieldRows:
        """Return the values of some payload fields of the points that exist among some ids."""
        ...

    def filter_ids(
        self, ids: Sequence[PointId], condition_sets: Sequence[tuple[Condition, ...]]
    ) -> list[set[PointId]]:
        """Return the ids of the points that fulfil all conditions, for each set of conditions."""
        ...

    def count(self, conditions: Sequence[Condition] = ()) -> int:
        """Return the number of points that fulfil all conditions."""
        ...

    def scroll(
        self,
        conditions: Sequence[Condition] = (),
        after: str = "",
        limit: int = 100,
        fields: tuple[str, ...] | None = None,
    ) -> tuple[list[Point], str]:
        """Return one batch of points in the order of their ids.

        Args:
            conditions: Conditions that the points must all fulfil.
            after: The cursor that the previous call returned; empty for the first batch.
            limit: Greatest number of points returned.
            fields: Payload fields to return; None for all.

        Returns:
            The points without vectors, and the cursor of the next batch; empty at the end.
        """
        ...

    def scroll_ordered(
        self,
        order: OrderBy,
        conditions: Sequence[Condition] = (),
        limit: int = 100,
        fields: tuple[str, ...] | None = None,
    ) -> list[Point]:
        """Return the first points of an order, without vectors; ties in any order.

        Raises:
            IndexStoreError: The field is not indexed.
        """
        ...

    def info(self) -> Payload:
        """Return facts about the engine to show; at least "points", their number."""
        ...

    def optimize(self, wait: bool = False) -> None:
        """Build the HNSW graph if the store is large enough; searches continue meanwhile.

        Args:
            wait: Return only when the graph is built.
        """
        ...

    def close(self) -> None:
        """Make everything durable and release the folder or connection. Idempotent."""
        ...
