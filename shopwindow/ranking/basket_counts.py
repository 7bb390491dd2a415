"""What was bought, or shown in one room, together: counts of products and of their categories."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import permutations
from typing import Self, TypeAlias

from shopwindow.ranking.complement_features import Traits
from shopwindow.values.encoder import Vectors
from shopwindow.values.errors import InvalidValueError

Counts: TypeAlias = Mapping[str, float]
"""Baskets by product id, or by category."""


@dataclass(frozen=True, slots=True)
class JointCounts:
    """In how many baskets one thing was, alone and with others: products, or categories.

    Attributes:
        n_baskets: All baskets.
        own: Baskets with the thing.
        joint: Baskets with the thing and another one, by the other; a category is with itself in a
            basket of two of its products.
        each: Baskets with the other one; what is missing was in those of `joint` alone.

    Raises:
        InvalidValueError: A count is negative or not a number, or greater than it can be.
    """

    n_baskets: float = 0.0
    own: float = 0.0
    joint: Counts = field(default_factory=dict)
    each: Counts = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check that the counts can be those of the same baskets.

        Raises:
            InvalidValueError: They cannot.
        """
        if not 0 <= self.n_baskets < float("inf"):
            raise InvalidValueError("n_baskets", "a number of zero or more", self.n_baskets)
        if not 0 <= self.own <= self.n_baskets:
            raise InvalidValueError("own", f"from 0 to {self.n_baskets} baskets", self.own)
        for name, most in (("joint", self.own), ("each", self.n_baskets)):
            counts: Counts = getattr(self, name)
            wrong = {key: n for key, n in counts.items() if not 0 <= n <= most}
            if wrong:
                raise InvalidValueError(name, f"counts from 0 to {most} of the baskets", wrong)

    def of(self, name: str) -> tuple[float, float]:
        """Return the baskets with another thing, joint ones and all of them."""
        joint = self.joint.get(name, 0.0)
        return joint, max(self.each.get(name, 0.0), joint)


NOTHING = JointCounts()


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What a shop knows of one product, its anchor, and others.

    Attributes:
        products: Of the anchor, with other products by id.
        kinds: Of its kind, with other kinds.
        families: Of its family, with other families.
        background: Mean vector of the catalogue, shape (dim,); None takes chance for a cosine
            of 0.
    """

    products: JointCounts = NOTHING
    kinds: JointCounts = NOTHING
    families: JointCounts = NOTHING
    background: Vectors | None = None


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

    def of(self, name: str, n_baskets: int) -> JointCounts:
        """Return the counts of one name."""
        joint = self.joint.get(name, Counter[str]())
        return JointCounts(n_baskets, self.each.get(name, 0), dict(joint), self.each)


class Baskets:
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
    def of(cls, baskets: Iterable[Iterable[Traits]]) -> Self:
        """Return the counts of baskets; what is in one of them twice counts once."""
        counter = cls()
        for basket in baskets:
            counter.add(basket)
        return counter

    def add(self, basket: Iterable[Traits]) -> None:
        """Count one more basket; what is in it twice counts once."""
        members = {each.product_id: each for each in basket}.values()
        self.n_baskets += 1
        self._products.add(each.product_id for each in members)
        self._kinds.add(each.kind for each in members)
        self._families.add(each.family for each in members)

    def count(self, product_id: str) -> int:
        """Return how many baskets a product was in."""
        return self._products.each.get(product_id, 0)

    def evidence(self, anchor: Traits, background: Vectors | None = None) -> Evidence:
        """Return what the baskets say about one product.

        Args:
            anchor: The product.
            background: See `Evidence`.
        """
        return Evidence(
            self._products.of(anchor.product_id, self.n_baskets),
            self._kinds.of(anchor.kind, self.n_baskets),
            self._families.of(anchor.family, self.n_baskets),
            background,
        )
