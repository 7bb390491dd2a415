"""kill -9 by phase and victim: acknowledged items exist, exactly once, and no process hangs.

Each round starts some work in a child process, waits until a phase begins and then for a random
part of the phase's usual time, and kills. Surviving processes go on; then another process opens the
result, compares it with what was acknowledged, repeats the work, and compares the final state with
an undisturbed run.
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
    MAIN,
    SUPERVISOR,
    Phase,
    Watch,
    list_phases,
)
from benchmarks.fault_processes import (
    FOREIGN,
    HUNG_AFTER_S,
    OK,
    REFUSED,
    Child,
    Service,
    find_service,
    kill,
    wait_until_gone,
)
from benchmarks.fault_scenes import BATCH, OPEN, Found, Indexing, write_feed
from benchmarks.results_file import SEED

N_SMALL, N_LARGE = 240, 480
_POLL_S = 0.0002
_N_UNDISTURBED_RUNS = 2
_KILL_WITHIN_SHARE = 0.8
"""Share of a phase's usual time within which it is killed, so that few kills come too late."""

_MAX_EXAMPLES = 4
_SERVICE_EXIT_TIMEOUT_S = 20.0


@dataclass(slots=True)
class Outcome:
    """Counts of the rounds of one phase and victim.

    Attributes:
        phase: Name of the phase.
        victim: The processes that were killed.
        rounds: Number of kills.
        in_phase: Kills that came before the phase was over.
        lost: Rounds after which an acknowledged item was missing.
        doubled: Rounds after which an item existed twice.
        hung: Rounds in which something took longer than `HUNG_AFTER_S`.
        not_equal: Rounds whose final state differed from that of an undisturbed run.
        told: Rounds in which a surviving main process ended with an error of ours.
        foreign: Rounds in which a process ended with any other error.
        litter: Files or folders left for good, in all rounds.
        slowest_s: Longest time from the kill to full recovery, in seconds.
        examples: Messages of what went wrong.
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

    def add_example(self, example: str) -> None:
        """Keep an example of what went wrong."""
        if example and example not in self.examples and len(self.examples) < _MAX_EXAMPLES:
            self.examples.append(example)

    def add(self, state: Found) -> None:
        """Count the state after a round."""
        self.lost += state.lost > 0
        self.doubled += state.doubled > 0
        self.not_equal += not state.equal
        self.litter += state.litter
        if state.lost or state.doubled or not state.equal:
            self.add_example(repr(state))


def measure(place: Path, n_rounds: int, only: Sequence[str] = ()) -> dict[str, Any]:
    """Kill `n_rounds` times for each phase and victim.

    Args:
        place: An empty folder for all files.
        n_rounds: Number of kills for each pair of phase and victim.
        only: Names of phases to measure; empty for all.

    Returns:
        Counts of each pair and in total, and the seconds that each phase takes undisturbed.
    """
    rng = np.random.default_rng(SEED)
    phase_times: dict[str, float] = {}
    outcomes: list[Outcome] = []
    for phase in _prepare_phases(place, only):
        phase_times[phase.name] = _time_undisturbed_s(phase, place)
        print(f"{phase.name}: {phase_times[phase.name]:.3f} s undisturbed", flush=True)
        for victim in phase.victims:
            outcome = _get_outcome(outcomes, phase.name, victim)
            for number in range(n_rounds):
                _run_round(phase, outcome, place / "round", phase_times[phase.name], rng, number)
            print(asdict(outcome), flush=True)
    counts = ("rounds", "in_phase", "lost", "doubled", "hung", "not_equal", "told", "foreign")
    return {
        **{
            name: sum(getattr(outcome, name) for outcome in outcomes)
            for name in (*counts, "litter")
        },
        "undisturbed_s": {name: round(seconds, 3) for name, seconds in phase_times.items()},
        "pairs": [asdict(outcome) for outcome in outcomes],
    }


def _get_outcome(outcomes: list[Outcome], phase: str, victim: str) -> Outcome:
    for outcome in outcomes:
        if (outcome.phase, outcome.victim) == (phase, victim):
            return outcome
    outcomes.append(Outcome(phase, victim))
    return outcomes[-1]


def _prepare_phases(place: Path, only: Sequence[str]) -> Iterator[Phase]:
    feeds = {n: write_feed(place / f"shop-{n}", n) for n in (N_SMALL, N_LARGE)}
    small = Indexing(feeds[N_SMALL], N_SMALL, dim=32, hnsw_min_points=10_000)
    large = Indexing(feeds[N_LARGE], N_LARGE, dim=768, hnsw_min_points=N_LARGE // 2)
    learning = Learning(place / "template")
    exports = [Exporting(learning.template, ending) for ending in (".jsonl", ".parquet")]
    for scene in (small, large):
        scene.run_undisturbed(place / f"undisturbed-{scene.n_products}")
    learning.make_template()
    for export in exports:
        export.make_template()
    for phase in list_phases(small, large, Logging(), learning, exports):
        if not only or phase.name in only:
            yield phase


def _time_undisturbed_s(phase: Phase, place: Path) -> float:
    """Return the median seconds from the beginning of a phase to its end.

    Raises:
        RuntimeError: The work failed.
    """
    times = []
    for number in range(_N_UNDISTURBED_RUNS):
        folder = place / f"timed-{number}"
        watch = _start(phase, folder)
        started_at = _wait_for(watch, phase.begins)
        times.append(_wait_for(watch, phase.over) - started_at)
        if not watch.child.ended_within(HUNG_AFTER_S) or watch.child.code != OK:
            raise RuntimeError(f"{phase.name} fails undisturbed: {watch.child.error()}")
        _clean_up(phase, folder)
    return float(np.median(times))


def _start(phase: Phase, folder: Path, from_birth: bool = False) -> Watch:
    """Start the work; unless `from_birth`, it pauses once open until the engine is known.

    Returns:
        The observed work.
    """
    folder.mkdir()
    phase.scene.prepare(folder)
    watch = Watch(Child(lambda talk: phase.scene.work(talk, folder)), phase.scene.index_of(folder))
    if from_birth:
        watch.child.go()
        return watch
    _wait_for(watch, lambda work: work.child.said(OPEN))
    watch.engine = find_service(watch.folder).engine
    watch.child.go()
    return watch


def _wait_for(watch: Watch, condition: Any) -> float:
    """Wait until a condition holds, or the work ends.

    Returns:
        When that was, on the clock of `time.monotonic`.
    """
    deadline = time.monotonic() + HUNG_AFTER_S
    while not condition(watch) and watch.child.is_running() and time.monotonic() < deadline:
        watch.child.listen(_POLL_S)
    return time.monotonic()


def _run_round(
    phase: Phase,
    outcome: Outcome,
    folder: Path,
    phase_s: float,
    rng: np.random.Generator,
    number: int,
) -> None:
    # Every second time, a creating main process is killed from its first millisecond on.
    from_birth = phase.name == "create" and outcome.victim == MAIN and number % 2 == 0
    watch = _start(phase, folder, from_birth)
    watch.target = BATCH * int(rng.integers(1, N_SMALL // BATCH - 1))
    service = Service() if outcome.victim == MAIN else find_service(watch.folder)
    _wait_for(watch, phase.begins)
    time.sleep(float(rng.uniform(0.0, 1.0 if from_birth else _KILL_WITHIN_SHARE * phase_s)))
    watch.child.listen(0.0)
    victims = _select_pids(outcome.victim, watch, service, with_supervisor=number % 2 == 0)
    is_in_time = not phase.over(watch)
    kill(*victims)
    killed_at = time.monotonic()
    outcome.rounds += 1
    outcome.in_phase += is_in_time
    if watch.child.pid not in victims:
        _follow_survivor(watch.child, outcome)
    else:
        watch.child.ended_within(HUNG_AFTER_S)
    _examine_state(phase, outcome, folder, watch)
    outcome.slowest_s = max(outcome.slowest_s, round(time.monotonic() - killed_at, 2))
    if not wait_until_gone(watch.folder, _SERVICE_EXIT_TIMEOUT_S):
        outcome.hung += 1
        outcome.add_example(f"the service did not end: {find_service(watch.folder)}")
    _clean_up(phase, folder)


def _select_pids(
    victim: str, watch: Watch, service: Service, with_supervisor: bool
) -> tuple[int, ...]:
    return {
        MAIN: (watch.child.pid,),
        ENGINE: (service.engine,),
        BOTH: (watch.child.pid, service.engine, service.supervisor if with_supervisor else 0),
        SUPERVISOR: (service.supervisor,),
        BUILDER: (watch.builder or _find_builder(watch),),
    }[victim]


def _find_builder(watch: Watch) -> int:
    watch.is_built()
    return watch.builder


def _follow_survivor(child: Child, outcome: Outcome) -> None:
    """Count how a main process ends that was not killed itself."""
    if not child.ended_within(HUNG_AFTER_S):
        outcome.hung += 1
        outcome.add_example(f"the main process hangs after {child.lines[-1:]}")
    outcome.told += child.code == REFUSED
    outcome.foreign += child.code == FOREIGN
    outcome.add_example(child.error())


def _examine_state(phase: Phase, outcome: Outcome, folder: Path, watch: Watch) -> None:
    said = list(watch.child.lines)
    child = Child(lambda talk: phase.scene.examine(talk, folder, said))
    child.go()
    if not child.ended_within(HUNG_AFTER_S):
        outcome.hung += 1
        outcome.add_example(f"the examining process hangs after {child.lines[-1:]}")
    elif child.code == OK:
        outcome.add(Found.from_line(child.lines[-1]))
    else:
        outcome.not_equal += 1
        outcome.foreign += child.code != REFUSED
        outcome.add_example(f"the examining process: {child.error()}")


def _clean_up(phase: Phase, folder: Path) -> None:
    """Delete the folder of a round and kill a service that is still running."""
    index = phase.scene.index_of(folder)
    wait_until_gone(index, _SERVICE_EXIT_TIMEOUT_S)
    service = find_service(index)
    kill(service.supervisor, service.engine)
    shutil.rmtree(folder, ignore_errors=True)
