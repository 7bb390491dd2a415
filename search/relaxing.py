"""Filters that are given up when nothing passes them all."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import accumulate
from typing import Any

from core.query import Filters

_EMPTY: Mapping[str, Mapping[str, Any]] = {
    "created_since": {"created_since": None},
    "attributes": {"attributes": {}},
    "price": {"price_min": None, "price_max": None},
    "in_stock": {"in_stock": None},
    "brand": {"brand": ()},
    "category": {"category": ""},
}
"""What can be given up, from what says least about the thing to what says most. Merchants are
missing: nobody is shown another shop's products. So are groups: they are the variants of one
thing."""


def relaxations(filters: Filters) -> Iterator[tuple[tuple[str, ...], Filters]]:
    """Yield ever fewer filters: first without one of them, then without more and more.

    Args:
        filters: The filters that nothing passes.

    Yields:
        Names of what is given up, and the filters that are left.
    """
    on = [name for name in _EMPTY if _without(filters, (name,)) != filters]
    singles = [(name,) for name in on]
    several = list(accumulate(singles))[1:]
    for names in (*singles, *several):
        yield names, _without(filters, names)


def _without(filters: Filters, names: tuple[str, ...]) -> Filters:
    for name in names:
        filters = replace(filters, **_EMPTY[name])
    return filters
