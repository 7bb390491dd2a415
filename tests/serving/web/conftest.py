"""Leaves nothing of Gradio open behind a test; a service that logs events."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from index import ProductIndex
from search import SearchService
from shopwindow.eventlog import EventLog
from tests.conftest import WHOLE
from tests.serving.web.visitors import opened_log


@pytest.fixture(autouse=True)
def closed_loops(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close the event loops that Gradio makes for its locks and forgets (gradio.utils)."""
    made: list[asyncio.AbstractEventLoop] = []
    make = asyncio.new_event_loop

    def remembered() -> asyncio.AbstractEventLoop:
        made.append(make())
        return made[-1]

    monkeypatch.setattr(asyncio, "new_event_loop", remembered)
    yield
    for loop in made:
        if not loop.is_running():
            loop.close()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    with opened_log(tmp_path) as log:
        yield log


@pytest.fixture
def seeing(shop: ProductIndex, log: EventLog) -> Iterator[SearchService]:
    service = SearchService(shop, WHOLE, event_log=log)
    yield service
    service.close()
