"""What a visitor does on the page: chosen, recorded, shown anew, erased; over a real log."""

import pytest

from index import ProductIndex
from search import SearchService
from shopwindow.eventlog import EventLog
from shopwindow.serving.web import view_queries as asking
from shopwindow.serving.web import visitor_actions as visiting
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
    Pairing,
    card_ids,
    deeds,
    did,
    for_you,
    ids,
    opened,
    shown,
)


@pytest.fixture
def actions(seeing: SearchService, monkeypatch: pytest.MonkeyPatch) -> PageController:
    monkeypatch.setattr(asking, "PAGE_SIZE", 6)
    return PageController(seeing)


def test_a_new_visitor_is_chosen_and_stays_chosen_in_the_search(
    actions: PageController, seeing: SearchService
) -> None:
    view = for_you(actions, "  layla ")
    assert (view.visitor.user_id, view.surface, len(view.hits)) == (USER, "feed", 6)
    assert view.visitor.profile == UserProfileView(USER)
    view = actions.handle_action("tab", {"value": "search"}, view)
    view = actions.search("red dress", (), view)
    assert (view.visitor.user_id, view.visitor.tab) == (USER, "search")
    seeing.flush()
    assert len(shown(seeing, "search")) == 12  # browsing, then the answer
    view = actions.handle_action("visitor", {"value": ""}, view)
    assert (view.visitor.user_id, view.visitor.profile) == ("", None)
    assert len(shown(seeing, "search")) == 12


def test_the_words_of_a_search_outlive_a_visit_to_the_other_tab(actions: PageController) -> None:
    search = actions.search("red dress", (), View())
    opened_one = opened(actions, 0, search)
    feed = actions.handle_action("tab", {"value": "foryou"}, opened_one)
    assert (feed.is_for_you, feed.similar_to, feed.has_query) == (True, None, False)
    back = actions.handle_action("tab", {"value": "search"}, feed)
    assert (back.text, ids(back)) == ("red dress", ids(search))


def test_a_click_changes_the_feed_and_what_changed_is_told(
    actions: PageController, seeing: SearchService
) -> None:
    before = for_you(actions)
    product = before.hits[2].product
    page = opened(actions, 2, before)
    assert page.similar_to == product
    effect = page.visitor.flash_message
    assert isinstance(effect, InteractionEffect)
    assert effect == InteractionEffect("click", interest_change=effect.interest_change)
    after = actions.handle_action("back", {}, page)
    assert product.id not in ids(after)
    assert after.visitor.profile is not None
    assert after.visitor.profile.interests[0].products == (product,)
    assert [hit.product for hit in after.visitor.recently_viewed] == [product]
    told = after.visitor.flash_message
    assert isinstance(told, InteractionEffect)
    assert told.n_new == len(set(ids(after)) - set(ids(before))) >= 1
    assert told.interest_change is not None
    assert (told.interest_change.product, told.interest_change.previous_share) == (product, None)
    html = render_results(after, 24)
    assert f"After this click: {told.n_new} of 6 products are new here; a new interest" in html
    (event,) = deeds(seeing)
    assert (event.kind, event.product_id, event.user_id) == ("click", product.id, USER)


def test_what_an_interest_weighed_before_is_told(actions: PageController) -> None:
    view = for_you(actions)
    product = view.hits[0].product
    first = did(actions, "like", 0, view)
    second = did(actions, "like", _place(first, product, is_alike=False), first)
    assert len(_shares(second)) == 2
    before = _shares(second)[product.id]
    third = did(actions, "like", _place(second, product, is_alike=True), second)
    after = _shares(third)[product.id]
    assert len(_shares(third)) == 2
    assert 0 < before < after < 1
    told = third.visitor.flash_message
    assert isinstance(told, InteractionEffect)
    assert told.interest_change is not None
    assert (told.interest_change.previous_share, told.interest_change.share) == (before, after)
    assert f"weighs {after:.0%}, before {before:.0%}" in render_results(third, 24)


def _place(view: View, product: Product, is_alike: bool) -> int:
    """Return the place of the first product that has a product's colour, or has another."""
    colour = product.attributes["color"]
    colours = [hit.product.attributes["color"] for hit in view.hits]
    return next(n for n, each in enumerate(colours) if (each == colour) == is_alike)


