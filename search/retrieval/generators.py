"""The legs of one query on their way, and their one order."""

from collections.abc import Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace

from index.product_index import ProductIndex
from index.store.points import Condition, ScoredPoint, VectorQuery
from index.text.bm25 import SparseVector
from search.retrieval.fusion import FUSION_METHODS, MAX_COSINE, Candidate, ScoreNormalization, fuse
from search.retrieval.query_plan import (
    IMAGE,
    RetrievalInput,
    apply_image_weight,
    plan_queries,
    weigh_retrievers,
)
from search.retrieval.similarity_baseline import BaselineSample
from shopwindow.values.settings import SearchSettings

SATURATION_STD = 8.0
"""Standard deviations above chance at which a text is as like as can be (decision 0005)."""


@dataclass(frozen=True, slots=True)
class RetrievalOptions:
    """What one query searches.

    Attributes:
        conditions: What every point must fulfil.
        exclude: Point ids to leave out.
        image_weight: How much the photos count against the text, 0 to 1; None as set.
    """

    conditions: tuple[Condition, ...] = ()
    exclude: tuple[str, ...] = ()
    image_weight: float | None = None


class HybridRetriever:
    """Runs the legs of one query as soon as what they need is known.

    The engine finds the words while this process still encodes the text.

    Args:
        index: Where to search.
        settings: Depth, weights and fusion.
        background: What likeness is chance.
        scope: What is searched.
        threads: Wait for the store.
    """

    def __init__(
        self,
        index: ProductIndex,
        settings: SearchSettings,
        background: BaselineSample,
        scope: RetrievalOptions,
        threads: Executor,
    ) -> None:
        self._index = index
        self._settings = settings
        self._background = background
        self._scope = scope
        self._threads = threads
        self._coverage = 1.0
        self._running: list[tuple[dict[str, VectorQuery], Future[list[list[ScoredPoint]]]]] = []

    def submit(self, inputs: RetrievalInput) -> None:
        """Start the legs that this part of the query feeds."""
        self._coverage = min(self._coverage, inputs.coverage)
        legs = plan_queries(inputs, self._settings, self._scope.conditions, self._scope.exclude)
        if legs:
            found = self._threads.submit(self._index.query, list(legs.values()))
            self._running.append((legs, found))

    def collect(self) -> dict[str, list[ScoredPoint]]:
        """Wait for what was begun.

        The legs of a photo and those of words find different things. Where both are asked, each leg
        is asked again what it thinks of what only others found: "this shirt, in red" is neither
        among the first of the photo nor among the first of "red".

        Returns:
            The points of each leg.

        Raises:
            IndexStoreError: The engine refused.
        """
        asked, found = self.list_queries(), dict[str, list[ScoredPoint]]()
        for legs, results in self._running:
            found |= dict(zip(legs, results.result(), strict=True))
        if IMAGE in asked and len(asked) > 1:
            for name, scored in self._missing(asked, found).items():
                found[name] = found[name] + scored
        return found

    def _missing(
        self, asked: Mapping[str, VectorQuery], found: Mapping[str, list[ScoredPoint]]
    ) -> dict[str, list[ScoredPoint]]:
        """Return what each leg thinks of the points that only other legs found."""
        every = {point for scored in found.values() for point, _ in scored}
        again: dict[str, VectorQuery] = {}
        for name, leg in asked.items():
            among = tuple(sorted(every.difference(point for point, _ in found[name])))
            if among and len(found[name]) == leg.limit:  # a shorter list has all there are
                again[name] = replace(
                    leg, conditions=(), include_ids=among, limit=len(among), exact=True
                )
        if not again:
            return {}
        return dict(zip(again, self._index.query(list(again.values())), strict=True))

    def fuse(self, results: dict[str, list[ScoredPoint]]) -> list[Candidate]:
        """Return the best points of all legs in one order, `depth` at most."""
        weighed = weigh_retrievers(self._settings, self._coverage)
        if self._scope.image_weight is not None and IMAGE in results and len(results) > 1:
            weighed = apply_image_weight(weighed, self._scope.image_weight, results)
        fusion = FUSION_METHODS[self._settings.fusion]
        return fuse(
            results,
            weighed,
            fusion,
            self.compute_normalizations(),
            self._settings.candidates_per_retriever,
        )

    def list_queries(self) -> dict[str, VectorQuery]:
        """Return what the store was asked, by leg."""
        return {name: leg for legs, _ in self._running for name, leg in legs.items()}

    def compute_normalizations(self) -> dict[str, ScoreNormalization]:
        """Return what likeness by chance and the best likeness are, for each leg of vectors."""
        found: dict[str, ScoreNormalization] = {}
        for name, leg in self.list_queries().items():
            if isinstance(leg.vector, SparseVector):
                continue  # a product without any of the words has nothing: 0
            vector = self._index.project(leg.using, leg.vector)
            chance = self._background.estimate_baseline(leg.using, vector)
            if chance is not None:
                above = chance.mean + SATURATION_STD * chance.std
                best = MAX_COSINE if name == IMAGE else above
                found[name] = ScoreNormalization(chance.mean, best)
        return found
