"""One page of a browsed catalogue, with the merchandiser's rules applied."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from index import ProductIndex
from index.store import Point
from search.cursor import Cursor
from search.pipeline.rule_filter import remove_hidden
from search.pipeline.state import RankingContext
from search.retrieval.browsing import browse
from search.rules import apply_rules
from shopwindow.ranking import CandidateSet


class BrowsePage(NamedTuple):
    """One page of a browsed catalogue.

    Attributes:
        points: In the order of the page.
        next_cursor: Where the next page begins; None at the end.
        rules: Names of the rules that moved a point, by point id.
    """

    points: Sequence[Point]
    next_cursor: Cursor | None
    rules: Mapping[str, tuple[str, ...]] = {}


def build_browse_page(
    index: ProductIndex, context: RankingContext, cursor: Cursor, is_first: bool
) -> BrowsePage:
    """Return one page of a browsed catalogue: pinned products first, hidden ones removed.

    Boosts and buries need scores, which browsing does not have; sorting by price, date or
    popularity has no pins.

    Args:
        index: The catalogue.
        context: The query with its effective filters, the active rules, the excluded points.
        cursor: Where the previous page ended.
        is_first: Whether this is the first page; only that one shows pinned products.
    """
    query, filters = context.query, context.parsed.filters
    pins = context.plan.pins if is_first and query.sort == "relevance" else ()
    plan = replace(context.plan, boosts=(), buries=(), pins=pins)
    pinned = apply_rules(CandidateSet(), plan, filters, index, context.exclude).candidates.ids
    pinned = pinned[: query.limit]
    cursor = cursor.advance(pinned, cursor.after)
    n_free = query.limit - len(pinned)
    points, next_cursor = _fetch_listing(index, replace(context, plan=plan), cursor, n_free)
    if not pinned:
        return BrowsePage(points, next_cursor)
    ruled = apply_rules(_as_candidates(points), plan, filters, index, context.exclude)
    point_ids = ruled.candidates.ids[: query.limit]
    points_by_id = {point.id: point for point in points}
    missing = [point_id for point_id in point_ids if point_id not in points_by_id]
    points_by_id |= index.get_points(missing)
    ordered = [points_by_id[point_id] for point_id in point_ids if point_id in points_by_id]
    return BrowsePage(ordered, next_cursor, ruled.rules)


def _fetch_listing(
    index: ProductIndex, context: RankingContext, cursor: Cursor, n_free: int
) -> tuple[list[Point], Cursor | None]:
    """Return the next points that were not shown before, are not hidden and not excluded."""
    filters = context.parsed.filters
    if not n_free:
        return [], cursor if index.count(filters) > len(cursor.shown) else None
    listing: list[Point] = []
    next_cursor: Cursor | None = cursor
    while next_cursor is not None and len(listing) < n_free:
        query = replace(context.query, filters=filters, limit=n_free - len(listing))
        points, next_cursor = browse(index, query, next_cursor)
        candidates = _as_candidates(
            [p for p in points if p.id not in context.exclude and not cursor.has_shown(p.id)]
        )
        visible_ids = remove_hidden(candidates, context.plan, filters, index).positions
        listing += [point for point in points if point.id in visible_ids]
    return listing, next_cursor


def _as_candidates(points: Sequence[Point]) -> CandidateSet:
    """Return points as candidates whose falling scores keep their order."""
    return CandidateSet(tuple(point.id for point in points), -np.arange(float(len(points))))
