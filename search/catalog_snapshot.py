"""What the search knows of its catalogue's own words and names, kept up to date."""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
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
"""After this long the names are read again: another process may have changed the index."""

MAX_SNAPSHOTS = 48
"""Merchants, or groups of them, of whom something is kept beside what is known of all. A thousand
products take about 4 MB, and let the first search of a merchant that is not kept wait 0.2 s."""


@dataclass(frozen=True, eq=False)
class CatalogSnapshot:
    """One reading of the catalogue, or of what some merchants have in it.

    Attributes:
        vocabulary: Its words.
        entities: Its names: brands, categories, attribute values.
        baseline: What likeness is chance.
        languages: Codes of its languages that have stemmers of their own.
        merchants: Whose products it was read from; none for everybody's.
        rule_visibility: Which rules can touch any of them.
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
        """Return what there is to know of an index.

        Args:
            index: The index.
            synonyms: Phrases that mean the same.
            baseline: What was drawn before.
            merchants: Whose products are read; none for everybody's.
        """
        theirs = filter_to_merchants(merchants)
        drawn = (baseline or BaselineSample()).refresh(index, theirs)
        brands, categories, attributes = (
            index.count_entity_names(kind, theirs) for kind in ("brand", "category", "attributes")
        )
        terms = EntityIndex(brands, categories, attributes, synonyms)
        languages = index.list_languages(theirs)
        vocabulary = Vocabulary(index.count_surface_forms(theirs), languages)
        reach = RuleVisibility(index, merchants) if merchants else RuleVisibility()
        return cls(vocabulary, terms, drawn, languages, merchants, reach)

    @cached_property
    def suggester(self) -> Suggester:
        """How a begun query may go on; made when it is first asked for."""
        return Suggester(self.vocabulary.counts, self.entities.entities)


class CatalogSnapshotCache:
    """Hands out what is known, and reads it again when the index has changed.

    What is known of some merchants is read from their products alone, and kept for those who were
    asked for last. Safe to use from several threads.

    Args:
        index: The index.
        synonyms: Phrases that mean the same.
        clock: Seconds that pass; for tests.
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
        self._renewing = threading.Lock()
        self._of_all = self._kept(())
        self._of_some: OrderedDict[MerchantIds, _Kept] = OrderedDict()

    def get(self, filters: Filters | None = None) -> CatalogSnapshot:
        """Return what is known of the catalogue, as far as some filters' merchants have it.

        Args:
            filters: Of these the merchants alone matter; everything for none.
        """
        merchants = get_merchant_ids(filters) if filters else ()
        if not merchants:
            return self._of_all.get()
        with self._lock:
            kept = self._of_some.get(merchants) or self._kept(merchants)
            self._of_some[merchants] = kept
            self._of_some.move_to_end(merchants)
            while len(self._of_some) > MAX_SNAPSHOTS:
                self._of_some.popitem(last=False)
        return kept.get()

    def _kept(self, merchants: MerchantIds) -> "_Kept":
        def read(before: CatalogSnapshot | None) -> CatalogSnapshot:
            background = before.baseline if before else None
            return CatalogSnapshot.build(self._index, self._synonyms, background, merchants)

        return _Kept(read, lambda: self._index.n_changes, self._clock, self._renewing)


class _Kept:
    """What is known of the same merchants, one reading after the other.

    The first caller waits for it; afterwards it is renewed beside the searches, which go on with
    the former one meanwhile.

    Args:
        read: Reads it, given the former one.
        n_changes: Says how often the index was changed.
        clock: Seconds that pass.
        renewing: Held while one is renewed, so that many do not take the engine at once.
    """

    def __init__(
        self,
        read: Callable[[CatalogSnapshot | None], CatalogSnapshot],
        n_changes: Callable[[], int],
        clock: Callable[[], float],
        renewing: threading.Lock,
    ) -> None:
        self._read_anew = read
        self._n_changes = n_changes
        self._clock = clock
        self._renewing = renewing
        self._lock = threading.Lock()
        self._known: CatalogSnapshot | None = None
        self._read_at: tuple[int, float] = (-1, 0.0)
        self._is_renewing = False

    def get(self) -> CatalogSnapshot:
        """Return what is known."""
        with self._lock:
            known = self._known
            if known is None or not self._is_stale():
                return known or self._read()
            if self._is_renewing:
                return known
            self._is_renewing = True
        threading.Thread(target=self._renew, name="names", daemon=True).start()
        return known

    def _is_stale(self) -> bool:
        change, read_at = self._read_at
        return change != self._n_changes() or self._clock() - read_at > SNAPSHOT_MAX_AGE_S

    def _read(self) -> CatalogSnapshot:
        # Noted before: while the store is away, not every search is to start another try.
        self._read_at = self._n_changes(), self._clock()
        self._known = self._read_anew(self._known)
        return self._known

    def _renew(self) -> None:
        try:
            with self._renewing:
                self._read()
        except ShopwindowError:  # the index was closed, or its server is away: the old one serves
            LOG.warning("the catalogue's names could not be read again", exc_info=True)
        finally:
            self._is_renewing = False
