"""Events of the frozen shop's visitors: deterministic, without randomness or clock."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from shopwindow.values import Event
from shopwindow.values.event import EventKind

START = datetime(2026, 9, 21, 8, tzinfo=UTC)
N_VISITORS = 24
N_BASKETS = 120
N_PAGES = 60
N_POSITIONS = 10
KINDS: tuple[EventKind, ...] = ("click", "like", "click", "cart", "click", "purchase")


def format_visitor_id(number: int) -> str:
    """Return the id of a visitor."""
    return f"visitor-{number:02}"


def build_events(ids: Sequence[str]) -> list[Event]:
    """Return the events of all visitors, sorted by time.

    Every product is clicked by somebody, so that the random draws of recommendations (by
    `random.sample` and random ids) change no answer: all products are among those with engagement.

    Args:
        ids: Ids of all products, sorted.
    """
    events = [*_build_crowd(ids), *_build_baskets(ids), *_build_pages(ids)]
    for number in range(N_VISITORS):
        events += _build_visits(number, ids)
    return sorted(events, key=lambda event: (event.time, event.event_id))


def _build_crowd(ids: Sequence[str]) -> Iterator[Event]:
    """Yield one to five clicks on each product, each by another visitor."""
    for index, product_id in enumerate(ids):
        for n in range(1 + index * 7 % 5):
            name = f"crowd-{index}-{n}"
            when = START + timedelta(hours=index * 5 + n, minutes=index % 60)
            yield Event("click", product_id, name, time=when, event_id=name)


def _build_baskets(ids: Sequence[str]) -> Iterator[Event]:
    """Yield baskets of two to four products, bought within an hour."""
    for n in range(N_BASKETS):
        name = f"basket-{n}"
        steps = (n * 5, n * 5 + 31, n % 12 * 13 + 2, n * 11 + 7)[: 2 + n % 3]
        for position, step in enumerate(steps):
            when = START + timedelta(hours=n * 8, minutes=position * 9)
            product_id = ids[step % len(ids)]
            yield Event("purchase", product_id, name, time=when, event_id=f"{name}-{position}")


def _build_pages(ids: Sequence[str]) -> Iterator[Event]:
    """Yield impressions of whole pages, most with one click."""
    for n in range(N_PAGES):
        name, when = f"page-{n}", START + timedelta(hours=n * 16, minutes=30)
        shown = [ids[(n * 13 + offset * 3) % len(ids)] for offset in range(N_POSITIONS)]
        for position, product_id in enumerate(shown, 1):
            yield Event(
                "impression", product_id, name, query_id=name, position=position, time=when,
                event_id=f"{name}-shown-{position}",
            )  # fmt: skip
        if n % 4:
            position = 1 + n % N_POSITIONS
            yield Event(
                "click", shown[position - 1], name, query_id=name, position=position,
                time=when + timedelta(minutes=1), event_id=f"{name}-click",
            )  # fmt: skip


def _build_visits(number: int, ids: Sequence[str]) -> Iterator[Event]:
    """Yield one to nine interactions of a visitor: similar, dissimilar or of two tastes."""
    name, start = format_visitor_id(number), number * 17
    step = (1, 23, 1)[number % 3]
    for n in range(1 + number % 9):
        two_tastes = 70 if number % 3 == 2 and n % 2 else 0
        product_id = ids[(start + n * step + two_tastes) % len(ids)]
        kind: EventKind = "hide" if n == 4 else KINDS[(number + n) % len(KINDS)]
        when = START + timedelta(days=number % 7 * 5 + n, hours=number, minutes=n * 7)
        yield Event(kind, product_id, name, time=when, event_id=f"{name}-{n}")
