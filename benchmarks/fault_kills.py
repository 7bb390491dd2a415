"""kill -9 by phase and victim: what was acknowledged is there, once, and nobody waits for ever.

Each round begins some work in a process of its own, waits for the sign of a phase, then a random
part of the time that the phase takes, and kills. Whoever survives goes on; then another process
opens what is there, compares it with what was acknowledged, does the work again and compares the
end with an undisturbed run.
"""

import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.fault_event_scenes import Exporting, Learning, Logging
from benchmarks.fault_phases import (
    BOTH,
    BUILDER,
    ENGINE,
    KEEPER,
    MAIN,
    Phase,
    Watch,
    phases,
)
from benchmarks.fault_processes import (
    FOREIGN,
    HUNG_AFTER_S,
    OK,
    REFUSED,
    Child,
    Service,
    gone_within,
    kill,
    service_of,
)
from benchmarks.fault_scenes import BATCH, OPEN, Found, Indexing, write_feed
from benchmarks.results_file import SEED

N_SMALL, N_LARGE = 240, 480
_POLL_S = 0.0002
_UNDISTURBED = 2
_EARLY = 0.8
"""Share of a phase's usual time within which a kill comes, so that few come too late."""

_EXAMPLES_KEPT = 4
_LEAVES_WITHIN_S = 20.0


@dataclass(slots=True)
class Outcome:
    """What came of the rounds of one phase and victim.

    Attributes:
        phase: Its name.
        victim: Who was killed.
        rounds: Kills.
        in_phase: Kills after which the phase was not over yet.
        lost: Rounds after which something acknowledged was not there.
        doubled: Rounds after which something was there twice.
        hung: Rounds in which something took longer than `HUNG_AFTER_S`.
        not_equal: Rounds that ended otherwise than an undisturbed run.
        told: Rounds in which a surviving main process ended with an error of ours.
        foreign: Rounds in which anybody ended with another error.
        litter: Files or folders left for good, in all rounds.
        slowest_s: Longest time from the kill until all was there again, in seconds.
        examples: What went wrong.
    """

    phase: str
    victim: str
    rounds: int = 0
    in_phase: int = 0
    lost: int = 0
    doubled: int = 0
    hung: int = 0
    not_equal: int = 0
    told: int = 0
    foreign: int = 0
    litter: int = 0
    slowest_s: float = 0.0
    examples: list[str] = field(default_factory=list)

    def note(self, what: str) -> None:
        """Keep an example."""
        if what and what not in self.examples and len(self.examples) < _EXAMPLES_KEPT:
            self.examples.append(what)

    def take(self, found: Found) -> None:
        """Count what was found after a round."""
        self.lost += found.lost > 0
        self.doubled += found.doubled > 0
        self.not_equal += not found.equal
        self.litter += found.litter
        if found.lost or found.doubled or not found.equal:
            self.note(repr(found))


def measure(place: Path, n_rounds: int, only: Sequence[str] = ()) -> dict[str, Any]:
    """Kill `n_rounds` times for each phase and victim.

    Args:
        place: An empty folder for everything.
        n_rounds: Of each pair.
        only: Names of phases; all when empty.

    Returns:
        Counts of each pair and in all, and the seconds that each phase takes undisturbed.
    """
    rng = np.random.default_rng(SEED)
    took: dict[str, float] = {}
    outcomes: list[Outcome] = []
    for phase in _prepared(place, only):
        took[phase.name] = _undisturbed_s(phase, place)
        print(f"{phase.name}: {took[phase.name]:.3f} s undisturbed", flush=True)
        for victim in phase.victims:
            outcome = _outcome_of(outcomes, phase.name, victim)
            for number in range(n_rounds):
                _round(phase, outcome, place / "round", took[phase.name], rng, number)
            print(asdict(outcome), flush=True)
    counts = ("rounds", "in_phase", "lost", "doubled", "hung", "not_equal", "told", "foreign")
    return {
        **{name: sum(getattr(each, name) for each in outcomes) for name in (*counts, "litter")},
        "undisturbed_s": {name: round(seconds, 3) for name, seconds in took.items()},
        "pairs": [asdict(each) for each in outcomes],
    }


def _outcome_of(outcomes: list[Outcome], phase: str, victim: str) -> Outcome:
    for each in outcomes:
        if (each.phase, each.victim) == (phase, victim):
            return each
    outcomes.append(Outcome(phase, victim))
    return outcomes[-1]


