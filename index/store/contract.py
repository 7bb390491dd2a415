"""The contract between Shopwindow and a vector engine, in the few words that we need of it.

Three stores keep it: `ExactStore` (numpy, the oracle), `EdgeStore` (Qdrant Edge on a folder) and
`ServerStore` (a Qdrant server). One suite holds all of them to it. What they speak about is in
`index.store.points`.
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
    ScoredPoint,
    StoreSchema,
    VectorQuery,
)
from index.text.bm25 import SparseVector


class VectorStore(Protocol):
    """Points with named vectors and payload, kept durably and searched with filters.

    Safe to call from several threads. What a call that changes something has returned from
    survives the death of the process (and, but for the oracle, a loss of power). A refused
    operation changes nothing.
    """

    @property
    def location(self) -> str:
        """Where the points are, for messages."""
        ...

    @property
    def exists(self) -> bool:
        """Whether `create` was called, now or in an earlier process."""
        ...

    @property
    def n_changes(self) -> int:
        """How many changes were noticed, by whichever process of those that share the store.

        Readers compare it with what they remember. Many batches of one turn may count as one. A
        change of another process is noticed within a second of the end of its turn; a server tells
        nothing of other processes.
        """
        ...

    @property
    def counts_all_writers(self) -> bool:
        """Whether `n_changes` moves with every writer's changes, not with this process' alone."""
        ...

    def lock_writes(self) -> AbstractContextManager[None]:
        """Take turns with others who write: in a `with` block around several writes.

        Reading goes on meanwhile. A single write needs no turn.

        Raises:
            IndexLockedError: The others took longer than one may wait.
        """
        ...

    def read_manifest(self) -> Payload | None:
        """Return what `write_manifest` kept, or None for a new store."""
        ...

    def write_manifest(self, manifest: Payload) -> None:
        """Keep facts about the whole index, replacing the former ones at once."""
        ...

    def create(self, schema: StoreSchema, manifest: Payload | None = None) -> None:
        """Make an empty store for these vectors and fields, with its manifest.

        Raises:
            IndexStoreError: There is one already.
        """
        ...

    def upsert(self, points: Sequence[Point]) -> None:
        """Add points, or replace those with the same ids, all or none.

        Raises:
            VectorError: A vector has the wrong width or is not finite.
            IndexStoreError: The engine refused.
        """
        ...

    def update_sparse_vectors(self, vectors: Mapping[str, SparseVector]) -> None:
        """Replace the sparse vectors of existing points; everything else of them stays.

        Args:
            vectors: By point id.

        Raises:
            IndexStoreError: The engine refused, or one of the points does not exist.
        """
        ...

    def delete(self, ids: Sequence[str]) -> None:
        """Remove points; unknown ids are passed over."""
        ...

    def retrieve(
        self, ids: Sequence[str], fields: tuple[str, ...] | None = None, vectors: bool = False
    ) -> dict[str, Point]:
        """Return the points that exist among these ids.

        Args:
            ids: Point ids.
            fields: Payload fields to bring; None for all.
            vectors: Bring the dense vectors and the words too.
        """
        ...

    def query(self, queries: Sequence[VectorQuery]) -> list[list[ScoredPoint]]:
        """Run several retrievals at once.

        Returns:
            For each leg its points, best first; equal scores in the order of their ids where
            the search is exact.

        Raises:
            VectorError: A query vector has the wrong width or is not finite.
        """
        ...

    def facet(
        self, name: str, conditions: Sequence[Condition] = (), limit: int = 100
    ) -> dict[FieldValue, int]:
        """Count the values of an indexed field, exactly.

        Returns:
            Counts by value, most frequent first, at most `limit`.
        """
        ...

    def fetch_rows(self, ids: Sequence[str], fields: tuple[str, ...]) -> FieldRows:
        """Return the values of some fields of the points that exist among these ids."""
        ...

    def filter_ids(
        self, ids: Sequence[str], condition_sets: Sequence[tuple[Condition, ...]]
    ) -> list[set[str]]:
        """Return which of some points fulfil the conditions, for each of several lists of them."""
        ...

    def count(self, conditions: Sequence[Condition] = ()) -> int:
        """Return how many points fulfil the conditions."""
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
            conditions: All must hold.
            after: What the former call returned; empty for the first batch.
            limit: Most points returned.
            fields: Payload fields to bring; None for all.

        Returns:
            The points without vectors, and what to give as `after` next; empty at the end.
        """
        ...

    def scroll_ordered(
        self,
        order: OrderBy,
        conditions: Sequence[Condition] = (),
        limit: int = 100,
        fields: tuple[str, ...] | None = None,
    ) -> list[Point]:
        """Return the first points of an order, without vectors; equal numbers in any order.

        Raises:
            IndexStoreError: The field has no index.
        """
        ...

    def info(self) -> Payload:
        """Return facts about the engine to show; at least "points", how many there are."""
        ...

    def optimize(self, wait: bool = False) -> None:
        """Build the search graph if the store is large enough; searches go on meanwhile.

        Args:
            wait: Return only when it is built.
        """
        ...

    def close(self) -> None:
        """Make everything durable and let go of the folder or connection. Idempotent."""
        ...