def _shares(view: View) -> dict[str, float]:
    """Return what the visitor's interests weigh, by each interest's oldest product."""
    assert view.visitor.profile is not None
    liked = [each.product.id for each in reversed(view.visitor.profile.recent_interactions)]
    return {
        next(
            each for each in liked if each in {one.id for one in interest.products}
        ): interest.weight
        for interest in view.visitor.profile.interests
    }


@pytest.mark.parametrize("kind", ["like", "cart", "purchase", "hide"])
def test_every_deed_is_recorded_where_it_was_done(
    actions: PageController, seeing: SearchService, kind: str
) -> None:
    view = for_you(actions)
    place, product = view.impressions[3], view.hits[3].product
    after = did(actions, kind, 3, view)
    assert after.notice is None
    assert product.id not in ids(after)
    (event,) = deeds(seeing)
    impression = next(each for each in shown(seeing, "feed") if each.position == 4)
    for name in ("product_id", "query_id", "position", "surface", "propensity"):
        assert getattr(event, name) == getattr(impression, name) != "", name
    assert (event.kind, event.query_id, event.position) == (kind, place.query_id, 4)
    sold = (product.price, "AED") if kind == "purchase" else (None, "")
    assert (event.value, event.currency) == sold


def test_the_page_does_not_wait_long_for_what_else_is_to_be_learned(
    actions: PageController, seeing: SearchService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visiting, "_WAIT_S", 0.2)
    view = for_you(actions)
    with seeing.personalization.store.begin():  # keeps the thread that learns from its work
        after = did(actions, "like", 0, view)
        assert (after.notice, after.visitor.profile) == (None, UserProfileView(USER))
        assert len(after.hits) == 6
        assert [each.kind for each in deeds(seeing)] == ["like"]
    seeing.flush()
    later = actions.handle_action("visitor", {"value": USER}, after)
    assert later.visitor.profile is not None
    assert later.visitor.profile.n_interactions == 1


def test_places_count_on_over_pages_and_each_page_has_its_own_name(
    actions: PageController, seeing: SearchService
) -> None:
    view = actions.handle_action("more", {}, for_you(actions))
    assert [each.position for each in view.impressions] == list(range(1, 13))
    assert len({each.query_id for each in view.impressions}) == 2
    did(actions, "like", 8, view)
    (event,) = deeds(seeing)
    impression = next(
        each
        for each in shown(seeing, "feed")
        if (each.product_id, each.position) == (event.product_id, 9)
    )
    assert (event.position, event.query_id) == (9, impression.query_id)


def test_deeds_in_the_search_are_recorded_and_move_the_answer(
    actions: PageController, seeing: SearchService
) -> None:
    view = actions.handle_action("visitor", {"value": USER}, actions.search("dress", (), View()))
    view = actions.handle_action("more", {}, view)
    product = view.hits[7].product
    after = did(actions, "like", 7, view)
    (event,) = deeds(seeing)
    assert (event.surface, event.position, event.product_id) == ("search", 8, product.id)
    assert event.query_id == view.impressions[7].query_id != view.impressions[0].query_id
    assert any(hit.contributions.get("personal") for hit in after.hits)
    told = after.visitor.flash_message
    assert isinstance(told, InteractionEffect)
    assert told.n_moved + told.n_new > 0
    assert "fits your taste" in render_results(after, 24)


def test_the_feed_of_one_shop_is_its_own_surface(
    actions: PageController, seeing: SearchService
) -> None:
    view = actions.handle_action("filter", {"name": "merchant_id", "value": "m1"}, for_you(actions))
    assert {hit.product.merchant_id for hit in view.hits} == {"m1"}
    did(actions, "like", 1, view)
    (event,) = deeds(seeing)
    assert (event.surface, event.position) == ("store", 2)


def test_a_product_seen_last_is_opened_from_its_own_row(
    actions: PageController, seeing: SearchService
) -> None:
    view = did(actions, "like", 0, for_you(actions))
    product = view.visitor.recently_viewed[0].product
    page = actions.handle_action("similar", {"value": product.id, "surface": "recent"}, view)
    assert page.similar_to == product
    assert [each.surface for each in deeds(seeing)] == ["feed", "recent"]


