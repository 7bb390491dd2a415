"""The embedded store as the rest sees it: a folder, served by a worker process."""

import json
import os
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from core.errors import IndexStoreError
from index.checks import check_field, check_legs, check_points
from index.files import replace_file
from index.store import Condition, LegQuery, Payload, Point, Scored, StoreSchema

MANIFEST_FILE = "manifest.json"
SCHEMA_FILE = "schema.json"
_HOME = Path(__file__).resolve().parents[2]
_BUILD_POLL_S = 0.1
_END_WAIT_S = 30.0


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
        self._process, self._requests, self._replies = _start(self._folder)
        self._finalizer = weakref.finalize(self, _end, self._process, self._requests, self._replies)
        kind, value = self._receive()
        if kind == "error":
            self._finalizer()
            raise value
        self._schema: StoreSchema | None = None
        if value:
            self._schema = StoreSchema.from_dict(
                json.loads((self._folder / SCHEMA_FILE).read_text())
            )

    @property
    def location(self) -> str:
        """Where the points are; see `VectorStore.location`."""
        return str(self._folder)

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
        found: dict[str, Point] = self._call("retrieve", list(ids), fields, vectors)
        return found

    def query(self, legs: Sequence[LegQuery]) -> list[list[Scored]]:
        """Return the best points of each leg; see `VectorStore.query`."""
        check_legs(legs, self._known())
        answers: list[list[Scored]] = self._call("query", list(legs)) if legs else []
        return answers

    def facet(
        self, name: str, conditions: Sequence[Condition] = (), limit: int = 100
    ) -> dict[str | int, int]:
        """Return counts by value; see `VectorStore.facet`."""
        check_field(name, (each.name for each in self._known().fields))
        counts: dict[str | int, int] = self._call("facet", name, tuple(conditions), limit)
        return counts

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
        self._call("optimise")
        while wait and self._call("building")["running"]:
            time.sleep(_BUILD_POLL_S)
        failed = self._call("building")["failed"]
        if failed:
            raise IndexStoreError(f"the search graph could not be built: {failed}")

    def close(self) -> None:
        """End the worker process; see `VectorStore.close`."""
        with self._lock:
            self._finalizer()

    def _known(self) -> StoreSchema:
        if self._schema is None:
            raise IndexStoreError(f"the store at {self._folder} was not created yet")
        return self._schema

    def _call(self, name: str, *args: Any) -> Any:
        with self._lock:
            if not self._finalizer.alive:
                raise IndexStoreError(f"the index at {self._folder} is closed; open it again")
            try:
                self._requests.send((name, args))
            except (BrokenPipeError, OSError) as exc:
                raise self._died() from exc
            kind, value = self._receive()
        if kind == "error":
            raise value
        return value

    def _receive(self) -> tuple[str, Any]:
        try:
            kind, value = self._replies.recv()
        except (EOFError, OSError) as exc:
            raise self._died() from exc
        return kind, value

    def _died(self) -> IndexStoreError:
        self._finalizer()
        return IndexStoreError(
            f"the engine's process for {self._folder} ended unexpectedly (code "
            f"{self._process.returncode}). What was acknowledged is safe; open the index again."
        )


def _start(folder: Path) -> tuple["subprocess.Popen[bytes]", Connection, Connection]:
    request_read, request_write = os.pipe()
    reply_read, reply_write = os.pipe()
    command = [sys.executable, "-m", "index.edge.worker", str(folder), str(request_read)]
    paths = [str(_HOME), *filter(None, [os.environ.get("PYTHONPATH")])]
    process = subprocess.Popen(
        [*command, str(reply_write)],
        stdin=subprocess.DEVNULL,
        pass_fds=(request_read, reply_write),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        process_group=0,  # Ctrl-C is for the parent, which closes the pipe when it is done
    )
    os.close(request_read)
    os.close(reply_write)
    return (
        process,
        Connection(request_write, readable=False),
        Connection(reply_read, writable=False),
    )


def _end(process: "subprocess.Popen[bytes]", requests: Connection, replies: Connection) -> None:
    requests.close()
    try:
        process.wait(_END_WAIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    replies.close()
