"""From fused candidates to the order that is shown, with what each step did to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from index.field_rows import FieldRows
from index.payload import FACET_FIELDS, GROUP_ID, PERCEPTUAL_HASH, to_point_id
from index.product_index import ProductIndex
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
from search.retrieval.fusion import Candidate
from search.rules import apply_rules
from search.rules.plan import EMPTY_PLAN, RulePlan
from search.stopwatch import Stopwatch
from shopwindow.values.encoder import Vectors
from shopwindow.values.query import Query
from shopwindow.values.settings import SearchSettings


@dataclass(frozen=True, slots=True)
class RankedList:
    """Candidates in the order of an answer.

    Attributes:
        candidates: In their order.
        rows: Values of stored fields of those that were found.
        retrieval_ranks: Where each stood by the legs alone, from 1, by point id.
        variant_counts: How many candidates each stands for, by point id; those that stand for
            themselves alone are missing.
        n_below_cutoff: Candidates that were left out as having too little to do with the query.
        rules: Names of the rules that moved each, by point id.
        top_score: The best score of the legs alone; 0 when nothing was found.
        propensities: Probability of each to stand where it stands, by point id, where something
            was left to chance.
    """

    candidates: Sequence[Candidate]
    rows: FieldRows
    retrieval_ranks: Mapping[str, int] = field(default_factory=dict)
    variant_counts: Mapping[str, int] = field(default_factory=dict)
    n_below_cutoff: int = 0
    rules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    top_score: float = 0.0
    propensities: Mapping[str, float] = field(default_factory=dict)

    @property
    def n_collapsed(self) -> int:
        """Candidates that stand behind others."""
        return sum(self.variant_counts.values()) - len(self.variant_counts)


@dataclass(frozen=True, slots=True)
class RankingContext:
    """What orders the candidates of one query.

    Attributes:
        query: The query.
        parsed: What its text says.
        negatives: What hits should not be like: the name of a vector, and the vector.
        plan: The merchandiser's rules that hold.
        exclude: Points that no rule may bring back.
        relative_cutoff: Share of the best score below which candidates are left out.
    """

    query: Query
    parsed: ParsedQuery
    negatives: Sequence[tuple[str, Vectors]] = ()
    plan: RulePlan = EMPTY_PLAN
    exclude: tuple[str, ...] = ()
    relative_cutoff: float = 0.0


class RerankingPipeline:
    """The steps after fusion, in their order.

    Args:
        index: Has the fields and vectors of candidates.
        settings: Weights, the least relevance, the usual diversity.
        personal: Knows the visitors.
    """

    def __init__(
        self, index: ProductIndex, settings: SearchSettings, personal: PersonalReranker
    ) -> None:
        self._index = index
        self._personal = personal
        self._settings = settings

    def rerank(
        self,
        candidates: Sequence[Candidate],
        context: RankingContext,
        snapshot: CatalogSnapshot,
        watch: Stopwatch,
    ) -> RankedList:
        """Return the order that is shown.

        Args:
            candidates: Best first.
            context: What orders them.
            snapshot: Names and background of the catalogue.
            watch: Takes the time of each step.
        """
        index, settings, query = self._index, self._settings, context.query
        filters, plan = context.parsed.filters, context.plan
        places = {each.id: place for place, each in enumerate(candidates, start=1)}
        ranked = apply_cutoff(candidates, context.relative_cutoff, query.sort)
        n_cut, best = len(candidates) - len(ranked), candidates[0].score if candidates else 0.0
        rows = index.fetch_rows([each.id for each in ranked], _fields(context))
        ranked = boost_attributes(ranked, context.parsed, snapshot, index, rows, settings)
        ranked = penalize_negatives(ranked, context.negatives, index, snapshot.baseline)
        watch.lap("boost")
        ranked = remove_hidden(ranked, plan, filters, index)
        ranked = sort_candidates(ranked, query.sort, rows)
        watch.lap("sort")
        stands_for: Mapping[str, int] = {}
        if query.collapse and not query.filters.group_id:
            # A variant that is pinned stands for the others, or the thing would be shown twice.
            pins = plan.pins if query.sort == "relevance" else ()
            pinned = {to_point_id(each) for rule in pins for each in rule.action.ids}
            ranked, stands_for = collapse_variants(ranked, rows, pinned)
        watch.lap("collapse")
        if query.sort != "relevance":  # who asks for the cheapest wants the cheapest
            return RankedList(ranked, rows, places, stands_for, n_cut, top_score=best)
        ranked = self._personal.rerank(ranked, query.user_id, snapshot)
        watch.lap("personalize")
        dial = settings.diversity if query.diversity is None else query.diversity
        ranked = diversify(ranked, dial, index, snapshot.baseline)
        watch.lap("diversify")
        ruled = apply_rules(ranked, plan, filters, index, context.exclude)
        watch.lap("rules")
        return RankedList(ruled.candidates, rows, places, stands_for, n_cut, ruled.rules, best)


def _fields(wanted: RankingContext) -> tuple[str, ...]:
    """Return the stored fields that are needed of each candidate, to be read in one go."""
    counted = (FACET_FIELDS.get(name, name) for name in wanted.query.facets)
    named = {GROUP_ID, PERCEPTUAL_HASH, *counted, *collect_fields(wanted.parsed)}
    if wanted.query.sort in SORT_ORDERS:
        named.add(SORT_ORDERS[wanted.query.sort].field)
    return tuple(sorted(named))
