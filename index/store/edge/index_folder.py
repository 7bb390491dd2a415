"""A served index folder: the open shard, and the graph that is built beside it."""

import logging
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from index.store.edge.checksums import delete_checksums, verify_checksums, write_checksums
from index.store.edge.disk_space import (
    MIN_FREE_BYTES,
    check_disk_space,
    copy_sparse_tree,
    get_free_bytes,
)
from index.store.edge.engine import EdgeEngine
from index.store.edge.graph_build import GraphBuild
from index.store.edge.metadata_files import (
    BUILD_PREFIX,
    CURRENT_FILE,
    MANIFEST_FILE,
    SCHEMA_FILE,
    SHARD_PREFIX,
    CurrentShard,
    read_checksummed,
    read_current_shard,
    read_schema,
    write_checksummed,
    write_current_shard,
)
from index.store.edge.update_journal import UpdateJournal
from index.store.hnsw_config import REBUILD_SHARE
from index.store.points import Payload, PointUpdate, StoreSchema
from shopwindow.values.errors import IndexStoreError

LOG = logging.getLogger(__name__)

WRITE_OPERATIONS = frozenset({"upsert", "update_sparse_vectors", "update_points", "delete"})
READ_OPERATIONS = frozenset(
    {"retrieve", "query", "facet", "fetch_rows", "filter_ids", "count", "scroll", "scroll_ordered"}
)  # fmt: skip


