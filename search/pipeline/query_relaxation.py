"""Query relaxation: which filters to drop when nothing passes them all."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import accumulate
from typing import Any

from shopwindow.values import Filters, Query, SearchResponse
from shopwindow.values.errors import InvalidQueryError

PARSED_FILTERS = "named"
"""Name of the filters parsed from the query's text, in a list of dropped filters."""

_DROPPED_VALUES: Mapping[str, Mapping[str, Any]] = {
    "created_since": {"created_since": None},
    "attributes": {"attributes": {}},
    "price": {"price_min": None, "price_max": None},
    "in_stock": {"in_stock": None},
    "brand": {"brand": ()},
    "category": {"category": ""},
}
"""The filters that can be dropped, from the least to the most telling about the product, each with
the values that drop it. Merchants are missing: nobody is shown another shop's products. So are
groups: they are the variants of one product."""


def find_first_page(responses: Iterator[SearchResponse]) -> SearchResponse:
    """Return the first response that has hits; the first of all when none has."""
    first = next(responses)
    if first.hits:
        return first
    return next((response for response in responses if response.hits), first)


def generate_attempts(
    query: Query, parsed_filters: Filters, count: Callable[[Filters], int]
) -> Iterator[tuple[str, ...]]:
    """Yield the names of filters to drop, fewer before more, for as long as nothing is found.

    Args:
        query: The query.
        parsed_filters: Its filters, and those parsed from its text.
        count: Counts the products that pass some filters.
    """
    yield ()
    if parsed_filters != query.filters:
        # Nothing is that cheap: better the right products, and a note about their price.
        yield (PARSED_FILTERS,)
    if query.relax:
        for names in generate_relaxations(query.filters):
            if count(drop_filters(query.filters, names)):
                yield (PARSED_FILTERS, *names)


def generate_relaxations(filters: Filters) -> Iterator[tuple[str, ...]]:
    """Yield names of filters to drop: first each one alone, then more and more together.

    Args:
        filters: The filters that nothing passes.
    """
    active = [name for name in _DROPPED_VALUES if drop_filters(filters, (name,)) != filters]
    singles = [(name,) for name in active]
    yield from singles
    yield from list(accumulate(singles))[1:]


def drop_filters(filters: Filters, names: tuple[str, ...]) -> Filters:
    """Return the filters without some of them.

    Raises:
        InvalidQueryError: A filter of that name cannot be dropped; the name is from a bad cursor.
    """
    for name in names:
        if name not in _DROPPED_VALUES:
            raise InvalidQueryError("cursor", "the `next_cursor` of a page", name)
        filters = replace(filters, **_DROPPED_VALUES[name])
    return filters
