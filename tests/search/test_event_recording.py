"""Impressions of a search in the event log: who was shown what, at which position."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from index import ProductIndex
from search import SearchService
from search.event_recording import INVALID_ID_REASON
from shopwindow.eventlog import EventLog
from shopwindow.values import Event, Filters, Query
from shopwindow.values.errors import EventLogError, EventRejectedError
from shopwindow.values.setting_groups import SearchSettings
from tests.conftest import COLORS, WHOLE
from tests.eventlog.conftest import everything


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    with EventLog.open(tmp_path / "events") as opened:
        yield opened


@pytest.fixture
def logging_service(shop: ProductIndex, log: EventLog) -> Iterator[SearchService]:
    service = SearchService(shop, WHOLE, event_log=log)
    yield service
    service.close()


def test_positions_continue_over_two_pages(logging_service: SearchService, log: EventLog) -> None:
    query = Query(text="red mug", limit=5, user_id="u1")
    first = logging_service.search(query)
    second = logging_service.search(
        Query(text="red mug", limit=5, user_id="u1", cursor=first.next_cursor)
    )
    logging_service.close()
    events = everything(log)
    shown = [hit.product.id for page in (first, second) for hit in page.hits]
    assert len(set(shown)) == 10
    assert [event.product_id for event in events] == shown
    assert [event.position for event in events] == list(range(1, 11))
    assert [event.query_id for event in events] == [first.query_id] * 5 + [second.query_id] * 5
    assert {(event.kind, event.user_id, event.surface) for event in events} == {
        ("impression", "u1", "search")
    }
    assert [dict(event.features) for event in events[:5]] == [
        dict(hit.contributions) for hit in first.hits
    ]


def test_browsing_logs_positions_on_its_first_page_only(
    logging_service: SearchService, log: EventLog
) -> None:
    first = logging_service.search(Query(limit=4))
    second = logging_service.search(Query(limit=4, cursor=first.next_cursor))
    assert len(second.hits) == 4
    logging_service.close()
    assert [event.position for event in everything(log)] == [1, 2, 3, 4, 0, 0, 0, 0]


def test_a_relaxed_search_is_logged_once(logging_service: SearchService, log: EventLog) -> None:
    page = logging_service.search(Query(text="mug", filters=Filters(brand="nobody"), limit=3))
    assert page.relaxed == ("brand",)
    logging_service.close()
    assert [event.product_id for event in everything(log)] == [hit.product.id for hit in page.hits]


def test_similar_products_are_logged_on_their_own_surface(
    logging_service: SearchService, log: EventLog
) -> None:
    page = logging_service.similar("sku-1", limit=3)
    logging_service.close()
    events = everything(log)
    assert [(event.product_id, event.position, event.surface) for event in events] == [
        (hit.product.id, position, "similar") for position, hit in enumerate(page.hits, 1)
    ]


def test_searches_with_photos_can_be_logged(logging_service: SearchService) -> None:
    red = Image.new("RGB", (50, 50), COLORS["red"][0])
    logging_service.search(
        Query(text="mug", image=red, negative_examples=("sku-1",), diversity=0.5, limit=6)
    )
    logging_service.flush()
    assert logging_service.recorder.stats.written == 6
    assert logging_service.recorder.stats.rejected == {}


def test_the_ranker_version_depends_on_the_settings(shop: ProductIndex, log: EventLog) -> None:
    for settings in (WHOLE, WHOLE, SearchSettings(relative_score_cutoff=0, weight_text=0.7)):
        service = SearchService(shop, settings, event_log=log)
        service.search(Query(text="mug", limit=1))
        service.close()
    first, second, third = everything(log)
    assert first.ranker == "search"
    assert first.ranker_version == second.ranker_version != third.ranker_version


def test_erasing_a_visitor_includes_pending_events(
    logging_service: SearchService, log: EventLog
) -> None:
    page = logging_service.search(Query(text="mug", limit=3, user_id="u1"))
    click = Event("click", page.hits[0].product.id, user_id="u1", query_id=page.query_id)
    logging_service.record(click)
    logging_service.search(Query(text="mug", limit=2, user_id="u2"))
    assert logging_service.erase("u1") == 4
    assert {event.user_id for event in everything(log)} == {"u2"}


def test_search_does_not_fail_when_impressions_cannot_be_logged(
    logging_service: SearchService, log: EventLog, caplog: pytest.LogCaptureFixture
) -> None:
    page = logging_service.search(Query(text="mug", limit=3, user_id="u" * 600))
    assert len(page.hits) == 3
    assert logging_service.recorder.stats.rejected == {INVALID_ID_REASON: 3}
    logging_service.close()
    assert len(logging_service.search(Query(text="mug", limit=2)).hits) == 2
    assert (
        "2 impressions are not logged: the event was refused: the writer is closed" in caplog.text
    )
    with pytest.raises(EventRejectedError, match="the writer is closed"):
        logging_service.record(Event("click", "sku-1"))
    assert log.count() == 0


def test_without_a_log_nothing_is_logged(shop: ProductIndex, tmp_path: Path) -> None:
    service = SearchService(shop, WHOLE)
    service.search(Query(text="mug", user_id="u1"))
    assert service.recorder.stats.accepted == 0
    for call in (lambda: service.record(Event("click", "sku-1")), lambda: service.erase("u1")):
        with pytest.raises(
            EventLogError,
            match=r"logs no events\. Create it with `SearchService\(index, event_log=",
        ):
            call()
    service.close()
