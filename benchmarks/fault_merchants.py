"""Two merchants in one index: does an answer to one of them tell anything of the other?

`python -m benchmarks.fault_merchants` asks every kind of answer for each of both merchants and
looks for the other's words in all that comes back, then sends a full feed of one of them and a feed
with the other's ids. Needs no data.
"""

import logging
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.results_file import write_result
from benchmarks.two_shops import (
    SHOPS,
    A,
    B,
    Shop,
    begun_words,
    events,
    products_of,
    rule_book,
    slips,
)
from embed import FakeEncoder
from index import ProductIndex
from search import SearchService
from search.audit import audit_catalog
from search.batch_matching import match_photos
from shopwindow.eventlog import EventLog
from shopwindow.values import Product, Query, SearchResponse
from shopwindow.values.errors import ShopwindowError
from shopwindow.values.query import FACETS

MEMORY = ":memory:"
N_FEED = 40


@dataclass(frozen=True, slots=True)
class Told:
    """One answer, written out.

    Attributes:
        kind: Kind of answer.
        asked: What was asked.
        text: All of it.
    """

    kind: str
    asked: str
    text: str


def answers(service: SearchService, own: Shop, other: Shop) -> Iterator[Told]:
    """Yield every kind of answer to requests of one merchant, asked for the other's things."""
    yield from _searches(service, own, other)
    for begun in dict.fromkeys((*begun_words(other), *begun_words(own))):
        for limit in (8, 50):
            found = service.suggest(begun, limit, filters=own.filters)
            yield Told("suggestions", begun, repr(found))
    yield from _products(service, own)
    for user in ("", "vera"):
        yield Told("recommendations", user, repr(service.recommend(user, 40, own.filters)))
        yield Told("seen last", user, repr(service.recently_viewed(user, 40, own.filters)))
    yield from _refusals(service, own, other)
    report = audit_catalog(service.index, filters=own.filters)
    yield Told("report", "", repr(replace(report, location="")))


def _searches(service: SearchService, own: Shop, other: Shop) -> Iterator[Told]:
    for text in ("", "lamp", "red vase", "فستان", *slips(other), *slips(own)):
        for sort in ("relevance", "price_asc"):
            query = Query(text, filters=own.filters, facets=FACETS, limit=40, user_id="vera")
            page = service.search(replace(query, sort=sort))
            yield Told("search", text, repr(page.hits))
            yield Told("facets", text, repr((page.facets, page.price_buckets)))
            yield Told("readings", text, repr((page.interpretations, page.relaxed)))
            yield Told("rules", text, repr((page.rules, page.redirect)))


def _products(service: SearchService, own: Shop) -> Iterator[Told]:
    ids = [f"{own.prefix}{n:03d}" for n in range(own.n_products)]
    photos = [each.image for each in service.index.get(ids)]
    for each in ids:
        yield Told("similar", each, repr(service.similar(each, 40, own.filters, "vera")))
        page = service.complements(each, 40, "vera", own.filters)
        yield Told("complements", each, repr(page))
    for match in match_photos(service, photos, 5, own.filters):
        yield Told("match", str(match.photo), repr(match.hits))
    page = service.search(Query("lamp", photos[1], own.filters, limit=40))
    yield Told("search", "photo", repr(page))


def _refusals(service: SearchService, own: Shop, other: Shop) -> Iterator[Told]:
    """Yield what is told of the other's products, each as if it had been found where it was."""
    asks: dict[str, Callable[[str], SearchResponse]] = {
        "similar": lambda asked: service.similar(asked, 5, own.filters),
        "complements": lambda asked: service.complements(asked, 5, "", own.filters),
        "avoid": lambda asked: service.search(
            Query("lamp", filters=own.filters, negative_examples=(asked,), limit=5)
        ),
    }
    for number in range(3):
        asked = f"{other.prefix}{number:03d}"
        for kind, ask in asks.items():
            try:
                answer = f"{other.merchant_id}: {ask(asked)!r}"  # it is known: that is told already
            except ShopwindowError as error:
                answer = str(error).replace(asked, "")
            yield Told("refusals", f"{kind} {asked}", answer)


