"""Fixtures of the event log: a log in a temporary folder, and events to append."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shopwindow.eventlog import EventLog
from shopwindow.values import Event


def make_events(n_events: int, first: int = 0, **values: Any) -> list[Event]:
    """Return clicks whose event and product ids count up from `first`; `values` override fields."""
    numbers = range(first, first + n_events)
    return [
        Event(**({"kind": "click", "product_id": f"sku-{n}", "event_id": f"e{n}"} | values))
        for n in numbers
    ]


def read_all_events(log: EventLog, limit: int = 7) -> list[Event]:
    """Read all events of a log, `limit` at a time."""
    all_events: list[Event] = []
    events, cursor = log.read(limit=limit)
    while events:
        assert len(events) <= limit
        all_events += events
        events, cursor = log.read(cursor, limit)
    return all_events


made, everything = make_events, read_all_events  # the names that other packages' tests import


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "events"


@pytest.fixture
def log(folder: Path) -> Iterator[EventLog]:
    with EventLog.open(folder) as opened:
        yield opened
