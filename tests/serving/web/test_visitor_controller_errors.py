"""Failures around a visitor show a notice, and the rest of the page works."""

from dataclasses import replace

import pytest

from index import ProductIndex
from search import SearchService
from shopwindow.eventlog import EventLog
from shopwindow.eventlog.visitor_traces import LinkedIds
from shopwindow.serving.web import view_queries
from shopwindow.serving.web.actions import PageController
from shopwindow.values import Event
from shopwindow.values.display_formats import Language
from shopwindow.values.errors import (
    EventRejectedError,
    EventStoreError,
    OnlineStoreError,
    ProfileError,
)
from shopwindow.values.profile_view import UserProfileView
from tests.conftest import WHOLE
from tests.serving.web.visitors import USER, for_you, ids, interact, open_card


@pytest.fixture
def controller(logging_service: SearchService, monkeypatch: pytest.MonkeyPatch) -> PageController:
    monkeypatch.setattr(view_queries, "PAGE_SIZE", 6)
    return PageController(logging_service)


@pytest.mark.parametrize("user_id", ["x" * 600, "a\0b", "\ud800"])
def test_an_invalid_visitor_id_shows_a_notice(controller: PageController, user_id: str) -> None:
    view = for_you(controller, user_id)
    assert view.notice is not None
    assert "This ID cannot be used" in view.notice.text
    assert view.visitor.user_id == ""


def test_without_an_event_log_recommendations_are_anonymous(service: SearchService) -> None:
    view = for_you(PageController(service), "")
    assert view.hits
    assert not view.visitor.has_event_log
    chosen = for_you(PageController(service))
    assert (chosen.visitor.user_id, chosen.notice is not None) == ("", True)


class FailingService(SearchService):
    """A service in which one method fails."""

    def __init__(self, index: ProductIndex, log: EventLog, error: Exception, name: str) -> None:
        super().__init__(index, WHOLE, event_log=log)
        self.error, self.name = error, name

    def record(self, event: Event) -> None:
        if self.name == "record":
            raise self.error
        super().record(event)

    def profile(self, user_id: str) -> UserProfileView:
        if self.name == "profile":
            raise self.error
        return super().profile(user_id)


def test_a_failed_recording_shows_a_notice_and_the_product_still_opens(
    shop: ProductIndex, log: EventLog
) -> None:
    service = FailingService(shop, log, EventRejectedError("full", "Wait."), "record")
    controller = PageController(service)
    view = for_you(controller)
    after = interact(controller, "like", 0, view)
    assert after.notice is not None
    assert "could not be recorded" in after.notice.text
    assert ids(after) == ids(view)
    page = open_card(controller, 0, view)
    assert page.similar_to == view.hits[0].product
    assert page.notice == after.notice
    service.close()


@pytest.mark.parametrize(
    "error", [OnlineStoreError("/srv/people.sqlite", "broken"), ProfileError("/srv/x"), OSError()]
)
def test_unreadable_profiles_show_a_notice_without_paths(
    shop: ProductIndex, log: EventLog, error: Exception
) -> None:
    service = FailingService(shop, log, error, "profile")
    view = for_you(PageController(service))
    assert view.notice is not None
    assert "/srv" not in view.notice.text + view.notice.help
    assert PageController(service).search("dress", (), view).hits
    service.close()


@pytest.mark.parametrize(
    ("language", "message"), [("en", "Some data was not deleted"), ("ar", "لم تُحذف بعض البيانات")]
)
def test_an_incomplete_erasure_shows_a_notice_and_can_be_repeated(
    logging_service: SearchService, controller: PageController, language: Language, message: str
) -> None:
    def fail(user_id: str, traces: LinkedIds) -> object:
        raise EventStoreError(f"the event store /srv/analysis cannot erase {user_id}")

    view = replace(interact(controller, "like", 0, for_you(controller)), language=language)
    assert view.visitor.recently_viewed
    logging_service.on_erase = fail
    after = controller.handle_action("erase_now", {}, controller.handle_action("erase", {}, view))
    assert after.notice is not None
    assert message in after.notice.text
    assert "/srv" not in after.notice.text + after.notice.help
    assert (after.visitor.user_id, after.visitor.profile) == (USER, UserProfileView(USER))
    assert (
        after.visitor.recently_viewed,
        after.visitor.flash_message,
        after.visitor.is_confirming_erasure,
    ) == ((), None, False)
    assert after.hits
    logging_service.on_erase = None
    done = controller.handle_action("erase_now", {}, controller.handle_action("erase", {}, after))
    assert (done.notice, done.visitor.user_id) == (None, "")


def test_an_erasure_that_fails_leaves_no_old_profile(
    logging_service: SearchService, controller: PageController, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(user_id: str) -> int:
        raise OnlineStoreError("/srv/people.sqlite", f"{user_id} is locked")

    view = controller.handle_action(
        "erase", {}, interact(controller, "like", 0, for_you(controller))
    )
    monkeypatch.setattr(logging_service, "erase", fail)
    monkeypatch.setattr(logging_service, "profile", fail)
    after = controller.handle_action("erase_now", {}, view)
    assert after.notice is not None
    assert "profiles are unavailable" in after.notice.text
    assert (after.visitor.user_id, after.visitor.profile, after.visitor.recently_viewed) == (
        USER,
        None,
        (),
    )
