"""A log in a folder of its own, and events to put in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shopwindow.eventlog import EventLog
from shopwindow.values import Event


def made(n_events: int, first: int = 0, **values: Any) -> list[Event]:
    """Return events whose ids and products count up."""
    numbers = range(first, first + n_events)
    return [
        Event(**({"kind": "click", "product_id": f"sku-{n}", "event_id": f"e{n}"} | values))
        for n in numbers
    ]


def everything(log: EventLog, limit: int = 7) -> list[Event]:
    """Return all events of a log, a few at a time."""
    found: list[Event] = []
    events, cursor = log.read(limit=limit)
    while events:
        assert len(events) <= limit
        found += events
        events, cursor = log.read(cursor, limit)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "events"


@pytest.fixture
def log(folder: Path) -> Iterator[EventLog]:
    with EventLog.open(folder) as opened:
        yield opened
