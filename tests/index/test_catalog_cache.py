"""Values that hold until the catalogue changes: staleness, one loader per key, refreshing."""

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from index.catalog_cache import CatalogCache
from shopwindow.values.errors import IndexStoreError

WAIT_S = 10.0
REFRESH = ThreadPoolExecutor(2, "refresh")


class Changes:
    """A catalogue that a test changes."""

    n_changes = 0


class Clock:
    """A clock that a test advances."""

    now = 0.0

    def __call__(self) -> float:
        """Return the current seconds."""
        return self.now


class Counter:
    """Loads the number of its calls so far; it can be held up, and told to fail.

    Attributes:
        loaded: The keys of each call.
        began: Set when a call has begun.
        resume: Calls wait until it is set.
        error: Raised instead of an answer.
    """

    def __init__(self) -> None:
        self.loaded: list[list[str]] = []
        self.began, self.resume = threading.Event(), threading.Event()
        self.resume.set()
        self.error: BaseException | None = None

    def load(self) -> int:
        """Return how many calls there were."""
        return self(["k"])["k"]

    def __call__(self, keys: Sequence[str]) -> Mapping[str, int]:
        """Return for each key how many calls there were; nothing for "none"."""
        self.loaded.append(list(keys))
        n_calls, error = len(self.loaded), self.error
        self.began.set()
        assert self.resume.wait(WAIT_S)
        if error is not None:
            raise error
        return {key: n_calls for key in keys if key != "none"}


@pytest.fixture
def changes() -> Changes:
    return Changes()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def cache(changes: Changes, clock: Clock) -> CatalogCache[str, int]:
    return CatalogCache(changes, maxsize=3, ttl_s=30.0, clock=clock)


@contextmanager
def held_up(counter: Counter, call: Callable[[], Any]) -> Iterator[Callable[[], Any]]:
    """Have a thread make a call, and its loader wait to the end of the block.

    Yields:
        Waits for the call's result.
    """
    counter.began.clear()
    counter.resume.clear()
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(call)
        assert counter.began.wait(WAIT_S)
        try:
            yield lambda: future.result(WAIT_S)
        finally:
            counter.resume.set()


def wait_until(is_true: Callable[[], bool]) -> None:
    for _ in range(int(WAIT_S * 100)):
        if is_true():
            return
        threading.Event().wait(0.01)
    pytest.fail("it did not happen")


# --- staleness


def test_a_value_holds_up_to_its_age(
    cache: CatalogCache[str, int], clock: Clock, counter: Counter
) -> None:
    assert cache.get("k", counter.load) == 1
    clock.now = 30.0
    assert cache.get("k", counter.load) == 1
    clock.now = 30.1
    assert cache.get("k", counter.load) == 2


def test_a_value_holds_until_the_catalogue_changes(
    cache: CatalogCache[str, int], changes: Changes, counter: Counter
) -> None:
    assert [cache.get("k", counter.load) for _ in range(2)] == [1, 1]
    changes.n_changes += 1
    assert [cache.get("k", counter.load) for _ in range(2)] == [2, 2]


def test_without_a_catalogue_and_an_age_a_value_holds_forever(counter: Counter) -> None:
    clock = Clock()
    cache = CatalogCache[str, int](None, 1, clock=clock)
    assert cache.get("k", counter.load) == 1
    clock.now = 1e9
    assert cache.get("k", counter.load) == 1


def test_an_age_of_zero_holds_nothing(clock: Clock, counter: Counter) -> None:
    cache = CatalogCache[str, int](None, 1, 0.0, clock)
    cache.get("k", counter.load)
    clock.now += 1e-9
    assert cache.get("k", counter.load) == 2


def test_what_was_used_least_recently_makes_room(
    cache: CatalogCache[str, int], counter: Counter
) -> None:
    cache.get_many(["a", "b", "c"], counter)
    cache.get_many(["a"], counter)
    cache.get_many(["d"], counter)
    assert cache.get_many(["a", "c", "d"], counter) == {"a": 1, "c": 1, "d": 2}
    assert cache.get_many(["b"], counter) == {"b": 3}


