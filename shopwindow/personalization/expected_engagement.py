"""How well each product is expected to be received, also those that nobody has seen yet."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from index.payload import to_point_id
from index.store.points import VectorQuery
from shopwindow.personalization.catalog_items import CatalogItem, CatalogItems
from shopwindow.personalization.online_store import OnlineStore
from shopwindow.personalization.product_stats import EngagementStats
from shopwindow.ranking import (
    EngagementEstimate,
    EngagementPrior,
    estimate_engagement_from_neighbors,
    weigh_neighbors,
)
from shopwindow.values.closeable import Closeable
from shopwindow.values.errors import ShopwindowError

LOG = logging.getLogger(__name__)

MIN_IMPRESSIONS = 100.0
"""Looks from which a product stands on its own: its neighbours are not asked."""

N_NEIGHBORS = 30
ESTIMATE_TTL_S = 600.0
_PRIOR_KEPT_S = 30.0
_MAX_KEPT = 200_000
_LEAST_LOOKS = 100.0
_AT_ONCE = 16
_PAUSE = 9.0
"""Rest after each batch, in times that the batch took."""


class _Belief(NamedTuple):
    """What neighbours of a product say of it."""

    strength: float
    mean: float


class _Lent(NamedTuple):
    """What the neighbours of a product say of it, its own merchant's alone, and when."""

    by_all: _Belief
    by_own: _Belief
    at_s: float


