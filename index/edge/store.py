"""The embedded store as the rest sees it: a folder, served by a worker process."""

import json
import threading
import time
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.errors import IndexStoreError
from core.files import replace_file
from index.bm25 import SparseVector
from index.checks import check_field, check_legs, check_points
from index.edge.files import MANIFEST_FILE, SCHEMA_FILE, read_schema
from index.edge.process import WorkerProcess
from index.points import Condition, LegQuery, Order, Payload, Point, Scored, StoreSchema, Value
from index.rows import Rows

REBUILD_SHARE = 0.5
"""Share of `hnsw_from` that may lie outside the graph, scanned exactly, before it is rebuilt."""

_BUILD_POLL_S = 0.1


class EdgeStore:
    """A `VectorStore` on a folder, with Qdrant Edge in a worker process.

    Args:
        folder: Where the index is, or is to be made.
        hnsw_from: Points from which `optimise` builds a graph; below, exact search is as fast.

    Raises:
        IndexLockedError: Another process holds the folder.
        IndexStoreError: The folder is damaged.
    """

    def __init__(self, folder: Path, hnsw_from: int = 20_000) -> None:
        self._folder = folder.resolve()
        self._hnsw_from = hnsw_from
        self._lock = threading.Lock()
        self._closed = False
        self._worker = self._start()
        self._schema: StoreSchema | None = None
        if self._worker.has_shard:
            self._schema = read_schema(self._folder / SCHEMA_FILE)

    @property
    def location(self) -> str:
        """Where the points are; see `VectorStore.location`."""
        return str(self._folder)

    @property
    def created(self) -> bool:
        """Whether there is anything; see `VectorStore.created`."""
        return self._schema is not None

    def read_manifest(self) -> Payload | None:
        """Return the manifest; see `VectorStore.read_manifest`.

        Raises:
            IndexStoreError: The manifest is damaged.
        """
        path = self._folder / MANIFEST_FILE
        try:
            manifest: Payload = json.loads(path.read_text())
        except FileNotFoundError:
            return None
        except ValueError as exc:
            raise IndexStoreError(
                f"{path} is damaged; restore it from a backup, or index into a new folder"
            ) from exc
        return manifest

    @property
    def worker_pid(self) -> int:
        """Process id of the engine's worker, for tests and diagnosis."""
        return self._worker.pid

    def write_manifest(self, manifest: Payload) -> None:
        """Keep the manifest; see `VectorStore.write_manifest`."""
        data = json.dumps(manifest, ensure_ascii=False, indent=2).encode()
        replace_file(self._folder / MANIFEST_FILE, data)

    def create(self, schema: StoreSchema) -> None:
        """Make an empty store; see `VectorStore.create`.

        Raises:
            IndexStoreError: There is one already.
        """
        if self._schema is not None:
            raise IndexStoreError(f"there is an index at {self._folder} already")
        self._call("create", schema)
        self._schema = schema

    def upsert(self, points: Sequence[Point]) -> None:
        """Add or replace points; see `VectorStore.upsert`."""
        check_points(points, self._known())
        if points:
            self._call("upsert", points)

    def set_words(self, words: Mapping[str, SparseVector]) -> None:
        """Replace the words of points; see `VectorStore.set_words`."""
        self._known()
        if words:
            self._call("set_words", dict(words))

    def delete(self, ids: Sequence[str]) -> None:
        """Remove points; see `VectorStore.delete`."""
        self._known()
        if ids:
            self._call("delete", list(ids))

    def retrieve(
        self, ids: Sequence[str], fields: tuple[str, ...] | None = None, vectors: bool = False
    ) -> dict[str, Point]:
        """Return points by id; see `VectorStore.retrieve`."""
        self._known()
        found: dict[str, Point] = self._call("retrieve", list(ids), fields, vectors) if ids else {}
        return found

    def query(self, legs: Sequence[LegQuery]) -> list[list[Scored]]:
        """Return the best points of each leg; see `VectorStore.query`."""
        check_legs(legs, self._known())
        answers: list[list[Scored]] = self._call("query", list(legs)) if legs else []
        return answers

    def facet(
        self, name: str, conditions: Sequence[Condition] = (), limit: int = 100
    ) -> dict[Value, int]:
        """Return counts by value; see `VectorStore.facet`."""
        check_field(name, (each.name for each in self._known().fields))
        counts: dict[Value, int] = self._call("facet", name, tuple(conditions), limit)
        return counts

    def rows(self, ids: Sequence[str], fields: tuple[str, ...]) -> Rows:
        """Return values of named points; see `VectorStore.rows`."""
        self._known()
        found: Rows = self._call("rows", list(ids), fields) if ids else Rows(fields)
        return found

    def passing(
        self, ids: Sequence[str], several: Sequence[tuple[Condition, ...]]
    ) -> list[set[str]]:
        """Return which of some points pass; see `VectorStore.passing`."""
        self._known()
        if not ids or not several:
            return [set() for _ in several]
        found: list[set[str]] = self._call("passing", list(ids), list(several))
        return found

    def count(self, conditions: Sequence[Condition] = ()) -> int:
        """Return how many points pass; see `VectorStore.count`."""
        self._known()
        return int(self._call("count", tuple(conditions)))

    def scroll(
        self,
        conditions: Sequence[Condition] = (),
        after: str = "",
        limit: int = 100,
        fields: tuple[str, ...] | None = None,
    ) -> tuple[list[Point], str]:
        """Return one batch in the order of ids; see `VectorStore.scroll`."""
        self._known()
        batch: tuple[list[Point], str] = self._call(
            "scroll", tuple(conditions), after, limit, fields
        )
        return batch

    def ordered(
        self,
        order: Order,
        conditions: Sequence[Condition] = (),
        limit: int = 100,
        fields: tuple[str, ...] | None = None,
    ) -> list[Point]:
        """Return the first points of an order; see `VectorStore.ordered`."""
        check_field(order.field, (each.name for each in self._known().fields))
        points: list[Point] = self._call("ordered", order, tuple(conditions), limit, fields)
        return points

    def info(self) -> Payload:
        """Return the engine's counts: points, vectors in a graph, segments."""
        self._known()
        facts: Payload = self._call("info")
        return facts

    def optimise(self, wait: bool = False) -> None:
        """Build the graph beside the running shard; see `VectorStore.optimise`.

        Raises:
            IndexStoreError: The build failed; searches go on with the former shard.
        """
        if self._schema is None or self.count() < self._hnsw_from:
            return
        if self._call("n_outside_graph") >= self._hnsw_from * REBUILD_SHARE:
            self._call("optimise")
        while wait and self._call("building")["running"]:
            time.sleep(_BUILD_POLL_S)
        failed = self._call("building")["failed"]
        if failed:
            raise IndexStoreError(f"the search graph could not be built: {failed}")

    def close(self) -> None:
        """End the worker process; see `VectorStore.close`."""
        with self._lock:
            self._closed = True
            self._finalizer()

    def _known(self) -> StoreSchema:
        if self._schema is None:
            raise IndexStoreError(f"the store at {self._folder} was not created yet")
        return self._schema

    def _call(self, name: str, *args: Any) -> Any:
        with self._lock:
            if self._closed:
                raise IndexStoreError(f"the index at {self._folder} is closed; open it again")
            if not self._worker.running:  # it died, or an interrupt put it out of step
                self._worker = self._start()
            return self._worker.ask(name, args)

    def _start(self) -> WorkerProcess:
        worker = WorkerProcess(self._folder)
        # Ends the worker when this store is collected or the interpreter exits without close().
        self._finalizer = weakref.finalize(self, worker.end)
        return worker
