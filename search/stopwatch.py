"""Timing of the steps of a response."""

import time
from dataclasses import dataclass


@dataclass(slots=True)
class Stopwatch:
    """Measures the milliseconds of each step.

    Attributes:
        laps: Milliseconds by step.
        last: `time.perf_counter` seconds of the previous lap.
    """

    laps: dict[str, float]
    last: float

    @classmethod
    def start(cls) -> "Stopwatch":
        """Return a running watch."""
        return cls({}, time.perf_counter())

    def lap(self, step: str) -> None:
        """Add the time since the previous lap to a step."""
        now = time.perf_counter()
        self.laps[step] = round(self.laps.get(step, 0.0) + 1000 * (now - self.last), 3)
        self.last = now