@contextmanager
def written_log() -> Iterator[list[str]]:
    """Collect what is logged while the block runs.

    Yields:
        The lines, growing.
    """
    lines: list[str] = []
    root, level = logging.getLogger(), logging.getLogger().level

    class Collecting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler = Collecting()
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def answers_and_logs(
    service: SearchService, log: EventLog, own: Shop, other: Shop
) -> Iterator[Told]:
    """Yield every kind of answer, and then what was logged meanwhile."""
    service.recorder.flush()
    before = log.get_end_cursor()
    with written_log() as lines:
        yield from answers(service, own, other)
        service.recorder.flush()
    yield Told("logs", "", "\n".join(lines))
    shown, _ = log.read(before, 1_000_000)
    yield Told("impressions", "", repr(shown))


@contextmanager
def served(folder: Path, location: str) -> Iterator[tuple[SearchService, EventLog]]:
    """Open an index of both merchants that visitors know.

    Args:
        folder: For photos and the event log.
        location: Of the index.

    Yields:
        The search and its log.
    """
    with (
        ProductIndex.open(location, FakeEncoder()) as index,
        EventLog.open(folder / "events") as log,
    ):
        for shop in SHOPS:
            index.add(products_of(shop, folder))
        log.append(events())
        service = SearchService(index, rules=rule_book(), event_log=log)
        try:
            service.flush()
            service.personalization.engagement_estimator.process_pending()
            yield service, log
        finally:
            service.close()


def leaks(folder: Path, location: str = MEMORY) -> dict[str, dict[str, int]]:
    """Ask one merchant's questions, then the other's.

    Returns:
        By kind of answer, how many were asked for, and how many told of the other.
    """
    asked: Counter[str] = Counter()
    leaked: Counter[str] = Counter()
    with served(folder, location) as (service, log):
        for own, other in ((A, B), (B, A)):
            for each in answers_and_logs(service, log, own, other):
                asked[each.kind] += 1
                leaked[each.kind] += bool(other.leaked(each.text))
    return {kind: {"answers": n, "leaks": leaked[kind]} for kind, n in asked.items()}


def full_feed() -> dict[str, int]:
    """Send a full feed of one merchant, then a feed of theirs with the other's ids.

    Returns:
        How many of the other's products there were, were deleted, and were taken over.
    """
    with ProductIndex.open(MEMORY, FakeEncoder()) as index:
        ours, theirs = (
            [Product(f"{m}{n}", f"Thing {n} of {m}", merchant_id=m) for n in range(N_FEED)]
            for m in ("ours", "theirs")
        )
        index.add([*ours, *theirs])
        _sent(index, ours, remove_missing=True)
        ids = [each.id for each in theirs]
        left = index.get(ids)
        index.add(theirs)
        _sent(index, [replace(each, merchant_id="ours") for each in theirs])
        taken = [each for each in index.get(ids) if each.merchant_id == "ours"]
        return {"products": N_FEED, "deleted": N_FEED - len(left), "taken_over": len(taken)}


def _sent(index: ProductIndex, products: list[Product], remove_missing: bool = False) -> None:
    try:
        index.add(products, delete_missing=remove_missing)
    except ShopwindowError:  # refused: nothing is lost
        return


def measure() -> dict[str, Any]:
    """Return leaks by kind of answer, in memory and in the embedded engine, and what feeds took."""
    found: dict[str, Any] = {}
    for name in ("memory", "edge"):
        with tempfile.TemporaryDirectory() as folder:
            location = MEMORY if name == "memory" else str(Path(folder) / "index")
            found[name] = leaks(Path(folder), location)
    return {**found, "full_feed": full_feed()}


if __name__ == "__main__":
    write_result("fault_merchants", measure(), command="python -m benchmarks.fault_merchants")
