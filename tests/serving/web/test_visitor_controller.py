"""Selecting visitors, their interactions and their erasure, over a real event log."""

import pytest

from index import ProductIndex
from search import SearchService
from shopwindow.eventlog import EventLog
from shopwindow.serving.web import view_queries, visitor_controller
from shopwindow.serving.web.actions import PageController
from shopwindow.serving.web.results import render_results
from shopwindow.serving.web.view_model import View
from shopwindow.serving.web.visitor_state import ErasureResult, InteractionEffect
from shopwindow.values import Filters, Product, SearchResponse
from shopwindow.values.errors import OnlineStoreError
from shopwindow.values.profile_view import UserProfileView
from tests.conftest import WHOLE
from tests.serving.web.visitors import (
    USER,
    ComplementService,
    card_ids,
    for_you,
    ids,
    interact,
    list_impressions,
    list_interactions,
    open_card,
)


@pytest.fixture
def controller(logging_service: SearchService, monkeypatch: pytest.MonkeyPatch) -> PageController:
    monkeypatch.setattr(view_queries, "PAGE_SIZE", 6)
    return PageController(logging_service)


def test_a_new_visitor_stays_selected_in_the_search(
    controller: PageController, logging_service: SearchService
) -> None:
    view = for_you(controller, "  layla ")
    assert (view.visitor.user_id, view.surface, len(view.hits)) == (USER, "feed", 6)
    assert view.visitor.profile == UserProfileView(USER)
    view = controller.handle_action("tab", {"value": "search"}, view)
    view = controller.search("red dress", (), view)
    assert (view.visitor.user_id, view.visitor.tab) == (USER, "search")
    logging_service.flush()
    assert len(list_impressions(logging_service, "search")) == 12  # browsing, then the answer
    view = controller.handle_action("visitor", {"value": ""}, view)
    assert (view.visitor.user_id, view.visitor.profile) == ("", None)
    assert len(list_impressions(logging_service, "search")) == 12


def test_a_search_is_kept_while_the_other_tab_is_open(controller: PageController) -> None:
    search = controller.search("red dress", (), View())
    opened = open_card(controller, 0, search)
    feed = controller.handle_action("tab", {"value": "for_you"}, opened)
    assert (feed.is_for_you, feed.similar_to, feed.has_query) == (True, None, False)
    back = controller.handle_action("tab", {"value": "search"}, feed)
    assert (back.text, ids(back)) == ("red dress", ids(search))


def test_a_click_changes_the_recommendations_and_shows_its_effect(
    controller: PageController, logging_service: SearchService
) -> None:
    before = for_you(controller)
    product = before.hits[2].product
    page = open_card(controller, 2, before)
    assert page.similar_to == product
    effect = page.visitor.flash_message
    assert isinstance(effect, InteractionEffect)
    assert effect == InteractionEffect("click", interest_change=effect.interest_change)
    after = controller.handle_action("back", {}, page)
    assert product.id not in ids(after)
    assert after.visitor.profile is not None
    assert after.visitor.profile.interests[0].products == (product,)
    assert [hit.product for hit in after.visitor.recently_viewed] == [product]
    effect = after.visitor.flash_message
    assert isinstance(effect, InteractionEffect)
    assert effect.n_new == len(set(ids(after)) - set(ids(before))) >= 1
    assert effect.interest_change is not None
    assert (effect.interest_change.product, effect.interest_change.previous_share) == (
        product,
        None,
    )
    html = render_results(after, 24)
    assert f"After this click: {effect.n_new} of 6 products are new; new interest" in html
    (event,) = list_interactions(logging_service)
    assert (event.kind, event.product_id, event.user_id) == ("click", product.id, USER)


def test_an_effect_names_the_previous_share_of_an_interest(controller: PageController) -> None:
    view = for_you(controller)
    product = view.hits[0].product
    first = interact(controller, "like", 0, view)
    second = interact(controller, "like", _find_rank(first, product, is_same_colour=False), first)
    assert len(_get_shares(second)) == 2
    before = _get_shares(second)[product.id]
    third = interact(controller, "like", _find_rank(second, product, is_same_colour=True), second)
    after = _get_shares(third)[product.id]
    assert len(_get_shares(third)) == 2
    assert 0 < before < after < 1
    effect = third.visitor.flash_message
    assert isinstance(effect, InteractionEffect)
    assert effect.interest_change is not None
    assert (effect.interest_change.previous_share, effect.interest_change.share) == (before, after)
    assert f"from {before:.0%} to {after:.0%}" in render_results(third, 24)


