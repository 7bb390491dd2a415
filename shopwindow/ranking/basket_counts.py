"""What was bought, or shown in one room, together: counts of products and of their categories."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import permutations
from typing import Self, TypeAlias

from shopwindow.ranking.complement_features import ComplementFeatures
from shopwindow.values.encoder import Vectors
from shopwindow.values.errors import InvalidValueError

Counts: TypeAlias = Mapping[str, float]
"""Baskets by product id, or by category."""


@dataclass(frozen=True, slots=True)
class CooccurrenceCounts:
    """In how many baskets one thing was, alone and with others: products, or categories.

    Attributes:
        n_baskets: All baskets.
        anchor_count: Baskets with the thing.
        pair_counts: Baskets with the thing and another one, by the other; a category is with itself in a
            basket of two of its products.
        item_counts: Baskets with the other one; what is missing was in those of `pair_counts` alone.

    Raises:
        InvalidValueError: A count is negative or not a number, or greater than it can be.
    """

    n_baskets: float = 0.0
    anchor_count: float = 0.0
    pair_counts: Counts = field(default_factory=dict)
    item_counts: Counts = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check that the counts can be those of the same baskets.

        Raises:
            InvalidValueError: They cannot.
        """
        if not 0 <= self.n_baskets < float("inf"):
            raise InvalidValueError("n_baskets", "a number of zero or more", self.n_baskets)
        if not 0 <= self.anchor_count <= self.n_baskets:
            raise InvalidValueError(
                "anchor_count", f"from 0 to {self.n_baskets} baskets", self.anchor_count
            )
        for name, most in (("pair_counts", self.anchor_count), ("item_counts", self.n_baskets)):
            counts: Counts = getattr(self, name)
            wrong = {key: n for key, n in counts.items() if not 0 <= n <= most}
            if wrong:
                raise InvalidValueError(name, f"counts from 0 to {most} of the baskets", wrong)

    def get_counts(self, name: str) -> tuple[float, float]:
        """Return the baskets with another thing, joint ones and all of them."""
        joint = self.pair_counts.get(name, 0.0)
        return joint, max(self.item_counts.get(name, 0.0), joint)


NO_COOCCURRENCES = CooccurrenceCounts()


@dataclass(frozen=True, slots=True, eq=False)
class BasketStatistics:
    """What a shop knows of one product, its anchor, and others.

    Attributes:
        products: Of the anchor, with other products by id.
        categories: Of its kind, with other kinds.
        parent_categories: Of its family, with other families.
        catalog_mean: Mean vector of the catalogue, shape (dim,); None takes chance for a cosine
            of 0.
    """

    products: CooccurrenceCounts = NO_COOCCURRENCES
    categories: CooccurrenceCounts = NO_COOCCURRENCES
    parent_categories: CooccurrenceCounts = NO_COOCCURRENCES
    catalog_mean: Vectors | None = None


class _Counter:
    """Baskets with each name, and with each two of them."""

    def __init__(self) -> None:
        self.each: Counter[str] = Counter()
        self.joint: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def add(self, names: Iterable[str]) -> None:
        """Count one basket, in which each product is named once; empty names are unknown."""
        counts = Counter(name for name in names if name)
        self.each.update(counts.keys())
        for first, second in permutations(counts, 2):
            self.joint[first][second] += 1
        for name, n_products in counts.items():
            if n_products > 1:
                self.joint[name][name] += 1

    def of(self, name: str, n_baskets: int) -> CooccurrenceCounts:
        """Return the counts of one name."""
        joint = self.joint.get(name, Counter[str]())
        return CooccurrenceCounts(n_baskets, self.each.get(name, 0), dict(joint), self.each)


class BasketCounter:
    """A counter of baskets in memory.

    Examples:
        >>> sofa, rug = Traits("s1", "sofas"), Traits("r1", "rugs")
        >>> baskets = Baskets.of([[sofa, rug], [sofa]])
        >>> dict(baskets.evidence(sofa).products.joint)
        {'r1': 1}
    """

    def __init__(self) -> None:
        self.n_baskets = 0
        self._products, self._kinds, self._families = _Counter(), _Counter(), _Counter()

    @classmethod
    def from_baskets(cls, baskets: Iterable[Iterable[ComplementFeatures]]) -> Self:
        """Return the counts of baskets; what is in one of them twice counts once."""
        counter = cls()
        for basket in baskets:
            counter.add(basket)
        return counter

    def add(self, basket: Iterable[ComplementFeatures]) -> None:
        """Count one more basket; what is in it twice counts once."""
        members = {each.product_id: each for each in basket}.values()
        self.n_baskets += 1
        self._products.add(each.product_id for each in members)
        self._kinds.add(each.category for each in members)
        self._families.add(each.parent_category for each in members)

    def get_count(self, product_id: str) -> int:
        """Return how many baskets a product was in."""
        return self._products.each.get(product_id, 0)

    def get_statistics(
        self, anchor: ComplementFeatures, catalog_mean: Vectors | None = None
    ) -> BasketStatistics:
        """Return what the baskets say about one product.

        Args:
            anchor: The product.
            catalog_mean: See `BasketStatistics`.
        """
        return BasketStatistics(
            self._products.of(anchor.product_id, self.n_baskets),
            self._kinds.of(anchor.category, self.n_baskets),
            self._families.of(anchor.parent_category, self.n_baskets),
            catalog_mean,
        )
