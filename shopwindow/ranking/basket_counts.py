"""Counts of products, and of their categories, that appear in one basket (or in one room)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import permutations
from typing import Self, TypeAlias

from shopwindow.ranking.complement_features import ComplementFeatures
from shopwindow.values import Vectors
from shopwindow.values.errors import InvalidValueError

Counts: TypeAlias = Mapping[str, float]
"""Number of baskets, by product id or category."""


@dataclass(frozen=True, slots=True)
class CooccurrenceCounts:
    """In how many baskets an anchor appears, alone and with other items.

    The anchor and the items are products, or they are categories.

    Attributes:
        n_baskets: Number of all baskets.
        anchor_count: Baskets with the anchor.
        pair_counts: Baskets with the anchor and another item, by item. A category is paired with
            itself in a basket of two of its products.
        item_counts: Baskets with the other item; one that is missing was in those of
            `pair_counts` alone.

    Raises:
        InvalidValueError: A count is negative, not finite, or greater than it can be.
    """

    n_baskets: float = 0.0
    anchor_count: float = 0.0
    pair_counts: Counts = field(default_factory=dict)
    item_counts: Counts = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check that the counts can come from the same baskets.

        Raises:
            InvalidValueError: A count is out of range.
        """
        if not 0 <= self.n_baskets < float("inf"):
            raise InvalidValueError("n_baskets", "a number of zero or more", self.n_baskets)
        if not 0 <= self.anchor_count <= self.n_baskets:
            raise InvalidValueError(
                "anchor_count", f"from 0 to {self.n_baskets} baskets", self.anchor_count
            )
        for name, upper_bound in (
            ("pair_counts", self.anchor_count),
            ("item_counts", self.n_baskets),
        ):
            counts: Counts = getattr(self, name)
            wrong = {key: n for key, n in counts.items() if not 0 <= n <= upper_bound}
            if wrong:
                raise InvalidValueError(
                    name, f"counts from 0 to {upper_bound} of the baskets", wrong
                )

    def get_counts(self, name: str) -> tuple[float, float]:
        """Return the baskets with an item and the anchor, and all baskets with the item."""
        pair_count = self.pair_counts.get(name, 0.0)
        return pair_count, max(self.item_counts.get(name, 0.0), pair_count)


NO_COOCCURRENCES = CooccurrenceCounts()


@dataclass(frozen=True, slots=True, eq=False)
class BasketStatistics:
    """Basket counts of one product, the anchor.

    Attributes:
        products: Of the anchor, with other products by id.
        categories: Of its category, with other categories.
        parent_categories: Of its parent category, with other parent categories.
        catalog_mean: Mean vector of the catalogue, shape (dim,), the similarity baseline; None
            for a baseline of 0.
    """

    products: CooccurrenceCounts = NO_COOCCURRENCES
    categories: CooccurrenceCounts = NO_COOCCURRENCES
    parent_categories: CooccurrenceCounts = NO_COOCCURRENCES
    catalog_mean: Vectors | None = None


class _PairCounter:
    """Counts of baskets with each item, and with each pair of items."""

    def __init__(self) -> None:
        self.item_counts: Counter[str] = Counter()
        self.pair_counts: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def add(self, names: Iterable[str]) -> None:
        """Count one basket, which names the item of each product; empty names are unknown."""
        counts = Counter(name for name in names if name)
        self.item_counts.update(counts.keys())
        for first, second in permutations(counts, 2):
            self.pair_counts[first][second] += 1
        for name, n_products in counts.items():
            if n_products > 1:
                self.pair_counts[name][name] += 1

    def get_counts(self, name: str, n_baskets: int) -> CooccurrenceCounts:
        """Return the counts of one item."""
        pair_counts = self.pair_counts.get(name, Counter[str]())
        return CooccurrenceCounts(
            n_baskets, self.item_counts.get(name, 0), dict(pair_counts), self.item_counts
        )


class BasketCounter:
    """Counts baskets in memory.

    Examples:
        >>> sofa, rug = ComplementFeatures("s1", "sofas"), ComplementFeatures("r1", "rugs")
        >>> baskets = BasketCounter.from_baskets([[sofa, rug], [sofa]])
        >>> dict(baskets.get_statistics(sofa).products.pair_counts)
        {'r1': 1}
    """

    def __init__(self) -> None:
        self.n_baskets = 0
        self._products, self._categories, self._parent_categories = (
            _PairCounter(),
            _PairCounter(),
            _PairCounter(),
        )

    @classmethod
    def from_baskets(cls, baskets: Iterable[Iterable[ComplementFeatures]]) -> Self:
        """Return a counter of some baskets; a product that is in one of them twice counts once."""
        counter = cls()
        for basket in baskets:
            counter.add(basket)
        return counter

    def add(self, basket: Iterable[ComplementFeatures]) -> None:
        """Count one more basket; a product that is in it twice counts once."""
        unique_features = {features.product_id: features for features in basket}.values()
        self.n_baskets += 1
        self._products.add(features.product_id for features in unique_features)
        self._categories.add(features.category for features in unique_features)
        self._parent_categories.add(features.parent_category for features in unique_features)

    def get_count(self, product_id: str) -> int:
        """Return the number of baskets with a product."""
        return self._products.item_counts.get(product_id, 0)

    def get_statistics(
        self, anchor: ComplementFeatures, catalog_mean: Vectors | None = None
    ) -> BasketStatistics:
        """Return the basket counts of one product.

        Args:
            anchor: The product.
            catalog_mean: Mean vector of the catalogue, shape (dim,); see `BasketStatistics`.
        """
        return BasketStatistics(
            self._products.get_counts(anchor.product_id, self.n_baskets),
            self._categories.get_counts(anchor.category, self.n_baskets),
            self._parent_categories.get_counts(anchor.parent_category, self.n_baskets),
            catalog_mean,
        )
