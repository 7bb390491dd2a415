"""Places given to products of which little is known, with the probability of each choice."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shopwindow.ranking.cold_start import Expectation
from shopwindow.ranking.weights import Exploration


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of a page.

    Attributes:
        tried: Number of the product of the pool that stands here; None for the usual one.
        propensity: Probability with which this choice was made for this place, over 0 to 1.
    """

    tried: int | None
    propensity: float


def explored(
    n_places: int, pool: Expectation, settings: Exploration, rng: np.random.Generator
) -> Sequence[Slot]:
    """Return for each place of a page whether it tries something.

    The pool is dealt out over the places, so that no product can stand twice, and each place then
    decides by itself: with probability `share` it tries one of its own products, which Thompson
    sampling chooses. So the propensities are exact.

    Args:
        n_places: Places of the page.
        pool: What is expected of the products that may be tried, shape (n_pool,).
        settings: How much is tried.
        rng: Decides.

    Returns:
        One for each place.
    """
    open_places = range(settings.from_place - 1, n_places)
    n_pool = len(pool.mean)
    usual = Slot(None, 1.0)
    slots = [usual] * n_places
    if not settings.share or not n_pool or not open_places:
        return slots
    order = rng.permutation(n_pool)
    for turn, place in enumerate(open_places):
        own = order[turn :: len(open_places)]
        if not len(own):
            continue  # fewer products than places: the rest stays as it is
        if rng.random() >= settings.share:
            slots[place] = Slot(None, 1 - settings.share)
            continue
        chances = Expectation.of(pool.mean[own], pool.strength[own]).chosen(rng)
        at = int(rng.choice(len(own), p=chances / chances.sum()))
        slots[place] = Slot(int(own[at]), settings.share * float(chances[at]))
    return slots
