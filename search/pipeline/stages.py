"""The stages that several pipelines share: each says which step reads what of the state."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from index import FACET_FIELDS, GROUP_ID, PERCEPTUAL_HASH, PRICE_FIELDS, ProductIndex
from search.pipeline.attribute_boosts import boost_attributes, collect_fields
from search.pipeline.collapse import collapse_variants
from search.pipeline.cutoff import apply_cutoff
from search.pipeline.diversity import diversify
from search.pipeline.negative_examples import penalize_negatives
from search.pipeline.personal_reranking import PersonalReranker
from search.pipeline.rule_filter import remove_hidden
from search.pipeline.sorting import SORT_ORDERS, sort_candidates
from search.pipeline.stage import Stage
from search.pipeline.state import RankingContext, RankingState
from search.rules import apply_rules
from shopwindow.values.setting_groups import SearchSettings

S = TypeVar("S", bound=RankingState)

COLLAPSING_FIELDS = (GROUP_ID, PERCEPTUAL_HASH)
"""The stored fields that tell variants and products with the same photo."""


PRICE = PRICE_FIELDS[0]

RULE_KINDS = ("hides", "pins", "boosts", "buries")
"""The fields of a plan with rules that change positions."""


class ByRelevance(Stage[S]):
    """Runs a stage unless the query sorts: who asks for the cheapest wants the cheapest.

    Args:
        stage: The stage.
    """

    def __init__(self, stage: Stage[S]) -> None:
        self._stage = stage

    @property
    def name(self) -> str:
        """The name of the stage."""
        return self._stage.name

    def run(self, state: S) -> S:
        """Return the candidates as the stage leaves them, or as they were."""
        return self._stage.run(state) if state.context.query.sort == "relevance" else state


class ApplyCutoff:
    """Drops candidates that score too low against the best one."""

    name = "cut"

    def run(self, state: S) -> S:
        """Return the candidates that are relevant enough."""
        context, before = state.context, state.candidates
        kept = apply_cutoff(before, context.relative_cutoff, context.query.sort)
        return replace(state, candidates=kept, n_below_cutoff=len(before) - len(kept))


class FetchFields:
    """Fetches the stored fields that later stages and facets read, in one request.

    Args:
        index: Has the fields.
    """

    name = "fetch_fields"

    def __init__(self, index: ProductIndex) -> None:
        self._index = index

    def run(self, state: S) -> S:
        """Return the candidates with their rows."""
        fields = list_fields(state.context)
        return replace(state, rows=self._index.fetch_rows(state.candidates.ids, fields))


class BoostAttributes:
    """Boosts what has the attributes that the text names, and demotes what it negates.

    Args:
        index: Finds words among the candidates.
        settings: Has the attribute match boost.
    """

    name = "boost"

    def __init__(self, index: ProductIndex, settings: SearchSettings) -> None:
        self._index = index
        self._settings = settings

    def run(self, state: S) -> S:
        """Return the candidates in their new order."""
        context = state.context
        boosted = boost_attributes(
            state.candidates,
            context.parsed,
            context.snapshot,
            self._index,
            state.rows,
            self._settings,
        )
        return replace(state, candidates=boosted)


class PenalizeNegatives:
    """Demotes what resembles the negative examples.

    Args:
        index: Has the vectors.
    """

    name = "penalize"

    def __init__(self, index: ProductIndex) -> None:
        self._index = index

    def run(self, state: S) -> S:
        """Return the candidates in their new order."""
        context = state.context
        penalized = penalize_negatives(
            state.candidates, context.negatives, self._index, context.snapshot.baseline
        )
        return replace(state, candidates=penalized)


class RemoveHidden:
    """Removes what rules hide; before variants are collapsed.

    Args:
        index: Evaluates the conditions of rules.
    """

    name = "hide"

    def __init__(self, index: ProductIndex) -> None:
        self._index = index

    def run(self, state: S) -> S:
        """Return the candidates that no rule hides."""
        context = state.context
        visible = remove_hidden(state.candidates, context.plan, context.parsed.filters, self._index)
        return replace(state, candidates=visible)


class SortByField:
    """Sorts by price, date or popularity when the query says so.

    Args:
        index: Knows what prices are worth.
    """

    name = "sort"

    def __init__(self, index: ProductIndex) -> None:
        self._index = index

    def run(self, state: S) -> S:
        """Return the candidates in the query's sort order."""
        sort = state.context.query.sort
        if sort == "relevance":
            return state
        order = SORT_ORDERS[sort]
        values: Mapping[str, float] = (
            self._index.prices.read_prices(state.rows)
            if order.field == PRICE
            else {p: float(value) for p, value in state.rows.first_values(order.field).items()}
        )
        return replace(state, candidates=sort_candidates(state.candidates, order, values))


