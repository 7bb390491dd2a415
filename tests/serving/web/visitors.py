"""Helpers of the tests that have a visitor and an event log."""

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


def open_log(folder: Path) -> EventLog:
    return EventLog.open(folder / "events")


def for_you(controller: PageController, user_id: str = USER, view: View | None = None) -> View:
    """Return the tab For you of a visitor."""
    view = controller.handle_action("tab", {"value": "for_you"}, view or View())
    return controller.handle_action("visitor", {"value": user_id}, view)


def interact(controller: PageController, kind: str, rank: int, view: View) -> View:
    """Return the view after a visitor used a button of a card."""
    product_id = view.hits[rank].product.id
    values = {"name": kind, "value": product_id, "surface": view.surface}
    return controller.handle_action("interact", values, view)


def open_card(controller: PageController, rank: int, view: View) -> View:
    """Return the view after a visitor opened a card."""
    values = {"value": view.hits[rank].product.id, "surface": view.surface}
    return controller.handle_action("similar", values, view)


def ids(view: View) -> list[str]:
    return [hit.product.id for hit in view.hits]


def list_interactions(service: SearchService, user_id: str = USER) -> list[Event]:
    """Return the events of a visitor other than impressions."""
    return [event for event in service.history(user_id) if event.kind != "impression"]


def list_impressions(service: SearchService, surface: str, user_id: str = USER) -> list[Event]:
    """Return the impressions of a visitor on a surface."""
    impressions = [event for event in service.history(user_id) if event.kind == "impression"]
    return [event for event in impressions if event.surface == surface]


def card_ids(html: str) -> list[str]:
    return re.findall(r'data-id="([^"]*)"', html)


class ComplementService(SearchService):
    """A service that returns two fixed complements."""

    def __init__(self, index: ProductIndex, log: EventLog) -> None:
        super().__init__(index, WHOLE, event_log=log)
        self.calls: list[tuple[str, int, str, Filters | None]] = []

    def complements(
        self, product_id: str, limit: int = 10, user_id: str = "", filters: Filters | None = None
    ) -> SearchResponse:
        self.calls.append((product_id, limit, user_id, filters))
        products = self.index.get(["sku-5", "sku-4"])
        return SearchResponse(
            tuple(Hit(product, 1.0, {"co_engagement": 1.0}) for product in products), "pair-1"
        )
