"""The process that owns an embedded index: it answers requests until its pipe closes.

Run as `python -m index.edge.worker FOLDER READ_FD WRITE_FD`. A request is a pickled pair of an
operation's name and its arguments, a reply the pair of "ok" or an error's name and a value.
When the parent dies, even by kill -9, the pipe closes, and this process flushes and ends.
"""

import fcntl
import json
import shutil
import sys
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TextIO

from core.errors import IndexLockedError, IndexStoreError, ShopwindowError
from core.files import replace_file
from index.edge.build import GraphBuild
from index.edge.engine import EdgeEngine
from index.edge.files import CURRENT_FILE, LOCK_FILE, SCHEMA_FILE, SHARD_PREFIX, read_schema
from index.points import Payload, StoreSchema

LOCK_WAIT_S = 3.0
POLL_WHILE_BUILDING_S = 0.1
_WRITES = frozenset({"upsert", "set_words", "delete"})
_READS = frozenset(
    {
        "retrieve",
        "query",
        "facet",
        "rows",
        "passing",
        "count",
        "scroll",
        "ordered",
        "info",
    }
)


class EdgeWorker:
    """The served folder: the open shard, and a graph that may be under construction beside it.

    Files: `current` names the folder of the shard in use and how many points its graph has, `lock`
    is held while a process owns the index. A crash at any moment leaves `current` pointing at a
    shard that has every acknowledged write.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = _locked(folder)
        self._engine: EdgeEngine | None = None
        self._schema: StoreSchema | None = None
        self._build: GraphBuild | None = None
        self._failed_build = ""
        self._n_built = 0
        self._n_written = 0
        if (folder / CURRENT_FILE).exists():
            self._open()

    def operations(self) -> dict[str, Callable[..., Any]]:
        """Return what a request may name."""
        own: dict[str, Callable[..., Any]] = {
            "create": self.create,
            "optimise": self.optimise,
            "building": self.building,
            "n_outside_graph": self.n_outside_graph,
        }
        if self._engine is None:
            return own
        return own | {name: getattr(self._engine, name) for name in _WRITES | _READS}

    def handle(self, name: str, args: tuple[Any, ...]) -> Any:
        """Carry out one request.

        Returns:
            What the operation returned.
        """
        if name not in _WRITES:
            return self.operations()[name](*args)
        if self._build:
            self._build.wait_for_copy()
        result = self.operations()[name](*args)
        self._n_written += len(args[0])
        if self._build:
            self._build.note_write(name, args)
        return result

    def create(self, schema: StoreSchema) -> None:
        """Make the first shard."""
        shard = self._folder / f"{SHARD_PREFIX}1"
        shutil.rmtree(shard, ignore_errors=True)  # an earlier creation that was cut off
        self._engine = EdgeEngine.create(shard, schema)
        self._schema = schema
        replace_file(self._folder / SCHEMA_FILE, json.dumps(schema.as_dict()).encode())
        replace_file(self._folder / CURRENT_FILE, f"{shard.name} 0".encode())

    def optimise(self) -> None:
        """Begin to build the graph on a copy, unless that is going on already."""
        if self._build is None and self._engine is not None:
            self._failed_build = ""
            current, _ = self._current()
            # A name of its own each time: whatever an earlier build left behind stays apart.
            following = self._folder / f"{SHARD_PREFIX}{uuid.uuid4().hex[:12]}"
            self._build = GraphBuild(current, following, self._folder / SCHEMA_FILE)

    def building(self) -> Payload:
        """Return whether a graph is being built, and why the last build failed, if it did."""
        return {"running": self._build is not None, "failed": self._failed_build}

    def n_outside_graph(self) -> int:
        """Return about how many points the graph lacks; rewrites before a restart are missed."""
        if self._engine is None:
            return 0
        grown = int(self._engine.count(())) - self._n_built
        return max(grown, self._n_written if self._n_built else 0)

    def tick(self) -> None:
        """Switch to a graph that is ready."""
        if self._build is None or not self._build.finished():
            return
        build, self._build = self._build, None
        self._failed_build = build.failure()
        if self._failed_build:
            shutil.rmtree(build.target, ignore_errors=True)
        else:
            self._switch(build)

    def patience_s(self) -> float | None:
        """Return the seconds to wait for a request before `use_pause`; None for any time."""
        if self._build is not None:
            return POLL_WHILE_BUILDING_S
        return 0.0 if self._engine is not None and self._engine.remembered.may_read_ahead else None

    def use_pause(self) -> None:
        """Read ahead a little while nobody asks, unless a graph is being built."""
        if self._engine is not None and self._build is None:
            with suppress(IndexStoreError):  # whoever needs these points is told
                self._engine.remembered.read_ahead()

    def close(self) -> None:
        """Stop building, flush and let go of the folder."""
        if self._build is not None:
            self._build.stop()
            shutil.rmtree(self._build.target, ignore_errors=True)
        if self._engine is not None:
            self._engine.close()
        self._lock.close()

    def _switch(self, build: GraphBuild) -> None:
        if self._engine is None or self._schema is None:
            return
        old, built = self._engine, EdgeEngine.load(build.target, self._schema)
        self._n_built = built.count(())
        self._n_written = sum(len(args[0]) for _, args in build.writes_since_copy())
        for name, args in build.writes_since_copy():
            getattr(built, name)(*args)
        current = f"{build.target.name} {self._n_built}"
        replace_file(self._folder / CURRENT_FILE, current.encode())
        self._engine = built
        old.close()
        shutil.rmtree(build.source, ignore_errors=True)

    def _current(self) -> tuple[Path, int]:
        name, n_built = (self._folder / CURRENT_FILE).read_text().split()
        return self._folder / name, int(n_built)

    def _open(self) -> None:
        current, self._n_built = self._current()
        for leftover in self._folder.glob(f"{SHARD_PREFIX}*"):
            if leftover != current:  # a build that a crash cut off
                shutil.rmtree(leftover, ignore_errors=True)
        self._schema = read_schema(self._folder / SCHEMA_FILE)
        self._engine = EdgeEngine.load(current, self._schema)


def _locked(folder: Path) -> TextIO:
    folder.mkdir(parents=True, exist_ok=True)
    handle = (folder / LOCK_FILE).open("w")
    deadline = time.monotonic() + LOCK_WAIT_S
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # The worker of a process that was just killed may still be flushing.
            if time.monotonic() > deadline:
                handle.close()
                raise IndexLockedError(str(folder)) from None
            time.sleep(0.05)
        else:
            return handle


def serve(folder: Path, requests: Connection, replies: Connection) -> None:
    """Answer requests until the pipe closes."""
    try:
        worker = EdgeWorker(folder)
    except ShopwindowError as exc:
        replies.send(("error", exc))
        return
    except (OSError, ValueError, LookupError, TypeError) as exc:
        reason = f"the index folder {folder} cannot be used: {exc}"
        replies.send(("error", IndexStoreError(reason)))
        return
    replies.send(("ok", worker.operations().keys() >= {"upsert"}))
    try:
        while True:
            worker.tick()
            if requests.poll(worker.patience_s()):
                replies.send(_answer(worker, *requests.recv()))
            else:
                worker.use_pause()
    except (EOFError, BrokenPipeError):
        pass
    finally:
        worker.close()


def _answer(worker: EdgeWorker, name: str, args: tuple[Any, ...]) -> tuple[str, Any]:
    try:
        return "ok", worker.handle(name, args)
    except ShopwindowError as exc:
        return "error", exc


if __name__ == "__main__":
    serve(
        Path(sys.argv[1]),
        Connection(int(sys.argv[2]), writable=False),
        Connection(int(sys.argv[3]), readable=False),
    )
