"""Places given to products of which little is known, with the probability of each choice."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shopwindow.ranking.cold_start import EngagementEstimate
from shopwindow.ranking.weights import ExplorationSettings


@dataclass(frozen=True, slots=True)
class SlateSlot:
    """One place of a page.

    Attributes:
        pool_index: Number of the product of the pool that stands here; None for the usual one.
        propensity: Probability with which this choice was made for this place, over 0 to 1.
    """

    pool_index: int | None
    propensity: float


def plan_exploration(
    n_slots: int, pool: EngagementEstimate, settings: ExplorationSettings, rng: np.random.Generator
) -> Sequence[SlateSlot]:
    """Return for each place of a page whether it tries something.

    The pool is dealt out over the places, so that no product can stand twice, and each place then
    decides by itself: with probability `share` it tries one of its own products, which Thompson
    sampling chooses. So the propensities are exact.

    Args:
        n_slots: Places of the page.
        pool: What is expected of the products that may be tried, shape (n_pool,).
        settings: How much is tried.
        rng: Decides.

    Returns:
        One for each place.
    """
    open_places = range(settings.min_position - 1, n_slots)
    n_pool = len(pool.mean)
    usual = SlateSlot(None, 1.0)
    slots = [usual] * n_slots
    if not settings.rate or not n_pool or not open_places:
        return slots
    order = rng.permutation(n_pool)
    for turn, place in enumerate(open_places):
        own = order[turn :: len(open_places)]
        if not len(own):
            continue  # fewer products than places: the rest stays as it is
        if rng.random() >= settings.rate:
            slots[place] = SlateSlot(None, 1 - settings.rate)
            continue
        chances = EngagementEstimate.from_means(
            pool.mean[own], pool.strength[own]
        ).estimate_selection_probabilities(rng)
        at = int(rng.choice(len(own), p=chances / chances.sum()))
        slots[place] = SlateSlot(int(own[at]), settings.rate * float(chances[at]))
    return slots
