"""The products that a rule selects, and whether two rules can select the same ones."""

from dataclasses import field
from enum import Enum
from typing import Self

from pydantic import InstanceOf, model_validator

from index.text import fold
from search.rules.field_types import UniqueTexts, make_rule_error
from shopwindow.values import Filters, as_tuple
from shopwindow.values.config import checked_dataclass
from shopwindow.values.errors import InvalidValueError


def check_restricted(ids: tuple[str, ...], filters: Filters) -> None:
    """Check that ids or conditions do not select every product.

    Raises:
        InvalidValueError: There are neither.
    """
    if not ids and filters == Filters():
        expected = "a list of ids, or conditions such as `brand`"
        raise InvalidValueError("", expected, {}, "As it is, no product is selected")


@checked_dataclass(make_rule_error)
class Selection:
    """Products by ids, by conditions, or by both: then those of the ids that fulfil them.

    Attributes:
        ids: Product ids.
        filters: Conditions, all of which must hold.

    Raises:
        RuleError: It would select every product, or an id is repeated.
    """

    ids: UniqueTexts = ()
    filters: InstanceOf[Filters] = field(default_factory=Filters)

    @model_validator(mode="after")
    def _check_restricted(self) -> Self:
        check_restricted(self.ids, self.filters)
        return self

    @property
    def has_conditions(self) -> bool:
        """Whether there are conditions beside ids."""
        return self.filters != Filters()


class Overlap(Enum):
    """Whether two selections have a product in common."""

    NONE = "none"
    POSSIBLE = "possible"
    CERTAIN = "certain"


def detect_overlap(first: Selection, second: Selection) -> Overlap:
    """Return whether two selections have products in common, as far as they tell without the index.

    Equal conditions overlap for certain; others possibly, unless they exclude each other.
    """
    if first.ids and second.ids and not set(first.ids) & set(second.ids):
        return Overlap.NONE
    if _are_exclusive(first.filters, second.filters):
        return Overlap.NONE
    if first == second or not (first.has_conditions or second.has_conditions):
        return Overlap.CERTAIN
    return Overlap.POSSIBLE


def _are_exclusive(first: Filters, second: Filters) -> bool:
    names = set(first.attributes) & set(second.attributes)
    values = [(first.attributes[name], second.attributes[name]) for name in names]
    values += [(first.brand, second.brand), (first.group_id, second.group_id)]
    return (
        any(_are_disjoint(*pair) for pair in values)
        or _are_disjoint(first.merchant_id, second.merchant_id)
        or (None not in (first.in_stock, second.in_stock) and first.in_stock != second.in_stock)
        or _have_disjoint_prices(first, second)
        or _are_separate_categories(first.category, second.category)
    )


def _are_disjoint(first: str | tuple[str, ...], second: str | tuple[str, ...]) -> bool:
    first_values, second_values = (
        {fold(value) for value in as_tuple(values) if value.strip()} for values in (first, second)
    )
    return bool(first_values and second_values) and first_values.isdisjoint(second_values)


def _have_disjoint_prices(first: Filters, second: Filters) -> bool:
    """Return whether no price lies in both ranges."""
    lows = [price for price in (first.price_min, second.price_min) if price is not None]
    highs = [price for price in (first.price_max, second.price_max) if price is not None]
    return bool(lows and highs) and max(lows) > min(highs)


def _are_separate_categories(first: str, second: str) -> bool:
    """Return whether two paths diverge; a name alone may be anywhere in the tree."""
    shorter, longer = sorted((parse_category_path(first), parse_category_path(second)), key=len)
    return len(shorter) > 1 and longer[: len(shorter)] != shorter


def parse_category_path(category: str) -> tuple[str, ...]:
    """Return the nodes of a category as written in a filter, case-folded; empty for ""."""
    nodes = (fold(name) for name in category.split(">"))
    return tuple(node for node in nodes if node)
