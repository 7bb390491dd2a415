"""The phases that kills are to hit, with the conditions by which each begins and is over."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.fault_event_scenes import N_BATCHES
from benchmarks.fault_processes import Child, is_running, list_children
from benchmarks.fault_scenes import (
    ADDED,
    BATCH,
    CLOSED,
    CLOSING,
    Scene,
    acknowledged,
)

MAIN, ENGINE, BOTH = "main", "engine", "both"
SUPERVISOR, BUILDER = "supervisor", "graph builder"
VICTIMS = (MAIN, ENGINE, BOTH, SUPERVISOR)
"""With "both", the supervisor is killed too every second time."""


@dataclass(slots=True)
class Watch:
    """A running round, observed from outside.

    Attributes:
        child: The main process.
        folder: The index folder.
        engine: Process id of the engine; 0 while it is unknown.
        target: Number of acknowledged items from which a later batch begins.
        builder: Process id of the graph build, once it was seen; 0 before.
    """

    child: Child
    folder: Path
    engine: int = 0
    target: int = 0
    builder: int = field(default=0)

    def list_names(self) -> list[str]:
        """Return the names in the index folder."""
        with suppress(OSError):
            return os.listdir(self.folder)
        return []

    @property
    def n_done(self) -> int:
        """Number of items acknowledged so far."""
        return acknowledged(self.child.lines)

    def is_created(self) -> bool:
        """Return whether the index exists."""
        return (self.folder / "current").exists()

    def is_copied(self) -> bool:
        """Return whether a graph build has begun."""
        return self.is_created() and any(name.startswith("build-") for name in self.list_names())

    def is_built(self) -> bool:
        """Return whether the build process was seen and has ended."""
        if not self.builder and self.is_copied():
            self.builder = next(iter(list_children(self.engine)), 0)
        return bool(self.builder) and not is_running(self.builder)

    def is_switched(self) -> bool:
        """Return whether the built graph is in use and the old shard deleted."""
        shards = [name for name in self.list_names() if name.startswith("shard-")]
        return self.is_built() and len(shards) == 1 and not self.is_copied()


WatchCondition = Callable[[Watch], bool]


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of some work.

    Attributes:
        name: Name in the table.
        scene: The work.
        begins: Tells whether the phase has begun.
        over: Tells whether the phase is over.
        victims: The processes to kill during the phase.
    """

    name: str
    scene: Scene
    begins: WatchCondition
    over: WatchCondition
    victims: Sequence[str] = VICTIMS


def list_phases(
    small: Scene, large: Scene, log: Scene, profiles: Scene, exports: Sequence[Scene]
) -> list[Phase]:
    """Return all phases.

    Args:
        small: Indexing a feed without a graph.
        large: Indexing a feed with a graph.
        log: Appending events.
        profiles: Updating profiles from events.
        exports: Exporting events, one for each file format.
    """
    alone = (MAIN,)
    return [
        Phase("create", small, lambda _: True, Watch.is_created),
        Phase("first batch", small, Watch.is_created, lambda w: w.n_done > 0),
        Phase("later batch", small, _at_target, lambda w: w.child.said(ADDED)),
        Phase("HNSW build", large, Watch.is_copied, Watch.is_built, (*VICTIMS, BUILDER)),
        Phase("switch", large, Watch.is_built, Watch.is_switched),
        Phase("close", small, lambda w: w.child.said(CLOSING), _is_closed),
        Phase("log write", log, lambda _: True, lambda w: w.n_done == N_BATCHES, alone),
        Phase("profile update", profiles, lambda _: True, _is_closed),
        *(Phase("export", export, lambda _: True, _is_closed, alone) for export in exports),
    ]


def _at_target(watch: Watch) -> bool:
    return watch.n_done >= max(watch.target, BATCH)


def _is_closed(watch: Watch) -> bool:
    return watch.child.said(CLOSED)
