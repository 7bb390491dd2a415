"""What a visitor can do: from one view to the next, by asking the search service."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from search import SearchService
from search.merchant_scope import is_visible
from shopwindow.serving.web import view_queries as asking
from shopwindow.serving.web.error_messages import build_error_notice
from shopwindow.serving.web.product_view import ProductController
from shopwindow.serving.web.translations import Language, detect_language, translate
from shopwindow.serving.web.typed_input import sanitize_text, sanitize_values
from shopwindow.serving.web.view_changes import (
    crop_photo,
    remove_photo,
    toggle_price_range,
    update_choices,
)
from shopwindow.serving.web.view_model import (
    FacetCounts,
    Notice,
    View,
    remove_filter,
    toggle_filter,
)
from shopwindow.serving.web.view_queries import (
    FACET_FIELDS,
    append_response,
    parse_number,
    set_price_range,
)
from shopwindow.serving.web.visitor_actions import VisitorController
from shopwindow.values import Filters
from shopwindow.values.query import QueryImage

MAX_PHOTOS = 5
"""Photos of one thing that a visitor can give."""

_MAX_VALUES = 100
LOG = logging.getLogger(__name__)


class PageController:
    """Every action takes the view so far and returns the next; none of them raises.

    Args:
        service: Answers the queries.
    """

    def __init__(self, service: SearchService) -> None:
        self._service = service
        self._visiting = VisitorController(service, self._again)
        self._opening = ProductController(service, self._visiting)

    def open_page(self, view: View) -> View:
        """Return the page as it is first shown: the catalogue, and the visitors to choose from."""
        met = self._told(view, self._visiting.load_visitor)
        now = self.search(met.text, (), met)
        return replace(now, notice=now.notice or met.notice)

    def search(self, text: str, new_photos: Sequence[str], view: View) -> View:
        """Return the answer to words and photos; filters, order and earlier photos stay.

        Other words are another search: what was said of the products of the last one is forgotten.

        Args:
            text: The words.
            new_photos: Paths of photos that are added; beyond five they are left out, and told.
            view: What it stood on.
        """
        return self._told(view, lambda now: self._searched(sanitize_text(text), new_photos, now))

    def _searched(self, text: str, new_photos: Sequence[str], view: View) -> View:
        if text.strip() != view.text.strip():
            view = update_choices(view, negative_examples=(), collapse=True)
        photos = (*view.photos, *(QueryImage(Path(each)) for each in new_photos))
        asked = View(
            text=text,
            photos=photos[:MAX_PHOTOS],
            filters=view.filters,
            choices=view.choices,
            language=detect_language(text, default=view.language),
            visitor=replace(
                view.visitor, tab="search", flash_message=None, is_confirming_erasure=False
            ),
        )
        now = self._told(asked, self._answered)
        if len(photos) > MAX_PHOTOS and now.notice is None:
            told = translate("too_many_photos", now.language, limit=MAX_PHOTOS)
            return replace(now, notice=Notice(told))
        return now

    def handle_action(self, name: str, values: Mapping[str, Any], view: View) -> View:
        """Do what a button of the page says.

        Args:
            name: "filter", "unfilter", "price", "price_range", "clear", "sort", "diversity",
                "share", "collapse", "avoid", "unavoid", "crop", "no_photo", "similar", "back",
                "more", "literal", "example", "suggested", "language", or one of
                `VisitorController.get_handlers`.
            values: What the button carries.
            view: What it stood on.

        Returns:
            The next view; the same one for an unknown action.
        """
        doings = self._visiting.get_handlers(values)  # ids as they came: altered, they name others
        values = sanitize_values(values)
        value = sanitize_text(str(values.get("value", "")))
        known: Mapping[str, Callable[[View], View]] = {
            "filter": lambda now: self._filtered(now, toggle_filter(now.filters, *_named(values))),
            "remove_filter": lambda now: self._filtered(
                now, remove_filter(now.filters, *_named(values))
            ),
            "price": lambda now: self._filtered(now, set_price_range(now.filters, values)),
            "price_range": lambda now: self._filtered(now, toggle_price_range(now.filters, values)),
            "clear": lambda now: self._filtered(
                update_choices(now, negative_examples=()), Filters()
            ),
            "sort": lambda now: self._again(update_choices(now, sort=value)),
            "diversity": lambda now: self._again(
                update_choices(now, diversity=parse_number("value", values))
            ),
            "share": lambda now: self._again(
                update_choices(now, image_weight=parse_number("value", values))
            ),
            "collapse": lambda now: self._again(
                update_choices(now, collapse=not now.choices.collapse)
            ),
            "avoid": lambda now: self._avoiding(now, value),
            "remove_negative_example": lambda now: self._again(
                update_choices(
                    now,
                    negative_examples=tuple(
                        p for p in now.choices.negative_examples if p.id != value
                    ),
                )
            ),
            "crop": lambda now: self._again(crop_photo(now, values)),
            "no_photo": lambda now: self._again(remove_photo(now, value)),
            "similar": lambda now: self._opening.open_product(
                now, value, str(values.get("surface", ""))
            ),
            "back": self._opening.go_back,
            "more": self._more,
            "verbatim": lambda now: self._again(replace(now, verbatim=(*now.verbatim, value))),
            "example": lambda now: self.search(value, (), replace(now, photos=())),
            "select_suggestion": lambda now: self._suggested(now, values),
            "language": lambda now: replace(now, language=_other(now.language)),
            **doings,
        }
        if name not in known:
            return view
        if name != "erase_now":  # which is done only where the page has just asked
            view = self._visiting.clear_messages(view)
        return self._told(replace(view, notice=None), known[name])

    def count_facets(self, filters: Filters) -> FacetCounts:
        """Count each facet over the catalogue, under the filters of the other facets.

        So every count says what choosing that value would leave, and what is chosen can be
        changed for its neighbour.

        Returns:
            Counts by facet; empty when the index cannot be asked.
        """
        try:
            return {name: self._counts(name, filters) for name in FACET_FIELDS}
        except Exception:
            LOG.exception("the filters could not be counted")
            return {}

    def count_products(self) -> int:
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
        """Return the view under other filters, without products that their merchants do not have.

        What was opened of another merchant is closed: what is like it is not shown either.
        """
        if view.similar_to is not None and not is_visible(filters, view.similar_to):
            under = view.previous or View(choices=view.choices)
            view = replace(under, language=view.language, visitor=view.visitor)
        kept = tuple(each for each in view.choices.negative_examples if is_visible(filters, each))
        return self._again(replace(update_choices(view, negative_examples=kept), filters=filters))

    def _again(self, view: View) -> View:
        """Return the view with what it shows asked for anew, from the first page."""
        if view.similar_to is not None:
            own = view.impressions[0] if view.impressions else None
            return self._opening.show_product(view, view.similar_to, own)
        return self._answered(replace(view, cursor=""))

    def _answered(self, view: View) -> View:
        now = asking.apply_response(view, self._visiting.fetch_page(view))
        return self._visiting.refresh(now) if view.is_for_you else now

    def _more(self, view: View) -> View:
        if not view.cursor:  # a second click on a button that is already gone
            return view
        return append_response(view, self._visiting.fetch_page(view))

    def _suggested(self, view: View, values: Mapping[str, Any]) -> View:
        """Return the answer to a completed word, or what a chosen category or brand has."""
        kind, value = (str(values.get(name, "")) for name in ("kind", "value"))
        if kind not in {"category", "brand"}:
            return self.search(value, (), view)
        if kind == "category":
            filters = replace(view.filters, category=value)
        else:
            filters = replace(view.filters, brand=value)
        return self.search(str(values.get("before", "")), (), replace(view, filters=filters))

    def _avoiding(self, view: View, product_id: str) -> View:
        avoided = tuple(each for each in view.choices.negative_examples if each.id != product_id)
        return self._again(
            update_choices(
                view, negative_examples=(*avoided, self._opening.get_product(product_id))
            )
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
            return replace(view, notice=build_error_notice(error, view.language))


_OFF: Mapping[str, Mapping[str, Any]] = {
    "category": {"category": ""},
    "brand": {"brand": ()},
    "merchant_id": {"merchant_id": ()},
    "in_stock": {"in_stock": None},
}


def _named(values: Mapping[str, Any]) -> tuple[str, str]:
    return str(values.get("name", "")), str(values.get("value", ""))


def _other(language: Language) -> Language:
    return "en" if language == "ar" else "ar"
