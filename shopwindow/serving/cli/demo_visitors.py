"""Made-up visitors of the demonstration, so that its page has somebody to pick."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from search import SearchService
from shopwindow.personalization.personalizer import STORE_FILE_NAME
from shopwindow.values.event import Event, EventKind, fill_purchase_value
from shopwindow.values.profile_view import DEMO_USER_PREFIX
from shopwindow.values.query import Query
from shopwindow.values.settings import EventSettings, Settings

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class DemoSearch:
    """One search of a visitor, and what they did with its first products.

    Attributes:
        text: What they searched for.
        actions: What they did with the first product, the second, and so on.
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
"""By id; what they do is only in the demonstration's own log."""


def with_events(settings: Settings, folder: str) -> Settings:
    """Return the settings with a log of the demonstration's own."""
    return settings.model_copy(update={"events": EventSettings(enabled=True, folder=folder)})


def delete_profiles(folder: str) -> None:
    """Remove what was learned from a log: it is learned anew when the log is opened again."""
    for each in Path(folder).glob(f"{STORE_FILE_NAME}*"):
        each.unlink()


def add_demo_visitors(service: SearchService) -> int:
    """Record what the made-up visitors did, unless that was done before.

    Args:
        service: The search, with a log.

    Returns:
        How many visitors there are now who were not there before.

    Raises:
        EventLogError: It cannot be recorded.
        OnlineStoreError: It cannot be learned.
    """
    new = [each for each in DEMO_VISITORS if not service.history(each)]
    for user_id in new:
        for look in DEMO_VISITORS[user_id]:
            _look(service, user_id, look)
    service.flush()
    return len(new)


def _look(service: SearchService, user_id: str, look: DemoSearch) -> None:
    page = service.search(Query(text=look.text, limit=_SHOWN, user_id=user_id, facets=()))
    for place, (hit, kind) in enumerate(zip(page.hits, look.actions, strict=False), 1):
        product = hit.product
        event = Event(kind, product.id, user_id=user_id, query_id=page.query_id, position=place)
        service.record(fill_purchase_value(event, product))
