"""The embedded store: an index folder that one engine process serves to all its users."""

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from index.field_rows import FieldRows
from index.store.edge.client import ClientTimeouts, EngineClient
from index.store.edge.metadata_files import MANIFEST_FILE, read_checksummed
from index.store.hnsw_config import REBUILD_SHARE
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
from index.store.preconditions import (
    check_indexed_field,
    check_points,
    check_queries,
    check_updates,
)
from index.text.bm25 import SparseVector
from shopwindow.values.errors import IndexStoreError

_BUILD_POLL_S = 0.1


class EdgeStore:
    """A `VectorStore` on a folder that several processes share.

    Args:
        folder: Folder of the index; it is created if it does not exist.
        hnsw_min_points: Number of points from which a graph is built; below it, exact search is as
            fast.
        timeouts: How long to wait for a reply, and for the write lock.

    Raises:
        IndexLockedError: The folder is locked by a process that cannot be reached.
        IndexStoreError: The folder is damaged.
    """

    def __init__(
        self, folder: Path, hnsw_min_points: int = 20_000, timeouts: ClientTimeouts | None = None
    ) -> None:
        self._folder = folder.resolve()
        self._hnsw_min_points = hnsw_min_points
        self._client = EngineClient(self._folder, hnsw_min_points, timeouts or ClientTimeouts())
        self._schema: StoreSchema | None = None
        self._schema_version = -1
        self._refresh_schema()

    @property
    def location(self) -> str:
        """Where the points are stored; see `VectorStore.location`."""
        return str(self._folder)

    @property
    def exists(self) -> bool:
        """Whether the store was created; see `VectorStore.exists`."""
        if self._client.n_changes != self._schema_version:
            self._refresh_schema()
        return self._schema is not None

    @property
    def n_changes(self) -> int:
        """Number of changes noticed; see `VectorStore.n_changes`."""
        return self._client.n_changes

    @property
    def counts_all_writers(self) -> bool:
        """The engine tells; see `VectorStore.counts_all_writers`."""
        return True

    @property
    def engine_pid(self) -> int:
        """Process id of the engine, for tests and diagnosis."""
        return self._client.pid

    def lock_writes(self) -> AbstractContextManager[None]:
        """Return a context that keeps other writers out; see `VectorStore.lock_writes`."""
        return self._client.lock_writes()

    def read_manifest(self) -> Payload | None:
        """Return the manifest; see `VectorStore.read_manifest`.

        Raises:
            IndexStoreError: The manifest is damaged.
        """
        try:
            return read_checksummed(self._folder / MANIFEST_FILE)
        except FileNotFoundError:
            return None

    def write_manifest(self, manifest: Payload) -> None:
        """Store the manifest; see `VectorStore.write_manifest`."""
        self._client.call("write_manifest", manifest)

    def create(self, schema: StoreSchema, manifest: Payload | None = None) -> None:
        """Create an empty store; see `VectorStore.create`."""
        self._client.call("create", schema, manifest, retry_as="create_again")
        self._refresh_schema()

    def upsert(self, points: Sequence[Point]) -> None:
        """Add or replace points; see `VectorStore.upsert`."""
        check_points(points, self._require_schema())
        if points:
            self._client.call("upsert", points)

    def update_sparse_vectors(self, vectors: Mapping[PointId, SparseVector]) -> None:
        """Replace the sparse vectors of points; see `VectorStore.update_sparse_vectors`."""
        self._require_schema()
        if vectors:
            self._client.call("update_sparse_vectors", dict(vectors))

    def update_points(self, updates: Sequence[PointUpdate]) -> None:
        """Change payload fields of points; see `VectorStore.update_points`."""
        self._require_schema()
        check_updates(updates)
        if updates:
            self._client.call("update_points", list(updates))

    def delete(self, ids: Sequence[PointId]) -> None:
        """Delete points; see `VectorStore.delete`."""
        self._require_schema()
        if ids:
            self._client.call("delete", list(ids))

    def retrieve(
        self,
        ids: Sequence[PointId],
        fields: tuple[str, ...] | None = None,
        vectors: bool | tuple[str, ...] = False,
    ) -> dict[PointId, Point]:
        """Return points by id; see `VectorStore.retrieve`."""
        self._require_schema()
        points: dict[PointId, Point] = (
            self._client.call("retrieve", list(ids), fields, vectors) if ids else {}
        )
        return points

    def query(self, queries: Sequence[VectorQuery]) -> list[list[ScoredPoint]]:
        """Return the best points of each query; see `VectorStore.query`."""
        check_queries(queries, self._require_schema())
        scored: list[list[ScoredPoint]] = (
            self._client.call("query", list(queries)) if queries else []
        )
        return scored

    def facet(
        self, name: str, conditions: Sequence[Condition] = (), limit: int = 100
    ) -> dict[FieldValue, int]:
        """Return counts by value; see `VectorStore.facet`."""
        check_indexed_field(name, self._require_schema())
        counts: dict[FieldValue, int] = self._client.call("facet", name, tuple(conditions), limit)
        return counts

    def fetch_rows(self, ids: Sequence[PointId], fields: tuple[str, ...]) -> FieldRows:
        """Return payload field values of points; see `VectorStore.fetch_rows`."""
        self._require_schema()
        rows: FieldRows = (
            self._client.call("fetch_rows", list(ids), fields) if ids else FieldRows(fields)
        )
        return rows

    def filter_ids(
        self, ids: Sequence[PointId], condition_sets: Sequence[tuple[Condition, ...]]
    ) -> list[set[PointId]]:
        """Return which points fulfil conditions; see `VectorStore.filter_ids`."""
        self._require_schema()
        if not ids or not condition_sets:
            return [set() for _ in condition_sets]
        passing: list[set[PointId]] = self._client.call(
            "filter_ids", list(ids), list(condition_sets)
        )
        return passing

    def count(self, conditions: Sequence[Condition] = ()) -> int:
        """Return the number of points that fulfil conditions; see `VectorStore.count`."""
        self._require_schema()
        return int(self._client.call("count", tuple(conditions)))

    def scroll(
        self,
        conditions: Sequence[Condition] = (),
        after: str = "",
        limit: int = 100,
        fields: tuple[str, ...] | None = None,
    ) -> tuple[list[Point], str]:
        """Return one batch in the order of ids; see `VectorStore.scroll`."""
        self._require_schema()
        batch: tuple[list[Point], str] = self._client.call(
            "scroll", tuple(conditions), after, limit, fields
        )
        return batch

    def scroll_ordered(
        self,
        order: OrderBy,
        conditions: Sequence[Condition] = (),
        limit: int = 100,
        fields: tuple[str, ...] | None = None,
    ) -> list[Point]:
        """Return the first points of an order; see `VectorStore.scroll_ordered`."""
        check_indexed_field(order.field, self._require_schema())
        points: list[Point] = self._client.call(
            "scroll_ordered", order, tuple(conditions), limit, fields
        )
        return points

    def info(self) -> Payload:
        """Return the engine's counts, and "graph": built, being built, due, or why it failed."""
        self._require_schema()
        facts: Payload = self._client.call("info")
        return {**facts, "graph": facts["graph"] or self._describe_graph(facts)}

    def optimize(self, wait: bool = False) -> None:
        """Build the graph beside the running shard; see `VectorStore.optimize`.

        Raises:
            IndexStoreError: The build failed; searches continue on the current shard.
        """
        if not self.exists:
            return
        # A build that began before the last writes may be running; another is due after it.
        while self._client.call("build_graph", self._hnsw_min_points) and wait:
            self._wait_for_graph()
        _raise_if_build_failed(self._client.call("graph"))

    def _wait_for_graph(self) -> None:
        while (status := self._client.call("graph"))["running"]:
            time.sleep(_BUILD_POLL_S)
        _raise_if_build_failed(status)

    def close(self) -> None:
        """Leave the engine, which exits with its last client; see `VectorStore.close`."""
        self._client.close()

    def _describe_graph(self, facts: Payload) -> str:
        if facts["points"] < self._hnsw_min_points:
            return f"not needed: below {self._hnsw_min_points:,} products search is exact"
        is_due = facts["unindexed_vectors"] >= max(self._hnsw_min_points * REBUILD_SHARE, 1)
        return "due" if is_due else "built"

    def _refresh_schema(self) -> None:
        self._schema = self._client.call("describe")
        self._schema_version = self._client.n_changes

    def _require_schema(self) -> StoreSchema:
        if self._schema is None:
            self._refresh_schema()  # another process may just have created it
        if self._schema is None:
            raise IndexStoreError(f"the store at {self._folder} was not created yet")
        return self._schema


def _raise_if_build_failed(status: Payload) -> None:
    """Check the status of the graph.

    Raises:
        IndexStoreError: The last build failed.
    """
    if status["failed"]:
        raise IndexStoreError(f"the search graph could not be built: {status['failed']}")
