"""Handles what concerns visitors: selecting one, their recommendations, interactions, erasure."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from search import SearchService
from shopwindow.serving.web import view_queries
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
from shopwindow.values import Event, EventKind, SearchResponse, UserProfileView, fill_purchase_value
from shopwindow.values.errors import ShopwindowError

_MAX_KNOWN_USERS = 50
_MAX_RECENTLY_VIEWED = 12
_FLUSH_TIMEOUT_S = 2.0
LOG = logging.getLogger(__name__)


class VisitorController:
    """Handles the actions that concern visitors, from one view to the next.

    Args:
        service: Has the visitors' profiles and events.
        reload_view: Fetches the first page of a view again.
    """

    def __init__(self, service: SearchService, reload_view: Callable[[View], View]) -> None:
        self._service = service
        self._reload_view = reload_view

    def get_handlers(self, values: Mapping[str, Any]) -> dict[str, Callable[[View], View]]:
        """Return the handlers of the visitor's actions, by action.

        Args:
            values: What the button carries.
        """
        value = str(values.get("value", ""))
        return {
            "tab": lambda view: self._select_tab(view, value),
            "visitor": lambda view: self._select_visitor(view, value.strip()),
            "interact": lambda view: self._interact(view, values),
            "erase": lambda view: replace(
                view, visitor=replace(view.visitor, is_confirming_erasure=True)
            ),
            "cancel_erasure": lambda view: view,  # `clear_messages` has closed the question
            "erase_now": self._erase,
        }

    def clear_messages(self, view: View) -> View:
        """Return the view without the flash message and question of the action before."""
        return replace(
            view, visitor=replace(view.visitor, flash_message=None, is_confirming_erasure=False)
        )

    def fetch_page(self, view: View) -> SearchResponse:
        """Return the page that a view asks for: search results, or recommendations.

        Raises:
            ShopwindowError: It cannot be made; see `SearchService.search` and `recommend`.
        """
        if not view.is_for_you:
            return self._service.search(view_queries.build_query(view))
        user_id = view.visitor.user_id
        return self._service.recommend(user_id, view_queries.PAGE_SIZE, view.filters, view.cursor)

    def refresh(self, view: View) -> View:
        """Return the view with the visitor's current profile and recently viewed products.

        Raises:
            ShopwindowError: They cannot be read.
        """
        visitor = self.load_visitor(view).visitor
        if not visitor.user_id:
            return replace(view, visitor=replace(visitor, recently_viewed=()))
        recent = self._service.recently_viewed(visitor.user_id, _MAX_RECENTLY_VIEWED, view.filters)
        impressions = (*view.impressions, *build_impressions(recent, "recent"))
        return replace(
            view, impressions=impressions, visitor=replace(visitor, recently_viewed=recent.hits)
        )

    def load_visitor(self, view: View) -> View:
        """Return the view with the visitors to choose from, and the selected one's profile.

        Raises:
            ShopwindowError: They cannot be read.
        """
        has_log = self._service.has_log
        users = tuple(self._service.recent_visitors(_MAX_KNOWN_USERS)) if has_log else ()
        profile = self._load_profile(view.visitor)
        return replace(
            view,
            visitor=replace(
                view.visitor, has_event_log=has_log, known_user_ids=users, profile=profile
            ),
        )

    def reload(self, view: View) -> View:
        """Return the view with its first page and the visitor's profile fetched again.

        Raises:
            ShopwindowError: They cannot be fetched.
        """
        reloaded = self._reload_view(view)
        return reloaded if reloaded.is_for_you else self.load_visitor(reloaded)

    def record_event(self, view: View, kind: EventKind, impression: CardImpression) -> None:
        """Record an interaction, and wait up to two seconds until the profile reflects it.

        While many events are still to be processed, as after an import, the page goes on with the
        profile as it is.

        Raises:
            EventLogError: It cannot be recorded.
            ShopwindowError: It is recorded, and the profile cannot be updated now.
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
        self._service.flush(_FLUSH_TIMEOUT_S)

    def _load_profile(self, visitor: VisitorState) -> UserProfileView | None:
        return self._service.profile(visitor.user_id) if visitor.user_id else None

    def _select_tab(self, view: View, tab: str) -> View:
        """Return a tab; from an opened product, with the search that it was opened from."""
        base = view.previous if view.similar_to is not None and view.previous is not None else view
        visitor = replace(view.visitor, tab="for_you" if tab == "for_you" else "search")
        closed = replace(base, visitor=visitor, similar_to=None, previous=None, complements=())
        return self.reload(replace(closed, language=view.language))

    def _select_visitor(self, view: View, user_id: str) -> View:
        if user_id:
            Event("click", "any", user_id=user_id)  # raises for an id that could not be logged
        if user_id and not self._service.has_log:
            return replace(view, notice=Notice(translate("events_disabled", view.language)))
        return self.reload(replace(view, visitor=replace(view.visitor, user_id=user_id)))

    def _interact(self, view: View, values: Mapping[str, Any]) -> View:
        """Record an interaction and show its effect.

        Returns:
            The view reloaded; the same view where the product is not shown any more.
        """
        kind = next((action for action in PRODUCT_ACTIONS if action == values.get("name")), None)
        surface, product_id = (str(values.get(key, "")) for key in ("surface", "value"))
        impression = view.find_impression(surface, product_id)
        if kind is None or impression is None or not view.visitor.user_id:
            return view
        self.record_event(view, kind, impression)
        reloaded = self.reload(view)
        effect = compare_views(kind, impression.product.id, view, reloaded)
        return replace(reloaded, visitor=replace(reloaded.visitor, flash_message=effect))

    def _erase(self, view: View) -> View:
        user_id = view.visitor.user_id
        if not (user_id and view.visitor.is_confirming_erasure):
            return view
        try:
            result = ErasureResult(user_id, self._service.erase(user_id))
        except ShopwindowError as error:
            LOG.exception("a visitor is not erased, or not everywhere")
            return self._show_incomplete_erasure(view, error)
        anonymous = VisitorState(tab="for_you", has_event_log=view.visitor.has_event_log)
        reloaded = replace(view, visitor=anonymous, similar_to=None, previous=None, complements=())
        try:
            reloaded = self._reload_view(reloaded)
        except ShopwindowError:  # the erasure itself succeeded, and that must be shown
            LOG.exception("the recommendations could not be shown after an erasure")
        return replace(reloaded, visitor=replace(reloaded.visitor, flash_message=result))

    def _show_incomplete_erasure(self, view: View, error: ShopwindowError) -> View:
        """Return the view with what is left of a partly erased visitor, and the error."""
        visitor = replace(
            view.visitor, profile=None, recently_viewed=(), is_confirming_erasure=False
        )
        reloaded = replace(view, visitor=visitor)
        try:
            reloaded = self.reload(reloaded)
        except ShopwindowError:
            LOG.exception("what is left of a visitor could not be shown")
        return replace(reloaded, notice=build_error_notice(error, view.language))
