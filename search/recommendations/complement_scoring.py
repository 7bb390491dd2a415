"""Stages of complements: what was bought together is read, candidates are found, scored, chosen."""

from collections.abc import Sequence
from dataclasses import replace

from search.merchant_scope import filter_to_merchants, get_merchant_ids
from search.pipeline.stage import CandidateGenerator
from search.recommendations.state import ComplementState
from search.recommendations.visitor_scoring import rank_candidates
from shopwindow.personalization import (
    CATEGORY_SUFFIX,
    CO_PURCHASED,
    PARENT_CATEGORY_SUFFIX,
    CatalogItem,
    Personalizer,
)
from shopwindow.ranking import (
    SLATE_DIVERSITY,
    BasketStatistics,
    ComplementFeatures,
    CooccurrenceCounts,
    score_complements,
)
from shopwindow.values import Filters, Vectors, l2_normalize

MAX_COMPLEMENTS = 200
"""Most complements of one product that can be shown."""

N_PARTNERS = 100
N_PARTNERS_READ = 1000
"""Partners that are read where only some merchants' products count."""


class ReadBaskets:
    """Reads what was bought together with the anchor, its category and its parent category.

    Args:
        personalizer: Has the co-purchase counts.
    """

    name = "read_baskets"

    def __init__(self, personalizer: Personalizer) -> None:
        self._store = personalizer.store
        self._index = personalizer.catalog.index
        self._space = personalizer.catalog.space

    def run(self, state: ComplementState) -> ComplementState:
        """Return the state with the counts.

        Raises:
            OnlineStoreError: They cannot be read.
        """
        features = state.features
        baskets = BasketStatistics(
            self._read_products(features.product_id, state.context.query.filters),
            self._read_joint_counts(
                f"{CO_PURCHASED}{CATEGORY_SUFFIX}", features.category, N_PARTNERS
            ),
            self._read_joint_counts(
                f"{CO_PURCHASED}{PARENT_CATEGORY_SUFFIX}", features.parent_category, N_PARTNERS
            ),
        )
        return replace(state, baskets=baskets)

    def _read_products(self, product_id: str, filters: Filters) -> CooccurrenceCounts:
        if not (merchants := get_merchant_ids(filters)):
            return self._read_joint_counts(CO_PURCHASED, product_id, N_PARTNERS)
        # Other merchants' products must not crowd out what these merchants sell with it.
        counts = self._read_joint_counts(CO_PURCHASED, product_id, N_PARTNERS_READ)
        visible_ids = self._index.filter_products(
            list(counts.pair_counts), filter_to_merchants(merchants)
        )
        return replace(counts, pair_counts={id_: counts.pair_counts[id_] for id_ in visible_ids})

    def _read_joint_counts(self, rule: str, name: str, limit: int) -> CooccurrenceCounts:
        """Return the number of baskets of a product or category, alone and with its top partners.

        Baskets end a day after their first product and are counted while they grow, so counts may
        differ by a few from those of one set of baskets; they are limited to what is possible.
        """
        store = self._store
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


class GenerateComplements:
    """Fills in the items of all generators, without the anchor and its variants.

    Args:
        personalizer: Has the catalogue.
        generators: Asked in this order.
    """

    name = "retrieve"

    def __init__(
        self,
        personalizer: Personalizer,
        generators: Sequence[CandidateGenerator[ComplementState]],
    ) -> None:
        self._catalog = personalizer.catalog
        self._generators = tuple(generators)

    def run(self, state: ComplementState) -> ComplementState:
        """Return the state with the items that may be shown."""
        generated = dict.fromkeys(
            product_id for generator in self._generators for product_id in generator.generate(state)
        )
        anchor = state.anchor.product
        items = [
            item
            for item in self._catalog.get_items(list(generated)).values()
            if item.product.id != anchor.id
            and item.product.id not in state.exclude_ids
            and not (anchor.group_id and item.product.group_id == anchor.group_id)
        ]
        return replace(state, items=items)


class ScoreComplements:
    """Scores candidates by baskets, style, keywords and colour, and takes the best.

    No more than two of one category follow each other while other categories have fewer.

    Args:
        personalizer: Has the catalogue and the engagement statistics.
    """

    name = "score"

    def __init__(self, personalizer: Personalizer) -> None:
        self._catalog = personalizer.catalog
        self._estimator = personalizer.engagement_estimator
        self._index = personalizer.catalog.index

    def run(self, state: ComplementState) -> ComplementState:
        """Return the candidates, best first of each round of categories."""
        candidates = self._extract_features(state.items, state.context.query.filters)
        vectors = self._select_shared_dims(
            self._catalog.stack_vectors([state.anchor, *state.items])
        )
        complements = score_complements(
            state.features,
            vectors[0],
            candidates,
            vectors[1:],
            replace(state.baskets, catalog_mean=self._compute_catalog_mean(state)),
        )
        product_ids = [item.product.id for item in state.items]
        ranked = rank_candidates(product_ids, complements.contributions)
        best = complements.select_best(MAX_COMPLEMENTS)
        selected = ranked.take([ranked.positions[product_ids[number]] for number in best])
        return replace(state, candidates=selected)

    def _extract_features(
        self, items: Sequence[CatalogItem], filters: Filters
    ) -> list[ComplementFeatures]:
        estimate, _ = self._estimator.estimate(
            [item.product.id for item in items], bool(get_merchant_ids(filters))
        )
        popularities = estimate.saturate(self._estimator.get_prior().mean).tolist()
        return [
            ComplementFeatures.from_product(item.product, popularity)
            for item, popularity in zip(items, popularities, strict=True)
        ]

    def _compute_catalog_mean(self, state: ComplementState) -> Vectors | None:
        sample = state.context.snapshot.baseline.vectors.get(self._catalog.space)
        return None if sample is None else self._select_shared_dims(sample).mean(axis=0)

    def _select_shared_dims(self, vectors: Vectors) -> Vectors:
        """Return unit vectors of the dimensions that photos share with texts: meaning, not look.

        Args:
            vectors: As they are stored, shape (n, stored_dim).

        Returns:
            Shape (n, n_shared_dims).
        """
        return l2_normalize(vectors[:, self._index.shared_mask(self._catalog.space)])


class LowerToOrder:
    """Lowers scores so that none rises down the list: what mixing categories costs."""

    name = "mix"

    def run(self, state: ComplementState) -> ComplementState:
        """Return the candidates in their order, with the cost as a contribution."""
        lowered = state.candidates.enforce_monotonic_scores(SLATE_DIVERSITY)
        return replace(state, candidates=lowered)
