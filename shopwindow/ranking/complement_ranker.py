"""What goes with a product: things of other kinds that are bought, or look and are named, alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from shopwindow.ranking.basket_counts import Evidence
from shopwindow.ranking.co_occurrence_rules import (
    Values,
    above_chance,
    lift_share,
    likeness,
    shared,
)
from shopwindow.ranking.cold_start import spread
from shopwindow.ranking.complement_features import Traits
from shopwindow.values.arrays import check_vectors
from shopwindow.values.encoder import Vectors
from shopwindow.values.errors import InvalidValueError


@dataclass(frozen=True, slots=True)
class ComplementWeights:
    """What each part counts, and how much evidence is believed.

    The six first weights add up to 1. They are near the proportions of a conditional
    logit (McFadden, Conditional Logit Analysis of Qualitative Choice Behavior, 1974) of which
    things stand in a room with the anchor, fitted by `benchmarks/complement_weights.py`. Two were
    moved, which `benchmarks/complements.py` measures: baskets up, because hardly two things are in
    more than one of those rooms and a shop counts hundreds of baskets, and popularity down to what
    decides near ties, because more of it hides what nobody bought yet. The more baskets the anchor
    is in, the more they count: with `trust` of them as much as everything else together.

    Attributes:
        baskets: Bought or shown together more often than by chance; 0 to 1.
        kinds: Kinds that are together more often than by chance; -1 to 1.
        style: Likeness of photos above chance; -1 to 1.
        words: Words of the titles that are shared, such as a series; 0 to 1.
        colors: Colours that are shared; 0 to 1.
        popularity: Of the candidate; 0 to 1.
        department: In the same part of the shop, or in another one; -1 to 1. The rooms have none,
            so it is set by judgement: a sofa does not call for a T-shirt of its colour.
        shrink_baskets: Baskets that are added to those of each product before they are believed.
        shrink_kinds: Joint baskets that those of two kinds' families are worth.
        trust: Baskets of the anchor from which they count for half of the score.

    Raises:
        InvalidValueError: A number has no sense; the error names it.
    """

    baskets: float = 0.17
    kinds: float = 0.26
    style: float = 0.07
    words: float = 0.36
    colors: float = 0.12
    popularity: float = 0.02
    department: float = 0.1
    shrink_baskets: float = 5.0
    shrink_kinds: float = 1.0
    trust: float = 20.0

    def __post_init__(self) -> None:
        """Check that each number has sense.

        Raises:
            InvalidValueError: One has none.
        """
        for each in fields(self):
            value = getattr(self, each.name)
            if not 0 <= value < float("inf"):
                raise InvalidValueError(each.name, "a number of zero or more", value)
        for name in ("shrink_baskets", "shrink_kinds", "trust"):
            if not getattr(self, name) > 0:
                raise InvalidValueError(name, "a number above 0", getattr(self, name))


DEFAULT_WEIGHTS = ComplementWeights()


@dataclass(frozen=True, slots=True, eq=False)
class Complements:
    """Candidates with what speaks for them.

    Attributes:
        parts: What each kind of evidence adds to the scores, or takes off, by name.
        is_allowed: Whether each may be shown, shape (n_products,): not the anchor itself, and not
            one of its own kind unless it was in a basket with it more often than by chance.
        kinds: Kind of each.
    """

    parts: Mapping[str, Values]
    is_allowed: NDArray[np.bool_]
    kinds: tuple[str, ...]

    @property
    def scores(self) -> Values:
        """The parts added up, shape (n_products,); higher is better."""
        return np.asarray(sum(self.parts.values()), dtype=np.float64)

    def best(self, limit: int, of_a_kind: int = 2) -> list[int]:
        """Return places of the candidates to show, best first.

        Args:
            limit: Most of them.
            of_a_kind: Most of one kind before all others had as many (see `shopwindow.ranking.cold_start.spread`): ten
                lamps do not go with a sofa.

        Raises:
            InvalidValueError: `of_a_kind` is below 1.
        """
        places = np.flatnonzero(self.is_allowed)
        kinds = [self.kinds[n] for n in places.tolist()]
        return [int(places[n]) for n in spread(self.scores[places], kinds, limit, of_a_kind)]


def complements(
    anchor: Traits,
    vector: Vectors,
    offered: Sequence[Traits],
    rows: Vectors,
    evidence: Evidence,
    weights: ComplementWeights = DEFAULT_WEIGHTS,
) -> Complements:
    """Return how well candidates go with one product.

    What is unknown (no photo, no category, no baskets) adds nothing.

    Args:
        anchor: The product.
        vector: Its unit vector, shape (dim,); zeros for none. What a photo shares with texts says
            more about what goes together than its mere looks: leave out
            `EncoderSpec.only_photos`.
        offered: The candidates.
        rows: Their unit vectors, shape (n_products, dim); zeros for one without.
        evidence: What is known of the anchor and others.
        weights: What each part counts.

    Returns:
        Parts whose sum is the score.

    Raises:
        VectorError: A vector has another width, or values that are not finite.
        InvalidValueError: There are not as many vectors as candidates, or a popularity is not
            from 0 to 1.
    """
    rows, own = _checked(vector, offered, rows, evidence)
    background = np.zeros_like(own) if evidence.background is None else evidence.background
    ids, kinds = [each.product_id for each in offered], [each.kind for each in offered]
    together = above_chance(evidence.products, ids, weights.shrink_baskets)
    families = [each.family for each in offered]
    values = {
        "baskets": together,
        "kinds": lift_share(evidence, kinds, families, weights.shrink_kinds),
        "style": likeness(own, rows, background),
        "words": shared(anchor.words, [each.words for each in offered]),
        "colors": shared(anchor.colors, [each.colors for each in offered]),
        "popularity": np.array([each.popularity for each in offered], dtype=np.float64),
        "department": _same_department(anchor, offered),
    }
    believed = evidence.products.own / (evidence.products.own + weights.trust)
    weighed = {name: (1 - believed) * getattr(weights, name) for name in values}
    weighed["baskets"] += believed
    is_other = np.array([each != anchor.product_id for each in ids], dtype=bool)
    is_same = np.array([bool(each) and each == anchor.kind for each in kinds], dtype=bool)
    return Complements(
        {name: weighed[name] * value for name, value in values.items()},
        is_other & (~is_same | (together > 0)),
        tuple(kinds),
    )


def _same_department(anchor: Traits, offered: Sequence[Traits]) -> Values:
    """Return 1 for those of the anchor's department, -1 for others, 0 where one has none."""
    own = anchor.department
    places = [each.department for each in offered]
    return np.array([(1.0 if p == own else -1.0) if p and own else 0.0 for p in places])


def _checked(
    vector: Vectors, offered: Sequence[Traits], rows: Vectors, evidence: Evidence
) -> tuple[Vectors, Vectors]:
    """Return the candidates' rows and the anchor's vector.

    Raises:
        InvalidValueError: The counts of rows, or a popularity, are wrong.
    """
    dim = np.shape(rows)[-1] if np.ndim(rows) else 0
    rows = check_vectors(rows, dim)
    if len(rows) != len(offered):
        raise InvalidValueError("rows", f"vectors of {len(offered)} candidates", len(rows))
    if evidence.background is not None:
        check_vectors(np.asarray(evidence.background)[None], dim)
    wrong = [each.product_id for each in offered if not 0 <= each.popularity <= 1]
    if wrong:
        raise InvalidValueError("popularity", "values from 0 to 1", wrong)
    return rows, check_vectors(np.asarray(vector)[None], dim)[0]
