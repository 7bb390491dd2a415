"""Feed mutated inputs to one part and count what must never happen: foreign errors, stalls, hangs.

A module `benchmarks/fuzz_AREA.py` declares `TARGETS`; `fuzz` runs one of them. An input passes when
the part answers or refuses it with an error of Shopwindow's own, within `CPU_LIMIT_S` of processor
time.
"""

import random
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from benchmarks.processes import family_cpu_s
from shopwindow.values.errors import ShopwindowError

CPU_LIMIT_S = 2.0
HANG_AFTER_S = 30.0
_EXAMPLES_KEPT = 5


@dataclass(frozen=True, slots=True)
class FuzzTarget:
    """One part under test.

    Attributes:
        name: What is fuzzed, such as "query reader" or "feed: CSV".
        make: Returns one input, mutated from valid ones, drawn with the generator given.
        run: Gives an input to the part; raises what the part raises.
    """

    name: str
    make: Callable[[random.Random], Any]
    run: Callable[[Any], object]


@dataclass(slots=True)
class FuzzOutcome:
    """What a part did with many inputs.

    Attributes:
        name: The target's.
        n_inputs: Inputs tried.
        n_refused: Inputs refused with our own error.
        n_foreign: Inputs that raised an error which is not ours.
        n_slow: Inputs that took more than `CPU_LIMIT_S` of processor time, children included.
        n_hung: Inputs given up after `HANG_AFTER_S`.
        worst_cpu_s: Most processor seconds of one input.
        examples: The first inputs that failed, each with its error.
    """

    name: str
    n_inputs: int = 0
    n_refused: int = 0
    n_foreign: int = 0
    n_slow: int = 0
    n_hung: int = 0
    worst_cpu_s: float = 0.0
    examples: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether nothing happened that must not."""
        return self.n_foreign == self.n_slow == self.n_hung == 0

    def note(self, what: str, made: object) -> None:
        """Keep an example of a failure, cut to a readable length."""
        if len(self.examples) < _EXAMPLES_KEPT:
            self.examples.append(f"{what}: {ascii(made)[:300]}")


class _HungError(BaseException):
    """Raised inside a run that takes too long; not an Exception, so that no part swallows it."""


def fuzz(target: FuzzTarget, n_inputs: int, seed: int) -> FuzzOutcome:
    """Run a target on `n_inputs` inputs; must be called from the main thread.

    Returns:
        The counts; the same for the same seed, but for times.
    """
    rng = random.Random(f"{target.name} {seed}")
    outcome = FuzzOutcome(target.name)
    before = signal.signal(signal.SIGALRM, _raise_hung)
    try:
        for _ in range(n_inputs):
            _run_one(target, target.make(rng), outcome)
    finally:
        signal.signal(signal.SIGALRM, before)
    return outcome


def _run_one(target: FuzzTarget, made: object, outcome: FuzzOutcome) -> None:
    outcome.n_inputs += 1
    began = family_cpu_s()
    try:
        signal.setitimer(signal.ITIMER_REAL, HANG_AFTER_S)
        try:
            target.run(made)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except ShopwindowError:
        outcome.n_refused += 1
    except _HungError:
        outcome.n_hung += 1
        outcome.note("hung", made)
    except Exception as exc:  # noqa: BLE001 - any error that is not ours is the finding
        outcome.n_foreign += 1
        outcome.note(repr(exc)[:200], made)
    took = family_cpu_s() - began
    outcome.worst_cpu_s = max(outcome.worst_cpu_s, took)
    if took > CPU_LIMIT_S:
        outcome.n_slow += 1
        outcome.note(f"{took:.1f} s", made)


def _raise_hung(number: int, frame: FrameType | None) -> None:
    raise _HungError