def test_a_value_of_before_a_change_never_replaces_one_of_after_it(
    cache: CatalogCache[str, int], changes: Changes, counter: Counter
) -> None:
    with held_up(counter, lambda: cache.get("k", counter.load)) as early:
        changes.n_changes += 1
        # Who comes after the change does not wait for a loader that may have read before it.
        assert cache.get("k", lambda: 50) == 50
        counter.resume.set()
        assert early() == 1
    assert cache.get("k", counter.load) == 50


def test_a_change_while_loading_is_noticed_afterwards(
    cache: CatalogCache[str, int], changes: Changes, counter: Counter
) -> None:
    def load() -> int:
        changes.n_changes += 1
        return counter.load()

    assert cache.get("k", load) == 1
    assert cache.get("k", counter.load) == 2


# --- several keys


def test_only_what_is_missing_is_loaded(cache: CatalogCache[str, int], counter: Counter) -> None:
    cache.get_many(["a", "b"], counter)
    assert cache.get_many(["c", "a", "c"], counter) == {"c": 2, "a": 1}
    assert list(cache.get_many(["c", "a"], counter)) == ["c", "a"]
    assert counter.loaded == [["a", "b"], ["c"]]


def test_a_key_without_value_is_left_out_and_asked_again(
    cache: CatalogCache[str, int], counter: Counter
) -> None:
    assert cache.get_many(["none", "a"], counter) == {"a": 1}
    assert cache.get_many(["none"], counter) == {}
    assert counter.loaded == [["none", "a"], ["none"]]
    assert cache.get_many([], counter) == {}


def test_more_keys_than_there_is_room_for_are_all_returned(
    cache: CatalogCache[str, int], counter: Counter
) -> None:
    keys = [f"k{n}" for n in range(10)]
    assert cache.get_many(keys, counter) == dict.fromkeys(keys, 1)


def test_none_can_be_a_value() -> None:
    cache, loads = CatalogCache[str, int | None](None, 2), []

    def load() -> None:
        loads.append(1)

    assert cache.get("k", load) is cache.get("k", load) is None
    assert len(loads) == 1


# --- one loader per key


def test_others_wait_for_the_loader_and_load_the_rest(
    cache: CatalogCache[str, int], counter: Counter
) -> None:
    with held_up(counter, lambda: cache.get_many(["a", "b"], counter)) as first:
        others = Counter()
        with ThreadPoolExecutor(1) as pool:
            second = pool.submit(cache.get_many, ["b", "c"], others)
            assert others.began.wait(WAIT_S)
            assert not second.done()
            counter.resume.set()
            assert second.result(WAIT_S) == {"b": 1, "c": 1}
        assert first() == {"a": 1, "b": 1}
    assert (counter.loaded, others.loaded) == ([["a", "b"]], [["c"]])


def test_an_error_is_raised_to_all_who_wait_and_nothing_is_kept(
    cache: CatalogCache[str, int], counter: Counter
) -> None:
    counter.error = IndexStoreError("away")
    waiting = Counter()
    with (
        held_up(counter, lambda: cache.get("k", counter.load)) as first,
        ThreadPoolExecutor(1) as pool,
    ):
        second = pool.submit(cache.get_many, ["k", "other"], waiting)
        assert waiting.began.wait(WAIT_S)  # it loads the other key, and then waits
        counter.resume.set()
        for future_result in (first, second.result):
            with pytest.raises(IndexStoreError, match="away"):
                future_result()
    assert cache.get("k", lambda: 7) == 7
    assert waiting.loaded == [["other"]]


def test_a_forked_child_waits_for_no_thread_of_its_parent(
    cache: CatalogCache[str, int], counter: Counter
) -> None:
    with held_up(counter, lambda: cache.get("k", counter.load)) as first, cache._lock:
        child = os.fork()
        if child == 0:
            os._exit(cache.get("k", lambda: 42))
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == 42
    assert first() == 1


# --- refreshing in the background


