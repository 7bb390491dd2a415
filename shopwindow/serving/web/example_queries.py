"""Example queries, taken from the catalogue itself so that each finds something."""

import re
from collections.abc import Iterable

from search import SearchService
from shopwindow.serving.web.translations import detect_language
from shopwindow.values import Product, Query
from shopwindow.values.errors import ShopwindowError

_MAX_PRODUCTS = 200
_QUERIES_PER_LANGUAGE = 3
_MAX_WORDS = 3
_WORD = re.compile(r"\b[^\W\d_]{2,}\b")


def build_example_queries(service: SearchService) -> tuple[str, ...]:
    """Return a few English and a few Arabic queries from products of several categories.

    Returns:
        At most six; none for an index that is empty or cannot be read.
    """
    try:
        response = service.search(Query(limit=_MAX_PRODUCTS, facets=()))
    except ShopwindowError:  # opening the page will report it
        return ()
    products = _pick_one_per_category(hit.product for hit in response.hits)
    titles = [_WORD.findall(title) for product in products for title in _list_titles(product)]
    titles.sort(key=lambda words: len(words) > _MAX_WORDS)  # whole titles first
    candidates = dict.fromkeys(" ".join(words[:_MAX_WORDS]) for words in titles if words)
    queries: list[str] = []
    for language in ("en", "ar"):
        in_language = [query for query in candidates if detect_language(query) == language]
        queries += in_language[:_QUERIES_PER_LANGUAGE]
    return tuple(queries)


def _pick_one_per_category(products: Iterable[Product]) -> list[Product]:
    """Return the first product of each category, in their order."""
    first: dict[tuple[str, ...], Product] = {}
    for product in products:
        first.setdefault(product.category, product)
    return list(first.values())


def _list_titles(product: Product) -> list[str]:
    return [product.title, *(text.title for text in product.translations.values())]
