"""Which products a rule acts on, and whether two rules can act on the same ones."""

from dataclasses import dataclass, field
from enum import Enum

from index.text.analyzer import fold
from search.rules.rule_checks import format_value, raise_on_faults, validate_texts
from shopwindow.values.query import Filters, as_tuple


@dataclass(frozen=True, slots=True)
class Selection:
    """Products by their ids, by conditions, or by both: then those of the ids that fulfil them.

    Attributes:
        ids: Product ids.
        filters: Conditions, all of which must hold.

    Raises:
        RuleError: It would select every product, or an id stands there twice.
    """

    ids: tuple[str, ...] = ()
    filters: Filters = field(default_factory=Filters)

    def __post_init__(self) -> None:
        """Check that something is asked of the products.

        Raises:
            RuleError: See the class.
        """
        if not isinstance(self.filters, Filters):
            raise_on_faults([f"`filters`: expected core.Filters, got {format_value(self.filters)}"])
        if self.ids or not isinstance(self.ids, tuple):
            raise_on_faults(validate_texts("ids", self.ids))
        elif not self.has_conditions:
            raise_on_faults(
                ["no product is selected; give a list of ids, or conditions such as `brand`"]
            )

    @property
    def has_conditions(self) -> bool:
        """Whether ids alone do not say which products are meant."""
        return self.filters != Filters()


class Overlap(Enum):
    """Whether two selections have a product in common."""

    NONE = "none"
    POSSIBLE = "possible"
    CERTAIN = "certain"


def detect_overlap(one: Selection, other: Selection) -> Overlap:
    """Return whether two selections have products in common, as far as that shows without asking.

    Equal conditions overlap for certain, other conditions may, unless they exclude each other.
    """
    if one.ids and other.ids and not set(one.ids) & set(other.ids):
        return Overlap.NONE
    if _exclude(one.filters, other.filters):
        return Overlap.NONE
    if one == other or not (one.has_conditions or other.has_conditions):
        return Overlap.CERTAIN
    return Overlap.POSSIBLE


def _exclude(one: Filters, other: Filters) -> bool:
    names = set(one.attributes) & set(other.attributes)
    values = [(one.attributes[name], other.attributes[name]) for name in names]
    values += [(one.brand, other.brand), (one.group_id, other.group_id)]
    return (
        any(_disjoint(*pair) for pair in values)
        or _disjoint(one.merchant_id, other.merchant_id)
        or (None not in (one.in_stock, other.in_stock) and one.in_stock != other.in_stock)
        or _apart(one, other)
        or _branches(one.category, other.category)
    )


def _disjoint(one: str | tuple[str, ...], other: str | tuple[str, ...]) -> bool:
    few, many = (
        {fold(each) for each in as_tuple(values) if each.strip()} for values in (one, other)
    )
    return bool(few and many) and few.isdisjoint(many)


def _apart(one: Filters, other: Filters) -> bool:
    """Return whether no price can lie in both ranges."""
    lows = [each for each in (one.price_min, other.price_min) if each is not None]
    highs = [each for each in (one.price_max, other.price_max) if each is not None]
    return bool(lows and highs) and max(lows) > min(highs)


def _branches(one: str, other: str) -> bool:
    """Return whether two paths part somewhere; a name alone may stand anywhere in the tree."""
    few, many = sorted((parse_category_path(one), parse_category_path(other)), key=len)
    return len(few) > 1 and many[: len(few)] != few


def parse_category_path(category: str) -> tuple[str, ...]:
    """Return the nodes of a category as it is written in a filter, folded; none for ""."""
    nodes = (fold(each) for each in category.split(">"))
    return tuple(each for each in nodes if each)
