"""Vocabulary, entities and similarity baseline of a catalogue, cached and kept up to date."""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

from index.product_index import ProductIndex
from search.merchant_scope import MerchantIds, filter_to_merchants, get_merchant_ids
from search.query.entities import EntityIndex
from search.query.synonym_expansion import SynonymIndex
from search.query.vocabulary import Vocabulary
from search.retrieval.similarity_baseline import BaselineSample
from search.rules.merchant_reach import RuleVisibility
from search.suggestions import Suggester
from shopwindow.values.errors import ShopwindowError
from shopwindow.values.query import Filters

LOG = logging.getLogger(__name__)

SNAPSHOT_MAX_AGE_S = 300.0
"""Age after which a snapshot is rebuilt: another process may have changed the index."""

MAX_SNAPSHOTS = 48
"""Merchants, or sets of them, whose snapshots are cached beside that of the whole catalogue. A
snapshot takes about 4 MB per thousand products; building one delays the first search of a merchant
by 0.2 s."""


@dataclass(frozen=True, eq=False)
class CatalogSnapshot:
    """What query understanding and ranking need to know of a catalogue at one moment.

    Attributes:
        vocabulary: The words of its titles, categories, brands and attributes.
        entities: Its brands, categories and attribute values.
        baseline: Random sample of its vectors, to tell similarity from chance.
        languages: Codes of its languages that have stemmers of their own.
        merchants: Whose products it was built from; empty for everybody's.
        rule_visibility: Which rules can affect any of these products.
    """

    vocabulary: Vocabulary
    entities: EntityIndex
    baseline: BaselineSample
    languages: tuple[str, ...] = ()
    merchants: MerchantIds = ()
    rule_visibility: RuleVisibility = field(default_factory=RuleVisibility)

    @classmethod
    def build(
        cls,
        index: ProductIndex,
        synonyms: SynonymIndex,
        baseline: BaselineSample | None = None,
        merchants: MerchantIds = (),
    ) -> "CatalogSnapshot":
        """Return the snapshot of an index.

        Args:
            index: The index.
            synonyms: Phrases that mean the same.
            baseline: The sample of the previous snapshot; it is kept while it still fits.
            merchants: Whose products are read; empty for everybody's.
        """
        merchant_filters = filter_to_merchants(merchants)
        sample = (baseline or BaselineSample()).refresh(index, merchant_filters)
        brands, categories, attributes = (
            index.count_entity_names(kind, merchant_filters)
            for kind in ("brand", "category", "attributes")
        )
        entities = EntityIndex(brands, categories, attributes, synonyms)
        languages = index.list_languages(merchant_filters)
        vocabulary = Vocabulary(index.count_surface_forms(merchant_filters), languages)
        visibility = RuleVisibility(index, merchants) if merchants else RuleVisibility()
        return cls(vocabulary, entities, sample, languages, merchants, visibility)

    @cached_property
    def suggester(self) -> Suggester:
        """Query completions from this catalogue; built on first use."""
        return Suggester(self.vocabulary.counts, self.entities.entities)


class CatalogSnapshotCache:
    """Returns catalogue snapshots, and rebuilds them when the index has changed.

    The snapshot of some merchants is built from their products alone; those used least recently
    are dropped. Safe to use from several threads.

    Args:
        index: The index.
        synonyms: Phrases that mean the same.
        clock: Monotonic seconds; for tests.
    """

    def __init__(
        self,
        index: ProductIndex,
        synonyms: SynonymIndex,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._index = index
        self._synonyms = synonyms
        self._clock = clock
        self._lock = threading.Lock()
        # One thread, so that only one refresh at a time loads the engine.
        self._executor = ThreadPoolExecutor(1, "snapshots")
        self._whole_catalog = self._make_entry(())
        self._by_merchants: OrderedDict[MerchantIds, _CacheEntry] = OrderedDict()

    def get(self, filters: Filters | None = None) -> CatalogSnapshot:
        """Return the snapshot of the products that the merchants of some filters sell.

        Args:
            filters: Only their merchants matter; None for the whole catalogue.
        """
        merchants = get_merchant_ids(filters) if filters else ()
        if not merchants:
            return self._whole_catalog.get()
        with self._lock:
            entry = self._by_merchants.get(merchants) or self._make_entry(merchants)
            self._by_merchants[merchants] = entry
            self._by_merchants.move_to_end(merchants)
            while len(self._by_merchants) > MAX_SNAPSHOTS:
                self._by_merchants.popitem(last=False)
        return entry.get()

    def close(self) -> None:
        """End the refreshes; the present snapshots stay in use. A second call does nothing."""
        self._executor.shutdown(cancel_futures=True)

    def _make_entry(self, merchants: MerchantIds) -> "_CacheEntry":
        def build(previous: CatalogSnapshot | None) -> CatalogSnapshot:
            baseline = previous.baseline if previous else None
            return CatalogSnapshot.build(self._index, self._synonyms, baseline, merchants)

        return _CacheEntry(build, lambda: self._index.n_changes, self._clock, self._executor)


class _CacheEntry:
    """The current snapshot of one set of merchants.

    The first caller waits for it to be built. Later it is refreshed in the background, while
    searches go on with the previous one.

    Args:
        build: Builds a snapshot, given the previous one.
        n_changes: Returns how often the index was changed.
        clock: Monotonic seconds.
        executor: Refreshes snapshots.
    """

    def __init__(
        self,
        build: Callable[[CatalogSnapshot | None], CatalogSnapshot],
        n_changes: Callable[[], int],
        clock: Callable[[], float],
        executor: Executor,
    ) -> None:
        self._build_snapshot = build
        self._n_changes = n_changes
        self._clock = clock
        self._executor = executor
        self._lock = threading.Lock()
        self._snapshot: CatalogSnapshot | None = None
        self._built_at: tuple[int, float] = (-1, 0.0)
        self._is_refreshing = False

    def get(self) -> CatalogSnapshot:
        """Return the snapshot; a stale one starts a refresh in the background."""
        with self._lock:
            snapshot = self._snapshot
            if snapshot is None or not self._is_stale():
                return snapshot or self._build()
            if self._is_refreshing:
                return snapshot
            self._is_refreshing = True
        with suppress(RuntimeError):  # the cache was closed: nothing is refreshed any more
            self._executor.submit(self._refresh)
        return snapshot

    def _is_stale(self) -> bool:
        change, built_at_s = self._built_at
        return change != self._n_changes() or self._clock() - built_at_s > SNAPSHOT_MAX_AGE_S

    def _build(self) -> CatalogSnapshot:
        # Noted before: while the store is away, not every search must start another attempt.
        self._built_at = self._n_changes(), self._clock()
        self._snapshot = self._build_snapshot(self._snapshot)
        return self._snapshot

    def _refresh(self) -> None:
        try:
            self._build()
        except ShopwindowError:  # the index was closed, or its server is away: the old one serves
            LOG.warning("the catalogue snapshot could not be refreshed", exc_info=True)
        finally:
            self._is_refreshing = False
