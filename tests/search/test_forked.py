"""A service in a process that was forked from the one that opened it."""

import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from embed import FakeEncoder, load_encoder
from index import ProductIndex
from search import SearchService
from shopwindow.eventlog import EventLog
from shopwindow.values import Event, Query
from shopwindow.values.errors import ForkedError
from shopwindow.values.settings import EncoderSettings
from tests.conftest import make_products

Use = Callable[[SearchService], object]
SURFACES: dict[str, Use] = {
    "search": lambda service: service.search(Query(text="red dress")),
    "similar": lambda service: service.similar("sku-1"),
    "suggest": lambda service: service.suggest("re"),
    "feed": lambda service: service.recommend("u1"),
    "complements": lambda service: service.complements("sku-1"),
    "recently_seen": lambda service: service.recently_viewed("u1"),
    "profile": lambda service: service.profile("u1"),
    "history": lambda service: service.history("u1"),
    "record": lambda service: service.record(Event(kind="click", user_id="u", product_id="sku-1")),
    "catch_up": lambda service: service.flush(),
    "erase": lambda service: service.erase("u1"),
}


def exit_code_in_child(work: Callable[[], object]) -> int | None:
    """Run something in a forked child; 0 when it was refused as forked, 1 when it was done."""

    def run() -> None:
        try:
            work()
        except ForkedError:
            os._exit(0)
        os._exit(1)

    child = multiprocessing.get_context("fork").Process(target=run)
    child.start()
    child.join(20)
    if child.exitcode is None:
        child.kill()
        child.join()
        return None
    return child.exitcode


def test_every_surface_refuses_in_a_child_and_answers_in_its_parent(tmp_path: Path) -> None:
    encoder = FakeEncoder()
    with (
        ProductIndex.open(tmp_path / "index", encoder) as index,
        EventLog.open(tmp_path / "events") as log,
    ):
        index.add(make_products(tmp_path / "photos", 12))
        service = SearchService(index, event_log=log)
        for name, use in SURFACES.items():
            assert exit_code_in_child(lambda use=use: use(service)) == 0, name  # type: ignore[misc]
            use(service)
        assert exit_code_in_child(index.count) == 1, "the index reconnects by itself"
        service.close()


def test_a_photo_tower_refuses_in_a_child() -> None:
    encoder = load_encoder("compact", settings=EncoderSettings(precision="float32"))
    pixels = np.zeros((encoder.spec.image_size, encoder.spec.image_size, 3), np.uint8)
    encoder.encode_prepared([pixels])
    assert exit_code_in_child(lambda: encoder.encode_prepared([pixels])) == 0


def test_the_refusal_says_what_to_do() -> None:
    with pytest.raises(ForkedError, match="Open encoder, log and service in each process"):
        raise ForkedError("this SearchService", 12)
