"""Handles every action of the page: from one view to the next, by asking the search service."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from search import SearchService, is_visible
from shopwindow.serving.web.error_messages import build_error_notice
from shopwindow.serving.web.product_controller import ProductController
from shopwindow.serving.web.translations import detect_language, translate
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
    apply_response,
    parse_number,
    set_price_range,
)
from shopwindow.serving.web.visitor_controller import VisitorController
from shopwindow.values import Filters, Product, QueryImage
from shopwindow.values.display_formats import Language

MAX_PHOTOS = 5
"""Photos that one query can have."""

_MAX_FACET_VALUES = 100
LOG = logging.getLogger(__name__)

Handler: TypeAlias = Callable[[View], View]


class PageController:
    """Every action takes the current view and returns the next; none of them raises.

    Args:
        service: Answers the queries.
    """

    def __init__(self, service: SearchService) -> None:
        self._service = service
        self._visitors = VisitorController(service, self._reload)
        self._products = ProductController(service, self._visitors)

    def open_page(self, view: View) -> View:
        """Return the page as it is first shown: the catalogue, and the visitors to choose from."""
        with_visitor = self._run(view, self._visitors.load_visitor)
        opened = self.search(with_visitor.text, (), with_visitor)
        return replace(opened, notice=opened.notice or with_visitor.notice)

    def search(self, text: str, new_photos: Sequence[str], view: View) -> View:
        """Return the results of a text and photos; filters, sort order and earlier photos stay.

        Another text is another search: negative examples and expanded variants of the last one are
        reset.

        Args:
            text: The text of the query.
            new_photos: Paths of photos to add; those beyond five are left out, with a notice.
            view: The view that it was entered on.
        """
        return self._run(
            view, lambda current: self._search(sanitize_text(text), new_photos, current)
        )

    def _search(self, text: str, new_photos: Sequence[str], view: View) -> View:
        if text.strip() != view.text.strip():
            view = update_choices(view, negative_examples=(), collapse=True)
        photos = (*view.photos, *(QueryImage(Path(path)) for path in new_photos))
        requested = View(
            text=text,
            photos=photos[:MAX_PHOTOS],
            filters=view.filters,
            choices=view.choices,
            language=detect_language(text, default=view.language),
            visitor=replace(
                view.visitor, tab="search", flash_message=None, is_confirming_erasure=False
            ),
        )
        results = self._run(requested, self._fetch)
        if len(photos) > MAX_PHOTOS and results.notice is None:
            message = translate("too_many_photos", results.language, limit=MAX_PHOTOS)
            return replace(results, notice=Notice(message))
        return results

    def handle_action(self, name: str, values: Mapping[str, Any], view: View) -> View:
        """Handle a button or control of the page.

        Args:
            name: "filter", "remove_filter", "price", "price_range", "clear", "sort", "diversity",
                "image_weight", "collapse", "add_negative_example", "remove_negative_example",
                "crop", "remove_photo", "similar", "back", "more", "verbatim", "example",
                "select_suggestion", "language", or a name of `VisitorController.get_handlers`.
            values: What the button carries.
            view: The view that it was pressed on.

        Returns:
            The next view; the same one for an unknown action.
        """
        handlers = {
            **self._get_filter_handlers(sanitize_values(values)),
            **self._get_search_handlers(sanitize_values(values)),
            # Ids exactly as they came: an altered one would name another visitor.
            **self._visitors.get_handlers(values),
        }
        if name not in handlers:
            return view
        if name != "erase_now":  # which is valid only while the page asks for confirmation
            view = self._visitors.clear_messages(view)
        return self._run(replace(view, notice=None), handlers[name])

    def _get_filter_handlers(self, values: Mapping[str, Any]) -> dict[str, Handler]:
        """Return the handlers that change filters, by action."""
        facet, value = (str(values.get(key, "")) for key in ("name", "value"))

        def clear(view: View) -> View:
            return self._filter(update_choices(view, negative_examples=()), Filters())

        return {
            "filter": lambda view: self._filter(view, toggle_filter(view.filters, facet, value)),
            "remove_filter": lambda view: self._filter(
                view, remove_filter(view.filters, facet, value)
            ),
            "price": lambda view: self._filter(view, set_price_range(view.filters, values)),
            "price_range": lambda view: self._filter(
                view, toggle_price_range(view.filters, values)
            ),
            "clear": clear,
        }

    def _get_search_handlers(self, values: Mapping[str, Any]) -> dict[str, Handler]:
        """Return the handlers that change the query, its choices or what is shown, by action."""
        value, surface = (str(values.get(key, "")) for key in ("value", "surface"))

        def change(view: View, **choices: Any) -> View:
            return self._reload(update_choices(view, **choices))

        return {
            "sort": lambda view: change(view, sort=value),
            "diversity": lambda view: change(view, diversity=parse_number("value", values)),
            "image_weight": lambda view: change(view, image_weight=parse_number("value", values)),
            "collapse": lambda view: change(view, collapse=not view.choices.collapse),
            "add_negative_example": lambda view: self._add_negative_example(view, value),
            "remove_negative_example": lambda view: self._remove_negative_example(view, value),
            "crop": lambda view: self._reload(crop_photo(view, values)),
            "remove_photo": lambda view: self._reload(remove_photo(view, value)),
            "similar": lambda view: self._products.open_product(view, value, surface),
            "back": self._products.go_back,
            "more": self._load_more,
            "verbatim": lambda view: self._reload(replace(view, verbatim=(*view.verbatim, value))),
            "example": lambda view: self.search(value, (), replace(view, photos=())),
            "select_suggestion": lambda view: self._select_suggestion(view, values),
            "language": lambda view: replace(view, language=_get_other_language(view.language)),
        }

    def count_facets(self, filters: Filters) -> FacetCounts:
        """Count each facet over the catalogue, under the filters of the other facets.

        So each count says how many products that value would leave, and a selected value can be
        exchanged for another of its facet.

        Returns:
            Counts by facet; empty when the index cannot be read.
        """
        try:
            return {name: self._count_facet(name, filters) for name in FACET_FIELDS}
        except Exception:
            LOG.exception("the facets could not be counted")
            return {}

    def count_products(self) -> int:
        """Return how many products there are; 1 when the index cannot be read."""
        try:
            return self._service.index.count()
        except Exception:
            LOG.exception("the products could not be counted")
            return 1

    def _count_facet(self, name: str, filters: Filters) -> Mapping[str, int]:
        other_filters = replace(filters, **_WITHOUT_FACET[name])
        return self._service.index.facet(name, other_filters, _MAX_FACET_VALUES)

    def _filter(self, view: View, filters: Filters) -> View:
        """Return the view under other filters, without products that their merchants do not have.

        An opened product of another merchant is closed: its similar products are not shown either.
        """
        if view.similar_to is not None and not is_visible(filters, view.similar_to):
            previous = view.previous or View(choices=view.choices)
            view = replace(previous, language=view.language, visitor=view.visitor)
        visible = tuple(
            product for product in view.choices.negative_examples if is_visible(filters, product)
        )
        view = update_choices(view, negative_examples=visible)
        return self._reload(replace(view, filters=filters))

    def _reload(self, view: View) -> View:
        """Return the view with its first page fetched again."""
        if view.similar_to is not None:
            impression = view.impressions[0] if view.impressions else None
            return self._products.show_product(view, view.similar_to, impression)
        return self._fetch(replace(view, cursor=""))

    def _fetch(self, view: View) -> View:
        results = apply_response(view, self._visitors.fetch_page(view))
        return self._visitors.refresh(results) if view.is_for_you else results

    def _load_more(self, view: View) -> View:
        if not view.cursor:  # a second click on a button that is already gone
            return view
        return append_response(view, self._visitors.fetch_page(view))

    def _select_suggestion(self, view: View, values: Mapping[str, Any]) -> View:
        """Return the results of a completed word, or of a suggested category or brand."""
        kind, value = (str(values.get(name, "")) for name in ("kind", "value"))
        if kind not in {"category", "brand"}:
            return self.search(value, (), view)
        if kind == "category":
            filters = replace(view.filters, category=value)
        else:
            filters = replace(view.filters, brand=value)
        return self.search(str(values.get("before", "")), (), replace(view, filters=filters))

    def _add_negative_example(self, view: View, product_id: str) -> View:
        product = self._products.get_product(product_id)
        examples = _without_product(view, product_id)
        return self._reload(update_choices(view, negative_examples=(*examples, product)))

    def _remove_negative_example(self, view: View, product_id: str) -> View:
        examples = _without_product(view, product_id)
        return self._reload(update_choices(view, negative_examples=examples))

    def _run(self, view: View, handler: Handler) -> View:
        """Return what a handler makes of a view; on an error, the view with a notice."""
        try:
            return handler(view)
        except Exception as error:
            LOG.exception("an action of the page failed")
            return replace(view, notice=build_error_notice(error, view.language))


_WITHOUT_FACET: Mapping[str, Mapping[str, Any]] = {
    "category": {"category": ""},
    "brand": {"brand": ()},
    "merchant_id": {"merchant_id": ()},
    "in_stock": {"in_stock": None},
}


def _without_product(view: View, product_id: str) -> tuple[Product, ...]:
    """Return the negative examples other than one product."""
    return tuple(product for product in view.choices.negative_examples if product.id != product_id)


def _get_other_language(language: Language) -> Language:
    return "en" if language == "ar" else "ar"
