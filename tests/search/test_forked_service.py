"""A service is refused in a process that was forked from the one that opened it."""

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
from shopwindow.values.setting_groups import EncoderSettings
from tests.conftest import make_products

Call = Callable[[SearchService], object]
METHODS: dict[str, Call] = {
    "search": lambda service: service.search(Query(text="red dress")),
    "similar": lambda service: service.similar("sku-1"),
    "suggest": lambda service: service.suggest("re"),
    "recommend": lambda service: service.recommend("u1"),
    "complements": lambda service: service.complements("sku-1"),
    "recently_viewed": lambda service: service.recently_viewed("u1"),
    "profile": lambda service: service.profile("u1"),
    "history": lambda service: service.history("u1"),
    "record": lambda service: service.record(Event(kind="click", user_id="u", product_id="sku-1")),
    "flush": lambda service: service.flush(),
    "erase": lambda service: service.erase("u1"),
}


def run_in_child(work: Callable[[], object]) -> int | None:
    """Run a call in a forked child; return 0 when it raised `ForkedError`, 1 when it succeeded."""

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


def test_every_method_is_refused_in_a_child_and_works_in_its_parent(tmp_path: Path) -> None:
    encoder = FakeEncoder()
    with (
        ProductIndex.open(tmp_path / "index", encoder) as index,
        EventLog.open(tmp_path / "events") as log,
    ):
        index.add(make_products(tmp_path / "photos", 12))
        service = SearchService(index, event_log=log)
        for name, call in METHODS.items():
            assert run_in_child(lambda call=call: call(service)) == 0, name  # type: ignore[misc]
            call(service)
        assert run_in_child(index.count) == 1, "the index reconnects by itself"
        service.close()


def test_a_photo_tower_is_refused_in_a_child() -> None:
    encoder = load_encoder("compact", settings=EncoderSettings(precision="float32"))
    pixels = np.zeros((encoder.spec.image_size, encoder.spec.image_size, 3), np.uint8)
    encoder.encode_prepared([pixels])
    assert run_in_child(lambda: encoder.encode_prepared([pixels])) == 0


def test_the_error_says_what_to_do() -> None:
    with pytest.raises(ForkedError, match="Open encoder, log and service in each process"):
        raise ForkedError("this SearchService", 12)
