"""What a visitor is and does: chosen, seen with their feed, recorded, erased."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from search import SearchService
from shopwindow.serving.web import view_queries as asking
from shopwindow.serving.web.error_messages import build_error_notice
from shopwindow.serving.web.interaction_effects import compare_views
from shopwindow.serving.web.product_actions import PRODUCT_ACTIONS
from shopwindow.serving.web.translations import translate
from shopwindow.serving.web.view_model import Notice, View
from shopwindow.serving.web.visitor_state import (
    CardImpression,
    ErasureResult,
    VisitorState,
    build_impressions,
)
from shopwindow.values import Event, SearchResponse
from shopwindow.values.errors import ShopwindowError
from shopwindow.values.event import EventKind, fill_purchase_value
from shopwindow.values.profile_view import UserProfileView

_MAX_KNOWN = 50
_MAX_RECENT = 12
_WAIT_S = 2.0
LOG = logging.getLogger(__name__)


class VisitorController:
    """What concerns visitors, from one view to the next.

    Args:
        service: Knows them.
        reload_view: Shows anew what a view shows, from its first page.
    """

    def __init__(self, service: SearchService, reload_view: Callable[[View], View]) -> None:
        self._service = service
        self._again = reload_view

    def get_handlers(self, values: Mapping[str, Any]) -> dict[str, Callable[[View], View]]:
        """Return what a button of these values may ask for, by the button's action."""
        value = str(values.get("value", ""))
        return {
            "tab": lambda view: self._at_tab(view, value),
            "visitor": lambda view: self._chosen(view, value.strip()),
            "do": lambda view: self._did(view, values),
            "erase": lambda view: replace(
                view, visitor=replace(view.visitor, is_confirming_erasure=True)
            ),
            "keep": lambda view: view,
            "erase_now": self._erased,
        }

    def clear_messages(self, view: View) -> View:
        """Return the view without what was told or asked after the action before."""
        return replace(
            view, visitor=replace(view.visitor, flash_message=None, is_confirming_erasure=False)
        )

    def fetch_page(self, view: View) -> SearchResponse:
        """Return the page that a view asks for: of a search, or of the visitor's feed.

        Raises:
            ShopwindowError: It cannot be made; see `SearchService.search` and `feed`.
        """
        if not view.is_for_you:
            return self._service.search(asking.build_query(view))
        user_id = view.visitor.user_id
        return self._service.recommend(user_id, asking.PAGE_SIZE, view.filters, view.cursor)

    def refresh(self, view: View) -> View:
        """Return the view of a feed with what is known of its visitor now.

        Raises:
            ShopwindowError: It cannot be read.
        """
        visit = self.load_visitor(view).visitor
        if not visit.user_id:
            return replace(view, visitor=replace(visit, recently_viewed=()))
        seen = self._service.recently_viewed(visit.user_id, _MAX_RECENT, view.filters)
        places = (*view.impressions, *build_impressions(seen, "recent"))
        return replace(view, impressions=places, visitor=replace(visit, recently_viewed=seen.hits))

    def load_visitor(self, view: View) -> View:
        """Return the view with the visitors to choose from, and what is known of the chosen one.

        Raises:
            ShopwindowError: It cannot be read.
        """
        has_log = self._service.has_log
        known = tuple(self._service.recent_visitors(_MAX_KNOWN)) if has_log else ()
        person = self._person(view.visitor)
        return replace(
            view,
            visitor=replace(
                view.visitor, has_event_log=has_log, known_user_ids=known, profile=person
            ),
        )

    def reload(self, view: View) -> View:
        """Return the view shown anew, with what is known of its visitor now.

        Raises:
            ShopwindowError: It cannot be shown.
        """
        now = self._again(view)
        return now if now.is_for_you else self.load_visitor(now)

    def record_event(self, view: View, kind: EventKind, impression: CardImpression) -> None:
        """Record what the visitor of a view did, and wait a little until it is learned.

        While much else is to be learned, as after an import, the page shows what is known so far.

        Raises:
            EventLogError: It cannot be recorded.
            ShopwindowError: It is recorded, and cannot be learned now.
        """
        product = impression.product
        event = Event(
            kind,
            product.id,
            user_id=view.visitor.user_id,
            query_id=impression.query_id,
            surface=impression.surface,
            position=impression.position,
            propensity=impression.propensity,
        )
        self._service.record(fill_purchase_value(event, product))
        self._service.flush(_WAIT_S)

    def _person(self, visit: VisitorState) -> UserProfileView | None:
        return self._service.profile(visit.user_id) if visit.user_id else None

    def _at_tab(self, view: View, tab: str) -> View:
        """Return a tab; where a product is opened, with the search that it was opened from."""
        under = view.previous if view.similar_to is not None and view.previous is not None else view
        visit = replace(view.visitor, tab="foryou" if tab == "foryou" else "search")
        closed = replace(under, visitor=visit, similar_to=None, previous=None, complements=())
        return self.reload(replace(closed, language=view.language))

    def _chosen(self, view: View, user_id: str) -> View:
        if user_id:
            Event("click", "any", user_id=user_id)  # raises for an id that could not be logged
        if user_id and not self._service.has_log:
            return replace(view, notice=Notice(translate("events_off", view.language)))
        return self.reload(replace(view, visitor=replace(view.visitor, user_id=user_id)))

    def _did(self, view: View, values: Mapping[str, Any]) -> View:
        """Record a deed and show what came of it.

        Returns:
            What came of it; the same view where the product is not shown any more.
        """
        kind = next((each for each in PRODUCT_ACTIONS if each == values.get("name")), None)
        place = view.find_impression(str(values.get("surface", "")), str(values.get("value", "")))
        if kind is None or place is None or not view.visitor.user_id:
            return view
        self.record_event(view, kind, place)
        now = self.reload(view)
        told = compare_views(kind, place.product.id, view, now)
        return replace(now, visitor=replace(now.visitor, flash_message=told))

    def _erased(self, view: View) -> View:
        user_id = view.visitor.user_id
        if not (user_id and view.visitor.is_confirming_erasure):
            return view
        try:
            told = ErasureResult(user_id, self._service.erase(user_id))
        except ShopwindowError as error:
            LOG.exception("a visitor is not erased, or not everywhere")
            return self._half_erased(view, error)
        stranger = VisitorState(tab="foryou", has_event_log=view.visitor.has_event_log)
        now = replace(view, visitor=stranger, similar_to=None, previous=None, complements=())
        try:
            now = self._again(now)
        except ShopwindowError:  # erased it is, and that must be told
            LOG.exception("the feed could not be shown after an erasure")
        return replace(now, visitor=replace(now.visitor, flash_message=told))

    def _half_erased(self, view: View, error: ShopwindowError) -> View:
        """Return what is left of a visitor whom not everything could be erased of, and why."""
        visit = replace(view.visitor, profile=None, recently_viewed=(), is_confirming_erasure=False)
        now = replace(view, visitor=visit)
        try:
            now = self.reload(now)
        except ShopwindowError:
            LOG.exception("what is left of a visitor could not be shown")
        return replace(now, notice=build_error_notice(error, view.language))
