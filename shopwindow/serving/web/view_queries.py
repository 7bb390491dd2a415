"""From a view to a query, and from its answer back to a view."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shopwindow.serving.web.view_model import View
from shopwindow.serving.web.visitor_state import places_of
from shopwindow.values import Filters, Hit, Page, Query
from shopwindow.values.errors import InvalidQueryError

PAGE_SIZE = 24
"""Cards of one page: whole rows of 2, 3, 4 and 6."""

COUNTED = ("category", "brand", "merchant_id", "in_stock")
"""Facets that the page shows values of."""


def query_of(view: View) -> Query:
    """Return what a view asks for.

    Raises:
        InvalidQueryError: The words are too many, or a choice does not exist.
    """
    choices = view.choices
    return Query(
        text=view.text,
        image=view.photos or None,
        filters=view.filters,
        limit=PAGE_SIZE,
        cursor=view.cursor,
        literal=view.literal,
        facets=(*COUNTED, "price"),
        collapse=choices.collapse,
        photo_share=choices.photo_share if view.photos and view.text.strip() else None,
        avoid=tuple(each.id for each in choices.avoid),
        sort=choices.sort,
        diversity=choices.diversity,
        user_id=view.visit.user_id,
    )


def shown(view: View, page: Page) -> View:
    """Return the view with an answer to it."""
    return replace(
        view,
        hits=page.hits,
        cursor=page.next_cursor,
        facets=page.facets,
        facets_over=page.facets_over,
        n_found=n_found(page, page.hits),
        took_ms=sum(page.took_ms.values()),
        readings=page.readings,
        prices=page.prices,
        relaxed=page.relaxed,
        n_folded=page.n_folded,
        is_sure=page.is_sure,
        redirect=page.redirect,
        places=places_of(page, view.surface),
    )


def with_more(view: View, page: Page) -> View:
    """Return the view with a further page under what it shows."""
    hits = view.hits + page.hits
    places = places_of(page, view.surface, len(view.hits))
    return replace(
        view,
        hits=hits,
        cursor=page.next_cursor,
        n_found=n_found(page, hits),
        took_ms=sum(page.took_ms.values()),
        places=(*view.places, *places),
    )


def n_found(page: Page, hits: tuple[Hit, ...]) -> int:
    """Return how many products the counts of an answer are over, at least those shown."""
    return max(sum(page.facets.get("in_stock", {}).values()), len(hits))


def priced(filters: Filters, values: Mapping[str, Any]) -> Filters:
    """Return the filters with the prices that were written; empty ones are taken off.

    Raises:
        InvalidQueryError: A price is not a number of zero or more, or the range is empty.
    """
    low, high = (number(name, values) for name in ("price_min", "price_max"))
    return replace(filters, price_min=low, price_max=high)


def number(name: str, values: Mapping[str, Any]) -> float | None:
    """Return what a control carries as a number; None for nothing.

    Raises:
        InvalidQueryError: It is not a number.
    """
    written = str(values.get(name) or "").strip()
    if not written:
        return None
    try:
        value = float(written)
    except ValueError as exc:
        raise InvalidQueryError(name, "a number", written) from exc
    return value if math.isfinite(value) else None
