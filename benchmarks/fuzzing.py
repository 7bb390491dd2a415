"""Fuzzing: run a component on mutated inputs and count unexpected errors, slow runs and hangs.

A module `benchmarks/fuzz_AREA.py` declares `TARGETS`; `fuzz` runs one of them. An input passes when
the component accepts it, or refuses it with a `ShopwindowError`, within `CPU_LIMIT_S` of CPU time.
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
_MAX_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class FuzzTarget:
    """One component under test.

    Attributes:
        name: What is fuzzed, such as "query reader" or "feed: CSV".
        make: Generates one input by mutating valid ones, with the given source of randomness.
        run: Passes an input to the component; raises what the component raises.
    """

    name: str
    make: Callable[[random.Random], Any]
    run: Callable[[Any], object]


@dataclass(slots=True)
class FuzzOutcome:
    """The results of fuzzing one target.

    Attributes:
        name: Name of the target.
        n_inputs: Number of inputs tried.
        n_refused: Inputs refused with a `ShopwindowError`.
        n_foreign: Inputs that raised any other error.
        n_slow: Inputs that took more than `CPU_LIMIT_S` of CPU time, child processes included.
        n_hung: Inputs interrupted after `HANG_AFTER_S`.
        worst_cpu_s: Largest CPU time of one input, in seconds.
        examples: The first five failures, each with its input.
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
        """Whether there were no unexpected errors, slow runs or hangs."""
        return self.n_foreign == self.n_slow == self.n_hung == 0

    def record_failure(self, problem: str, test_input: object) -> None:
        """Keep a failure as an example, shortened to a readable length."""
        if len(self.examples) < _MAX_EXAMPLES:
            self.examples.append(f"{problem}: {ascii(test_input)[:300]}")


class _HungError(BaseException):
    """Raised inside a run that takes too long; not an Exception, so that nothing swallows it."""


def fuzz(target: FuzzTarget, n_inputs: int, seed: int) -> FuzzOutcome:
    """Run a target on `n_inputs` inputs; must be called from the main thread.

    Returns:
        The counts; the same for the same seed, except for times.
    """
    rng = random.Random(f"{target.name} {seed}")
    outcome = FuzzOutcome(target.name)
    previous_handler = signal.signal(signal.SIGALRM, _raise_hung)
    try:
        for _ in range(n_inputs):
            _run_input(target, target.make(rng), outcome)
    finally:
        signal.signal(signal.SIGALRM, previous_handler)
    return outcome


def _run_input(target: FuzzTarget, test_input: object, outcome: FuzzOutcome) -> None:
    outcome.n_inputs += 1
    started_cpu_s = family_cpu_s()
    try:
        signal.setitimer(signal.ITIMER_REAL, HANG_AFTER_S)
        try:
            target.run(test_input)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except ShopwindowError:
        outcome.n_refused += 1
    except _HungError:
        outcome.n_hung += 1
        outcome.record_failure("hung", test_input)
    except Exception as exc:  # noqa: BLE001 - any error but a ShopwindowError is a finding
        outcome.n_foreign += 1
        outcome.record_failure(repr(exc)[:200], test_input)
    cpu_s = family_cpu_s() - started_cpu_s
    outcome.worst_cpu_s = max(outcome.worst_cpu_s, cpu_s)
    if cpu_s > CPU_LIMIT_S:
        outcome.n_slow += 1
        outcome.record_failure(f"{cpu_s:.1f} s", test_input)


def _raise_hung(number: int, frame: FrameType | None) -> None:
    raise _HungError
