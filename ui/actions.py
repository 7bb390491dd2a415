"""What a visitor can do: from one view to the next, by asking the search service."""

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from core import Filters, Page, Query
from core.errors import InvalidQueryError, ProductNotFoundError
from search import SearchService
from ui.notices import notice_of
from ui.results import n_found
from ui.texts import Language, language_of
from ui.view import Facets, View, toggled, without

PAGE_SIZE = 24
"""Cards of one page: whole rows of 2, 3, 4 and 6."""

_FACETS = ("category", "brand", "merchant_id", "in_stock")
_MAX_VALUES = 100
LOG = logging.getLogger(__name__)


class Actions:
    """Every action takes the view so far and returns the next; none of them raises.

    Args:
        service: Answers the queries.
    """

    def __init__(self, service: SearchService) -> None:
        self._service = service

    def search(self, text: str, photo: str, view: View) -> View:
        """Return the answer to new words, a new photo, or both; the filters stay on."""
        language = language_of(text, otherwise=view.language)
        asked = View(text=text, photo=photo, filters=view.filters, language=language)
        return self._told(asked, self._answered)

    def act(self, name: str, values: Mapping[str, Any], view: View) -> View:
        """Do what a button of the page says.

        Args:
            name: "filter", "unfilter", "price", "clear", "similar", "back", "more", "literal" or
                "language".
            values: What the button carries.
            view: What it stood on.

        Returns:
            The next view; the same one for an unknown action.
        """
        known: Mapping[str, Callable[[View], View]] = {
            "filter": lambda now: self._filtered(now, toggled(now.filters, *_named(values))),
            "unfilter": lambda now: self._filtered(now, without(now.filters, *_named(values))),
            "price": lambda now: self._filtered(now, _priced(now.filters, values)),
            "clear": lambda now: self._filtered(now, Filters()),
            "similar": lambda now: self._similar(now, str(values.get("value", ""))),
            "back": lambda now: replace(now.before or View(), language=now.language),
            "more": self._more,
            "literal": lambda now: self._literal(now, str(values.get("value", ""))),
            "language": lambda now: replace(now, language=_other(now.language)),
        }
        return self._told(replace(view, notice=None), known[name]) if name in known else view

    def catalogue_facets(self, filters: Filters) -> Facets:
        """Count each facet over the catalogue, under the filters of the other facets.

        So every count says what choosing that value would leave, and what is chosen can be
        changed for its neighbour.

        Returns:
            Counts by facet; empty when the index cannot be asked.
        """
        try:
            return {name: self._counts(name, filters) for name in _FACETS}
        except Exception:
            LOG.exception("the filters could not be counted")
            return {}

    def n_products(self) -> int:
        """Return how many products there are; 1 when the index cannot say."""
        try:
            return self._service.index.count()
        except Exception:
            LOG.exception("the products could not be counted")
            return 1

    def _counts(self, name: str, filters: Filters) -> Mapping[str, int]:
        others = replace(filters, **_OFF[name])
        return self._service.index.facet(name, others, _MAX_VALUES)

    def _filtered(self, view: View, filters: Filters) -> View:
        now = replace(view, filters=filters, cursor="")
        if now.similar_to is not None:
            return self._similar(now, now.similar_to.id)
        return self._answered(now)

    def _answered(self, view: View) -> View:
        page = self._service.search(_query(view))
        return replace(
            view,
            hits=page.hits,
            cursor=page.next_cursor,
            facets=page.facets,
            facets_over=page.facets_over,
            n_found=n_found(page, page.hits),
            took_ms=sum(page.took_ms.values()),
            readings=page.readings,
        )

    def _literal(self, view: View, typed: str) -> View:
        return self._answered(replace(view, literal=(*view.literal, typed), cursor=""))

    def _more(self, view: View) -> View:
        if not view.cursor:  # a second click on a button that is already gone
            return view
        page = self._service.search(_query(view))
        hits = view.hits + page.hits
        took_ms = sum(page.took_ms.values())
        return replace(
            view, hits=hits, cursor=page.next_cursor, n_found=n_found(page, hits), took_ms=took_ms
        )

    def _similar(self, view: View, product_id: str) -> View:
        found = self._service.index.get([product_id])
        if not found:
            raise ProductNotFoundError(product_id)
        page: Page = self._service.similar(product_id, PAGE_SIZE, view.filters)
        return View(
            filters=view.filters,
            language=view.language,
            hits=page.hits,
            took_ms=sum(page.took_ms.values()),
            similar_to=found[0],
            before=view.before if view.similar_to else view,
        )

    def _told(self, view: View, work: Callable[[View], View]) -> View:
        """Do the work.

        Returns:
            What came of it; on an error, the view with a notice.
        """
        try:
            return work(view)
        except Exception as error:
            LOG.exception("an action of the page failed")
            return replace(view, notice=notice_of(error, view.language))


_OFF: Mapping[str, Mapping[str, Any]] = {
    "category": {"category": ""},
    "brand": {"brand": ()},
    "merchant_id": {"merchant_id": ()},
    "in_stock": {"in_stock": None},
}


def _query(view: View) -> Query:
    return Query(
        text=view.text,
        image=Path(view.photo) if view.photo else None,
        filters=view.filters,
        limit=PAGE_SIZE,
        cursor=view.cursor,
        literal=view.literal,
        facets=_FACETS,
    )


def _named(values: Mapping[str, Any]) -> tuple[str, str]:
    return str(values.get("name", "")), str(values.get("value", ""))


def _priced(filters: Filters, values: Mapping[str, Any]) -> Filters:
    low, high = (_price(name, values) for name in ("price_min", "price_max"))
    return replace(filters, price_min=low, price_max=high)


def _price(name: str, values: Mapping[str, Any]) -> float | None:
    written = str(values.get(name) or "").strip()
    if not written:
        return None
    try:
        price = float(written)
    except ValueError as exc:
        raise InvalidQueryError(name, "a number", written) from exc
    return price if math.isfinite(price) else None


def _other(language: Language) -> Language:
    return "en" if language == "ar" else "ar"