def _find_rank(view: View, product: Product, is_same_colour: bool) -> int:
    """Return the rank of the first hit of a product's colour, or of another colour."""
    colour = product.attributes["color"]
    colours = [hit.product.attributes["color"] for hit in view.hits]
    return next(rank for rank, other in enumerate(colours) if (other == colour) == is_same_colour)


def _get_shares(view: View) -> dict[str, float]:
    """Return the weights of the visitor's interests, by the oldest product of each."""
    assert view.visitor.profile is not None
    liked = [
        interaction.product.id for interaction in reversed(view.visitor.profile.recent_interactions)
    ]
    return {
        next(
            product_id
            for product_id in liked
            if product_id in {product.id for product in interest.products}
        ): interest.weight
        for interest in view.visitor.profile.interests
    }


@pytest.mark.parametrize("kind", ["like", "cart", "purchase", "hide"])
def test_every_interaction_is_recorded_with_its_impression(
    controller: PageController, logging_service: SearchService, kind: str
) -> None:
    view = for_you(controller)
    card, product = view.impressions[3], view.hits[3].product
    after = interact(controller, kind, 3, view)
    assert after.notice is None
    assert product.id not in ids(after)
    (event,) = list_interactions(logging_service)
    impression = next(e for e in list_impressions(logging_service, "feed") if e.position == 4)
    for name in ("product_id", "query_id", "position", "surface", "propensity"):
        assert getattr(event, name) == getattr(impression, name) != "", name
    assert (event.kind, event.query_id, event.position) == (kind, card.query_id, 4)
    sold = (product.price, "AED") if kind == "purchase" else (None, "")
    assert (event.value, event.currency) == sold


def test_the_page_does_not_wait_long_for_the_event_consumer(
    controller: PageController, logging_service: SearchService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitor_controller, "_FLUSH_TIMEOUT_S", 0.2)
    view = for_you(controller)
    with logging_service.personalization.store.begin():  # blocks the event consumer
        after = interact(controller, "like", 0, view)
        assert (after.notice, after.visitor.profile) == (None, UserProfileView(USER))
        assert len(after.hits) == 6
        assert [event.kind for event in list_interactions(logging_service)] == ["like"]
    logging_service.flush()
    later = controller.handle_action("visitor", {"value": USER}, after)
    assert later.visitor.profile is not None
    assert later.visitor.profile.n_interactions == 1


def test_positions_continue_over_pages_and_each_page_has_its_query_id(
    controller: PageController, logging_service: SearchService
) -> None:
    view = controller.handle_action("more", {}, for_you(controller))
    assert [card.position for card in view.impressions] == list(range(1, 13))
    assert len({card.query_id for card in view.impressions}) == 2
    interact(controller, "like", 8, view)
    (event,) = list_interactions(logging_service)
    impression = next(
        shown
        for shown in list_impressions(logging_service, "feed")
        if (shown.product_id, shown.position) == (event.product_id, 9)
    )
    assert (event.position, event.query_id) == (9, impression.query_id)


def test_interactions_in_a_search_are_recorded_and_rerank_it(
    controller: PageController, logging_service: SearchService
) -> None:
    view = controller.handle_action(
        "visitor", {"value": USER}, controller.search("dress", (), View())
    )
    view = controller.handle_action("more", {}, view)
    product = view.hits[7].product
    after = interact(controller, "like", 7, view)
    (event,) = list_interactions(logging_service)
    assert (event.surface, event.position, event.product_id) == ("search", 8, product.id)
    assert event.query_id == view.impressions[7].query_id != view.impressions[0].query_id
    assert any(hit.contributions.get("personal") for hit in after.hits)
    effect = after.visitor.flash_message
    assert isinstance(effect, InteractionEffect)
    assert effect.n_moved + effect.n_new > 0
    assert "Matches your preferences" in render_results(after, 24)


def test_recommendations_of_one_seller_are_the_store_surface(
    controller: PageController, logging_service: SearchService
) -> None:
    view = controller.handle_action(
        "filter", {"name": "merchant_id", "value": "m1"}, for_you(controller)
    )
    assert {hit.product.merchant_id for hit in view.hits} == {"m1"}
    interact(controller, "like", 1, view)
    (event,) = list_interactions(logging_service)
    assert (event.surface, event.position) == ("store", 2)


def test_a_recently_viewed_product_is_opened_from_its_carousel(
    controller: PageController, logging_service: SearchService
) -> None:
    view = interact(controller, "like", 0, for_you(controller))
    product = view.visitor.recently_viewed[0].product
    page = controller.handle_action("similar", {"value": product.id, "surface": "recent"}, view)
    assert page.similar_to == product
    assert [event.surface for event in list_interactions(logging_service)] == ["feed", "recent"]