def test_what_is_not_shown_any_more_and_strangers_record_nothing(
    actions: PageController, seeing: SearchService
) -> None:
    view = for_you(actions)
    gone = {"name": "like", "value": "sku-99", "surface": "feed"}
    assert actions.handle_action("do", gone, view).hits == view.hits
    assert actions.handle_action("do", {**gone, "name": "impression"}, view).hits == view.hits
    stranger = for_you(actions, "")
    assert did(actions, "like", 0, stranger).hits == stranger.hits
    opened(actions, 0, stranger)
    assert deeds(seeing) == []
    assert seeing.recent_visitors() == []


def test_what_goes_with_a_product_stands_beside_it(shop: ProductIndex, log: EventLog) -> None:
    service = Pairing(shop, log)
    actions = PageController(service)
    view = actions.handle_action("filter", {"name": "in_stock"}, for_you(actions))
    page = opened(actions, 0, view)
    assert service.asked == [(view.hits[0].product.id, 12, USER, Filters(in_stock=True))]
    html = render_results(page, 24)
    assert "Goes with this" in html
    assert card_ids(html)[:2] == ["sku-5", "sku-4"]
    actions.handle_action("similar", {"value": "sku-4", "surface": "complements"}, page)
    event = deeds(service)[-1]
    assert (event.surface, event.query_id, event.position) == ("complements", "pair-1", 2)
    service.close()


class Unpaired(SearchService):
    """A service that cannot tell what goes with a product."""

    def complements(
        self, product_id: str, limit: int = 10, user_id: str = "", filters: Filters | None = None
    ) -> SearchResponse:
        raise OnlineStoreError("/srv/people.sqlite", "broken")


def test_when_it_cannot_be_told_what_goes_with_a_product_that_row_is_left_out(
    shop: ProductIndex, caplog: pytest.LogCaptureFixture
) -> None:
    service = Unpaired(shop, WHOLE)
    page = PageController(service).handle_action("similar", {"value": "sku-0"}, View())
    assert page.notice is None
    assert page.similar_to is not None
    assert page.hits
    assert page.complements == ()
    assert "Goes with this" not in render_results(page, 24)
    assert "what goes with a product could not be found" in caplog.text
    service.close()


def test_deeds_on_an_opened_product_belong_to_where_it_was_shown(
    actions: PageController, seeing: SearchService
) -> None:
    view = for_you(actions)
    page = opened(actions, 1, view)
    product = view.hits[1].product
    values = {"name": "cart", "value": product.id, "surface": "feed"}
    assert 'data-name="cart" data-value="' + product.id in render_results(page, 24)
    after = actions.handle_action("do", values, page)
    assert after.similar_to == product
    click, cart = deeds(seeing)
    assert (click.kind, cart.kind) == ("click", "cart")
    assert (click.query_id, click.position) == (cart.query_id, cart.position)
    assert cart.position == 2


def test_an_erased_visitor_is_gone_after_a_second_click(
    actions: PageController, seeing: SearchService
) -> None:
    view = did(actions, "like", 0, for_you(actions))
    n_events = len(seeing.history(USER))
    assert actions.handle_action("erase_now", {}, view).visitor.user_id == USER  # nobody asked
    asked = actions.handle_action("erase", {}, view)
    assert asked.visitor.is_confirming_erasure
    assert not actions.handle_action("keep", {}, asked).visitor.is_confirming_erasure
    assert len(seeing.history(USER)) == n_events
    after = actions.handle_action("erase_now", {}, asked)
    assert after.visitor.flash_message == ErasureResult(USER, n_events)
    assert f"{USER} is erased: {n_events} events" in render_results(after, 24)
    assert (after.visitor.user_id, after.visitor.profile, after.visitor.known_user_ids) == (
        "",
        None,
        (),
    )
    assert seeing.history(USER) == []
    assert seeing.profile(USER) == UserProfileView(USER)
    assert ids(after)


def test_visitors_are_known_from_the_first_view_on(actions: PageController) -> None:
    did(actions, "like", 0, for_you(actions, "omar"))
    did(actions, "like", 0, for_you(actions, "layla"))
    view = actions.open_page(View())
    assert view.visitor.known_user_ids == ("layla", "omar")
    assert view.visitor.has_event_log
    assert len(view.hits) == 6
