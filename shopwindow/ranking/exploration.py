"""Exploration: slots given to products with few impressions, with the propensity of each choice."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shopwindow.ranking.cold_start import EngagementEstimate
from shopwindow.ranking.weights import ExplorationSettings


@dataclass(frozen=True, slots=True)
class SlateSlot:
    """One slot of a slate.

    Attributes:
        pool_index: Index of the explored product in the pool; None for the ranked product.
        propensity: Probability with which this choice was made for this slot, in (0, 1].
    """

    pool_index: int | None
    propensity: float


def plan_exploration(
    n_slots: int, pool: EngagementEstimate, settings: ExplorationSettings, rng: np.random.Generator
) -> Sequence[SlateSlot]:
    """Decide for each slot of a slate whether it explores, and which product.

    The pool is dealt out over the slots, so that no product can appear twice, and each slot then
    decides by itself: with probability `settings.rate` it explores one of its own products, which
    Thompson sampling selects. The propensities are therefore exact.

    Args:
        n_slots: Number of slots.
        pool: Engagement estimates of the products that may be explored, shape (n_pool,).
        settings: How often and where to explore.
        rng: Source of randomness.

    Returns:
        One decision per slot.
    """
    open_slots = range(settings.min_position - 1, n_slots)
    n_pool = len(pool.mean)
    exploit = SlateSlot(None, 1.0)
    slots = [exploit] * n_slots
    if not settings.rate or not n_pool or not open_slots:
        return slots
    pool_order = rng.permutation(n_pool)
    for share, slot in enumerate(open_slots):
        candidates = pool_order[share :: len(open_slots)]
        if not len(candidates):
            continue  # fewer products than slots: the remaining slots keep the ranked product
        if rng.random() >= settings.rate:
            slots[slot] = SlateSlot(None, 1 - settings.rate)
            continue
        probabilities = EngagementEstimate.from_means(
            pool.mean[candidates], pool.strength[candidates]
        ).estimate_selection_probabilities(rng)
        chosen = int(rng.choice(len(candidates), p=probabilities / probabilities.sum()))
        slots[slot] = SlateSlot(
            int(candidates[chosen]), settings.rate * float(probabilities[chosen])
        )
    return slots
