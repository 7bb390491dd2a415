"""The embedded store as the rest sees it: a folder, served to all its processes by one engine."""

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
    ScoredPoint,
    StoreSchema,
    VectorQuery,
)
from index.store.preconditions import check_indexed_field, check_points, check_queries
from index.text.bm25 import SparseVector
from shopwindow.values.errors import IndexStoreError

_BUILD_POLL_S = 0.1


class EdgeStore:
    """A `VectorStore` on a folder that several processes share.

    Args:
        folder: Where the index is, or is to be made.
        hnsw_min_points: Points from which a graph is built; below, exact search is as fast.
        timeouts: How long to wait for an answer, and for the turn to write.

    Raises:
        IndexLockedError: A process that cannot be reached holds the folder.
        IndexStoreError: The folder is damaged.
    """

    def __init__(
        self, folder: Path, hnsw_min_points: int = 20_000, timeouts: ClientTimeouts | None = None
    ) -> None:
        self._folder = folder.resolve()
        self._hnsw_from = hnsw_min_points
        self._client = EngineClient(self._folder, hnsw_min_points, timeouts or ClientTimeouts())
        self._schema: StoreSchema | None = None
        self._described_at = -1
        self._describe()

    @property
    def location(self) -> str:
        """Where the points are; see `VectorStore.location`."""
        return str(self._folder)

    @property
    def exists(self) -> bool:
        """Whether there is anything; see `VectorStore.exists`."""
        if self._client.n_changes != self._described_at:
            self._describe()
        return self._schema is not None

    @property
    def n_changes(self) -> int:
        """How many changes were noticed; see `VectorStore.n_changes`."""
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
        """Take turns with other writers; see `VectorStore.lock_writes`.

        Returns:
            What to use in a `with` block.
        """
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
        """Keep the manifest; see `VectorStore.write_manifest`."""
        self._client.call("write_manifest", manifest)

    def create(self, schema: StoreSchema, manifest: Payload | None = None) -> None:
        """Make an empty store; see `VectorStore.create`."""
        self._client.call("create", schema, manifest, retry_as="create_again")
        self._describe()

    def upsert(self, points: Sequence[Point]) -> None:
        """Add or replace points; see `VectorStore.upsert`."""
        check_points(points, self._known())
        if points:
            self._client.call("upsert", points)

    def update_sparse_vectors(self, vectors: Mapping[str, SparseVector]) -> None:
        """Replace the words of points; see `VectorStore.update_sparse_vectors`."""
        self._known()
        if vectors:
            self._client.call("update_sparse_vectors", dict(vectors))

    def delete(self, ids: Sequence[str]) -> None:
        """Remove points; see `VectorStore.delete`."""
        self._known()
        if ids:
            self._client.call("delete", list(ids))

    def retrieve(
        self, ids: Sequence[str], fields: tuple[str, ...] | None = None, vectors: bool = False
    ) -> dict[str, Point]:
        """Return points by id; see `VectorStore.retrieve`."""
        self._known()
        found: dict[str, Point] = (
            self._client.call("retrieve", list(ids), fields, vectors) if ids else {}
        )
        return found

    def query(self, queries: Sequence[VectorQuery]) -> list[list[ScoredPoint]]:
        """Return the best points of each leg; see `VectorStore.query`."""
        check_queries(queries, self._known())
        answers: list[list[ScoredPoint]] = (
            self._client.call("query", list(queries)) if queries else []
        )
        return answers

    def facet(
        self, name: str, conditions: Sequence[Condition] = (), limit: int = 100
    ) -> dict[FieldValue, int]:
        """Return counts by value; see `VectorStore.facet`."""
        check_indexed_field(name, (each.name for each in self._known().fields))
        counts: dict[FieldValue, int] = self._client.call("facet", name, tuple(conditions), limit)
        return counts

    def fetch_rows(self, ids: Sequence[str], fields: tuple[str, ...]) -> FieldRows:
        """Return values of named points; see `VectorStore.fetch_rows`."""
        self._known()
        found: FieldRows = (
            self._client.call("fetch_rows", list(ids), fields) if ids else FieldRows(fields)
        )
        return found

    def filter_ids(
        self, ids: Sequence[str], condition_sets: Sequence[tuple[Condition, ...]]
    ) -> list[set[str]]:
        """Return which of some points pass; see `VectorStore.filter_ids`."""
        self._known()
        if not ids or not condition_sets:
            return [set() for _ in condition_sets]
        found: list[set[str]] = self._client.call("filter_ids", list(ids), list(condition_sets))
        return found

    def count(self, conditions: Sequence[Condition] = ()) -> int:
        """Return how many points pass; see `VectorStore.count`."""
        self._known()
        return int(self._client.call("count", tuple(conditions)))

    def scroll(
        self,
        conditions: Sequence[Condition] = (),
        after: str = "",
        limit: int = 100,
        fields: tuple[str, ...] | None = None,
    ) -> tuple[list[Point], str]:
        """Return one batch in the order of ids; see `VectorStore.scroll`."""
        self._known()
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
        check_indexed_field(order.field, (each.name for each in self._known().fields))
        points: list[Point] = self._client.call(
            "scroll_ordered", order, tuple(conditions), limit, fields
        )
        return points

    def info(self) -> Payload:
        """Return the engine's counts, with "graph" in words: built, being built, due, failed."""
        self._known()
        facts: Payload = self._client.call("info")
        return {**facts, "graph": facts["graph"] or self._graph_in_words(facts)}

    def optimize(self, wait: bool = False) -> None:
        """Build the graph beside the running shard; see `VectorStore.optimize`.

        Raises:
            IndexStoreError: The build failed; searches go on with the former shard.
        """
        if not self.exists:
            return
        # One that was begun before the last writes may be under way: after it another is due.
        while self._client.call("build_graph", self._hnsw_from) and wait:
            self._await_graph()
        self._await_graph(at_once=True)

    def _await_graph(self, at_once: bool = False) -> None:
        while (graph := self._client.call("graph"))["running"] and not at_once:
            time.sleep(_BUILD_POLL_S)
        if graph["failed"]:
            raise IndexStoreError(f"the search graph could not be built: {graph['failed']}")

    def close(self) -> None:
        """Leave the engine, which ends with its last client; see `VectorStore.close`."""
        self._client.close()

    def _graph_in_words(self, facts: Payload) -> str:
        if facts["points"] < self._hnsw_from:
            return f"not needed: below {self._hnsw_from:,} products search is exact"
        is_due = facts["unindexed_vectors"] >= max(self._hnsw_from * REBUILD_SHARE, 1)
        return "due" if is_due else "built"

    def _describe(self) -> None:
        self._schema = self._client.call("describe")
        self._described_at = self._client.n_changes

    def _known(self) -> StoreSchema:
        if self._schema is None:
            self._describe()  # another process may just have made it
        if self._schema is None:
            raise IndexStoreError(f"the store at {self._folder} was not created yet")
        return self._schema
