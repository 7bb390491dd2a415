"""A shop, a log and a consumer of it, with events at chosen times."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from index import ProductIndex
from shopwindow.eventlog import EventLog
from shopwindow.personalization import CatalogItems, EventConsumer, OnlineStore, open_online_store
from shopwindow.ranking import ProfileSettings
from shopwindow.values import Event

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class EventRecorder:
    """Appends events to a log and has them processed.

    Attributes:
        log: The log.
        store: The online store that is learned.
        event_consumer: Processes the events.
    """

    def __init__(self, log: EventLog, store: OnlineStore, event_consumer: EventConsumer) -> None:
        self.log = log
        self.store = store
        self.event_consumer = event_consumer
        self._number = 0

    def __call__(self, kind: Any, product_id: str, minutes: float = 0.0, **values: Any) -> Event:
        """Log one event of u1, so many minutes after noon, and process it."""
        self._number += 1
        fields = {"user_id": "u1", "event_id": f"e{self._number}"} | values
        event = Event(kind, product_id, time=NOON + timedelta(minutes=minutes), **fields)
        self.log.append([event])
        self.event_consumer.consume_pending()
        return event


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    with EventLog.open(tmp_path / "events") as event_log:
        yield event_log


@pytest.fixture
def catalog(shop: ProductIndex) -> CatalogItems:
    return CatalogItems(shop)


@pytest.fixture
def make_consumer(catalog: CatalogItems) -> Callable[[EventLog, OnlineStore], EventConsumer]:
    return lambda log, store: EventConsumer(log, store, catalog, ProfileSettings())


@pytest.fixture
def record(
    log: EventLog,
    catalog: CatalogItems,
    make_consumer: Callable[[EventLog, OnlineStore], EventConsumer],
) -> Iterator[EventRecorder]:
    with open_online_store(log, catalog) as store:
        yield EventRecorder(log, store, make_consumer(log, store))