class EdgeFolder:
    """The only owner of an index folder, in the process that holds the folder's lock.

    A crash at any moment leaves the file `current` naming a shard with every acknowledged write.
    Only proven leftovers are ever deleted: an interrupted build, by its name, and the shard that
    `current` names as stale.

    Args:
        folder: The index folder.

    Raises:
        IndexStoreError: The folder is damaged; nothing was changed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._engine: EdgeEngine | None = None
        self._schema: StoreSchema | None = None
        self._build: GraphBuild | None = None
        self._build_failure = ""
        self._current = CurrentShard("")
        self._private_copy: Path | None = None
        self._journal = UpdateJournal(folder)
        if (folder / CURRENT_FILE).exists():
            self._open()
        elif folder.exists():
            self._refuse_unnamed_shards()

    @property
    def is_read_only(self) -> bool:
        """Whether the folder is not writable, so that a private copy of the shard is served."""
        return self._private_copy is not None

    @property
    def is_building(self) -> bool:
        """Whether a graph is being built."""
        return self._build is not None

    def handle(self, name: str, args: tuple[Any, ...], n_bytes: int) -> Any:
        """Carry out one operation.

        Args:
            name: Name of the operation.
            args: Arguments of the operation.
            n_bytes: Length of the request in bytes.

        Returns:
            The result of the operation.

        Raises:
            IndexStoreError: The operation is unknown, or was refused.
        """
        if name in WRITE_OPERATIONS:
            return self._write(name, args, n_bytes)
        if name in READ_OPERATIONS:
            return getattr(self._require_engine(), name)(*args)
        operations: dict[str, Callable[..., Any]] = {
            "create": self.create,
            "create_again": self.ensure_created,
            "describe": self.get_schema,
            "write_manifest": self.write_manifest,
            "build_graph": self.start_graph_build,
            "graph": self.get_graph_status,
            "info": self.info,
        }
        if name not in operations:
            raise IndexStoreError(f"the engine knows no operation {name!r}")
        return operations[name](*args)

    def create(self, schema: StoreSchema, manifest: Payload | None) -> None:
        """Create an empty index, whole or not at all: the file `current` is written last.

        Raises:
            IndexStoreError: There is an index already, or no space on the disk.
        """
        if self._engine is not None:
            raise IndexStoreError(f"there is an index at {self._folder} already")
        check_disk_space(self._folder, 0)
        shard = self._folder / f"{SHARD_PREFIX}{uuid.uuid4().hex[:12]}"
        unfinished = self._folder / f"{BUILD_PREFIX}{uuid.uuid4().hex[:12]}"
        EdgeEngine.create(unfinished, schema).close()
        unfinished.rename(shard)
        write_checksummed(self._folder / SCHEMA_FILE, schema.as_dict())
        if manifest is not None:
            self.write_manifest(manifest)
        write_current_shard(self._folder, CurrentShard(shard.name))
        self._open()

    def ensure_created(self, schema: StoreSchema, manifest: Payload | None) -> None:
        """Create an empty index, unless an engine that died during `create` already has.

        Raises:
            IndexStoreError: There is an index with points or another schema, or no disk space.
        """
        if self._engine is not None and self._schema == schema and not self._engine.count(()):
            return
        self.create(schema, manifest)

    def get_schema(self) -> StoreSchema | None:
        """Return the schema of the index; None if there is no index."""
        return self._schema

    def write_manifest(self, manifest: Payload) -> None:
        """Store the manifest."""
        self._check_writable()
        write_checksummed(self._folder / MANIFEST_FILE, manifest)

    def start_graph_build(self, hnsw_min_points: int) -> bool:
        """Start to build the graph on a copy if it is due and not being built already.

        Returns:
            Whether a graph is being built now.
        """
        if self._build is not None or self.is_read_only or not self._is_graph_due(hnsw_min_points):
            return self.is_building
        self._build_failure = ""
        # A new name for each build, apart from what an earlier build may have left behind.
        target = self._folder / f"{BUILD_PREFIX}{uuid.uuid4().hex[:12]}"
        source = self._folder / self._current.shard
        self._build = GraphBuild(source, target, self._folder / SCHEMA_FILE)
        return True

    def resume_graph_build(self, hnsw_min_points: int) -> None:
        """Start a due build, unless the last one failed: it would fail again."""
        if self._engine is not None and not self._build_failure:
            self.start_graph_build(hnsw_min_points)

    def get_graph_status(self) -> Payload:
        """Return whether a graph is being built, and why the last build failed."""
        return {"running": self.is_building, "failed": self._build_failure}

    def info(self) -> Payload:
        """Return the numbers of points, unindexed vectors and segments, and the build status."""
        facts = self._require_engine().info()
        return {
            "points": facts["points"],
            "unindexed_vectors": min(self._count_unindexed(), facts["points"]),
            "segments": facts["segments"],
            "graph": "being built" if self.is_building else self._build_failure,
        }

    def swap_ready_graph(self) -> None:
        """Switch to the shard with the new graph if its build has finished."""
        if self._build is None or not self._build.is_finished():
            return
        build, self._build = self._build, None
        self._build_failure = build.get_failure()
        try:
            if not self._build_failure:
                self._swap_shard(build)
        except (IndexStoreError, OSError) as exc:
            self._build_failure = str(exc)
        if self._build_failure:
            LOG.warning("the graph of %s was not built: %s", self._folder, self._build_failure)
            shutil.rmtree(build.target, ignore_errors=True)

    @property
    def can_prefetch(self) -> bool:
        """Whether `prefetch` has something to do."""
        return self._build is None and bool(
            self._engine is not None and self._engine.payload_cache.can_prefetch
        )

    def prefetch(self) -> None:
        """Read the next points into the payload cache; called while the service is idle."""
        if self._engine is not None:
            with suppress(IndexStoreError):  # a request for these points will report it
                self._engine.payload_cache.prefetch()

    def close(self) -> None:
        """Cancel a build, make everything durable, and write checksums of the small files."""
        if self._build is not None:
            self._build.cancel()
            shutil.rmtree(self._build.target, ignore_errors=True)
        if self._engine is not None:
            self._engine.close()
            if not self.is_read_only:
                with suppress(OSError):  # repeating its batch would change nothing
                    self._journal.remove()
                with suppress(OSError):  # without checksums, damage is only noticed later
                    write_checksums(self._folder, self._folder / self._current.shard)
        if self._private_copy is not None:
            shutil.rmtree(self._private_copy, ignore_errors=True)

    def _require_engine(self) -> EdgeEngine:
        if self._engine is None:
            raise IndexStoreError(f"the store at {self._folder} was not created yet")
        return self._engine

    def _check_writable(self) -> None:
        if self.is_read_only:
            raise IndexStoreError(
                f"{self._folder} cannot be written (read-only, or the disk was full when it was "
                "opened): it can be searched, but not changed"
            )

    def _write(self, name: str, args: tuple[Any, ...], n_bytes: int) -> Any:
        engine = self._require_engine()
        self._check_writable()
        if name == "delete":  # adds almost nothing
            check_disk_space(self._folder, 0, MIN_FREE_BYTES)
        else:
            check_disk_space(self._folder, n_bytes)
        if self._build:
            self._build.wait_for_copy()
        if name == "update_points":
            self._prepare_updates(engine, *args)
        else:
            self._remove_journal()
        result = getattr(engine, name)(*args)
        if self._build:
            self._build.record_write(name, args)
        return result

    def _prepare_updates(self, engine: EdgeEngine, updates: list[PointUpdate]) -> None:
        """Check a batch of updates, and write down what a crash must not leave half done."""
        engine.check_updates(updates)
        self._journal.write(updates)

    def _remove_journal(self) -> None:
        """Remove the journal, whose batch must not be repeated after the next write.

        Raises:
            IndexStoreError: It cannot be removed; nothing was changed.
        """
        try:
            self._journal.remove()
        except OSError as exc:
            raise IndexStoreError(f"{self._folder} cannot be written: {exc}") from exc

    def _finish_updates(self, engine: EdgeEngine) -> None:
        """Repeat the batch of updates that a crash may have left half done."""
        if updates := self._journal.read():
            engine.update_points(updates)

    def _is_graph_due(self, hnsw_min_points: int) -> bool:
        if self._engine is None or int(self._engine.count(())) < max(hnsw_min_points, 1):
            return False
        return self._count_unindexed() >= max(hnsw_min_points * REBUILD_SHARE, 1)

    def _count_unindexed(self) -> int:
        # The engine counts vectors in the graph as indexed, and all sparse vectors outside it, of
        # which every product has one.
        return max(
            int(self._require_engine().info()["indexed_vectors"]) - self._current.n_graph_vectors, 0
        )

    def _swap_shard(self, build: GraphBuild) -> None:
        if self._engine is None or self._schema is None:
            return
        built = EdgeEngine.load(build.target, self._schema)
        n_graph_vectors = int(built.info()["indexed_vectors"])
        for name, args in build.get_pending_writes():
            getattr(built, name)(*args)
        built.close()
        shard = self._folder / build.target.name.replace(BUILD_PREFIX, SHARD_PREFIX)
        # A crash between these steps leaves a shard that `current` names as stale.
        write_current_shard(self._folder, replace(self._current, stale_shard=shard.name))
        build.target.rename(shard)
        new_engine = EdgeEngine.load(shard, self._schema)
        current = CurrentShard(shard.name, n_graph_vectors, stale_shard=self._current.shard)
        write_current_shard(self._folder, current)
        old_engine, self._engine, self._current = self._engine, new_engine, current
        old_engine.close()
        self._remove_leftovers()

    def _open(self) -> None:
        self._current = read_current_shard(self._folder)
        shard = self._folder / self._current.shard
        if not shard.is_dir():
            raise IndexStoreError(
                f"{self._folder / CURRENT_FILE} names {shard.name}, which is not there. Nothing "
                "was deleted: restore the whole folder from a backup, or index the feed into a new "
                "one."
            )
        self._schema = read_schema(self._folder / SCHEMA_FILE)
        self._check_manifest()
        verify_checksums(self._folder, shard)
        if not _is_writable(self._folder) or get_free_bytes(self._folder) < MIN_FREE_BYTES:
            self._private_copy = Path(tempfile.mkdtemp(prefix="shopwindow-copy-"))
            copy_sparse_tree(shard, self._private_copy / shard.name)
            self._engine = EdgeEngine.load(self._private_copy / shard.name, self._schema)
            self._finish_updates(self._engine)
            return
        # From here on the files change; after a crash the engine's log restores them.
        delete_checksums(self._folder)
        self._engine = EdgeEngine.load(shard, self._schema)
        self._finish_updates(self._engine)
        self._remove_leftovers()

    def _check_manifest(self) -> None:
        with suppress(FileNotFoundError):  # the next indexing run writes a new one
            read_checksummed(self._folder / MANIFEST_FILE)

    def _remove_leftovers(self) -> None:
        """Delete proven leftovers; called once the current shard is open."""
        leftovers = list(self._folder.glob(f"{BUILD_PREFIX}*"))
        if self._current.stale_shard:
            leftovers.append(self._folder / self._current.stale_shard)
        for leftover in leftovers:
            shutil.rmtree(leftover, ignore_errors=True)

    def _refuse_unnamed_shards(self) -> None:
        """Refuse shards that no file names, unless empty: an interrupted creation leaves those.

        Raises:
            IndexStoreError: A shard may contain products.
        """
        for shard in self._folder.glob(f"{SHARD_PREFIX}*"):
            n_points = _count_points(shard, self._folder / SCHEMA_FILE)
            if n_points != 0:
                raise IndexStoreError(
                    f"{self._folder} has products in {shard.name}, but the file `{CURRENT_FILE}`, "
                    "which says what is in use, is missing. Nothing was deleted: restore the file "
                    "from a backup, or index the feed into a new folder."
                )


def _count_points(shard: Path, schema_file: Path) -> int | None:
    if not schema_file.exists():
        return 0  # `create` was interrupted before it wrote the schema
    try:
        engine = EdgeEngine.load(shard, read_schema(schema_file))
    except IndexStoreError:
        return None  # unreadable, so it may contain products
    n_points = int(engine.count(()))
    engine.close()
    return n_points


def _is_writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)
