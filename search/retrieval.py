"""The legs of one query on their way, and their one order."""

from collections.abc import Sequence
from concurrent.futures import Executor, Future

from core.settings import SearchSettings
from index.points import Condition, Scored
from index.product_index import ProductIndex
from search.fusion import FUSIONS, Candidate, fuse
from search.legs import Asked, plan, weights


class Retrieval:
    """Runs the legs of one query as soon as what they need is known.

    The engine finds the words while this process still encodes the text.

    Args:
        index: Where to search.
        settings: Depth, weights and fusion.
        conditions: What every point must fulfil.
        exclude: Point ids to leave out.
        threads: Wait for the store.
    """

    def __init__(
        self,
        index: ProductIndex,
        settings: SearchSettings,
        conditions: tuple[Condition, ...],
        exclude: tuple[str, ...],
        threads: Executor,
    ) -> None:
        self._index = index
        self._settings = settings
        self._conditions = conditions
        self._exclude = exclude
        self._threads = threads
        self._coverage = 1.0
        self._running: list[tuple[Sequence[str], Future[list[list[Scored]]]]] = []

    def begin(self, asked: Asked) -> None:
        """Start the legs that this part of the query feeds."""
        self._coverage = min(self._coverage, asked.coverage)
        legs = plan(asked, self._settings, self._conditions, self._exclude)
        if legs:
            found = self._threads.submit(self._index.query, list(legs.values()))
            self._running.append((tuple(legs), found))

    def legs(self) -> dict[str, list[Scored]]:
        """Wait for what was begun.

        Returns:
            The points of each leg, best first.

        Raises:
            IndexStoreError: The engine refused.
        """
        return {
            name: scored
            for names, found in self._running
            for name, scored in zip(names, found.result(), strict=True)
        }

    def fused(self, legs: dict[str, list[Scored]]) -> list[Candidate]:
        """Return the best points of all legs in one order, `depth` at most."""
        weighed = weights(self._settings, self._coverage)
        return fuse(legs, weighed, FUSIONS[self._settings.fusion])[: self._settings.depth]
