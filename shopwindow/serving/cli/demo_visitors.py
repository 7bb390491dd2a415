"""Made-up visitors of the demo, so that its page has profiles to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from search import SearchService
from shopwindow.personalization import STORE_FILE_NAME
from shopwindow.values import DEMO_USER_PREFIX, Event, EventKind, Query, fill_purchase_value
from shopwindow.values.setting_groups import EventSettings
from shopwindow.values.settings import Settings

_LIMIT = 12


@dataclass(frozen=True, slots=True)
class DemoSearch:
    """One search of a visitor, and their interactions with its first products.

    Attributes:
        text: The query.
        actions: The interaction with the first product, the second, and so on.
    """

    text: str
    actions: tuple[EventKind, ...]


DEMO_VISITORS: dict[str, Sequence[DemoSearch]] = {
    f"{DEMO_USER_PREFIX}layla": (
        DemoSearch("dress", ("click", "like", "click")),
        DemoSearch("حقيبة يد", ("click", "cart")),
        DemoSearch("smartphone", ("hide",)),
    ),
    f"{DEMO_USER_PREFIX}omar": (
        DemoSearch("laptop", ("click", "purchase")),
        DemoSearch("headphones", ("like", "click")),
        DemoSearch("white sneakers", ("click", "click")),
    ),
    f"{DEMO_USER_PREFIX}noura": (
        DemoSearch("mug", ("click", "cart", "click")),
        DemoSearch("cushion", ("like", "click")),
        DemoSearch("lamp", ("click",)),
        DemoSearch("football", ("hide",)),
    ),
}
"""Searches of each visitor, by id. Their interactions are only in the demo's own log."""


def with_events(settings: Settings, folder: str) -> Settings:
    """Return the settings with the event log in another folder, and enabled."""
    return settings.model_copy(update={"events": EventSettings(enabled=True, folder=folder)})


def delete_profiles(folder: str) -> None:
    """Delete the profiles learned from a log: they are rebuilt when the log is opened again."""
    for path in Path(folder).glob(f"{STORE_FILE_NAME}*"):
        path.unlink()


def add_demo_visitors(service: SearchService) -> int:
    """Record the interactions of the made-up visitors, unless that was done before.

    Args:
        service: A search service with an event log.

    Returns:
        How many visitors are new.

    Raises:
        EventLogError: The events cannot be recorded.
        OnlineStoreError: The profiles cannot be updated.
    """
    new_ids = [user_id for user_id in DEMO_VISITORS if not service.history(user_id)]
    for user_id in new_ids:
        for search in DEMO_VISITORS[user_id]:
            _record_search(service, user_id, search)
    service.flush()
    return len(new_ids)


def _record_search(service: SearchService, user_id: str, search: DemoSearch) -> None:
    query = Query(text=search.text, limit=_LIMIT, user_id=user_id, facets=())
    response = service.search(query)
    for position, (hit, kind) in enumerate(zip(response.hits, search.actions, strict=False), 1):
        event = Event(
            kind,
            hit.product.id,
            user_id=user_id,
            query_id=response.query_id,
            position=position,
        )
        service.record(fill_purchase_value(event, hit.product))