def test_products_not_shown_and_anonymous_visitors_record_nothing(
    controller: PageController, logging_service: SearchService
) -> None:
    view = for_you(controller)
    gone = {"name": "like", "value": "sku-99", "surface": "feed"}
    assert controller.handle_action("interact", gone, view).hits == view.hits
    assert (
        controller.handle_action("interact", {**gone, "name": "impression"}, view).hits == view.hits
    )
    anonymous = for_you(controller, "")
    assert interact(controller, "like", 0, anonymous).hits == anonymous.hits
    open_card(controller, 0, anonymous)
    assert list_interactions(logging_service) == []
    assert logging_service.recent_visitors() == []


def test_complements_are_shown_with_an_opened_product(shop: ProductIndex, log: EventLog) -> None:
    service = ComplementService(shop, log)
    controller = PageController(service)
    view = controller.handle_action("filter", {"name": "in_stock"}, for_you(controller))
    page = open_card(controller, 0, view)
    assert service.calls == [(view.hits[0].product.id, 12, USER, Filters(in_stock=True))]
    html = render_results(page, 24)
    assert "Goes well with this" in html
    assert card_ids(html)[:2] == ["sku-5", "sku-4"]
    controller.handle_action("similar", {"value": "sku-4", "surface": "complements"}, page)
    event = list_interactions(service)[-1]
    assert (event.surface, event.query_id, event.position) == ("complements", "pair-1", 2)
    service.close()


class BrokenComplementService(SearchService):
    """A service whose complements fail."""

    def complements(
        self, product_id: str, limit: int = 10, user_id: str = "", filters: Filters | None = None
    ) -> SearchResponse:
        raise OnlineStoreError("/srv/people.sqlite", "broken")


def test_complements_that_fail_are_left_out(
    shop: ProductIndex, caplog: pytest.LogCaptureFixture
) -> None:
    service = BrokenComplementService(shop, WHOLE)
    page = PageController(service).handle_action("similar", {"value": "sku-0"}, View())
    assert page.notice is None
    assert page.similar_to is not None
    assert page.hits
    assert page.complements == ()
    assert "Goes well with this" not in render_results(page, 24)
    assert "the complements of a product could not be found" in caplog.text
    service.close()


def test_interactions_with_an_opened_product_keep_its_impression(
    controller: PageController, logging_service: SearchService
) -> None:
    view = for_you(controller)
    page = open_card(controller, 1, view)
    product = view.hits[1].product
    values = {"name": "cart", "value": product.id, "surface": "feed"}
    assert 'data-name="cart" data-value="' + product.id in render_results(page, 24)
    after = controller.handle_action("interact", values, page)
    assert after.similar_to == product
    click, cart = list_interactions(logging_service)
    assert (click.kind, cart.kind) == ("click", "cart")
    assert (click.query_id, click.position) == (cart.query_id, cart.position)
    assert cart.position == 2


def test_an_erasure_needs_a_confirmation_and_removes_the_visitor(
    controller: PageController, logging_service: SearchService
) -> None:
    view = interact(controller, "like", 0, for_you(controller))
    n_events = len(logging_service.history(USER))
    assert controller.handle_action("erase_now", {}, view).visitor.user_id == USER  # not confirmed
    confirming = controller.handle_action("erase", {}, view)
    assert confirming.visitor.is_confirming_erasure
    assert not controller.handle_action(
        "cancel_erasure", {}, confirming
    ).visitor.is_confirming_erasure
    assert len(logging_service.history(USER)) == n_events
    after = controller.handle_action("erase_now", {}, confirming)
    assert after.visitor.flash_message == ErasureResult(USER, n_events)
    assert f"All data of {USER} was deleted, including {n_events} events" in render_results(
        after, 24
    )
    assert (after.visitor.user_id, after.visitor.profile, after.visitor.known_user_ids) == (
        "",
        None,
        (),
    )
    assert logging_service.history(USER) == []
    assert logging_service.profile(USER) == UserProfileView(USER)
    assert ids(after)


def test_known_visitors_are_listed_on_the_first_view(controller: PageController) -> None:
    interact(controller, "like", 0, for_you(controller, "omar"))
    interact(controller, "like", 0, for_you(controller, "layla"))
    view = controller.open_page(View())
    assert view.visitor.known_user_ids == ("layla", "omar")
    assert view.visitor.has_event_log
    assert len(view.hits) == 6
