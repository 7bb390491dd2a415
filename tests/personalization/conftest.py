"""A shop, a log, and what is learned from it, with a clock that tests move."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from index import ProductIndex
from shopwindow.eventlog import EventLog
from shopwindow.personalization import Catalogue, Follower, OnlineStore, opened_store
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

    def __init__(self, log: EventLog, store: OnlineStore, follower: Follower) -> None:
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
        self.follower.catch_up()
        return event


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    with EventLog.open(tmp_path / "events") as opened:
        yield opened


@pytest.fixture
def catalogue(shop: ProductIndex) -> Catalogue:
    return Catalogue(shop)


@pytest.fixture
def follow(catalogue: Catalogue) -> Callable[[EventLog, OnlineStore], Follower]:
    return lambda log, store: Follower(log, store, catalogue, ProfileSettings())


@pytest.fixture
def told(
    log: EventLog, catalogue: Catalogue, follow: Callable[[EventLog, OnlineStore], Follower]
) -> Iterator[Told]:
    with opened_store(log, catalogue) as store:
        yield Told(log, store, follow(log, store))
