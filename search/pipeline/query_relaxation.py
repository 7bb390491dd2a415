"""Filters that are given up when nothing passes them all."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import accumulate
from typing import Any

from shopwindow.values.errors import InvalidQueryError
from shopwindow.values.query import Filters, Query
from shopwindow.values.response import SearchResponse

PARSED_FILTERS = "named"
"""In what is given up: the filters that the query's words named."""

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


def find_first_page(pages: Iterator[SearchResponse]) -> SearchResponse:
    """Return the first page that has hits; the first of all when none has."""
    first = next(pages)
    return first if first.hits else next((page for page in pages if page.hits), first)


def generate_attempts(
    query: Query, understood: Filters, passes: Callable[[Filters], object]
) -> Iterator[tuple[str, ...]]:
    """Yield what is given up, less before more, until something is found.

    Args:
        query: What is asked.
        understood: Its filters, and those that its words named.
        passes: Whether anything passes some filters.
    """
    yield ()
    if understood != query.filters:
        # Nothing is that cheap: better the right things, and a word about their price.
        yield (PARSED_FILTERS,)
    if query.relax:
        for names in generate_relaxations(query.filters):
            if passes(drop_filters(query.filters, names)):
                yield (PARSED_FILTERS, *names)


def generate_relaxations(filters: Filters) -> Iterator[tuple[str, ...]]:
    """Yield names of filters to give up: first one of them, then more and more.

    Args:
        filters: The filters that nothing passes.
    """
    on = [name for name in _EMPTY if drop_filters(filters, (name,)) != filters]
    singles = [(name,) for name in on]
    yield from singles
    yield from list(accumulate(singles))[1:]


def drop_filters(filters: Filters, names: tuple[str, ...]) -> Filters:
    """Return the filters less some of them.

    Raises:
        InvalidQueryError: One of the names cannot be given up; somebody made a cursor up.
    """
    for name in names:
        if name not in _EMPTY:
            raise InvalidQueryError("cursor", "the `next_cursor` of a page", name)
        filters = replace(filters, **_EMPTY[name])
    return filters
