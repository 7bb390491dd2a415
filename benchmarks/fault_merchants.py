"""Two merchants in one index: does a response to one of them leak anything of the other?

`python -m benchmarks.fault_merchants` makes every kind of request for both merchants and searches
the responses for words of the other merchant, then indexes a full feed of one of them and a feed
with ids of the other. Needs no data.
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
class RecordedResponse:
    """One response as text.

    Attributes:
        kind: Kind of request.
        asked: The text or id of the request.
        text: The whole response.
    """

    kind: str
    asked: str
    text: str


def answers(service: SearchService, own: Shop, other: Shop) -> Iterator[RecordedResponse]:
    """Yield every kind of response to one merchant's requests, some for the other's products."""
    yield from _record_searches(service, own, other)
    for prefix in dict.fromkeys((*begun_words(other), *begun_words(own))):
        for limit in (8, 50):
            suggestions = service.suggest(prefix, limit, filters=own.filters)
            yield RecordedResponse("suggestions", prefix, repr(suggestions))
    yield from _record_products(service, own)
    for user in ("", "vera"):
        yield RecordedResponse(
            "recommendations", user, repr(service.recommend(user, 40, own.filters))
        )
        yield RecordedResponse(
            "seen last", user, repr(service.recently_viewed(user, 40, own.filters))
        )
    yield from _record_refusals(service, own, other)
    report = audit_catalog(service.index, filters=own.filters)
    yield RecordedResponse("report", "", repr(replace(report, location="")))


def _record_searches(service: SearchService, own: Shop, other: Shop) -> Iterator[RecordedResponse]:
    for text in ("", "lamp", "red vase", "فستان", *slips(other), *slips(own)):
        for sort in ("relevance", "price_asc"):
            query = Query(text, filters=own.filters, facets=FACETS, limit=40, user_id="vera")
            response = service.search(replace(query, sort=sort))
            yield RecordedResponse("search", text, repr(response.hits))
            yield RecordedResponse("facets", text, repr((response.facets, response.price_buckets)))
            yield RecordedResponse(
                "readings", text, repr((response.interpretations, response.relaxed))
            )
            yield RecordedResponse("rules", text, repr((response.rules, response.redirect)))


def _record_products(service: SearchService, own: Shop) -> Iterator[RecordedResponse]:
    ids = [f"{own.prefix}{n:03d}" for n in range(own.n_products)]
    photos = [product.image for product in service.index.get(ids)]
    for product_id in ids:
        yield RecordedResponse(
            "similar", product_id, repr(service.similar(product_id, 40, own.filters, "vera"))
        )
        response = service.complements(product_id, 40, "vera", own.filters)
        yield RecordedResponse("complements", product_id, repr(response))
    for match in match_photos(service, photos, 5, own.filters):
        yield RecordedResponse("match", str(match.photo), repr(match.hits))
    response = service.search(Query("lamp", photos[1], own.filters, limit=40))
    yield RecordedResponse("search", "photo", repr(response))


def _record_refusals(service: SearchService, own: Shop, other: Shop) -> Iterator[RecordedResponse]:
    """Yield the errors for the other merchant's products, without the id that was requested."""
    requests: dict[str, Callable[[str], SearchResponse]] = {
        "similar": lambda product_id: service.similar(product_id, 5, own.filters),
        "complements": lambda product_id: service.complements(product_id, 5, "", own.filters),
        "avoid": lambda product_id: service.search(
            Query("lamp", filters=own.filters, negative_examples=(product_id,), limit=5)
        ),
    }
    for number in range(3):
        product_id = f"{other.prefix}{number:03d}"
        for kind, request in requests.items():
            try:  # any response at all is a leak
                text = f"{other.merchant_id}: {request(product_id)!r}"
            except ShopwindowError as error:
                text = str(error).replace(product_id, "")
            yield RecordedResponse("refusals", f"{kind} {product_id}", text)


@contextmanager
def capture_log() -> Iterator[list[str]]:
    """Collect the log lines written while the block runs.

    Yields:
        The list of lines, which grows.
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
) -> Iterator[RecordedResponse]:
    """Yield every kind of response, and then the log lines and events of meanwhile."""
    service.recorder.flush()
    cursor = log.get_end_cursor()
    with capture_log() as lines:
        yield from answers(service, own, other)
        service.recorder.flush()
    yield RecordedResponse("logs", "", "\n".join(lines))
    impressions, _ = log.read(cursor, 1_000_000)
    yield RecordedResponse("impressions", "", repr(impressions))


@contextmanager
def served(folder: Path, location: str) -> Iterator[tuple[SearchService, EventLog]]:
    """Open an index of both merchants, with visitors and events.

    Args:
        folder: For photos and the event log.
        location: Location of the index.

    Yields:
        The search service and its event log.
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
    """Make the requests of one merchant, then those of the other.

    Returns:
        Numbers of responses and of those that leak the other merchant, by kind.
    """
    n_responses: Counter[str] = Counter()
    n_leaks: Counter[str] = Counter()
    with served(folder, location) as (service, log):
        for own, other in ((A, B), (B, A)):
            for response in answers_and_logs(service, log, own, other):
                n_responses[response.kind] += 1
                n_leaks[response.kind] += bool(other.leaked(response.text))
    return {kind: {"answers": n, "leaks": n_leaks[kind]} for kind, n in n_responses.items()}


def full_feed() -> dict[str, int]:
    """Index a full feed of one merchant, then a feed of theirs with the other's ids.

    Returns:
        Numbers of the other's products: in all, deleted, and taken over.
    """
    with ProductIndex.open(MEMORY, FakeEncoder()) as index:
        ours, theirs = (
            [Product(f"{name}{n}", f"Thing {n} of {name}", merchant_id=name) for n in range(N_FEED)]
            for name in ("ours", "theirs")
        )
        index.add([*ours, *theirs])
        _add_feed(index, ours, delete_missing=True)
        ids = [product.id for product in theirs]
        remaining = index.get(ids)
        index.add(theirs)
        _add_feed(index, [replace(product, merchant_id="ours") for product in theirs])
        taken_over = [product for product in index.get(ids) if product.merchant_id == "ours"]
        return {
            "products": N_FEED,
            "deleted": N_FEED - len(remaining),
            "taken_over": len(taken_over),
        }


def _add_feed(index: ProductIndex, products: list[Product], delete_missing: bool = False) -> None:
    try:
        index.add(products, delete_missing=delete_missing)
    except ShopwindowError:  # refused: nothing is lost
        return


def measure() -> dict[str, Any]:
    """Return leaks by kind of response, in memory and in the embedded engine; and feed counts."""
    results: dict[str, Any] = {}
    for name in ("memory", "edge"):
        with tempfile.TemporaryDirectory() as folder:
            location = MEMORY if name == "memory" else str(Path(folder) / "index")
            results[name] = leaks(Path(folder), location)
    return {**results, "full_feed": full_feed()}


if __name__ == "__main__":
    write_result("fault_merchants", measure(), command="python -m benchmarks.fault_merchants")
