"""Stages around a slate: variants of ranked products collapsed before it, pins placed after it."""

from dataclasses import replace

from index import ProductIndex
from search.pipeline.collapse import collapse_variants
from search.pipeline.stages import COLLAPSING_FIELDS, ApplyRules
from search.recommendations.state import VisitorState


class CollapseRankedFirst:
    """Collapses variants; a sampled product does not decide which of the ranked ones remain.

    Args:
        index: Has the group ids and perceptual hashes.
    """

    name = "collapse"

    def __init__(self, index: ProductIndex) -> None:
        self._index = index

    def run(self, state: VisitorState) -> VisitorState:
        """Return the representatives; all candidates when the page is that of one group."""
        if state.context.query.filters.group_id:
            return state
        remaining, sampled = state.candidates, state.sampled
        rows = self._index.fetch_rows(remaining.ids, COLLAPSING_FIELDS)
        unique, _ = collapse_variants(remaining.drop(sampled), rows)
        if sampled:
            ranked = frozenset(unique.ids)
            kept = remaining.keep(ranked | sampled)
            unique, _ = collapse_variants(kept, rows, pinned=ranked)
        return replace(state, candidates=unique)


class PinProducts:
    """Pins products on a finished slate. None of them was placed by chance.

    Args:
        index: Evaluates the conditions of rules, and has the products that they add.
    """

    name = "pin"

    def __init__(self, index: ProductIndex) -> None:
        self._rules = ApplyRules(index, ("hides", "pins"))

    def run(self, state: VisitorState) -> VisitorState:
        """Return the slate with pinned products in their places, of propensity 1."""
        pinned = self._rules.run(replace(state, rules={}))
        propensities = {**state.propensities, **dict.fromkeys(pinned.rules, 1.0)}
        rules = {**state.rules, **pinned.rules}
        return replace(pinned, rules=rules, propensities=propensities)