def test_a_stale_value_serves_while_the_next_is_loaded(
    cache: CatalogCache[str, int], changes: Changes, counter: Counter
) -> None:
    assert cache.get_or_refresh("k", counter.load, REFRESH) == 1
    changes.n_changes += 1
    counter.resume.clear()
    assert [cache.get_or_refresh("k", counter.load, REFRESH) for _ in range(5)] == [1] * 5
    changes.n_changes += 1
    assert cache.get_or_refresh("k", counter.load, REFRESH) == 1
    counter.resume.set()
    wait_until(lambda: cache.get_or_refresh("k", counter.load, REFRESH) != 1)
    assert cache.peek_many(["k"])[0]["k"] >= 2


def test_only_one_refresh_runs(
    cache: CatalogCache[str, int], clock: Clock, counter: Counter
) -> None:
    cache.get_or_refresh("k", counter.load, REFRESH)
    clock.now = 31.0
    counter.resume.clear()
    for _ in range(5):
        assert cache.get_or_refresh("k", counter.load, REFRESH) == 1
    counter.resume.set()
    wait_until(lambda: cache.get_or_refresh("k", counter.load, REFRESH) == 2)
    assert len(counter.loaded) == 2


def test_whoever_comes_first_waits_whatever_changes_meanwhile(
    cache: CatalogCache[str, int], changes: Changes, counter: Counter
) -> None:
    with held_up(counter, lambda: cache.get_or_refresh("k", counter.load, REFRESH)) as first:
        changes.n_changes += 1
        with ThreadPoolExecutor(1) as pool:
            second = pool.submit(cache.get_or_refresh, "k", counter.load, REFRESH)
            threading.Event().wait(0.05)
            counter.resume.set()
            assert first() == second.result(WAIT_S) == 1


@pytest.mark.parametrize("error", [IndexStoreError("away"), ZeroDivisionError()])
def test_the_former_value_serves_after_a_failure_until_the_next_change(
    cache: CatalogCache[str, int],
    changes: Changes,
    counter: Counter,
    error: Exception,
    caplog: pytest.LogCaptureFixture,
) -> None:
    cache.get_or_refresh("k", counter.load, REFRESH)
    changes.n_changes += 1
    counter.error = error
    assert cache.get_or_refresh("k", counter.load, REFRESH) == 1
    wait_until(lambda: not cache.peek_many(["k"])[1])
    assert cache.get_or_refresh("k", counter.load, REFRESH) == 1
    assert len(counter.loaded) == 2
    wait_until(lambda: "a value of the catalogue could not be refreshed" in caplog.text)
    counter.error = None
    changes.n_changes += 1
    wait_until(lambda: cache.get_or_refresh("k", counter.load, REFRESH) == 3)


def test_the_first_value_is_not_replaced_by_an_error(
    cache: CatalogCache[str, int], counter: Counter
) -> None:
    counter.error = IndexStoreError("away")
    with pytest.raises(IndexStoreError, match="away"):
        cache.get_or_refresh("k", counter.load, REFRESH)
    counter.error = None
    assert cache.get_or_refresh("k", counter.load, REFRESH) == 2


# --- values that are looked up and put


def test_stale_values_are_seen_and_named(
    cache: CatalogCache[str, int], clock: Clock, counter: Counter
) -> None:
    cache.put_many({"a": 1})
    clock.now = 31.0
    cache.put_many({"b": 2})
    assert cache.peek_many(["a", "b", "c", "c"]) == ({"b": 2, "a": 1}, ["a", "c"])
    assert counter.loaded == []


def test_a_stale_value_serves_on_when_refreshes_have_ended(
    cache: CatalogCache[str, int], changes: Changes, counter: Counter
) -> None:
    ended = ThreadPoolExecutor(1)
    ended.shutdown()
    assert cache.get_or_refresh("k", counter.load, ended) == 1
    changes.n_changes += 1
    assert [cache.get_or_refresh("k", counter.load, ended) for _ in range(3)] == [1] * 3
    assert len(counter.loaded) == 1
