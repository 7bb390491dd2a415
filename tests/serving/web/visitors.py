"""A page over a service that logs events: what the tests of its visitors share."""

import re
from pathlib import Path

from index import ProductIndex
from search import SearchService
from shopwindow.eventlog import EventLog
from shopwindow.serving.web.actions import PageController
from shopwindow.serving.web.view_model import View
from shopwindow.values import Event, Hit, SearchResponse
from shopwindow.values.query import Filters
from tests.conftest import WHOLE

USER = "layla"


def opened_log(folder: Path) -> EventLog:
    return EventLog.open(folder / "events")


def for_you(actions: PageController, user_id: str = USER, view: View | None = None) -> View:
    """Return the tab of a visitor."""
    view = actions.handle_action("tab", {"value": "foryou"}, view or View())
    return actions.handle_action("visitor", {"value": user_id}, view)


def did(actions: PageController, kind: str, place: int, view: View) -> View:
    """Return what follows when a visitor does something with a card."""
    product_id = view.hits[place].product.id
    values = {"name": kind, "value": product_id, "surface": view.surface}
    return actions.handle_action("do", values, view)


def opened(actions: PageController, place: int, view: View) -> View:
    """Return what follows when a visitor opens a card."""
    values = {"value": view.hits[place].product.id, "surface": view.surface}
    return actions.handle_action("similar", values, view)


def ids(view: View) -> list[str]:
    return [hit.product.id for hit in view.hits]


def deeds(service: SearchService, user_id: str = USER) -> list[Event]:
    """Return what a visitor did, without what they were shown."""
    return [each for each in service.history(user_id) if each.kind != "impression"]


def shown(service: SearchService, surface: str, user_id: str = USER) -> list[Event]:
    """Return what a visitor was shown on a surface."""
    found = [each for each in service.history(user_id) if each.kind == "impression"]
    return [each for each in found if each.surface == surface]


def card_ids(html: str) -> list[str]:
    return re.findall(r'data-id="([^"]*)"', html)


class Pairing(SearchService):
    """A service that knows what goes with a product."""

    def __init__(self, index: ProductIndex, log: EventLog) -> None:
        super().__init__(index, WHOLE, event_log=log)
        self.asked: list[tuple[str, int, str, Filters | None]] = []

    def complements(
        self, product_id: str, limit: int = 10, user_id: str = "", filters: Filters | None = None
    ) -> SearchResponse:
        self.asked.append((product_id, limit, user_id, filters))
        products = self.index.get(["sku-5", "sku-4"])
        return SearchResponse(
            tuple(Hit(each, 1.0, {"co_engagement": 1.0}) for each in products), "pair-1"
        )
