"""What was read of a catalogue, kept until the catalogue changes or the value is too old."""

import logging
import os
import threading
import time
import weakref
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from cachetools import LRUCache

LOG = logging.getLogger(__name__)

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class CatalogChanges(Protocol):
    """Tells whether a catalogue is still what it was; `ProductIndex` and `VectorStore` do."""

    @property
    def n_changes(self) -> int:
        """How many changes were noticed so far; see `VectorStore.n_changes`."""
        ...


class _State(NamedTuple):
    """The catalogue's number of changes, and the time in seconds."""

    n_changes: int
    now_s: float


class _Entry(NamedTuple, Generic[V]):
    """A value, with the number of changes and the time from before it was loaded."""

    value: V
    n_changes: int
    loaded_s: float


class _Load(Generic[K, V]):
    """A load under way: what was noted before it, and its values by key once it is done."""

    def __init__(self, state: _State) -> None:
        self.state = state
        self.values: Future[Mapping[K, V]] = Future()


class CatalogCache(Generic[K, V]):
    """Values that hold while the catalogue has not changed and they are young enough.

    The least recently used ones make room. Each key has one loader at a time: others who need it
    wait, unless the catalogue changed since that loader began. Safe for several threads.

    Args:
        changes: Tells of the catalogue's changes; None for values that only age.
        maxsize: Most values that are kept, at least 1.
        ttl_s: Age in seconds up to which a value holds; None for any age.
        clock: Monotonic clock in seconds; replaced in tests.
    """

    def __init__(
        self,
        changes: CatalogChanges | None,
        maxsize: int,
        ttl_s: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._changes = changes
        self._ttl_s = float("inf") if ttl_s is None else ttl_s
        self._clock = clock
        self._maxsize = maxsize
        self.reset_after_fork()
        _CACHES.add(self)

    def reset_after_fork(self) -> None:
        """Start empty; called in a child that was just forked, where no loading thread lives on."""
        self._lock = threading.Lock()
        self._entries: LRUCache[K, _Entry[V]] = LRUCache(self._maxsize)
        self._loads: dict[K, _Load[K, V]] = {}

    def get(self, key: K, load: Callable[[], V]) -> V:
        """Return the value of a key, loaded if it is missing or stale.

        Args:
            key: The key.
            load: Returns its value. What it raises is raised to all who wait for it.
        """
        return self.get_many((key,), lambda _: {key: load()})[key]

    def get_many(
        self, keys: Iterable[K], load: Callable[[Sequence[K]], Mapping[K, V]]
    ) -> dict[K, V]:
        """Return the values of several keys; those missing or stale are loaded together.

        Args:
            keys: The keys.
            load: Returns the values of some of them, without those that have none. What it raises
                is raised to all who wait for it.

        Returns:
            Values by key, in the order of `keys`, without those that have none.
        """
        keys = list(keys)
        state = self._read_state()
        with self._lock:
            found = self._find_fresh(keys, state)
            if len(found) == len(keys):
                return found
            missing = [key for key in dict.fromkeys(keys) if key not in found]
            own, others = self._claim(missing, state)
        if own is not None:
            found |= self._run(own, [key for key in missing if key not in others], load)
        for key, other in others.items():
            values = other.values.result()
            if key in values:
                found[key] = values[key]
        return {key: found[key] for key in keys if key in found}

    def get_or_refresh(self, key: K, load: Callable[[], V], executor: Executor) -> V:
        """Return the value of a key; a stale one serves while the next is loaded beside.

        Only who comes before there is any value waits. A value that cannot be loaded is tried again
        when it would have become stale, not at once; until then the former one serves.

        Args:
            key: The key.
            load: Returns its value. What it raises at first is raised to all who wait for it.
            executor: Loads what is stale; once it is shut down, what is there serves on.
        """
        state = self._read_state()
        with self._lock:
            entry, load_under_way = self._entries.get(key), self._loads.get(key)
            if entry is not None and (load_under_way or self._is_fresh(entry, state)):
                return entry.value
            if load_under_way is None:
                self._loads[key] = own = _Load[K, V](state)
        if load_under_way is not None:
            return load_under_way.values.result()[key]
        if entry is None:
            return self._run(own, (key,), lambda _: {key: load()})[key]
        try:
            refresh = executor.submit(self._refresh, own, key, load, entry.value)
            refresh.add_done_callback(_log_failure)
        except RuntimeError:  # it was shut down: nothing is refreshed any more
            self._finish(own, (key,), {})
            own.values.set_result({key: entry.value})
        return entry.value

    def peek_many(self, keys: Iterable[K]) -> tuple[dict[K, V], list[K]]:
        """Return the values that there are, be they stale, and which keys are missing or stale."""
        keys, state = list(dict.fromkeys(keys)), self._read_state()
        with self._lock:
            fresh = self._find_fresh(keys, state)
            stale = [key for key in keys if key not in fresh]
            former = {key: entry.value for key in stale if (entry := self._entries.get(key))}
        return fresh | former, stale

    def put_many(self, values: Mapping[K, V]) -> None:
        """Keep values that were found just now."""
        state = self._read_state()
        with self._lock:
            self._store(values, state)

    def _read_state(self) -> _State:
        return _State(self._changes.n_changes if self._changes else 0, self._clock())

    def _is_fresh(self, entry: _Entry[V], state: _State) -> bool:
        return entry.n_changes == state.n_changes and state.now_s - entry.loaded_s <= self._ttl_s

    def _find_fresh(self, keys: Sequence[K], state: _State) -> dict[K, V]:
        entries, (n_changes, now_s) = self._entries, state
        oldest_s = now_s - self._ttl_s
        fresh: dict[K, V] = {}
        for key in keys:
            # Not `_is_fresh`, nor `get`: hundreds of candidates pass here in every search.
            try:
                value, entry_changes, loaded_s = entries[key]
            except KeyError:
                continue
            if entry_changes == n_changes and loaded_s >= oldest_s:
                fresh[key] = value
        return fresh

    def _claim(
        self, keys: Sequence[K], state: _State
    ) -> tuple[_Load[K, V] | None, dict[K, _Load[K, V]]]:
        """Return a load for those keys that nobody loads, and the loads of the others."""
        others = {
            key: load
            for key in keys
            if (load := self._loads.get(key)) and load.state.n_changes == state.n_changes
        }
        if len(others) == len(keys):
            return None, others
        own = _Load[K, V](state)
        self._loads.update((key, own) for key in keys if key not in others)
        return own, others

    def _run(
        self,
        own: _Load[K, V],
        keys: Sequence[K],
        load: Callable[[Sequence[K]], Mapping[K, V]],
    ) -> Mapping[K, V]:
        try:
            values = load(keys)
        except BaseException as exc:
            self._finish(own, keys, {})
            own.values.set_exception(exc)
            raise
        self._finish(own, keys, values)
        own.values.set_result(values)
        return values

    def _refresh(self, own: _Load[K, V], key: K, load: Callable[[], V], former: V) -> None:
        values = {key: former}
        try:
            values = {key: load()}
        finally:  # also when the index was closed, or its server is away: the former serves
            self._finish(own, (key,), values)
            own.values.set_result(values)

    def _finish(self, own: _Load[K, V], keys: Sequence[K], values: Mapping[K, V]) -> None:
        with self._lock:
            for key in keys:
                if self._loads.get(key) is own:
                    del self._loads[key]
            self._store(values, own.state)

    def _store(self, values: Mapping[K, V], state: _State) -> None:
        for key, value in values.items():
            former = self._entries.get(key)
            # A loader that began before a change may end after one that began later.
            if former is None or former.n_changes <= state.n_changes:
                self._entries[key] = _Entry(value, *state)


def _log_failure(refresh: Future[None]) -> None:
    error = None if refresh.cancelled() else refresh.exception()
    if error is not None:
        LOG.warning("a value of the catalogue could not be refreshed", exc_info=error)


_CACHES: "weakref.WeakSet[CatalogCache[Any, Any]]" = weakref.WeakSet()


def _reset_after_fork() -> None:
    for cache in list(_CACHES):
        cache.reset_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_after_fork)
