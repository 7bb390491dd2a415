"""What a visitor is and does: chosen, seen with their feed, recorded, erased."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from search import SearchService
from shopwindow.serving.web import view_queries as asking
from shopwindow.serving.web.error_messages import notice_of
from shopwindow.serving.web.interaction_effects import effect
from shopwindow.serving.web.product_actions import DEEDS
from shopwindow.serving.web.translations import say
from shopwindow.serving.web.view_model import Notice, View
from shopwindow.serving.web.visitor_state import Erased, Place, Visit, places_of
from shopwindow.values import Event, Page
from shopwindow.values.errors import ShopwindowError
from shopwindow.values.event import EventKind, with_price
from shopwindow.values.profile_view import Person

_MAX_KNOWN = 50
_MAX_RECENT = 12
_WAIT_S = 2.0
LOG = logging.getLogger(__name__)


class Visiting:
    """What concerns visitors, from one view to the next.

    Args:
        service: Knows them.
        again: Shows anew what a view shows, from its first page.
    """

    def __init__(self, service: SearchService, again: Callable[[View], View]) -> None:
        self._service = service
        self._again = again

    def doings(self, values: Mapping[str, Any]) -> dict[str, Callable[[View], View]]:
        """Return what a button of these values may ask for, by the button's action."""
        value = str(values.get("value", ""))
        return {
            "tab": lambda view: self._at_tab(view, value),
            "visitor": lambda view: self._chosen(view, value.strip()),
            "do": lambda view: self._did(view, values),
            "erase": lambda view: replace(view, visit=replace(view.visit, asks_erase=True)),
            "keep": lambda view: view,
            "erase_now": self._erased,
        }

    def quiet(self, view: View) -> View:
        """Return the view without what was told or asked after the action before."""
        return replace(view, visit=replace(view.visit, told=None, asks_erase=False))

    def page(self, view: View) -> Page:
        """Return the page that a view asks for: of a search, or of the visitor's feed.

        Raises:
            ShopwindowError: It cannot be made; see `SearchService.search` and `feed`.
        """
        if not view.is_feed:
            return self._service.search(asking.query_of(view))
        user_id = view.visit.user_id
        return self._service.feed(user_id, asking.PAGE_SIZE, view.filters, view.cursor)

    def refreshed(self, view: View) -> View:
        """Return the view of a feed with what is known of its visitor now.

        Raises:
            ShopwindowError: It cannot be read.
        """
        visit = self.met(view).visit
        if not visit.user_id:
            return replace(view, visit=replace(visit, recent=()))
        seen = self._service.recently_seen(visit.user_id, _MAX_RECENT, view.filters)
        places = (*view.places, *places_of(seen, "recent"))
        return replace(view, places=places, visit=replace(visit, recent=seen.hits))

    def met(self, view: View) -> View:
        """Return the view with the visitors to choose from, and what is known of the chosen one.

        Raises:
            ShopwindowError: It cannot be read.
        """
        has_log = self._service.has_log
        known = tuple(self._service.visitors(_MAX_KNOWN)) if has_log else ()
        person = self._person(view.visit)
        return replace(view, visit=replace(view.visit, has_log=has_log, known=known, person=person))

    def anew(self, view: View) -> View:
        """Return the view shown anew, with what is known of its visitor now.

        Raises:
            ShopwindowError: It cannot be shown.
        """
        now = self._again(view)
        return now if now.is_feed else self.met(now)

    def record(self, view: View, kind: EventKind, place: Place) -> None:
        """Record what the visitor of a view did, and wait a little until it is learned.

        While much else is to be learned, as after an import, the page shows what is known so far.

        Raises:
            EventLogError: It cannot be recorded.
            ShopwindowError: It is recorded, and cannot be learned now.
        """
        product = place.product
        event = Event(
            kind,
            product.id,
            user_id=view.visit.user_id,
            query_id=place.query_id,
            surface=place.surface,
            position=place.position,
            propensity=place.propensity,
        )
        self._service.record(with_price(event, product))
        self._service.catch_up(_WAIT_S)

    def _person(self, visit: Visit) -> Person | None:
        return self._service.profile(visit.user_id) if visit.user_id else None

    def _at_tab(self, view: View, tab: str) -> View:
        """Return a tab; where a product is opened, with the search that it was opened from."""
        under = view.before if view.similar_to is not None and view.before is not None else view
        visit = replace(view.visit, tab="foryou" if tab == "foryou" else "search")
        closed = replace(under, visit=visit, similar_to=None, before=None, goes_with=())
        return self.anew(replace(closed, language=view.language))

    def _chosen(self, view: View, user_id: str) -> View:
        if user_id:
            Event("click", "any", user_id=user_id)  # raises for an id that could not be logged
        if user_id and not self._service.has_log:
            return replace(view, notice=Notice(say("events_off", view.language)))
        return self.anew(replace(view, visit=replace(view.visit, user_id=user_id)))

    def _did(self, view: View, values: Mapping[str, Any]) -> View:
        """Record a deed and show what came of it.

        Returns:
            What came of it; the same view where the product is not shown any more.
        """
        kind = next((each for each in DEEDS if each == values.get("name")), None)
        place = view.place_of(str(values.get("surface", "")), str(values.get("value", "")))
        if kind is None or place is None or not view.visit.user_id:
            return view
        self.record(view, kind, place)
        now = self.anew(view)
        told = effect(kind, place.product.id, view, now)
        return replace(now, visit=replace(now.visit, told=told))

    def _erased(self, view: View) -> View:
        user_id = view.visit.user_id
        if not (user_id and view.visit.asks_erase):
            return view
        try:
            told = Erased(user_id, self._service.erase(user_id))
        except ShopwindowError as error:
            LOG.exception("a visitor is not erased, or not everywhere")
            return self._half_erased(view, error)
        stranger = Visit(tab="foryou", has_log=view.visit.has_log)
        now = replace(view, visit=stranger, similar_to=None, before=None, goes_with=())
        try:
            now = self._again(now)
        except ShopwindowError:  # erased it is, and that must be told
            LOG.exception("the feed could not be shown after an erasure")
        return replace(now, visit=replace(now.visit, told=told))

    def _half_erased(self, view: View, error: ShopwindowError) -> View:
        """Return what is left of a visitor whom not everything could be erased of, and why."""
        visit = replace(view.visit, person=None, recent=(), asks_erase=False)
        now = replace(view, visit=visit)
        try:
            now = self.anew(now)
        except ShopwindowError:
            LOG.exception("what is left of a visitor could not be shown")
        return replace(now, notice=notice_of(error, view.language))
