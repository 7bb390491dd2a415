"""From a view to a query, and from its answer back to a view."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shopwindow.serving.web.view_model import View
from shopwindow.serving.web.visitor_state import build_impressions
from shopwindow.values import Filters, Hit, Query, SearchResponse
from shopwindow.values.errors import InvalidQueryError

PAGE_SIZE = 24
"""Cards of one page: whole rows of 2, 3, 4 and 6."""

FACET_FIELDS = ("category", "brand", "merchant_id", "in_stock")
"""Facets that the page shows values of."""


def build_query(view: View) -> Query:
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
        verbatim=view.verbatim,
        facets=(*FACET_FIELDS, "price"),
        collapse=choices.collapse,
        image_weight=choices.image_weight if view.photos and view.text.strip() else None,
        negative_examples=tuple(each.id for each in choices.negative_examples),
        sort=choices.sort,
        diversity=choices.diversity,
        user_id=view.visitor.user_id,
    )


def apply_response(view: View, response: SearchResponse) -> View:
    """Return the view with an answer to it."""
    return replace(
        view,
        hits=response.hits,
        cursor=response.next_cursor,
        facets=response.facets,
        facet_scope=response.facet_scope,
        n_found=count_found(response, response.hits),
        took_ms=sum(response.took_ms.values()),
        interpretations=response.interpretations,
        price_buckets=response.price_buckets,
        relaxed=response.relaxed,
        n_collapsed=response.n_collapsed,
        is_confident=response.is_confident,
        redirect=response.redirect,
        impressions=build_impressions(response, view.surface),
    )


def append_response(view: View, response: SearchResponse) -> View:
    """Return the view with a further page under what it shows."""
    hits = view.hits + response.hits
    places = build_impressions(response, view.surface, len(view.hits))
    return replace(
        view,
        hits=hits,
        cursor=response.next_cursor,
        n_found=count_found(response, hits),
        took_ms=sum(response.took_ms.values()),
        impressions=(*view.impressions, *places),
    )


def count_found(response: SearchResponse, hits: tuple[Hit, ...]) -> int:
    """Return how many products the counts of an answer are over, at least those shown."""
    return max(sum(response.facets.get("in_stock", {}).values()), len(hits))


def set_price_range(filters: Filters, values: Mapping[str, Any]) -> Filters:
    """Return the filters with the prices that were written; empty ones are taken off.

    Raises:
        InvalidQueryError: A price is not a number of zero or more, or the range is empty.
    """
    low, high = (parse_number(name, values) for name in ("price_min", "price_max"))
    return replace(filters, price_min=low, price_max=high)


def parse_number(name: str, values: Mapping[str, Any]) -> float | None:
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
