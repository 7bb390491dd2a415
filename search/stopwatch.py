"""How long each step of an answer takes."""

import time
from dataclasses import dataclass


@dataclass(slots=True)
class Stopwatch:
    """Milliseconds by step."""

    laps: dict[str, float]
    last: float

    @classmethod
    def start(cls) -> "Stopwatch":
        """Return a running watch."""
        return cls({}, time.perf_counter())

    def lap(self, step: str) -> None:
        """Add what has passed since the lap before to one step's time."""
        now = time.perf_counter()
        self.laps[step] = round(self.laps.get(step, 0.0) + 1000 * (now - self.last), 3)
        self.last = now
