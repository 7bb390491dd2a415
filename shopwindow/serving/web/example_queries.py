"""Queries to try, taken from the catalogue itself, so that each of them finds something."""

import re
from collections.abc import Iterable

from search import SearchService
from shopwindow.serving.web.translations import detect_language
from shopwindow.values import Product, Query
from shopwindow.values.errors import ShopwindowError

_N_READ = 200
_N_EACH = 3
_MAX_WORDS = 3
_WORD = re.compile(r"\b[^\W\d_]{2,}\b")


def build_example_queries(service: SearchService) -> tuple[str, ...]:
    """Return a few English and a few Arabic queries from products of several categories.

    Returns:
        At most six; none for an index that is empty or cannot be read.
    """
    try:
        page = service.search(Query(limit=_N_READ, facets=()))
    except ShopwindowError:  # the page itself will say so
        return ()
    spread = _spread(hit.product for hit in page.hits)
    titles = [_WORD.findall(title) for product in spread for title in _titles(product)]
    titles.sort(key=lambda words: len(words) > _MAX_WORDS)  # whole titles first
    shortened = [" ".join(words[:_MAX_WORDS]) for words in titles]
    found: list[str] = []
    for language in ("en", "ar"):
        queries = dict.fromkeys(each for each in shortened if each)
        found += [each for each in queries if detect_language(each) == language][:_N_EACH]
    return tuple(found)


def _spread(products: Iterable[Product]) -> list[Product]:
    """Return one product of each category, then the rest."""
    first: dict[tuple[str, ...], Product] = {}
    for product in products:
        first.setdefault(product.category, product)
    return list(first.values())


def _titles(product: Product) -> list[str]:
    return [product.title, *(each.title for each in product.translations.values())]
