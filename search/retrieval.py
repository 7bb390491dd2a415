"""The legs of one query on their way, and their one order."""

from collections.abc import Mapping
from concurrent.futures import Executor, Future
from dataclasses import replace

from core.settings import SearchSettings
from index.points import Condition, LegQuery, Scored
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
        self._running: list[tuple[dict[str, LegQuery], Future[list[list[Scored]]]]] = []

    def begin(self, asked: Asked) -> None:
        """Start the legs that this part of the query feeds."""
        self._coverage = min(self._coverage, asked.coverage)
        legs = plan(asked, self._settings, self._conditions, self._exclude)
        if legs:
            found = self._threads.submit(self._index.query, list(legs.values()))
            self._running.append((legs, found))

    def legs(self) -> dict[str, list[Scored]]:
        """Wait for what was begun, and let every leg judge what only others found.

        Returns:
            The points of each leg, best first.

        Raises:
            IndexStoreError: The engine refused.
        """
        asked: dict[str, LegQuery] = {}
        found: dict[str, list[Scored]] = {}
        for legs, results in self._running:
            asked |= legs
            found |= dict(zip(legs, results.result(), strict=True))
        return self._completed(asked, found)

    def _completed(
        self, asked: Mapping[str, LegQuery], found: dict[str, list[Scored]]
    ) -> dict[str, list[Scored]]:
        every = {point for scored in found.values() for point, _ in scored}
        open_legs: dict[str, LegQuery] = {}
        for name, leg in asked.items():
            missing = every.difference(point for point, _ in found[name])
            if missing and len(found[name]) == leg.limit:  # a shorter list has all there are
                among = tuple(sorted(missing))
                open_legs[name] = replace(
                    leg, conditions=(), among=among, limit=len(among), exact=True
                )
        if open_legs:
            more = self._index.query(list(open_legs.values()))
            for name, scored in zip(open_legs, more, strict=True):
                found[name] = found[name] + scored
        return found

    def fused(self, legs: dict[str, list[Scored]]) -> list[Candidate]:
        """Return the points of all legs in one order."""
        weighed = weights(self._settings, self._coverage)
        return fuse(legs, weighed, FUSIONS[self._settings.fusion])
