"""Runs the retrievers of one query in one request and fuses their results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from index import ProductCondition, ProductIndex, ProductQuery, ScoredProduct
from index.text import SparseVector
from search.retrieval.fusion import FUSION_METHODS, MAX_COSINE, ScoreNormalization, fuse
from search.retrieval.query_plan import (
    IMAGE,
    TEXT_IMAGE,
    RetrievalInput,
    apply_image_weight,
    plan_queries,
    weigh_retrievers,
)
from search.retrieval.similarity_baseline import BaselineSample
from shopwindow.ranking import CandidateSet
from shopwindow.values import Vectors
from shopwindow.values.setting_groups import SearchSettings

SATURATION_STD = 8.0
"""Standard deviations above the baseline at which a text's similarity counts as perfect
(decision 0005)."""


@dataclass(frozen=True, slots=True)
class RetrievalOptions:
    """Options of one query's retrieval.

    Attributes:
        conditions: What every product must fulfil.
        exclude: Product ids to leave out.
        image_weight: Share of the photos against the text, 0 to 1; None for the configured weights.
    """

    conditions: tuple[ProductCondition, ...] = ()
    exclude: tuple[str, ...] = ()
    image_weight: float | None = None


class HybridRetriever:
    """Runs the retrievers of one query, all in one request.

    They wait for the vectors of the text and the photos: searching keywords while this process
    still encoded took more processor time, and answered no sooner (decision 0027).

    Args:
        index: The index to search.
        settings: Candidates per retriever, weights and fusion method.
        baseline: What similarity is chance.
        inputs: The vectors of the query.
        options: Conditions, excluded products and image weight.

    Attributes:
        queries: What is asked of the index, by retriever.
    """

    def __init__(
        self,
        index: ProductIndex,
        settings: SearchSettings,
        baseline: BaselineSample,
        inputs: RetrievalInput,
        options: RetrievalOptions = RetrievalOptions(),
    ) -> None:
        self._index = index
        self._settings = settings
        self._baseline = baseline
        self._coverage = inputs.coverage
        self._options = options
        self.queries: Mapping[str, ProductQuery] = plan_queries(
            inputs, settings, options.conditions, options.exclude
        )

    @property
    def photo_vector(self) -> Vectors | None:
        """What the products' photos are compared with: the query's photo, else its text.

        Shape (dim,); None if they are not compared.
        """
        for name in (IMAGE, TEXT_IMAGE):
            vector = self.queries[name].vector if name in self.queries else None
            if vector is not None and not isinstance(vector, SparseVector):
                return vector
        return None

    def collect(self) -> dict[str, list[ScoredProduct]]:
        """Run the retrievers.

        Photos and text find different products. Where a query has both, each retriever also scores
        the products that only others found: "this shirt, in red" is neither among the first of the
        photo nor among the first of "red".

        Returns:
            The products of each retriever.

        Raises:
            IndexStoreError: The engine refused a query.
        """
        queries = self.queries
        if not queries:
            return {}
        results = dict(zip(queries, self._index.query(list(queries.values())), strict=True))
        if IMAGE in queries and len(queries) > 1:
            for name, scored in self._score_missing(queries, results).items():
                results[name] = results[name] + scored
        return results

    def _score_missing(
        self, queries: Mapping[str, ProductQuery], results: Mapping[str, list[ScoredProduct]]
    ) -> dict[str, list[ScoredProduct]]:
        """Return each retriever's scores of the products that only other retrievers found."""
        all_ids = {product_id for scored in results.values() for product_id, _ in scored}
        followups: dict[str, ProductQuery] = {}
        for name, query in queries.items():
            missing = tuple(
                sorted(all_ids.difference(product_id for product_id, _ in results[name]))
            )
            if missing and len(results[name]) == query.limit:  # a shorter list has all there are
                followups[name] = replace(
                    query, conditions=(), include_ids=missing, limit=len(missing), exact=True
                )
        if not followups:
            return {}
        return dict(zip(followups, self._index.query(list(followups.values())), strict=True))

    def fuse(self, results: Mapping[str, Sequence[ScoredProduct]]) -> CandidateSet:
        """Return one ranking of the results, at most `candidates_per_retriever` candidates."""
        weights = weigh_retrievers(self._settings, self._coverage)
        if self._options.image_weight is not None and IMAGE in results and len(results) > 1:
            weights = apply_image_weight(weights, self._options.image_weight, results)
        return fuse(
            results,
            weights,
            FUSION_METHODS[self._settings.fusion],
            self.compute_normalizations(),
            self._settings.candidates_per_retriever,
        )

    def compute_normalizations(self) -> dict[str, ScoreNormalization]:
        """Return floor and ceiling of the scores of each vector retriever that has a baseline."""
        normalizations: dict[str, ScoreNormalization] = {}
        for name, query in self.queries.items():
            if isinstance(query.vector, SparseVector):
                continue  # a product without any of the words scores 0
            vector = self._index.project(query.using, query.vector)
            baseline = self._baseline.estimate_baseline(query.using, vector)
            if baseline is not None:
                saturation = baseline.mean + SATURATION_STD * baseline.std
                ceiling = MAX_COSINE if name == IMAGE else saturation
                normalizations[name] = ScoreNormalization(baseline.mean, ceiling)
        return normalizations
