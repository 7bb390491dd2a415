"""Vocabulary, entities and similarity baseline of a catalogue, cached and kept up to date."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property

from index import CatalogCache, ProductIndex
from search.merchant_scope import MerchantIds, filter_to_merchants, get_merchant_ids
from search.query.entities import EntityIndex
from search.query.synonym_expansion import SynonymIndex
from search.query.vocabulary import Vocabulary
from search.retrieval.similarity_baseline import BaselineSample
from search.rules.merchant_reach import RuleVisibility
from search.suggestions import Suggester
from shopwindow.values import Filters

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

    @classmethod
    def empty(cls) -> "CatalogSnapshot":
        """Return the snapshot of an empty catalogue, for what needs none of it."""
        entities = EntityIndex({}, {}, {}, SynonymIndex(()))
        return cls(Vocabulary({}, ()), entities, BaselineSample())

    @cached_property
    def suggester(self) -> Suggester:
        """Query completions from this catalogue; built on first use."""
        return Suggester(self.vocabulary.counts, self.entities.entities)


class CatalogSnapshotCache:
    """Returns catalogue snapshots, and rebuilds them when the index has changed.

    The snapshot of some merchants is built from their products alone; those used least recently
    are dropped. Only the first caller waits for a snapshot: later it is rebuilt in the background,
    one at a time, while searches go on with the former one. Safe to use from several threads.

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
        # One thread, so that only one refresh at a time loads the engine.
        self._executor = ThreadPoolExecutor(1, "snapshots")
        self._whole_catalog, self._by_merchants = (
            CatalogCache[MerchantIds, CatalogSnapshot](index, maxsize, SNAPSHOT_MAX_AGE_S, clock)
            for maxsize in (1, MAX_SNAPSHOTS)
        )

    def get(self, filters: Filters | None = None) -> CatalogSnapshot:
        """Return the snapshot of the products that the merchants of some filters sell.

        Args:
            filters: Only their merchants matter; None for the whole catalogue.
        """
        merchants = get_merchant_ids(filters) if filters else ()
        cache = self._by_merchants if merchants else self._whole_catalog

        def build() -> CatalogSnapshot:
            previous = cache.peek_many([merchants])[0].get(merchants)
            baseline = previous.baseline if previous else None
            return CatalogSnapshot.build(self._index, self._synonyms, baseline, merchants)

        return cache.get_or_refresh(merchants, build, self._executor)

    def close(self) -> None:
        """End the refreshes; the present snapshots stay in use. A second call does nothing."""
        self._executor.shutdown(cancel_futures=True)
