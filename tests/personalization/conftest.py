"""A shop, a log, and what is learned from it, with a clock that tests move."""

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


class Told:
    """Puts events into a log and has them learned.

    Attributes:
        log: The log.
        store: What was learned.
        follower: Learns.
    """

    def __init__(self, log: EventLog, store: OnlineStore, follower: EventConsumer) -> None:
        self.log = log
        self.store = store
        self.follower = follower
        self._number = 0

    def __call__(self, kind: Any, product_id: str, minutes: float = 0.0, **values: Any) -> Event:
        """Log one event of u1, so many minutes after noon, and learn from it."""
        self._number += 1
        given = {"user_id": "u1", "event_id": f"e{self._number}"} | values
        event = Event(kind, product_id, time=NOON + timedelta(minutes=minutes), **given)
        self.log.append([event])
        self.follower.consume_pending()
        return event


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    with EventLog.open(tmp_path / "events") as opened:
        yield opened


@pytest.fixture
def catalogue(shop: ProductIndex) -> CatalogItems:
    return CatalogItems(shop)


@pytest.fixture
def follow(catalogue: CatalogItems) -> Callable[[EventLog, OnlineStore], EventConsumer]:
    return lambda log, store: EventConsumer(log, store, catalogue, ProfileSettings())


@pytest.fixture
def told(
    log: EventLog, catalogue: CatalogItems, follow: Callable[[EventLog, OnlineStore], EventConsumer]
) -> Iterator[Told]:
    with open_online_store(log, catalogue) as store:
        yield Told(log, store, follow(log, store))