class EngagementEstimator(Closeable):
    """Expected shares of looks at products that become clicks. Safe for several threads.

    A product that was looked at often stands on what happened with it. Others inherit from their
    nearest neighbours, who are asked beside the requests: until they have answered, what is
    expected of any product is expected of it.

    Args:
        store: Has the tallies.
        catalog: Has the products.
        now: The moment that tallies are read at, in seconds since 1970.
        clock: Seconds that pass; for tests.
    """

    def __init__(
        self,
        store: OnlineStore,
        catalog: CatalogItems,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._catalogue = catalog
        self._now = now
        self._clock = clock
        self._lock = threading.Lock()
        self._lent: dict[str, _Lent] = {}
        self._asked: dict[str, None] = {}
        self._is_asking = False
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._prior: tuple[float, EngagementPrior] = (-np.inf, EngagementPrior())

    def get_prior(self) -> EngagementPrior:
        """Return what is expected of any product of this catalogue."""
        at_s, prior = self._prior
        if self._clock() - at_s > _PRIOR_KEPT_S:
            total = self._store.get_total_engagement(self._now())
            prior = EngagementPrior()
            if total.impressions >= _LEAST_LOOKS and 0 < total.engagements < total.impressions:
                prior = EngagementPrior(mean=total.engagements / total.impressions)
            self._prior = (self._clock(), prior)
        return prior

    def estimate(
        self, product_ids: Sequence[str], same_merchant_only: bool = False
    ) -> tuple[EngagementEstimate, Sequence[EngagementStats]]:
        """Return what is expected of products, and what happened with them so far.

        Args:
            product_ids: The products.
            same_merchant_only: Whether a product inherits from its own merchant's products alone: where only
                some merchants are seen, how others' products do is nobody's business.

        Returns:
            Expectations of shape (n_products,), and as many tallies.
        """
        prior, tallies = (
            self.get_prior(),
            self._store.get_engagement_stats(product_ids, self._now()),
        )
        at_s = self._clock()
        own = [tallies.get(each, EngagementStats()) for each in product_ids]
        pairs = zip(product_ids, own, strict=True)
        asked = (self._of_neighbours(each, tally, at_s) for each, tally in pairs)
        lent = [each and (each.by_own if same_merchant_only else each.by_all) for each in asked]
        strength = np.array([each.strength if each else prior.strength for each in lent])
        mean = np.array([each.mean if each else prior.mean for each in lent])
        self._ask_beside()
        before = EngagementEstimate.from_means(mean, strength)
        wanted = np.array([each.engagements for each in own])
        looked = np.array([each.exposures for each in own])
        return before.with_counts(wanted, looked), own

    def process_pending(self) -> None:
        """Ask the neighbours of all products that wait for it, and return when they have answered.

        Raises:
            IndexStoreError: The index cannot be asked.
            OnlineStoreError: The tallies cannot be read.
        """
        while some := self._next():
            self._inherit(some)
        if self._thread is not None:  # it may have taken some, and not have their answers yet
            self._thread.join()

    def close(self) -> None:
        """Ask no more neighbours."""
        self._ended.set()
        with self._lock:
            self._asked.clear()
        if self._thread is not None:
            self._thread.join()

    def _of_neighbours(self, product_id: str, own: EngagementStats, at_s: float) -> _Lent | None:
        if own.impressions >= MIN_IMPRESSIONS:
            return None
        lent = self._lent.get(product_id)
        if lent is None or at_s - lent.at_s > ESTIMATE_TTL_S:
            with self._lock:
                self._asked[product_id] = None
        return lent

    def _ask_beside(self) -> None:
        with self._lock:
            if not self._asked or self._is_asking or self._ended.is_set():
                return
            self._is_asking = True
            self._thread = threading.Thread(target=self._work, name="neighbours", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        try:
            while some := self._next():
                begun_s = time.monotonic()
                self._inherit(some)
                # Searches use the same engine: they have it most of the time.
                self._ended.wait(_PAUSE * (time.monotonic() - begun_s))
        except ShopwindowError:  # the index or the store was closed, or is away
            LOG.warning("new products could not be compared with their neighbours", exc_info=True)
        finally:
            self._is_asking = False

    def _next(self) -> list[str]:
        with self._lock:
            some = list(self._asked)[:_AT_ONCE]
            for each in some:
                del self._asked[each]
            return some

    def _inherit(self, product_ids: Sequence[str]) -> None:
        known = self._catalogue.get_items(product_ids)
        having = {each: one for each, one in known.items() if one.vector is not None}
        several = list(having.values())
        rows = self._catalogue.stack_vectors(several)
        space, index = self._catalogue.space, self._catalogue.index
        legs = [
            VectorQuery(
                space,
                index.expand(space, row),
                exclude_ids=(to_point_id(each),),
                limit=N_NEIGHBORS,
            )
            for each, row in zip(having, rows, strict=True)
        ]
        found = index.query(legs) if legs else []
        near = self._catalogue.get_items_by_point(
            [point for scored in found for point, _ in scored]
        )
        unlike = _Belief(self.get_prior().strength, self.get_prior().mean)
        answers = dict.fromkeys(product_ids, _Lent(unlike, unlike, self._clock()))
        for each, scored in zip(having, found, strict=True):
            others = [(near[point], cosine) for point, cosine in scored if point in near]
            answers[each] = self._lent_by(having[each], others)
        if len(self._lent) + len(answers) > _MAX_KEPT:
            self._lent = {}
        self._lent |= answers

    def _lent_by(self, product: CatalogItem, others: Sequence[tuple[CatalogItem, float]]) -> _Lent:
        merchant = product.product.merchant_id
        own = [pair for pair in others if pair[0].product.merchant_id == merchant]
        by_all = self._belief(product, others)
        by_own = by_all if len(own) == len(others) else self._belief(product, own)
        return _Lent(by_all, by_own, self._clock())

    def _belief(self, product: CatalogItem, others: Sequence[tuple[CatalogItem, float]]) -> _Belief:
        ids = [each.product.id for each, _ in others]
        tallies = self._store.get_engagement_stats(ids, self._now())
        own = [tallies.get(each, EngagementStats()) for each in ids]
        looked = [each.exposures for each in own]
        weights = weigh_neighbors(
            [cosine for _, cosine in others],
            product.attributes,
            [each.attributes for each, _ in others],
        )
        wanted = [each.engagements for each in own]
        lent = estimate_engagement_from_neighbors(
            wanted, looked, weights[None, :], self.get_prior()
        )
        return _Belief(float(lent.strength[0]), float(lent.mean[0]))
