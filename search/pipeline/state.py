"""What a pipeline carries from stage to stage: the candidates of one request, and their story."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from index import FieldRows
from search.catalog_snapshot import CatalogSnapshot
from search.query.parsed_query import ParsedQuery
from search.rules.plan import EMPTY_PLAN, RulePlan
from shopwindow.ranking import CandidateSet
from shopwindow.values import Query, Vectors


@dataclass(frozen=True, slots=True)
class RankingContext:
    """What determines the order of one request's candidates, and does not change on the way.

    Attributes:
        query: The query; without text and photos for recommendations.
        parsed: Its parsed text, with the effective filters.
        snapshot: Entities, languages and similarity baseline of the visible catalogue.
        negatives: Negative examples: vector name, and unit vector of shape (dim,).
        plan: The active merchandising rules.
        exclude: Product ids that no rule may bring back.
        relative_cutoff: Fraction of the top score below which candidates are dropped, 0 to 1.
    """

    query: Query
    parsed: ParsedQuery
    snapshot: CatalogSnapshot
    negatives: Sequence[tuple[str, Vectors]] = ()
    plan: RulePlan = EMPTY_PLAN
    exclude: tuple[str, ...] = ()
    relative_cutoff: float = 0.0


@dataclass(frozen=True, slots=True)
class RankingState:
    """Candidates between two stages, with what explains them.

    Attributes:
        context: The request.
        candidates: In their order so far.
        rows: Stored field values of the candidates, once they were fetched.
        retrieval_ranks: Rank by retrieval alone, from 1, by product id.
        variant_counts: How many candidates each represents, by product id; those that represent
            themselves alone are missing.
        n_below_cutoff: Candidates dropped by the relevance cutoff.
        rules: Names of the rules that moved a candidate, by product id.
        top_score: The best score by retrieval alone; 0 when nothing was found.
        propensities: Probability of each position, by product id, where placement was randomised.
        photo_vector: What the photos of products were compared with, shape (dim,); None if with
            nothing.
    """

    context: RankingContext
    candidates: CandidateSet = field(default_factory=CandidateSet)
    rows: FieldRows = field(default_factory=lambda: FieldRows(()))
    retrieval_ranks: Mapping[str, int] = field(default_factory=dict)
    variant_counts: Mapping[str, int] = field(default_factory=dict)
    n_below_cutoff: int = 0
    rules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    top_score: float = 0.0
    propensities: Mapping[str, float] = field(default_factory=dict)
    photo_vector: Vectors | None = None

    @property
    def n_collapsed(self) -> int:
        """Number of candidates collapsed behind others."""
        return sum(self.variant_counts.values()) - len(self.variant_counts)
