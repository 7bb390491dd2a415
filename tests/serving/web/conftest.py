"""Closes what Gradio leaves open after a test; a service that logs events."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from index import ProductIndex
from search import SearchService
from shopwindow.eventlog import EventLog
from tests.conftest import WHOLE
from tests.serving.web.visitors import open_log


@pytest.fixture(autouse=True)
def closed_loops(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close the event loops that Gradio creates for its locks and never closes (gradio.utils)."""
    loops: list[asyncio.AbstractEventLoop] = []
    make = asyncio.new_event_loop

    def make_loop() -> asyncio.AbstractEventLoop:
        loops.append(make())
        return loops[-1]

    monkeypatch.setattr(asyncio, "new_event_loop", make_loop)
    yield
    for loop in loops:
        if not loop.is_running():
            loop.close()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    with open_log(tmp_path) as log:
        yield log


@pytest.fixture
def logging_service(shop: ProductIndex, log: EventLog) -> Iterator[SearchService]:
    service = SearchService(shop, WHOLE, event_log=log)
    yield service
    service.close()
