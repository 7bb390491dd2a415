"""What cannot be done for a visitor is told, and the rest of the page goes on."""

from dataclasses import replace

import pytest

from index import ProductIndex
from search import SearchService
from shopwindow.eventlog import EventLog
from shopwindow.eventlog.visitor_traces import LinkedIds
from shopwindow.serving.web import view_queries as asking
from shopwindow.serving.web.actions import PageController
from shopwindow.serving.web.translations import Language
from shopwindow.values import Event
from shopwindow.values.errors import (
    EventRejectedError,
    EventStoreError,
    OnlineStoreError,
    ProfileError,
)
from shopwindow.values.profile_view import UserProfileView
from tests.conftest import WHOLE
from tests.serving.web.visitors import USER, did, for_you, ids, opened


@pytest.fixture
def actions(seeing: SearchService, monkeypatch: pytest.MonkeyPatch) -> PageController:
    monkeypatch.setattr(asking, "PAGE_SIZE", 6)
    return PageController(seeing)


@pytest.mark.parametrize("wrong", ["x" * 600, "a\0b", "\ud800"])
def test_an_id_that_cannot_be_logged_is_told(actions: PageController, wrong: str) -> None:
    view = for_you(actions, wrong)
    assert view.notice is not None
    assert "This id cannot be used" in view.notice.text
    assert view.visitor.user_id == ""


def test_without_a_log_the_feed_is_a_strangers(service: SearchService) -> None:
    view = for_you(PageController(service), "")
    assert view.hits
    assert not view.visitor.has_event_log
    chosen = for_you(PageController(service))
    assert (chosen.visitor.user_id, chosen.notice is not None) == ("", True)


class Failing(SearchService):
    """A service in which one thing fails."""

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


def test_what_cannot_be_recorded_is_told_and_a_product_opens_all_the_same(
    shop: ProductIndex, log: EventLog
) -> None:
    service = Failing(shop, log, EventRejectedError("full", "Wait."), "record")
    actions = PageController(service)
    view = for_you(actions)
    after = did(actions, "like", 0, view)
    assert after.notice is not None
    assert "cannot be recorded just now" in after.notice.text
    assert ids(after) == ids(view)
    page = opened(actions, 0, view)
    assert page.similar_to == view.hits[0].product
    assert page.notice == after.notice
    service.close()


@pytest.mark.parametrize(
    "error", [OnlineStoreError("/srv/people.sqlite", "broken"), ProfileError("/srv/x"), OSError()]
)
def test_profiles_that_cannot_be_read_are_told_without_paths(
    shop: ProductIndex, log: EventLog, error: Exception
) -> None:
    service = Failing(shop, log, error, "profile")
    view = for_you(PageController(service))
    assert view.notice is not None
    assert "/srv" not in view.notice.text + view.notice.help
    assert PageController(service).search("dress", (), view).hits
    service.close()


@pytest.mark.parametrize(("language", "told"), [("en", "Not everything is"), ("ar", "لم يُمحَ")])
def test_a_half_done_erasure_is_told_without_paths_and_can_be_repeated(
    seeing: SearchService, actions: PageController, language: Language, told: str
) -> None:
    def broken(user_id: str, traces: LinkedIds) -> object:
        raise EventStoreError(f"the event store /srv/analysis cannot erase {user_id}")

    view = replace(did(actions, "like", 0, for_you(actions)), language=language)
    assert view.visitor.recently_viewed
    seeing.on_erase = broken
    after = actions.handle_action("erase_now", {}, actions.handle_action("erase", {}, view))
    assert after.notice is not None
    assert told in after.notice.text
    assert "/srv" not in after.notice.text + after.notice.help
    assert (after.visitor.user_id, after.visitor.profile) == (USER, UserProfileView(USER))
    assert (
        after.visitor.recently_viewed,
        after.visitor.flash_message,
        after.visitor.is_confirming_erasure,
    ) == ((), None, False)
    assert after.hits
    seeing.on_erase = None
    done = actions.handle_action("erase_now", {}, actions.handle_action("erase", {}, after))
    assert (done.notice, done.visitor.user_id) == (None, "")


def test_an_erasure_after_which_nothing_can_be_shown_leaves_no_old_profile(
    seeing: SearchService, actions: PageController, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(user_id: str) -> int:
        raise OnlineStoreError("/srv/people.sqlite", f"{user_id} is locked")

    view = actions.handle_action("erase", {}, did(actions, "like", 0, for_you(actions)))
    monkeypatch.setattr(seeing, "erase", broken)
    monkeypatch.setattr(seeing, "profile", broken)
    after = actions.handle_action("erase_now", {}, view)
    assert after.notice is not None
    assert "cannot be read or changed" in after.notice.text
    assert (after.visitor.user_id, after.visitor.profile, after.visitor.recently_viewed) == (
        USER,
        None,
        (),
    )
