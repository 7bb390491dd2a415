"""The reranking pipeline: from fused candidates to the final order, step by step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from index import FACET_FIELDS, GROUP_ID, PERCEPTUAL_HASH, FieldRows, ProductIndex, to_point_id
from search.catalog_snapshot import CatalogSnapshot
from search.pipeline.attribute_boosts import boost_attributes, collect_fields
from search.pipeline.collapse import collapse_variants
from search.pipeline.cutoff import apply_cutoff
from search.pipeline.diversity import diversify
from search.pipeline.negative_examples import penalize_negatives
from search.pipeline.personal_reranking import PersonalReranker
from search.pipeline.rule_filter import remove_hidden
from search.pipeline.sorting import SORT_ORDERS, sort_candidates
from search.query.parsed_query import ParsedQuery
from search.rules import apply_rules
from search.rules.plan import EMPTY_PLAN, RulePlan
from search.stopwatch import Stopwatch
from shopwindow.ranking import CandidateSet
from shopwindow.values import Query, Vectors
from shopwindow.values.settings import SearchSettings


@dataclass(frozen=True, slots=True)
class RankedList:
    """Candidates in their final order, with what explains it.

    Attributes:
        candidates: In the order of the response.
        rows: Stored field values of the retrieved candidates.
        retrieval_ranks: Rank by retrieval alone, from 1, by point id.
        variant_counts: How many candidates each represents, by point id; those that represent
            themselves alone are missing.
        n_below_cutoff: Candidates dropped by the relevance cutoff.
        rules: Names of the rules that moved a candidate, by point id.
        top_score: The best score by retrieval alone; 0 when nothing was found.
        propensities: Probability of each position, by point id, where placement was randomised.
    """

    candidates: CandidateSet
    rows: FieldRows
    retrieval_ranks: Mapping[str, int] = field(default_factory=dict)
    variant_counts: Mapping[str, int] = field(default_factory=dict)
    n_below_cutoff: int = 0
    rules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    top_score: float = 0.0
    propensities: Mapping[str, float] = field(default_factory=dict)

    @property
    def n_collapsed(self) -> int:
        """Number of candidates collapsed behind others."""
        return sum(self.variant_counts.values()) - len(self.variant_counts)


@dataclass(frozen=True, slots=True)
class RankingContext:
    """What determines the order of one query's candidates.

    Attributes:
        query: The query.
        parsed: Its parsed text, with the effective filters.
        negatives: Negative examples: vector name, and unit vector of shape (dim,).
        plan: The active merchandising rules.
        exclude: Point ids that no rule may bring back.
        relative_cutoff: Fraction of the top score below which candidates are dropped, 0 to 1.
    """

    query: Query
    parsed: ParsedQuery
    negatives: Sequence[tuple[str, Vectors]] = ()
    plan: RulePlan = EMPTY_PLAN
    exclude: tuple[str, ...] = ()
    relative_cutoff: float = 0.0


class RerankingPipeline:
    """Applies the steps after fusion: cutoff, boosts, sorting, collapsing, personalisation, rules.

    Args:
        index: Has the fields and vectors of candidates.
        settings: Attribute match boost and default diversity.
        personal: Reranks for visitors.
    """

    def __init__(
        self, index: ProductIndex, settings: SearchSettings, personal: PersonalReranker
    ) -> None:
        self._index = index
        self._personal = personal
        self._settings = settings

    def rerank(
        self,
        candidates: CandidateSet,
        context: RankingContext,
        snapshot: CatalogSnapshot,
        watch: Stopwatch,
    ) -> RankedList:
        """Return fused candidates in their final order.

        Args:
            candidates: Best first.
            context: The query, its interpretation and rules.
            snapshot: Entities and similarity baseline of the catalogue.
            watch: Times each step.
        """
        index, settings, query = self._index, self._settings, context.query
        filters, plan = context.parsed.filters, context.plan
        retrieval_ranks = {point_id: n for n, point_id in enumerate(candidates.ids, start=1)}
        top_score = float(candidates.scores[0]) if candidates else 0.0
        ranked = apply_cutoff(candidates, context.relative_cutoff, query.sort)
        n_below_cutoff = len(candidates) - len(ranked)
        rows = index.fetch_rows(ranked.ids, _list_fields(context))
        ranked = boost_attributes(ranked, context.parsed, snapshot, index, rows, settings)
        ranked = penalize_negatives(ranked, context.negatives, index, snapshot.baseline)
        watch.lap("boost")
        ranked = remove_hidden(ranked, plan, filters, index)
        ranked = sort_candidates(ranked, query.sort, rows)
        watch.lap("sort")
        ranked, variant_counts = _collapse(ranked, context, rows)
        watch.lap("collapse")
        result = RankedList(
            ranked, rows, retrieval_ranks, variant_counts, n_below_cutoff, top_score=top_score
        )
        if query.sort != "relevance":  # who asks for the cheapest wants the cheapest
            return result
        ranked = self._personal.rerank(ranked, query.user_id, snapshot)
        watch.lap("personalize")
        diversity = settings.diversity if query.diversity is None else query.diversity
        ranked = diversify(ranked, diversity, index, snapshot.baseline)
        watch.lap("diversify")
        ruled = apply_rules(ranked, plan, filters, index, context.exclude)
        watch.lap("rules")
        return replace(result, candidates=ruled.candidates, rules=ruled.rules)


def _collapse(
    candidates: CandidateSet, context: RankingContext, rows: FieldRows
) -> tuple[CandidateSet, Mapping[str, int]]:
    query = context.query
    if not query.collapse or query.filters.group_id:
        return candidates, {}
    # A pinned variant represents the others, or the product would be shown twice.
    pins = context.plan.pins if query.sort == "relevance" else ()
    pinned = {to_point_id(product_id) for rule in pins for product_id in rule.action.ids}
    return collapse_variants(candidates, rows, pinned)


def _list_fields(context: RankingContext) -> tuple[str, ...]:
    """Return the stored fields that are needed of each candidate, to be read in one request."""
    query = context.query
    facet_fields = (FACET_FIELDS.get(name, name) for name in query.facets)
    fields = {GROUP_ID, PERCEPTUAL_HASH, *facet_fields, *collect_fields(context.parsed)}
    if query.sort in SORT_ORDERS:
        fields.add(SORT_ORDERS[query.sort].field)
    return tuple(sorted(fields))
