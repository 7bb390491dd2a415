"""From scored products to the places of a feed: interests and merchants by turns, and tries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from search.retrieval.fusion import Candidate, never_rising
from shopwindow.personalization import Known
from shopwindow.ranking import Expectation, explored, mixed
from shopwindow.ranking.weights import Weights

TURNS = "turns"
EXPLORED = "explored"
"""Names of parts: what giving way to another interest or merchant costs; what a try is given."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Products at their places.

    Attributes:
        candidates: In their order; their scores never rise.
        propensities: Probability of each to stand there, by point id.
    """

    candidates: Sequence[Candidate]
    propensities: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ranked:
    """Scored products of one feed.

    Attributes:
        candidates: Best first.
        known: What is known of each, by point id.
        groups: Number of each one's interest, or category, by point id.
        shares: What each interest, or category, counts.
        little_known: Of which too little is known, with what is expected of them, by point id:
            mean and strength.
        rules: Names of the rules that moved each, by point id.
    """

    candidates: Sequence[Candidate]
    known: Mapping[str, Known]
    groups: Mapping[str, int]
    shares: Sequence[float]
    little_known: Mapping[str, tuple[float, float]]
    rules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Placing:
    """Deals out the places of feeds.

    Args:
        weights: What is held back, and how much is tried.
        rng: Decides what is tried.
    """

    def __init__(self, weights: Weights, rng: np.random.Generator) -> None:
        self._weights = weights
        self._rng = rng

    def placed(self, ranked: Ranked, limit: int) -> Placed:
        """Return the first products of a feed, and one more if there is one.

        Args:
            ranked: The scored products.
            limit: Places of the page.
        """
        scores = [each.score for each in ranked.candidates]
        products = [ranked.known[each.id].product for each in ranked.candidates]
        groups = [ranked.groups[each.id] for each in ranked.candidates]
        merchants = [each.merchant_id for each in products]
        held_back = self._weights.feed.merchant
        order = mixed(scores, groups, ranked.shares, limit + 1, merchants, held_back)
        page = never_rising([ranked.candidates[place] for place in order], TURNS)
        return self._tried(page[:limit], page[limit:], ranked)

    def _tried(
        self, page: Sequence[Candidate], rest: Sequence[Candidate], ranked: Ranked
    ) -> Placed:
        """Return the page with some of its places given to products of which little is known."""
        taken = {each.id for each in (*page, *rest)}
        pool = [
            each
            for each in ranked.candidates
            if each.id in ranked.little_known
            and each.id not in taken
            and ranked.known[each.id].product.in_stock
        ][: self._weights.exploration.pool]
        beliefs = np.array([ranked.little_known[each.id] for each in pool]).reshape(-1, 2)
        expectation = Expectation.of(beliefs[:, 0], beliefs[:, 1])
        slots = explored(len(page), expectation, self._weights.exploration, self._rng)
        candidates, propensities = list(page), dict[str, float]()
        for place, slot in enumerate(slots):
            if slot.tried is not None:
                tried = pool[slot.tried]
                lift = page[place].score - tried.score
                candidates[place] = tried.plus({EXPLORED: lift})
            propensities[candidates[place].id] = slot.propensity
        return Placed([*candidates, *rest], propensities)
