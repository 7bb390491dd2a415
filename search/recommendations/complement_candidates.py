"""What goes with a product: where candidates come from, and what is known of them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from index.payload import CATEGORY_SEPARATOR, to_conditions
from index.store.points import SPARSE, VectorQuery
from index.text.analyzer import analyze, hash_term
from index.text.bm25 import build_query_vector
from search.merchant_scope import filter_to_merchants, get_merchant_ids
from search.recommendations.candidate_pools import CandidatePoolCache
from search.retrieval.similarity_baseline import BaselineSample
from shopwindow.personalization import CatalogItem, Personalizer
from shopwindow.personalization.cooccurrence_rules import (
    CATEGORY_SUFFIX,
    CO_PURCHASED,
    PARENT_CATEGORY_SUFFIX,
)
from shopwindow.ranking import (
    BasketStatistics,
    ComplementFeatures,
    CooccurrenceCounts,
    ScoredComplements,
    score_complements,
)
from shopwindow.values.arrays import l2_normalize
from shopwindow.values.encoder import Vectors
from shopwindow.values.query import Filters

N_PARTNERS = 100
N_READ = 1000
"""Partners that are read where only those of some merchants count."""

N_BY_KEYWORDS = 80
N_BY_STYLE = 80
N_KINDS = 12
N_PER_KIND = 20


class ComplementFinder:
    """Finds what goes with products.

    Args:
        people: What is known of visitors and products.
        shelves: What the catalogue offers whoever comes.
    """

    def __init__(self, people: Personalizer, shelves: CandidatePoolCache) -> None:
        self._people = people
        self._index = people.catalog.index
        self._shelves = shelves

    def find(
        self,
        anchor: CatalogItem,
        filters: Filters,
        background: BaselineSample,
        without: Iterable[str] = (),
    ) -> tuple[Sequence[CatalogItem], ScoredComplements]:
        """Return products that may go with another, and how well each does.

        Args:
            anchor: The product.
            filters: What every one must fulfil.
            background: What likeness is chance.
            without: Products that are left out; variants of the anchor always are.
        """
        traits = ComplementFeatures.from_product(anchor.product)
        counts = self._counts(traits, filters)
        left_out = {anchor.product.id, *without}
        points = self._points(anchor, traits, counts, filters)
        group = anchor.product.group_id
        several = [
            each
            for each in self._people.catalog.get_items_by_point(points).values()
            if each.product.id not in left_out and not (group and each.product.group_id == group)
        ]
        offered = self._offered(several, filters)
        rows = self._shared(self._people.catalog.stack_vectors([anchor, *several]))
        sampled = background.vectors.get(self._people.catalog.space)
        usual = None if sampled is None else self._shared(sampled).mean(axis=0)
        evidence = BasketStatistics(*counts, usual)
        return several, score_complements(traits, rows[0], offered, rows[1:], evidence)

    def _offered(
        self, several: Sequence[CatalogItem], filters: Filters
    ) -> list[ComplementFeatures]:
        ids = [each.product.id for each in several]
        expectation, _ = self._people.engagement_estimator.estimate(
            ids, bool(get_merchant_ids(filters))
        )
        liked = expectation.saturate(self._people.engagement_estimator.get_prior().mean).tolist()
        return [
            ComplementFeatures.from_product(each.product, n)
            for each, n in zip(several, liked, strict=True)
        ]

    def _shared(self, rows: Vectors) -> Vectors:
        """Return unit rows of what photos share with texts: what things are, not how they look."""
        columns = self._index.shared_mask(self._people.catalog.space)
        return l2_normalize(rows[:, columns])

    def _counts(
        self, traits: ComplementFeatures, filters: Filters
    ) -> tuple[CooccurrenceCounts, CooccurrenceCounts, CooccurrenceCounts]:
        kinds = self._joint(f"{CO_PURCHASED}{CATEGORY_SUFFIX}", traits.category, N_PARTNERS)
        families = self._joint(
            f"{CO_PURCHASED}{PARENT_CATEGORY_SUFFIX}", traits.parent_category, N_PARTNERS
        )
        if not (merchants := get_merchant_ids(filters)):
            return self._joint(CO_PURCHASED, traits.product_id, N_PARTNERS), kinds, families
        # Others' products leave no room for what these merchants sell with it.
        products = self._joint(CO_PURCHASED, traits.product_id, N_READ)
        passing = self._index.filter_products(
            list(products.pair_counts), filter_to_merchants(merchants)
        ).values()
        theirs = {each: products.pair_counts[each] for each in passing}
        return replace(products, pair_counts=theirs), kinds, families

    def _joint(self, bond: str, name: str, limit: int) -> CooccurrenceCounts:
        """Return in how many baskets a thing was with others, the most frequent of them.

        Baskets end a day after their first thing and are counted as they grow, so the counts may
        differ by a few from those of one set of baskets; they are cut to what is possible.
        """
        store = self._people.store
        joint = store.get_cooccurrences(bond, [name], limit).get(name, {}) if name else {}
        if not joint:
            return CooccurrenceCounts()
        each = store.get_occurrences(bond, [name, *joint])
        n_baskets = max([store.get_occurrences(CO_PURCHASED, [""]).get("", 0.0), *each.values()])
        own = each.get(name, 0.0)
        kept = {other: min(n, own) for other, n in joint.items()}
        return CooccurrenceCounts(n_baskets, own, kept, each)

    def _points(
        self,
        anchor: CatalogItem,
        traits: ComplementFeatures,
        counts: tuple[CooccurrenceCounts, CooccurrenceCounts, CooccurrenceCounts],
        filters: Filters,
    ) -> list[str]:
        """Return points of the filters that may go with the anchor."""
        products, kinds, _ = counts
        points = list(self._index.filter_products(list(products.pair_counts), filters))
        legs = [*self._by_words(anchor, traits, filters)]
        legs += self._by_kinds(anchor, list(kinds.pair_counts), filters)
        found = self._index.query(legs) if legs else []
        shelf = self._shelves.get(filters)
        points += [point for scored in found for point, _ in scored]
        return list(dict.fromkeys([*points, *shelf.newest, *shelf.sampled]))

    def _by_words(
        self, anchor: CatalogItem, traits: ComplementFeatures, filters: Filters
    ) -> list[VectorQuery]:
        """Return the search for what shares words of the title: a series, a brand, a material."""
        words = analyze(" ".join(sorted(traits.title_keywords)), anchor.product.language)
        if not words:
            return []
        vector = build_query_vector(hash_term(each.stem) for each in words)
        return [VectorQuery(SPARSE, vector, to_conditions(filters), limit=N_BY_KEYWORDS)]

    def _by_kinds(
        self, anchor: CatalogItem, together: Sequence[str], filters: Filters
    ) -> list[VectorQuery]:
        """Return searches for the same style, in all kinds and in those that go with the anchor.

        Where baskets name too few kinds, the catalogue's largest fill up.
        """
        if anchor.vector is None:
            return []
        space = self._people.catalog.space
        row = self._people.catalog.stack_vectors([anchor])[0]
        style = self._index.expand(space, row * self._index.shared_mask(space))
        length = float(np.linalg.norm(style))
        if length < 1e-6:
            return []
        own = anchor.product.category[-1].casefold() if anchor.product.category else ""
        named = {each.casefold(): None for each in together}
        largest = self._index.facet("category", filters, 4 * N_KINDS)
        named |= {path.split(CATEGORY_SEPARATOR)[-1].casefold(): None for path in largest}
        named.pop(own, None)
        legs = [VectorQuery(space, style / length, to_conditions(filters), limit=N_BY_STYLE)]
        if filters.category:
            return legs
        for kind in list(named)[:N_KINDS]:
            within = to_conditions(replace(filters, category=kind))
            legs.append(VectorQuery(space, style / length, within, limit=N_PER_KIND))
        return legs
