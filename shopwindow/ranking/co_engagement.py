"""What other visitors touched together with what this visitor touched: "seen together"."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from shopwindow.values.errors import InvalidValueError


@dataclass(frozen=True, slots=True)
class CoEngagementSettings:
    """How joint counts become scores; `benchmarks/sequence_choice.py` chose the numbers.

    Attributes:
        n_recent: How many of the last touched products count.
        half_life_products: A touch counts half after so many other products were touched.
        asymmetry: Exponent of the touched product's count, 0 to 1; the partner's has the rest. At
            a half it is the cosine; at 1 the share of the touched product's visits that have the
            partner too, by which a product that everybody sees is everybody's best partner.
        shrinkage: Visits by which every count is taken to be greater: what was seen together a few
            times only is not believed yet.

    Raises:
        InvalidValueError: A number has no sense; the error names it.
    """

    n_recent: int = 5
    half_life_products: float = 1.5
    asymmetry: float = 0.7
    shrinkage: float = 10.0

    def __post_init__(self) -> None:
        """Check that each number has sense."""
        self._check("n_recent", self.n_recent >= 1, "a number of at least 1")
        self._check("half_life_products", self.half_life_products > 0, "a number above 0")
        self._check("asymmetry", 0 <= self.asymmetry <= 1, "a share from 0 to 1")
        self._check("shrinkage", 0 <= self.shrinkage < math.inf, "a number of zero or more")

    def _check(self, name: str, is_sound: bool, expected: str) -> None:
        if not is_sound:
            raise InvalidValueError(name, expected, getattr(self, name))


DEFAULT_CO_ENGAGEMENT_SETTINGS = CoEngagementSettings()


def recency_weights(
    newest_first: Iterable[str], settings: CoEngagementSettings = DEFAULT_CO_ENGAGEMENT_SETTINGS
) -> dict[str, float]:
    """Return what each of the last touched products counts: 1 for the newest, older ones less.

    Args:
        newest_first: Ids of what was touched; a product that was touched again counts once, from
            its newest touch.
        settings: How many count, and how fast they fade.

    Returns:
        Weights by product, in (0, 1], newest first.
    """
    last = islice(dict.fromkeys(newest_first), settings.n_recent)
    return {each: 0.5 ** (place / settings.half_life_products) for place, each in enumerate(last)}


def score_co_engagement(
    seed_weights: Mapping[str, float],
    cooccurrences: Mapping[str, Mapping[str, float]],
    counts: Mapping[str, float],
    settings: CoEngagementSettings = DEFAULT_CO_ENGAGEMENT_SETTINGS,
    include_seeds: bool = False,
) -> dict[str, float]:
    """Return scores of the partners of what a visitor touched, best first.

    The score of j is the mean, over the touched products i, of their cosine with j, weighted by
    what each touch counts:

        sum_i w_i c_ij / (n_i^a n_j^(1 - a) + h)  /  sum_i w_i

    with c_ij the visits that have both, n the visits that have one, a the own share and h the
    shrinkage. The order of the touches is used for their weights alone: which of two products
    comes first in other visits is not known here.

    Args:
        seed_weights: What each touched product counts, zero or more; see `recency_weights`.
        cooccurrences: By touched product, in how many visits it was seen together with each partner; a
            list that holds the strongest partners alone will do. Nothing for a touched product
            whose partners are not known.
        counts: In how many visits a product occurs; of everything in `cooccurrences`.
        settings: How joint counts become scores.
        include_seeds: Whether the touched products may be in the answer. Each then counts as its
            own partner in all of its visits, with a cosine of 1.

    Returns:
        Scores by product, over 0 and at most 1, best first, equal ones by id. Nothing for a
        visitor without touches.

    Raises:
        InvalidValueError: A weight or count is negative or not finite, a partner has no count, or
            two products are together more often than one of them occurs.

    Source: Aiolli, Efficient Top-N Recommendation for Very Large Scale Binary Rated Datasets
        (RecSys 2013), section 3.2, for the asymmetric cosine; Ferrari Dacrema et al., Are We Really
        Making Much Progress? (RecSys 2019), section 3.2 (ItemKNN), for the term that shrinks it.
    """
    total = _checked_total(seed_weights)
    scores = dict(seed_weights) if include_seeds else {}
    for touched, weight in seed_weights.items():
        together = {
            name: n for name, n in cooccurrences.get(touched, {}).items() if name != touched
        }
        parts = weight * _cosines(touched, together, counts, settings)
        for partner, part in zip(together, parts.tolist(), strict=True):
            scores[partner] = scores.get(partner, 0.0) + part
    left_out = () if include_seeds else seed_weights
    means = {each: score / total for each, score in scores.items() if score > 0}
    order = sorted(means.items(), key=lambda item: (-item[1], item[0]))
    return {each: mean for each, mean in order if mean > 0 and each not in left_out}


def _checked_total(touches: Mapping[str, float]) -> float:
    """Return the sum of the weights.

    Raises:
        InvalidValueError: See `score_co_engagement`.
    """
    for product, weight in touches.items():
        if not 0 <= weight < math.inf:
            raise InvalidValueError(f"touches[{product!r}]", "a weight of zero or more", weight)
    return sum(touches.values())


def _cosines(
    touched: str,
    together: Mapping[str, float],
    counts: Mapping[str, float],
    settings: CoEngagementSettings,
) -> NDArray[np.float64]:
    """Return how much a product is seen together with each partner, 0 to 1, from its side.

    Raises:
        InvalidValueError: See `score_co_engagement`.
    """
    joints = np.fromiter(together.values(), dtype=np.float64, count=len(together))
    others = np.fromiter((counts.get(each, 0.0) for each in together), np.float64, len(together))
    own = counts.get(touched, 0.0)
    rarer = np.minimum(others, own)  # (n_partners,)
    sound = (joints >= 0) & (joints <= rarer) & (rarer > 0) & np.isfinite(rarer)
    if not sound.all():
        bad = int(np.flatnonzero(~sound)[0])
        expected = f"from 0 to the counts of both, over 0; they are {own} and {others[bad]}"
        raise InvalidValueError(
            f"partners[{touched!r}][{list(together)[bad]!r}]", expected, float(joints[bad])
        )
    share = settings.asymmetry
    size = own**share * others ** (1 - share)
    return np.asarray(joints / (size + settings.shrinkage), dtype=np.float64)
