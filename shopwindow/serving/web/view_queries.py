"""Builds the query of a view, and applies the response to the view."""

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
"""Facets whose values the page shows."""


def build_query(view: View) -> Query:
    """Return the query that a view stands for.

    Raises:
        InvalidQueryError: The text is too long, or a choice does not exist.
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
        negative_examples=tuple(product.id for product in choices.negative_examples),
        sort=choices.sort,
        diversity=choices.diversity,
        user_id=view.visitor.user_id,
    )


def apply_response(view: View, response: SearchResponse) -> View:
    """Return the view with the first page of its results."""
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
        price_currency=response.price_currency,
        relaxed=response.relaxed,
        n_collapsed=response.n_collapsed,
        is_confident=response.is_confident,
        redirect=response.redirect,
        impressions=build_impressions(response, view.surface),
    )


def append_response(view: View, response: SearchResponse) -> View:
    """Return the view with a further page appended to its results."""
    hits = view.hits + response.hits
    new_impressions = build_impressions(response, view.surface, len(view.hits))
    return replace(
        view,
        hits=hits,
        cursor=response.next_cursor,
        n_found=count_found(response, hits),
        took_ms=sum(response.took_ms.values()),
        impressions=(*view.impressions, *new_impressions),
    )


def count_found(response: SearchResponse, hits: tuple[Hit, ...]) -> int:
    """Return how many products the facets of a response count, at least the hits shown."""
    return max(sum(response.facets.get("in_stock", {}).values()), len(hits))


def set_price_range(filters: Filters, values: Mapping[str, Any]) -> Filters:
    """Return the filters with the price range that was entered; an empty end is removed.

    Args:
        filters: The filters so far.
        values: "price_min" and "price_max" as they were typed.

    Raises:
        InvalidQueryError: A price is not a number of zero or more, or the range is empty.
    """
    low, high = (parse_number(name, values) for name in ("price_min", "price_max"))
    return replace(filters, price_min=low, price_max=high, currency="")


def parse_number(name: str, values: Mapping[str, Any]) -> float | None:
    """Return the value of a control as a number; None when it is empty or not finite.

    Raises:
        InvalidQueryError: It is not a number.
    """
    typed = str(values.get(name) or "").strip()
    if not typed:
        return None
    try:
        value = float(typed)
    except ValueError as exc:
        raise InvalidQueryError(name, "a number", typed) from exc
    return value if math.isfinite(value) else None
