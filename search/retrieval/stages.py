"""The stages that begin a search: what the retrievers found, fused into one ranking."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from index import ScoredProduct
from search.pipeline.state import RankingState
from search.retrieval.generators import HybridRetriever


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchState(RankingState):
    """The state of a search or of similar products.

    Attributes:
        retriever: Runs the retrievers; their inputs were submitted to it.
        results: Products by retriever, each best first; empty until they were collected.
    """

    retriever: HybridRetriever
    results: Mapping[str, list[ScoredProduct]] = field(default_factory=dict)


class CollectResults:
    """Waits for the retrievers, which began while the query was still being encoded."""

    name = "retrieve"

    def run(self, state: SearchState) -> SearchState:
        """Return the state with the results of each retriever.

        Raises:
            IndexStoreError: The engine refused a query.
        """
        return replace(state, results=state.retriever.collect())


class FuseResults:
    """Fuses the results of the retrievers into one ranking."""

    name = "fuse"

    def run(self, state: SearchState) -> SearchState:
        """Return the candidates, best first, with their ranks by retrieval alone."""
        candidates = state.retriever.fuse(state.results)
        return replace(
            state,
            candidates=candidates,
            retrieval_ranks={product_id: n for n, product_id in enumerate(candidates.ids, start=1)},
            top_score=float(candidates.scores[0]) if candidates else 0.0,
            photo_vector=state.retriever.photo_vector,
        )
