"""One page of a catalogue that is browsed, as the merchandiser's rules want it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from index.product_index import ProductIndex
from index.store.points import Point
from search.cursor import Cursor
from search.pipeline.reranking import RankingContext
from search.pipeline.rule_filter import remove_hidden
from search.retrieval.browsing import browse
from search.retrieval.fusion import Candidate
from search.rules import apply_rules


class BrowsePage(NamedTuple):
    """One page of a browsed catalogue.

    Attributes:
        points: In their order.
        next_cursor: Where the next page begins; None at the end.
        rules: Names of the rules that moved each, by point id.
    """

    points: Sequence[Point]
    next_cursor: Cursor | None
    rules: Mapping[str, tuple[str, ...]] = {}


def build_browse_page(
    index: ProductIndex, wanted: RankingContext, cursor: Cursor, is_first: bool
) -> BrowsePage:
    """Return one page of a browsed catalogue without what is hidden, pinned products first.

    Boosts and buries need scores, which browsing has not; an order by price or date has no pins.

    Args:
        index: The catalogue.
        wanted: The query with the filters that hold, the rules in force, what is left out.
        cursor: Where the page before ended.
        is_first: Whether it is the first page: pinned products are shown there, and nowhere else.
    """
    query, filters = wanted.query, wanted.parsed.filters
    pins = wanted.plan.pins if is_first and query.sort == "relevance" else ()
    plan = replace(wanted.plan, boosts=(), buries=(), pins=pins)
    pinned = apply_rules((), plan, filters, index, wanted.exclude).candidates[: query.limit]
    cursor = cursor.advance([each.id for each in pinned], cursor.after)
    room = query.limit - len(pinned)
    points, following = _listed(index, replace(wanted, plan=plan), cursor, room)
    if not pinned:
        return BrowsePage(points, following)
    listed = [Candidate(each.id, -float(n), {}) for n, each in enumerate(points)]
    ruled = apply_rules(listed, plan, filters, index, wanted.exclude)
    ids = [each.id for each in ruled.candidates][: query.limit]
    known = {each.id: each for each in points}
    known |= index.get_points([each for each in ids if each not in known])
    return BrowsePage([known[each] for each in ids if each in known], following, ruled.rules)


def _listed(
    index: ProductIndex, wanted: RankingContext, cursor: Cursor, room: int
) -> tuple[list[Point], Cursor | None]:
    """Return the next points that are neither shown, nor hidden, nor left out."""
    filters = wanted.parsed.filters
    if not room:
        return [], cursor if index.count(filters) > len(cursor.shown) else None
    kept: list[Point] = []
    following: Cursor | None = cursor
    while following is not None and len(kept) < room:
        query = replace(wanted.query, filters=filters, limit=room - len(kept))
        points, following = browse(index, query, following)
        listed = [
            Candidate(each.id, -float(n), {})
            for n, each in enumerate(points)
            if each.id not in wanted.exclude and not cursor.has_shown(each.id)
        ]
        left = {each.id for each in remove_hidden(listed, wanted.plan, filters, index)}
        kept += [each for each in points if each.id in left]
    return kept, following
