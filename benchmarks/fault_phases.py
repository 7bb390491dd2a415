"""The phases that a kill is to hit: by which sign each begins, and by which it is over."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.fault_event_scenes import N_BATCHES
from benchmarks.fault_processes import Child, children_of, is_running
from benchmarks.fault_scenes import (
    ADDED,
    BATCH,
    CLOSED,
    CLOSING,
    Scene,
    acknowledged,
)

MAIN, ENGINE, BOTH, KEEPER, BUILDER = "main", "engine", "both", "keeper", "graph builder"
VICTIMS = (MAIN, ENGINE, BOTH, KEEPER)
"""Of "both", the keeper is killed with them every second time."""


@dataclass(slots=True)
class Watch:
    """A round in progress, as seen from outside.

    Attributes:
        child: The main process.
        folder: The index.
        engine: Process of the engine; 0 while it is not known.
        target: Number of acknowledged things from which a later batch begins.
        builder: Process that builds the graph, once it was seen.
    """

    child: Child
    folder: Path
    engine: int = 0
    target: int = 0
    builder: int = field(default=0)

    def names(self) -> list[str]:
        """Return the names in the index folder."""
        with suppress(OSError):
            return os.listdir(self.folder)
        return []

    @property
    def n_done(self) -> int:
        """Number of things that were acknowledged so far."""
        return acknowledged(self.child.lines)

    def is_created(self) -> bool:
        """Return whether there is an index."""
        return (self.folder / "current").exists()

    def is_copied(self) -> bool:
        """Return whether a build is going on."""
        return self.is_created() and any(each.startswith("build-") for each in self.names())

    def is_built(self) -> bool:
        """Return whether the process that builds the graph was seen, and has ended."""
        if not self.builder and self.is_copied():
            self.builder = next(iter(children_of(self.engine)), 0)
        return bool(self.builder) and not is_running(self.builder)

    def is_switched(self) -> bool:
        """Return whether the built graph is in use and nothing else is left."""
        shards = [each for each in self.names() if each.startswith("shard-")]
        return self.is_built() and len(shards) == 1 and not self.is_copied()


Sign = Callable[[Watch], bool]


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of some work.

    Attributes:
        name: For the table.
        scene: The work.
        begins: Whether it has begun.
        over: Whether it is over.
        victims: Who is killed in it.
    """

    name: str
    scene: Scene
    begins: Sign
    over: Sign
    victims: Sequence[str] = VICTIMS


def phases(
    small: Scene, large: Scene, log: Scene, profiles: Scene, exports: Sequence[Scene]
) -> list[Phase]:
    """Return all phases.

    Args:
        small: A feed without a graph.
        large: A feed with one.
        log: Events being appended.
        profiles: Events being learned from.
        exports: Events being exported, by kind of file.
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
        *(Phase("export", each, lambda _: True, _is_closed, alone) for each in exports),
    ]


def _at_target(watch: Watch) -> bool:
    return watch.n_done >= max(watch.target, BATCH)


def _is_closed(watch: Watch) -> bool:
    return watch.child.said(CLOSED)
