"""Walks through the pages of a search, for tests."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from search import SearchService
from shopwindow.values import Query, SearchResponse


def iterate_pages(
    service: SearchService, query: Query, between: Callable[[], object] = lambda: None
) -> Iterator[SearchResponse]:
    """Yield every page of a query, calling `between` before each further one."""
    page = service.search(query)
    yield page
    for _ in range(500):
        if not page.next_cursor:
            return
        between()
        page = service.search(replace(query, cursor=page.next_cursor))
        yield page
    pytest.fail("the pages do not end")


def get_ids(page: SearchResponse) -> list[str]:
    return [hit.product.id for hit in page.hits]


def collect_ids(service: SearchService, query: Query) -> list[str]:
    return [product_id for page in iterate_pages(service, query) for product_id in get_ids(page)]


def get_all_ids(service: SearchService, query: Query) -> list[str]:
    """Return the ids of one page with all hits."""
    page = service.search(replace(query, limit=500))
    assert page.next_cursor == ""
    return get_ids(page)
