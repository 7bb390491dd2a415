"""One page of a browsed catalogue, with the merchandiser's rules applied."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from index import IndexEntry, ProductIndex
from search.cursor import Cursor
from search.pipeline.rule_filter import remove_hidden
from search.pipeline.state import RankingContext
from search.retrieval.browsing import browse
from search.rules import apply_rules
from shopwindow.ranking import CandidateSet


class BrowsePage(NamedTuple):
    """One page of a browsed catalogue.

    Attributes:
        products: In the order of the page.
        next_cursor: Where the next page begins; None at the end.
        rules: Names of the rules that moved a product, by product id.
    """

    entries: Sequence[IndexEntry]
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
        context: The query with its effective filters, the active rules, the excluded products.
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
    entries, next_cursor = _fetch_listing(index, replace(context, plan=plan), cursor, n_free)
    if not pinned:
        return BrowsePage(entries, next_cursor)
    ruled = apply_rules(_as_candidates(entries), plan, filters, index, context.exclude)
    product_ids = ruled.candidates.ids[: query.limit]
    entries_by_id = {entry.id: entry for entry in entries}
    missing = [product_id for product_id in product_ids if product_id not in entries_by_id]
    entries_by_id |= index.get_entries(missing)
    ordered = [
        entries_by_id[product_id] for product_id in product_ids if product_id in entries_by_id
    ]
    return BrowsePage(ordered, next_cursor, ruled.rules)


def _fetch_listing(
    index: ProductIndex, context: RankingContext, cursor: Cursor, n_free: int
) -> tuple[list[IndexEntry], Cursor | None]:
    """Return the next products that were not shown before, are not hidden and not excluded."""
    filters = context.parsed.filters
    if not n_free:
        return [], cursor if index.count(filters) > len(cursor.shown) else None
    listing: list[IndexEntry] = []
    next_cursor: Cursor | None = cursor
    while next_cursor is not None and len(listing) < n_free:
        query = replace(context.query, filters=filters, limit=n_free - len(listing))
        entries, next_cursor = browse(index, query, next_cursor)
        candidates = _as_candidates(
            [p for p in entries if p.id not in context.exclude and not cursor.has_shown(p.id)]
        )
        visible_ids = remove_hidden(candidates, context.plan, filters, index).positions
        listing += [entry for entry in entries if entry.id in visible_ids]
    return listing, next_cursor


def _as_candidates(entries: Sequence[IndexEntry]) -> CandidateSet:
    """Return products as candidates whose falling scores keep their order."""
    return CandidateSet(tuple(entry.id for entry in entries), -np.arange(float(len(entries))))
