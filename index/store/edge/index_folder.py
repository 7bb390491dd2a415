"""An index folder while it is served: the open shard, and a graph that is built beside it."""

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
from index.store.hnsw_config import REBUILD_SHARE
from index.store.points import Payload, StoreSchema
from shopwindow.values.errors import IndexStoreError

LOG = logging.getLogger(__name__)

WRITE_OPERATIONS = frozenset({"upsert", "update_sparse_vectors", "delete"})
READ_OPERATIONS = frozenset(
    {"retrieve", "query", "facet", "fetch_rows", "filter_ids", "count", "scroll", "scroll_ordered"}
)  # fmt: skip


class EdgeFolder:
    """The one owner of an index folder; whoever makes it holds the folder's lock.

    A crash at any moment leaves `current` naming a shard that has every acknowledged write. Only
    what is proved to be a leftover is ever deleted: a build that was cut off, by its name, and the
    shard that `current` calls one.

    Args:
        folder: The index folder.

    Raises:
        IndexStoreError: It is damaged; nothing was changed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._engine: EdgeEngine | None = None
        self._schema: StoreSchema | None = None
        self._build: GraphBuild | None = None
        self._failed_build = ""
        self._current = CurrentShard("")
        self._private: Path | None = None
        if (folder / CURRENT_FILE).exists():
            self._open()
        elif folder.exists():
            self._refuse_nameless()

    @property
    def is_read_only(self) -> bool:
        """Whether the folder cannot be written, so that a private copy of the shard is served."""
        return self._private is not None

    @property
    def is_building(self) -> bool:
        """Whether a graph is under construction."""
        return self._build is not None

    def handle(self, name: str, args: tuple[Any, ...], n_bytes: int) -> Any:
        """Carry out one operation.

        Args:
            name: Of the operation.
            args: Its arguments.
            n_bytes: Length of the request.

        Returns:
            What the operation returned.

        Raises:
            IndexStoreError: There is no such operation, or it was refused.
        """
        if name in WRITE_OPERATIONS:
            return self._write(name, args, n_bytes)
        if name in READ_OPERATIONS:
            return getattr(self._opened(), name)(*args)
        own: dict[str, Callable[..., Any]] = {
            "create": self.create,
            "create_again": self.ensure_created,
            "describe": self.get_schema,
            "write_manifest": self.write_manifest,
            "build_graph": self.start_graph_build,
            "graph": self.get_graph_status,
            "info": self.info,
        }
        if name not in own:
            raise IndexStoreError(f"the engine knows no operation {name!r}")
        return own[name](*args)

    def create(self, schema: StoreSchema, manifest: Payload | None) -> None:
        """Make an empty index, whole or not at all: `current` is written last.

        Raises:
            IndexStoreError: There is one already, or no room for it.
        """
        if self._engine is not None:
            raise IndexStoreError(f"there is an index at {self._folder} already")
        check_disk_space(self._folder, 0)
        shard = self._folder / f"{SHARD_PREFIX}{uuid.uuid4().hex[:12]}"
        making = self._folder / f"{BUILD_PREFIX}{uuid.uuid4().hex[:12]}"
        EdgeEngine.create(making, schema).close()
        making.rename(shard)
        write_checksummed(self._folder / SCHEMA_FILE, schema.as_dict())
        if manifest is not None:
            self.write_manifest(manifest)
        write_current_shard(self._folder, CurrentShard(shard.name))
        self._open()

    def ensure_created(self, schema: StoreSchema, manifest: Payload | None) -> None:
        """Make an empty index, unless the engine that died over it did so just before.

        Raises:
            IndexStoreError: There is one that holds something or is another, or no room.
        """
        if self._engine is not None and self._schema == schema and not self._engine.count(()):
            return
        self.create(schema, manifest)

    def get_schema(self) -> StoreSchema | None:
        """Return what the index was made for; None when there is none."""
        return self._schema

    def write_manifest(self, manifest: Payload) -> None:
        """Keep the manifest."""
        self._check_writable()
        write_checksummed(self._folder / MANIFEST_FILE, manifest)

    def start_graph_build(self, hnsw_min_points: int) -> bool:
        """Begin to build the graph on a copy if it is due and not being built already.

        Returns:
            Whether one is being built now.
        """
        if self._build is not None or self.is_read_only or not self._is_due(hnsw_min_points):
            return self.is_building
        self._failed_build = ""
        # A name of its own each time: whatever an earlier build left behind stays apart.
        target = self._folder / f"{BUILD_PREFIX}{uuid.uuid4().hex[:12]}"
        source = self._folder / self._current.shard
        self._build = GraphBuild(source, target, self._folder / SCHEMA_FILE)
        return True

    def resume_graph_build(self, hnsw_min_points: int) -> None:
        """Build the graph if it is due, unless the last try failed: that would fail again."""
        if self._engine is not None and not self._failed_build:
            self.start_graph_build(hnsw_min_points)

    def get_graph_status(self) -> Payload:
        """Return the state of the graph: whether one is built now, why the last build failed."""
        return {"running": self.is_building, "failed": self._failed_build}

    def info(self) -> Payload:
        """Return counts of points, of points outside the graph, of segments; and the build."""
        facts = self._opened().info()
        return {
            "points": facts["points"],
            "unindexed_vectors": min(self._n_outside(), facts["points"]),
            "segments": facts["segments"],
            "graph": "being built" if self.is_building else self._failed_build,
        }

    def swap_ready_graph(self) -> None:
        """Switch to a graph that is ready."""
        if self._build is None or not self._build.is_finished():
            return
        build, self._build = self._build, None
        self._failed_build = build.get_failure()
        try:
            if not self._failed_build:
                self._switch(build)
        except (IndexStoreError, OSError) as exc:
            self._failed_build = str(exc)
        if self._failed_build:
            LOG.warning("the graph of %s was not built: %s", self._folder, self._failed_build)
            shutil.rmtree(build.target, ignore_errors=True)

    @property
    def can_prefetch(self) -> bool:
        """Whether `prefetch` has something to do."""
        return self._build is None and bool(
            self._engine is not None and self._engine.payload_cache.can_prefetch
        )

    def prefetch(self) -> None:
        """Read ahead a little while nobody asks."""
        if self._engine is not None:
            with suppress(IndexStoreError):  # whoever needs these points is told
                self._engine.payload_cache.prefetch()

    def close(self) -> None:
        """Stop building, make everything durable, and sum the small files."""
        if self._build is not None:
            self._build.cancel()
            shutil.rmtree(self._build.target, ignore_errors=True)
        if self._engine is not None:
            self._engine.close()
            if not self.is_read_only:
                with suppress(OSError):  # without sums damage is noticed later, no more
                    write_checksums(self._folder, self._folder / self._current.shard)
        if self._private is not None:
            shutil.rmtree(self._private, ignore_errors=True)

    def _opened(self) -> EdgeEngine:
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
        engine = self._opened()
        self._check_writable()
        if name == "delete":  # which adds next to nothing
            check_disk_space(self._folder, 0, MIN_FREE_BYTES)
        else:
            check_disk_space(self._folder, n_bytes)
        if self._build:
            self._build.wait_for_copy()
        result = getattr(engine, name)(*args)
        if self._build:
            self._build.record_write(name, args)
        return result

    def _is_due(self, hnsw_from: int) -> bool:
        if self._engine is None or int(self._engine.count(())) < max(hnsw_from, 1):
            return False
        return self._n_outside() >= max(hnsw_from * REBUILD_SHARE, 1)

    def _n_outside(self) -> int:
        # The engine counts as indexed what the graph holds, and each point's words outside it.
        return max(int(self._opened().info()["indexed_vectors"]) - self._current.n_graph_vectors, 0)

    def _switch(self, build: GraphBuild) -> None:
        if self._engine is None or self._schema is None:
            return
        built = EdgeEngine.load(build.target, self._schema)
        n_built = int(built.info()["indexed_vectors"])
        for name, args in build.get_pending_writes():
            getattr(built, name)(*args)
        built.close()
        shard = self._folder / build.target.name.replace(BUILD_PREFIX, SHARD_PREFIX)
        # A crash between these steps leaves a shard that `current` calls a leftover.
        write_current_shard(self._folder, replace(self._current, stale_shard=shard.name))
        build.target.rename(shard)
        following = EdgeEngine.load(shard, self._schema)
        current = CurrentShard(shard.name, n_built, stale_shard=self._current.shard)
        write_current_shard(self._folder, current)
        former, self._engine, self._current = self._engine, following, current
        former.close()
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
            self._private = Path(tempfile.mkdtemp(prefix="shopwindow-copy-"))
            copy_sparse_tree(shard, self._private / shard.name)
            self._engine = EdgeEngine.load(self._private / shard.name, self._schema)
            return
        # From here on the files change. After a crash the engine's log says what is right.
        delete_checksums(self._folder)
        self._engine = EdgeEngine.load(shard, self._schema)
        self._remove_leftovers()

    def _check_manifest(self) -> None:
        with suppress(FileNotFoundError):  # the next indexing run writes a new one
            read_checksummed(self._folder / MANIFEST_FILE)

    def _remove_leftovers(self) -> None:
        """Delete what is proved to be left over; called when the current shard is open."""
        leftovers = list(self._folder.glob(f"{BUILD_PREFIX}*"))
        if self._current.stale_shard:
            leftovers.append(self._folder / self._current.stale_shard)
        for leftover in leftovers:
            shutil.rmtree(leftover, ignore_errors=True)

    def _refuse_nameless(self) -> None:
        """Refuse shards that nothing names; an empty one is what a cut-off creation left.

        Raises:
            IndexStoreError: A shard may hold products.
        """
        for shard in self._folder.glob(f"{SHARD_PREFIX}*"):
            n_points = _points_in(shard, self._folder / SCHEMA_FILE)
            if n_points != 0:
                raise IndexStoreError(
                    f"{self._folder} has products in {shard.name}, but the file `{CURRENT_FILE}`, "
                    "which says what is in use, is missing. Nothing was deleted: restore the file "
                    "from a backup, or index the feed into a new folder."
                )


def _points_in(shard: Path, schema_file: Path) -> int | None:
    if not schema_file.exists():
        return 0  # creation writes the schema before it is over
    try:
        engine = EdgeEngine.load(shard, read_schema(schema_file))
    except IndexStoreError:
        return None
    n_points = int(engine.count(()))
    engine.close()
    return n_points


def _is_writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)
