"""What visitors of the frozen shop did: no chance and no clock, so that it is always the same."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from shopwindow.values import Event
from shopwindow.values.event import EventKind

BEGUN = datetime(2026, 9, 21, 8, tzinfo=UTC)
N_VISITORS = 24
N_BASKETS = 120
N_PAGES = 60
PLACES = 10
KINDS: tuple[EventKind, ...] = ("click", "like", "click", "cart", "click", "purchase")


def visitor(number: int) -> str:
    """Return the id of a visitor."""
    return f"visitor-{number:02}"


def events(ids: Sequence[str]) -> list[Event]:
    """Return what everybody did, in the order of time.

    Every product is clicked by somebody: whatever a feed takes at random from the catalogue (it
    does, by `random.sample` and random ids), it has all products to choose from among those that
    visitors wanted.

    Args:
        ids: Ids of all products, sorted.
    """
    found = [*_crowd(ids), *_baskets(ids), *_pages(ids)]
    for number in range(N_VISITORS):
        found += _visits(number, ids)
    return sorted(found, key=lambda pair: (pair.time, pair.event_id))


def _crowd(ids: Sequence[str]) -> Iterator[Event]:
    """Yield one to five clicks on each product, each by somebody else."""
    for at, product_id in enumerate(ids):
        for n in range(1 + at * 7 % 5):
            name = f"crowd-{at}-{n}"
            when = BEGUN + timedelta(hours=at * 5 + n, minutes=at % 60)
            yield Event("click", product_id, name, time=when, event_id=name)


def _baskets(ids: Sequence[str]) -> Iterator[Event]:
    """Yield baskets of two to four things, bought within an hour."""
    for n in range(N_BASKETS):
        name = f"basket-{n}"
        steps = (n * 5, n * 5 + 31, n % 12 * 13 + 2, n * 11 + 7)[: 2 + n % 3]
        for place, step in enumerate(steps):
            when = BEGUN + timedelta(hours=n * 8, minutes=place * 9)
            product_id = ids[step % len(ids)]
            yield Event("purchase", product_id, name, time=when, event_id=f"{name}-{place}")


def _pages(ids: Sequence[str]) -> Iterator[Event]:
    """Yield pages that were shown, most of them with a click somewhere."""
    for n in range(N_PAGES):
        name, when = f"page-{n}", BEGUN + timedelta(hours=n * 16, minutes=30)
        shown = [ids[(n * 13 + place * 3) % len(ids)] for place in range(PLACES)]
        for place, product_id in enumerate(shown, 1):
            yield Event(
                "impression", product_id, name, query_id=name, position=place, time=when,
                event_id=f"{name}-shown-{place}",
            )  # fmt: skip
        if n % 4:
            place = 1 + n % PLACES
            yield Event(
                "click", shown[place - 1], name, query_id=name, position=place,
                time=when + timedelta(minutes=1), event_id=f"{name}-click",
            )  # fmt: skip


def _visits(number: int, ids: Sequence[str]) -> Iterator[Event]:
    """Yield what one visitor did: one to nine things, alike, unlike or of two tastes."""
    name, start = visitor(number), number * 17
    step = (1, 23, 1)[number % 3]
    for n in range(1 + number % 9):
        two_tastes = 70 if number % 3 == 2 and n % 2 else 0
        product_id = ids[(start + n * step + two_tastes) % len(ids)]
        kind: EventKind = "hide" if n == 4 else KINDS[(number + n) % len(KINDS)]
        when = BEGUN + timedelta(days=number % 7 * 5 + n, hours=number, minutes=n * 7)
        yield Event(kind, product_id, name, time=when, event_id=f"{name}-{n}")
