"""From fused candidates to the order that is shown, with what each step did to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from index.field_rows import Rows
from index.payload import FACET_FIELDS, GROUP, PHOTO_PRINT, point_id
from index.product_index import ProductIndex
from search.catalog_snapshot import Knowledge
from search.pipeline.attribute_boosts import adjusted, fields_of
from search.pipeline.collapse import folded
from search.pipeline.cutoff import kept
from search.pipeline.diversity import diversified
from search.pipeline.negative_examples import avoided
from search.pipeline.personal_reranking import Personal
from search.pipeline.rule_filter import without_hidden
from search.pipeline.sorting import ORDERS, in_order
from search.query.parsed_query import Understood
from search.retrieval.fusion import Candidate
from search.rules import applied
from search.rules.plan import NOTHING, Plan
from search.stopwatch import Stopwatch
from shopwindow.values.encoder import Vectors
from shopwindow.values.query import Query
from shopwindow.values.settings import SearchSettings


@dataclass(frozen=True, slots=True)
class Ordered:
    """Candidates in the order of an answer.

    Attributes:
        candidates: In their order.
        rows: Values of stored fields of those that were found.
        places: Where each stood by the legs alone, from 1, by point id.
        stands_for: How many candidates each stands for, by point id; those that stand for
            themselves alone are missing.
        n_cut: Candidates that were left out as having too little to do with the query.
        rules: Names of the rules that moved each, by point id.
        best: The best score of the legs alone; 0 when nothing was found.
        propensities: Probability of each to stand where it stands, by point id, where something
            was left to chance.
    """

    candidates: Sequence[Candidate]
    rows: Rows
    places: Mapping[str, int] = field(default_factory=dict)
    stands_for: Mapping[str, int] = field(default_factory=dict)
    n_cut: int = 0
    rules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    best: float = 0.0
    propensities: Mapping[str, float] = field(default_factory=dict)

    @property
    def n_folded(self) -> int:
        """Candidates that stand behind others."""
        return sum(self.stands_for.values()) - len(self.stands_for)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What orders the candidates of one query.

    Attributes:
        query: The query.
        understood: What its text says.
        unwanted: What hits should not be like: the name of a vector, and the vector.
        plan: The merchandiser's rules that hold.
        exclude: Points that no rule may bring back.
        least_share: Share of the best score below which candidates are left out.
    """

    query: Query
    understood: Understood
    unwanted: Sequence[tuple[str, Vectors]] = ()
    plan: Plan = NOTHING
    exclude: tuple[str, ...] = ()
    least_share: float = 0.0


class Ordering:
    """The steps after fusion, in their order.

    Args:
        index: Has the fields and vectors of candidates.
        settings: Weights, the least relevance, the usual diversity.
        personal: Knows the visitors.
    """

    def __init__(self, index: ProductIndex, settings: SearchSettings, personal: Personal) -> None:
        self._index = index
        self._personal = personal
        self._settings = settings

    def ordered(
        self, fused: Sequence[Candidate], wanted: Wanted, known: Knowledge, watch: Stopwatch
    ) -> Ordered:
        """Return the order that is shown.

        Args:
            fused: Best first.
            wanted: What orders them.
            known: Names and background of the catalogue.
            watch: Takes the time of each step.
        """
        index, settings, query = self._index, self._settings, wanted.query
        filters, plan = wanted.understood.filters, wanted.plan
        places = {each.id: place for place, each in enumerate(fused, start=1)}
        ranked = kept(fused, wanted.least_share, query.sort)
        n_cut, best = len(fused) - len(ranked), fused[0].score if fused else 0.0
        rows = index.rows([each.id for each in ranked], _fields(wanted))
        ranked = adjusted(ranked, wanted.understood, known, index, rows, settings)
        ranked = avoided(ranked, wanted.unwanted, index, known.background)
        watch.lap("adjust")
        ranked = without_hidden(ranked, plan, filters, index)
        ranked = in_order(ranked, query.sort, rows)
        watch.lap("sort")
        stands_for: Mapping[str, int] = {}
        if query.collapse and not query.filters.group_id:
            # A variant that is pinned stands for the others, or the thing would be shown twice.
            pins = plan.pins if query.sort == "relevance" else ()
            pinned = {point_id(each) for rule in pins for each in rule.action.ids}
            ranked, stands_for = folded(ranked, rows, pinned)
        watch.lap("fold")
        if query.sort != "relevance":  # who asks for the cheapest wants the cheapest
            return Ordered(ranked, rows, places, stands_for, n_cut, best=best)
        ranked = self._personal.moved(ranked, query.user_id, known)
        watch.lap("personal")
        dial = settings.diversity if query.diversity is None else query.diversity
        ranked = diversified(ranked, dial, index, known.background)
        watch.lap("diversify")
        ruled = applied(ranked, plan, filters, index, wanted.exclude)
        watch.lap("rules")
        return Ordered(ruled.candidates, rows, places, stands_for, n_cut, ruled.rules, best)


def _fields(wanted: Wanted) -> tuple[str, ...]:
    """Return the stored fields that are needed of each candidate, to be read in one go."""
    counted = (FACET_FIELDS.get(name, name) for name in wanted.query.facets)
    named = {GROUP, PHOTO_PRINT, *counted, *fields_of(wanted.understood)}
    if wanted.query.sort in ORDERS:
        named.add(ORDERS[wanted.query.sort].field)
    return tuple(sorted(named))
