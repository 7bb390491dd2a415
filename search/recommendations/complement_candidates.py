"""Candidates for complements of a product, and their scores."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from index import CATEGORY_SEPARATOR, to_conditions
from index.store import SPARSE, VectorQuery
from index.text import analyze, build_query_vector, hash_term
from search.merchant_scope import filter_to_merchants, get_merchant_ids
from search.recommendations.candidate_pools import CandidatePoolCache
from search.retrieval.similarity_baseline import BaselineSample
from shopwindow.personalization import (
    CATEGORY_SUFFIX,
    CO_PURCHASED,
    PARENT_CATEGORY_SUFFIX,
    CatalogItem,
    Personalizer,
)
from shopwindow.ranking import (
    BasketStatistics,
    ComplementFeatures,
    CooccurrenceCounts,
    ScoredComplements,
    score_complements,
)
from shopwindow.values import Filters, Vectors, l2_normalize

N_PARTNERS = 100
N_PARTNERS_READ = 1000
"""Partners that are read where only some merchants' products count."""

N_BY_KEYWORDS = 80
N_BY_STYLE = 80
N_CATEGORIES = 12
N_PER_CATEGORY = 20


class ComplementFinder:
    """Finds complements of products.

    Args:
        personalizer: Profiles, statistics and the catalogue.
        pools: Candidates that do not depend on the visitor.
    """

    def __init__(self, personalizer: Personalizer, pools: CandidatePoolCache) -> None:
        self._personalizer = personalizer
        self._index = personalizer.catalog.index
        self._pools = pools

    def find(
        self,
        anchor: CatalogItem,
        filters: Filters,
        baseline: BaselineSample,
        exclude_ids: Iterable[str] = (),
    ) -> tuple[Sequence[CatalogItem], ScoredComplements]:
        """Return candidate complements of a product, and their scores.

        Args:
            anchor: The product.
            filters: Filters that every candidate passes.
            baseline: The similarity baseline.
            exclude_ids: Products that are left out; variants of the anchor always are.
        """
        features = ComplementFeatures.from_product(anchor.product)
        counts = self._read_counts(features, filters)
        excluded_ids = {anchor.product.id, *exclude_ids}
        point_ids = self._find_points(anchor, features, counts, filters)
        group_id = anchor.product.group_id
        items = [
            item
            for item in self._personalizer.catalog.get_items_by_point(point_ids).values()
            if item.product.id not in excluded_ids
            and not (group_id and item.product.group_id == group_id)
        ]
        candidates = self._extract_features(items, filters)
        vectors = self._select_shared_dims(
            self._personalizer.catalog.stack_vectors([anchor, *items])
        )
        sample = baseline.vectors.get(self._personalizer.catalog.space)
        catalog_mean = None if sample is None else self._select_shared_dims(sample).mean(axis=0)
        statistics = BasketStatistics(*counts, catalog_mean)
        return items, score_complements(features, vectors[0], candidates, vectors[1:], statistics)

    def _extract_features(
        self, items: Sequence[CatalogItem], filters: Filters
    ) -> list[ComplementFeatures]:
        product_ids = [item.product.id for item in items]
        estimate, _ = self._personalizer.engagement_estimator.estimate(
            product_ids, bool(get_merchant_ids(filters))
        )
        popularities = estimate.saturate(
            self._personalizer.engagement_estimator.get_prior().mean
        ).tolist()
        return [
            ComplementFeatures.from_product(item.product, popularity)
            for item, popularity in zip(items, popularities, strict=True)
        ]

    def _select_shared_dims(self, vectors: Vectors) -> Vectors:
        """Return unit vectors of the dimensions that photos share with texts: meaning, not look.

        Args:
            vectors: As they are stored, shape (n, stored_dim).

        Returns:
            Shape (n, n_shared_dims).
        """
        shared_dims = self._index.shared_mask(self._personalizer.catalog.space)
        return l2_normalize(vectors[:, shared_dims])

    def _read_counts(
        self, features: ComplementFeatures, filters: Filters
    ) -> tuple[CooccurrenceCounts, CooccurrenceCounts, CooccurrenceCounts]:
        categories = self._read_joint_counts(
            f"{CO_PURCHASED}{CATEGORY_SUFFIX}", features.category, N_PARTNERS
        )
        parent_categories = self._read_joint_counts(
            f"{CO_PURCHASED}{PARENT_CATEGORY_SUFFIX}", features.parent_category, N_PARTNERS
        )
        if not (merchants := get_merchant_ids(filters)):
            return (
                self._read_joint_counts(CO_PURCHASED, features.product_id, N_PARTNERS),
                categories,
                parent_categories,
            )
        # Other merchants' products must not crowd out what these merchants sell with it.
        products = self._read_joint_counts(CO_PURCHASED, features.product_id, N_PARTNERS_READ)
        visible_ids = self._index.filter_products(
            list(products.pair_counts), filter_to_merchants(merchants)
        ).values()
        visible_counts = {
            product_id: products.pair_counts[product_id] for product_id in visible_ids
        }
        return replace(products, pair_counts=visible_counts), categories, parent_categories

    def _read_joint_counts(self, rule: str, name: str, limit: int) -> CooccurrenceCounts:
        """Return the number of baskets of a product or category, alone and with its top partners.

        Baskets end a day after their first product and are counted while they grow, so counts may
        differ by a few from those of one set of baskets; they are limited to what is possible.
        """
        store = self._personalizer.store
        pair_counts = store.get_cooccurrences(rule, [name], limit).get(name, {}) if name else {}
        if not pair_counts:
            return CooccurrenceCounts()
        item_counts = store.get_occurrences(rule, [name, *pair_counts])
        n_baskets = max(
            [store.get_occurrences(CO_PURCHASED, [""]).get("", 0.0), *item_counts.values()]
        )
        anchor_count = item_counts.get(name, 0.0)
        limited = {partner: min(count, anchor_count) for partner, count in pair_counts.items()}
        return CooccurrenceCounts(n_baskets, anchor_count, limited, item_counts)

    def _find_points(
        self,
        anchor: CatalogItem,
        features: ComplementFeatures,
        counts: tuple[CooccurrenceCounts, CooccurrenceCounts, CooccurrenceCounts],
        filters: Filters,
    ) -> list[str]:
        """Return points that pass the filters and may complement the anchor."""
        products, categories, _ = counts
        point_ids = list(self._index.filter_products(list(products.pair_counts), filters))
        queries = [*self._query_keywords(anchor, features, filters)]
        queries += self._query_styles(anchor, list(categories.pair_counts), filters)
        results = self._index.query(queries) if queries else []
        pool = self._pools.get(filters)
        point_ids += [point_id for hits in results for point_id, _ in hits]
        return list(dict.fromkeys([*point_ids, *pool.newest, *pool.rotating]))

    def _query_keywords(
        self, anchor: CatalogItem, features: ComplementFeatures, filters: Filters
    ) -> list[VectorQuery]:
        """Return the query for products that share title keywords: series, brand or material."""
        keywords = analyze(" ".join(sorted(features.title_keywords)), anchor.product.language)
        if not keywords:
            return []
        vector = build_query_vector(hash_term(keyword.stem) for keyword in keywords)
        return [VectorQuery(SPARSE, vector, to_conditions(filters), limit=N_BY_KEYWORDS)]

    def _query_styles(
        self, anchor: CatalogItem, cooccurring: Sequence[str], filters: Filters
    ) -> list[VectorQuery]:
        """Return queries for the same style, in all categories and in complementary ones.

        Where baskets name too few categories, the catalogue's largest ones fill up.
        """
        if anchor.vector is None:
            return []
        space = self._personalizer.catalog.space
        vector = self._personalizer.catalog.stack_vectors([anchor])[0]
        style = self._index.expand(space, vector * self._index.shared_mask(space))
        length = float(np.linalg.norm(style))
        if length < 1e-6:
            return []
        anchor_category = anchor.product.category[-1].casefold() if anchor.product.category else ""
        categories = {category.casefold(): None for category in cooccurring}
        largest = self._index.facet("category", filters, 4 * N_CATEGORIES)
        categories |= {path.split(CATEGORY_SEPARATOR)[-1].casefold(): None for path in largest}
        categories.pop(anchor_category, None)
        queries = [VectorQuery(space, style / length, to_conditions(filters), limit=N_BY_STYLE)]
        if filters.category:
            return queries
        for category in list(categories)[:N_CATEGORIES]:
            in_category = to_conditions(replace(filters, category=category))
            queries.append(VectorQuery(space, style / length, in_category, limit=N_PER_CATEGORY))
        return queries