class CollapseVariants:
    """Keeps the best candidate of each set of variants or of products with the same photo.

    Args:
        same_photos: Whether products of the same photo are collapsed too, and not only variants.
    """

    name = "collapse"

    def __init__(self, same_photos: bool = True) -> None:
        self._same_photos = same_photos

    def run(self, state: S) -> S:
        """Return the representatives; all candidates when the query wants every variant."""
        query = state.context.query
        if not query.collapse or query.filters.group_id:
            return state
        # A pinned variant represents the others, or the product would be shown twice.
        pins = state.context.plan.pins if query.sort == "relevance" else ()
        pinned = {product_id for rule in pins for product_id in rule.action.ids}
        unique, counts = collapse_variants(state.candidates, state.rows, pinned, self._same_photos)
        return replace(state, candidates=unique, variant_counts=counts)


class Personalize:
    """Reranks for the visitor, within a bound.

    Args:
        reranker: Knows the visitors.
    """

    name = "personalize"

    def __init__(self, reranker: PersonalReranker) -> None:
        self._reranker = reranker

    def run(self, state: S) -> S:
        """Return the candidates in the visitor's order."""
        context = state.context
        reranked = self._reranker.rerank(state.candidates, context.query.user_id, context.snapshot)
        return replace(state, candidates=reranked)


class Diversify:
    """Moves candidates down that look like better ones.

    Args:
        index: Has the vectors.
        default: Diversity of queries that ask for none, 0 to 1.
    """

    name = "diversify"

    def __init__(self, index: ProductIndex, default: float) -> None:
        self._index = index
        self._default = default

    def run(self, state: S) -> S:
        """Return the candidates in their new order."""
        wanted = state.context.query.diversity
        diversity = self._default if wanted is None else wanted
        baseline = state.context.snapshot.baseline
        return replace(
            state, candidates=diversify(state.candidates, diversity, self._index, baseline)
        )


class ApplyRules:
    """Hides, buries, boosts and pins products as the merchandiser's rules say.

    Args:
        index: Evaluates the conditions of rules, and has the products that they add.
        kinds: Those of `RULE_KINDS` to apply; the others wait for another stage.
    """

    name = "rules"

    def __init__(
        self,
        index: ProductIndex,
        kinds: Sequence[str] = RULE_KINDS,
    ) -> None:
        self._index = index
        self._omitted = {kind: () for kind in RULE_KINDS if kind not in kinds}

    def run(self, state: S) -> S:
        """Return the candidates as the rules want them."""
        context = state.context
        plan = replace(context.plan, **self._omitted) if self._omitted else context.plan
        ruled = apply_rules(
            state.candidates, plan, context.parsed.filters, self._index, context.exclude
        )
        return replace(state, candidates=ruled.candidates, rules={**state.rules, **ruled.rules})


class TakeFirst:
    """Keeps as many candidates as the query's limit."""

    name = "take"

    def run(self, state: S) -> S:
        """Return the first candidates."""
        n_kept = min(state.context.query.limit, len(state.candidates))
        return replace(state, candidates=state.candidates.take(np.arange(n_kept)))


def list_fields(context: RankingContext) -> tuple[str, ...]:
    """Return the stored fields that are needed of each candidate."""
    query = context.query
    facet_fields = (FACET_FIELDS.get(name, name) for name in query.facets)
    fields = {*COLLAPSING_FIELDS, *facet_fields, *collect_fields(context.parsed)}
    if query.sort in SORT_ORDERS:
        fields.add(SORT_ORDERS[query.sort].field)
    if PRICE in fields:
        fields.update(PRICE_FIELDS)
    return tuple(sorted(fields))
