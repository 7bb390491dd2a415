"""Made-up visitors of the demonstration, so that its page has somebody to pick."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from search import SearchService
from shopwindow.personalization.personalizer import FILE
from shopwindow.values.event import Event, EventKind, with_price
from shopwindow.values.profile_view import SAMPLE_PREFIX
from shopwindow.values.query import Query
from shopwindow.values.settings import EventSettings, Settings

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Look:
    """One search of a visitor, and what they did with its first products.

    Attributes:
        text: What they searched for.
        deeds: What they did with the first product, the second, and so on.
    """

    text: str
    deeds: tuple[EventKind, ...]


VISITORS: dict[str, Sequence[Look]] = {
    f"{SAMPLE_PREFIX}layla": (
        Look("dress", ("click", "like", "click")),
        Look("حقيبة يد", ("click", "cart")),
        Look("smartphone", ("hide",)),
    ),
    f"{SAMPLE_PREFIX}omar": (
        Look("laptop", ("click", "purchase")),
        Look("headphones", ("like", "click")),
        Look("white sneakers", ("click", "click")),
    ),
    f"{SAMPLE_PREFIX}noura": (
        Look("mug", ("click", "cart", "click")),
        Look("cushion", ("like", "click")),
        Look("lamp", ("click",)),
        Look("football", ("hide",)),
    ),
}
"""By id; what they do is only in the demonstration's own log."""


def with_events(settings: Settings, folder: str) -> Settings:
    """Return the settings with a log of the demonstration's own."""
    return settings.model_copy(update={"events": EventSettings(enabled=True, folder=folder)})


def forget_profiles(folder: str) -> None:
    """Remove what was learned from a log: it is learned anew when the log is opened again."""
    for each in Path(folder).glob(f"{FILE}*"):
        each.unlink()


def add_visitors(service: SearchService) -> int:
    """Record what the made-up visitors did, unless that was done before.

    Args:
        service: The search, with a log.

    Returns:
        How many visitors there are now who were not there before.

    Raises:
        EventLogError: It cannot be recorded.
        OnlineStoreError: It cannot be learned.
    """
    new = [each for each in VISITORS if not service.history(each)]
    for user_id in new:
        for look in VISITORS[user_id]:
            _look(service, user_id, look)
    service.catch_up()
    return len(new)


def _look(service: SearchService, user_id: str, look: Look) -> None:
    page = service.search(Query(text=look.text, limit=_SHOWN, user_id=user_id, facets=()))
    for place, (hit, kind) in enumerate(zip(page.hits, look.deeds, strict=False), 1):
        product = hit.product
        event = Event(kind, product.id, user_id=user_id, query_id=page.query_id, position=place)
        service.record(with_price(event, product))
