"""What the filters beside the results show: choices of facets, price ranges and limits."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FilterChoice:
    """A facet value to filter by.

    Attributes:
        name: Name of the facet.
        value: Its value; empty for the stock, which has one choice.
        label: What it is called.
        count: Products that it would leave, as text.
        is_selected: Whether it is an active filter.
        children: Categories below it; None for none, or while it is closed.
    """

    name: str
    value: str
    label: str
    count: str
    is_selected: bool
    children: "ChoiceList | None" = None


@dataclass(frozen=True, slots=True)
class ChoiceList:
    """Choices under each other; those beyond the first few are shown on demand.

    Attributes:
        key: Tells the list from others.
        first: Those that are shown.
        rest: The others.
        show_all: What shows them.
    """

    key: str
    first: Sequence[FilterChoice]
    rest: Sequence[FilterChoice]
    show_all: str


@dataclass(frozen=True, slots=True)
class FacetFilter:
    """The choices of a facet.

    Attributes:
        title: What the facet is called.
        choices: Its values.
    """

    title: str
    choices: ChoiceList


@dataclass(frozen=True, slots=True)
class PriceChoice:
    """A price range to filter by.

    Attributes:
        low: Lowest price, as the page sends it; empty for an open end.
        high: Highest price likewise.
        label: What it is called.
        count: Products in it, as text.
        is_selected: Whether it is the active filter.
    """

    low: str
    high: str
    label: str
    count: str
    is_selected: bool


@dataclass(frozen=True, slots=True)
class PriceLimit:
    """A price to enter.

    Attributes:
        name: Field of the filters.
        label: What it is called.
        value: What is entered; empty for none.
    """

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class PriceFilter:
    """The price ranges, and the two limits to enter.

    Attributes:
        title: What they are called.
        buckets: Ranges to choose from.
        limits: Lowest and highest price.
    """

    title: str
    buckets: Sequence[PriceChoice]
    limits: Sequence[PriceLimit]
