"""Generators of complements: bought together, of the same series, in one style, or new."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from index import CATEGORY_SEPARATOR, ProductQuery, to_conditions
from index.store import SPARSE
from index.text import analyze, build_query_vector, hash_term
from search.recommendations.candidate_pools import CandidatePoolCache
from search.recommendations.state import ComplementState
from shopwindow.personalization import Personalizer

N_BY_KEYWORDS = 80
N_BY_STYLE = 80
N_CATEGORIES = 12
N_PER_CATEGORY = 20


class CoPurchasedProducts:
    """Products that were bought together with the anchor.

    Args:
        personalizer: Has the catalogue.
    """

    def __init__(self, personalizer: Personalizer) -> None:
        self._index = personalizer.catalog.index

    def generate(self, state: ComplementState) -> Sequence[str]:
        """Return those that pass the filters."""
        partners = list(state.baskets.products.pair_counts)
        return self._index.filter_products(partners, state.context.query.filters)


class RelatedProducts:
    """Products of the anchor's series, brand or material, and those in its style.

    Args:
        personalizer: Has the catalogue.
    """

    def __init__(self, personalizer: Personalizer) -> None:
        self._catalog = personalizer.catalog
        self._index = personalizer.catalog.index

    def generate(self, state: ComplementState) -> Sequence[str]:
        """Return products by keywords, then by style in all categories and in related ones."""
        queries = [*self._query_keywords(state), *self._query_styles(state)]
        results = self._index.query(queries) if queries else []
        return [product_id for hits in results for product_id, _ in hits]

    def _query_keywords(self, state: ComplementState) -> list[ProductQuery]:
        """Return the query for products that share title keywords: series, brand or material."""
        language = state.anchor.product.language
        keywords = analyze(" ".join(sorted(state.features.title_keywords)), language)
        if not keywords:
            return []
        vector = build_query_vector(hash_term(keyword.stem) for keyword in keywords)
        conditions = to_conditions(state.context.query.filters)
        return [ProductQuery(SPARSE, vector, conditions, limit=N_BY_KEYWORDS)]

    def _query_styles(self, state: ComplementState) -> list[ProductQuery]:
        """Return queries for the same style, in all categories and in complementary ones."""
        anchor, filters = state.anchor, state.context.query.filters
        if anchor.vector is None:
            return []
        space = self._catalog.space
        vector = self._catalog.stack_vectors([anchor])[0]
        style = self._index.expand(space, vector * self._index.shared_mask(space))
        length = float(np.linalg.norm(style))
        if length < 1e-6:
            return []
        queries = [ProductQuery(space, style / length, to_conditions(filters), limit=N_BY_STYLE)]
        if filters.category:
            return queries
        for category in self._list_categories(state):
            in_category = to_conditions(replace(filters, category=category))
            queries.append(ProductQuery(space, style / length, in_category, limit=N_PER_CATEGORY))
        return queries

    def _list_categories(self, state: ComplementState) -> list[str]:
        """Return complementary categories; where baskets name too few, the largest ones fill up."""
        anchor = state.anchor.product
        categories = {
            category.casefold(): None for category in state.baskets.categories.pair_counts
        }
        largest = self._index.facet("category", state.context.query.filters, 4 * N_CATEGORIES)
        categories |= {path.split(CATEGORY_SEPARATOR)[-1].casefold(): None for path in largest}
        categories.pop(anchor.category[-1].casefold() if anchor.category else "", None)
        return list(categories)[:N_CATEGORIES]


class PooledComplements:
    """The newest products and those of the day.

    Args:
        pools: Candidates that do not depend on the visitor.
    """

    def __init__(self, pools: CandidatePoolCache) -> None:
        self._pools = pools

    def generate(self, state: ComplementState) -> Sequence[str]:
        """Return the products of the pool."""
        pool = self._pools.get(state.context.query.filters)
        return [*pool.newest, *pool.rotating]
