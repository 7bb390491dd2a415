"""Estimated engagement of each product, also of those that have no impressions yet."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from index import CatalogCache, ProductQuery
from shopwindow.personalization.catalog_items import CatalogItem, CatalogItems
from shopwindow.personalization.product_stats import EngagementStats
from shopwindow.personalization.profile_store import ProfileStore
from shopwindow.ranking import (
    EngagementEstimate,
    EngagementPrior,
    estimate_engagement_from_neighbors,
    weigh_neighbors,
)
from shopwindow.values import Closeable
from shopwindow.values.errors import ShopwindowError

LOG = logging.getLogger(__name__)

MIN_IMPRESSIONS = 100.0
"""Impressions from which a product's own statistics suffice, without its neighbours'."""

N_NEIGHBORS = 30
ESTIMATE_TTL_S = 600.0
_PRIOR_TTL_S = 30.0
_MAX_CACHED_ESTIMATES = 200_000
_MIN_TOTAL_IMPRESSIONS = 100.0
"""Impressions of all products from which the prior is the catalogue's own rate."""
_BATCH_SIZE = 16
_REST_FACTOR = 9.0
"""Pause after each batch, in multiples of the time that the batch took."""


class _BetaEstimate(NamedTuple):
    """The Beta distribution that a product's neighbours suggest."""

    strength: float
    mean: float


class _NeighborEstimates(NamedTuple):
    """Estimates from all neighbours and from those of one merchant."""

    all_merchants: _BetaEstimate
    same_merchant: _BetaEstimate