def _prepared(place: Path, only: Sequence[str]) -> Iterator[Phase]:
    feeds = {n: write_feed(place / f"shop-{n}", n) for n in (N_SMALL, N_LARGE)}
    small = Indexing(feeds[N_SMALL], N_SMALL, dim=32, hnsw_from=10_000)
    large = Indexing(feeds[N_LARGE], N_LARGE, dim=768, hnsw_from=N_LARGE // 2)
    learning = Learning(place / "template")
    exports = [Exporting(learning.template, ending) for ending in (".jsonl", ".parquet")]
    for each in (small, large):
        each.run_undisturbed(place / f"undisturbed-{each.n_products}")
    learning.make_template()
    for export in exports:
        export.make_template()
    for phase in phases(small, large, Logging(), learning, exports):
        if not only or phase.name in only:
            yield phase


def _undisturbed_s(phase: Phase, place: Path) -> float:
    """Return the median seconds from a phase's first sign to its last.

    Raises:
        RuntimeError: The work fails, or gives no such signs.
    """
    taken = []
    for number in range(_UNDISTURBED):
        folder = place / f"timed-{number}"
        watch = _begun(phase, folder)
        began = _when(watch, phase.begins)
        taken.append(_when(watch, phase.over) - began)
        if not watch.child.ended_within(HUNG_AFTER_S) or watch.child.code != OK:
            raise RuntimeError(f"{phase.name} fails undisturbed: {watch.child.error()}")
        _clear(phase, folder)
    return float(np.median(taken))


def _begun(phase: Phase, folder: Path, from_birth: bool = False) -> Watch:
    """Start the work; it stops when all is open, until the engine is known, unless `from_birth`.

    Returns:
        The work, seen from outside.
    """
    folder.mkdir()
    phase.scene.prepare(folder)
    watch = Watch(Child(lambda talk: phase.scene.work(talk, folder)), phase.scene.index_of(folder))
    if from_birth:
        watch.child.go()
        return watch
    _when(watch, lambda w: w.child.said(OPEN))
    watch.engine = service_of(watch.folder).engine
    watch.child.go()
    return watch


def _when(watch: Watch, sign: Any) -> float:
    """Wait for a sign, or for the end of the work.

    Returns:
        When it came, by `time.monotonic`.
    """
    deadline = time.monotonic() + HUNG_AFTER_S
    while not sign(watch) and watch.child.is_running() and time.monotonic() < deadline:
        watch.child.listen(_POLL_S)
    return time.monotonic()


def _round(
    phase: Phase,
    outcome: Outcome,
    folder: Path,
    took_s: float,
    rng: np.random.Generator,
    number: int,
) -> None:
    # A main process that creates is killed from its first millisecond on, every second time.
    from_birth = phase.name == "create" and outcome.victim == MAIN and number % 2 == 0
    watch = _begun(phase, folder, from_birth)
    watch.target = BATCH * int(rng.integers(1, N_SMALL // BATCH - 1))
    service = Service() if outcome.victim == MAIN else service_of(watch.folder)
    _when(watch, phase.begins)
    time.sleep(float(rng.uniform(0.0, 1.0 if from_birth else _EARLY * took_s)))
    watch.child.listen(0.0)
    victims = _victims(outcome.victim, watch, service, with_keeper=number % 2 == 0)
    is_in_time = not phase.over(watch)
    kill(*victims)
    killed_at = time.monotonic()
    outcome.rounds += 1
    outcome.in_phase += is_in_time
    if watch.child.pid not in victims:
        _follow(watch.child, outcome)
    else:
        watch.child.ended_within(HUNG_AFTER_S)
    _examine(phase, outcome, folder, watch)
    outcome.slowest_s = max(outcome.slowest_s, round(time.monotonic() - killed_at, 2))
    if not gone_within(watch.folder, _LEAVES_WITHIN_S):
        outcome.hung += 1
        outcome.note(f"the service stays: {service_of(watch.folder)}")
    _clear(phase, folder)


def _victims(victim: str, watch: Watch, service: Service, with_keeper: bool) -> tuple[int, ...]:
    return {
        MAIN: (watch.child.pid,),
        ENGINE: (service.engine,),
        BOTH: (watch.child.pid, service.engine, service.keeper if with_keeper else 0),
        KEEPER: (service.keeper,),
        BUILDER: (watch.builder or _builder(watch),),
    }[victim]


def _builder(watch: Watch) -> int:
    watch.is_built()
    return watch.builder


def _follow(child: Child, outcome: Outcome) -> None:
    """See what becomes of a main process that was not killed itself."""
    if not child.ended_within(HUNG_AFTER_S):
        outcome.hung += 1
        outcome.note(f"main hangs after {child.lines[-1:]}")
    outcome.told += child.code == REFUSED
    outcome.foreign += child.code == FOREIGN
    outcome.note(child.error())


def _examine(phase: Phase, outcome: Outcome, folder: Path, watch: Watch) -> None:
    said = list(watch.child.lines)
    child = Child(lambda talk: phase.scene.examine(talk, folder, said))
    child.go()
    if not child.ended_within(HUNG_AFTER_S):
        outcome.hung += 1
        outcome.note(f"who comes afterwards hangs after {child.lines[-1:]}")
    elif child.code == OK:
        outcome.take(Found.from_line(child.lines[-1]))
    else:
        outcome.not_equal += 1
        outcome.foreign += child.code != REFUSED
        outcome.note(f"who comes afterwards: {child.error()}")


def _clear(phase: Phase, folder: Path) -> None:
    """Remove a round's folder; a service that is still there ends with it."""
    index = phase.scene.index_of(folder)
    gone_within(index, _LEAVES_WITHIN_S)
    service = service_of(index)
    kill(service.keeper, service.engine)
    shutil.rmtree(folder, ignore_errors=True)
