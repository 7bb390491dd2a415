"""Walking through the pages of an answer."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from search import SearchService
from shopwindow.values import Query, SearchResponse


def pages(
    service: SearchService, query: Query, between: Callable[[], object] = lambda: None
) -> Iterator[SearchResponse]:
    """Yield every page of a query, with something done between them."""
    page = service.search(query)
    yield page
    for _ in range(500):
        if not page.next_cursor:
            return
        between()
        page = service.search(replace(query, cursor=page.next_cursor))
        yield page
    pytest.fail("the pages do not end")


def ids(page: SearchResponse) -> list[str]:
    return [hit.product.id for hit in page.hits]


def joined(service: SearchService, query: Query) -> list[str]:
    return [each for page in pages(service, query) for each in ids(page)]


def whole(service: SearchService, query: Query) -> list[str]:
    """The ids of one long page."""
    page = service.search(replace(query, limit=500))
    assert page.next_cursor == ""
    return ids(page)