class EngagementEstimator(Closeable):
    """Estimates the share of impressions that lead to engagement. Safe for several threads.

    A product with many impressions is estimated from its own statistics. Others borrow from their
    nearest neighbours, which are queried in the background: until then they have the prior.

    Args:
        store: Has the engagement statistics.
        catalog: Has the products.
        now: Time that statistics are decayed to, in seconds since 1970.
        clock: Monotonic clock in seconds; replaced in tests.
    """

    def __init__(
        self,
        store: ProfileStore,
        catalog: CatalogItems,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._now = now
        self._lock = threading.Lock()
        # Made of statistics, which change all the time and not with the catalogue: they only age.
        self._estimates: CatalogCache[str, _NeighborEstimates] = CatalogCache(
            None, _MAX_CACHED_ESTIMATES, ESTIMATE_TTL_S, clock
        )
        self._prior: CatalogCache[str, EngagementPrior] = CatalogCache(None, 1, _PRIOR_TTL_S, clock)
        self._pending: dict[str, None] = {}
        self._is_running = False
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def get_prior(self) -> EngagementPrior:
        """Return the prior of any product: the engagement rate of this catalogue."""
        return self._prior.get("", self._estimate_prior)

    def estimate(
        self, product_ids: Sequence[str], same_merchant_only: bool = False
    ) -> tuple[EngagementEstimate, Sequence[EngagementStats]]:
        """Estimate the engagement of products.

        Args:
            product_ids: The products.
            same_merchant_only: Whether a product borrows from its own merchant's products alone,
                for callers who may not see how other merchants' products do.

        Returns:
            Estimates of shape (n_products,), and the statistics of each product.
        """
        prior = self.get_prior()
        stats_by_id = self._store.get_engagement_stats(product_ids, self._now())
        stats = [stats_by_id.get(product_id, EngagementStats()) for product_id in product_ids]
        estimates = self._get_neighbor_estimates(
            [
                product_id
                for product_id, own_stats in zip(product_ids, stats, strict=True)
                if own_stats.impressions < MIN_IMPRESSIONS
            ]
        )
        prior_estimate = _BetaEstimate(prior.strength, prior.mean)
        unknown = _NeighborEstimates(prior_estimate, prior_estimate)
        found = [estimates.get(product_id, unknown) for product_id in product_ids]
        borrowed = [e.same_merchant if same_merchant_only else e.all_merchants for e in found]
        self._start_background_work()
        before = EngagementEstimate.from_means(
            np.array([estimate.mean for estimate in borrowed]),
            np.array([estimate.strength for estimate in borrowed]),
        )
        engagements = np.array([own_stats.engagements for own_stats in stats])
        exposures = np.array([own_stats.exposures for own_stats in stats])
        return before.with_counts(engagements, exposures), stats

    def process_pending(self) -> None:
        """Query the neighbours of all pending products, and wait for the background thread.

        Raises:
            IndexStoreError: The index cannot be queried.
            OnlineStoreError: The statistics cannot be read.
        """
        while batch := self._take_batch():
            self._estimate_from_neighbors(batch)
        if self._thread is not None:  # it may have a batch that is not finished yet
            self._thread.join()

    def close(self) -> None:
        """Drop pending products and stop the background thread."""
        self._stopped.set()
        with self._lock:
            self._pending.clear()
        if self._thread is not None:
            self._thread.join()

    def _estimate_prior(self) -> EngagementPrior:
        total = self._store.get_total_engagement(self._now())
        if (
            total.impressions >= _MIN_TOTAL_IMPRESSIONS
            and 0 < total.engagements < total.impressions
        ):
            return EngagementPrior(mean=total.engagements / total.impressions)
        return EngagementPrior()

    def _get_neighbor_estimates(self, product_ids: Sequence[str]) -> dict[str, _NeighborEstimates]:
        """Return the estimates that there are; old and missing ones become pending."""
        estimates, stale = self._estimates.peek_many(product_ids)
        if stale:
            with self._lock:
                self._pending.update(dict.fromkeys(stale))
        return estimates

    def _start_background_work(self) -> None:
        with self._lock:
            if not self._pending or self._is_running or self._stopped.is_set():
                return
            self._is_running = True
            self._thread = threading.Thread(
                target=self._estimate_pending, name="neighbors", daemon=True
            )
            self._thread.start()

    def _estimate_pending(self) -> None:
        try:
            while batch := self._take_batch():
                started_s = time.monotonic()
                self._estimate_from_neighbors(batch)
                # Searches use the same engine: they get most of its time.
                self._stopped.wait(_REST_FACTOR * (time.monotonic() - started_s))
        except ShopwindowError:  # the index or the store was closed, or is away
            LOG.warning("new products could not be compared with their neighbours", exc_info=True)
        finally:
            self._is_running = False

    def _take_batch(self) -> list[str]:
        with self._lock:
            batch = list(self._pending)[:_BATCH_SIZE]
            for product_id in batch:
                del self._pending[product_id]
            return batch

    def _estimate_from_neighbors(self, product_ids: Sequence[str]) -> None:
        items = self._catalog.get_items(product_ids)
        items_with_vectors = {
            product_id: item for product_id, item in items.items() if item.vector is not None
        }
        vectors = self._catalog.stack_vectors(list(items_with_vectors.values()))
        space, index = self._catalog.space, self._catalog.index
        queries = [
            ProductQuery(
                space,
                index.expand(space, vector),
                exclude_ids=(product_id,),
                limit=N_NEIGHBORS,
            )
            for product_id, vector in zip(items_with_vectors, vectors, strict=True)
        ]
        hits_per_product = index.query(queries) if queries else []
        neighbor_items = self._catalog.get_items(
            neighbor_id for hits in hits_per_product for neighbor_id, _ in hits
        )
        prior_estimate = _BetaEstimate(self.get_prior().strength, self.get_prior().mean)
        estimates = dict.fromkeys(product_ids, _NeighborEstimates(prior_estimate, prior_estimate))
        for product_id, hits in zip(items_with_vectors, hits_per_product, strict=True):
            neighbors = [
                (neighbor_items[neighbor_id], cosine)
                for neighbor_id, cosine in hits
                if neighbor_id in neighbor_items
            ]
            estimates[product_id] = self._make_estimates(items_with_vectors[product_id], neighbors)
        self._estimates.put_many(estimates)

    def _make_estimates(
        self, product: CatalogItem, neighbors: Sequence[tuple[CatalogItem, float]]
    ) -> _NeighborEstimates:
        merchant = product.product.merchant_id
        same_merchant_neighbors = [
            pair for pair in neighbors if pair[0].product.merchant_id == merchant
        ]
        all_merchants = self._estimate_from(product, neighbors)
        same_merchant = (
            all_merchants
            if len(same_merchant_neighbors) == len(neighbors)
            else self._estimate_from(product, same_merchant_neighbors)
        )
        return _NeighborEstimates(all_merchants, same_merchant)

    def _estimate_from(
        self, product: CatalogItem, neighbors: Sequence[tuple[CatalogItem, float]]
    ) -> _BetaEstimate:
        product_ids = [neighbor.product.id for neighbor, _ in neighbors]
        stats_by_id = self._store.get_engagement_stats(product_ids, self._now())
        neighbor_stats = [
            stats_by_id.get(product_id, EngagementStats()) for product_id in product_ids
        ]
        exposures = [stats.exposures for stats in neighbor_stats]
        weights = weigh_neighbors(
            [cosine for _, cosine in neighbors],
            product.attributes,
            [neighbor.attributes for neighbor, _ in neighbors],
        )
        engagements = [stats.engagements for stats in neighbor_stats]
        estimate = estimate_engagement_from_neighbors(
            engagements, exposures, weights[None, :], self.get_prior()
        )
        return _BetaEstimate(float(estimate.strength[0]), float(estimate.mean[0]))
