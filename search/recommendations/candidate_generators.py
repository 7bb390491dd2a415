"""Generators of recommendation candidates, before they are scored."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from index import ProductIndex, to_conditions, to_point_id
from index.store import VectorQuery
from search.merchant_scope import filter_to_merchants, get_merchant_ids
from search.recommendations.candidate_pools import CandidatePoolCache
from shopwindow.personalization import CO_VIEWED, CatalogItem, Personalizer, UserContext
from shopwindow.ranking import recency_weights, score_co_engagement
from shopwindow.values import Filters

N_BY_INTEREST = 240
"""Nearest neighbours of the interests, shared among the interests."""

N_CO_ENGAGED = 100
N_PARTNERS_READ = 1000
"""Partners that are read per product where only some merchants' products count."""

N_ROTATING_RANKED = 60
"""Products of the day that take part in the ranking of a page, of those not shown before."""

_MIN_PER_INTEREST = 30


@dataclass(frozen=True, slots=True)
class GeneratedCandidates:
    """Candidates for recommendations.

    Attributes:
        items: The catalogue items, by point id.
        co_engagement: Co-engagement score of each, 0 to 1, by product id; zeros are missing.
        sampled: Points that were drawn at random: they are for exploration alone.
    """

    items: Mapping[str, CatalogItem]
    co_engagement: Mapping[str, float] = field(default_factory=dict)
    sampled: frozenset[str] = frozenset()


class CandidateGenerator:
    """Generates candidates for visitors.

    Args:
        personalizer: Profiles, statistics and the catalogue.
        pools: Candidates that do not depend on the visitor.
    """

    def __init__(self, personalizer: Personalizer, pools: CandidatePoolCache) -> None:
        self._personalizer = personalizer
        self._index: ProductIndex = personalizer.catalog.index
        self._pools = pools

    def generate(
        self,
        user: UserContext,
        filters: Filters,
        exclude_ids: Iterable[str],
        has_shown: Callable[[str], bool],
    ) -> GeneratedCandidates:
        """Return candidates that may be shown to a visitor.

        Args:
            user: The visitor.
            filters: Filters that every candidate passes.
            exclude_ids: Products that are left out.
            has_shown: Whether an earlier page showed a point; those are left out as well.
        """
        excluded_points = {to_point_id(product_id) for product_id in exclude_ids}
        co_engagement = self._score_co_engagement(user, filters)
        point_ids = dict.fromkeys(self._query_interests(user, filters, excluded_points))
        pool = self._pools.get(filters)
        point_ids |= dict.fromkeys(pool.newest)
        rotating = (point_id for point_id in pool.rotating if not has_shown(point_id))
        point_ids |= dict.fromkeys(islice(rotating, N_ROTATING_RANKED))
        point_ids |= dict.fromkeys(pool.popular)
        point_ids |= dict.fromkeys(self._index.filter_products(list(co_engagement), filters))
        sampled = frozenset(pool.sampled).difference(point_ids)
        allowed = [
            point_id
            for point_id in (*point_ids, *sorted(sampled))
            if point_id not in excluded_points and not has_shown(point_id)
        ]
        items = self._personalizer.catalog.get_items_by_point(allowed)
        return GeneratedCandidates(items, co_engagement, sampled)

    def _query_interests(
        self, user: UserContext, filters: Filters, excluded_points: set[str]
    ) -> Iterable[str]:
        if user.profile is None or not len(user.profile.interests):
            return []
        catalog = self._personalizer.catalog
        vectors = user.profile.interests.to_unit_vectors()
        limit = max(_MIN_PER_INTEREST, N_BY_INTEREST // len(vectors))
        queries = [
            VectorQuery(
                catalog.space,
                self._index.expand(catalog.space, vector),
                to_conditions(filters),
                tuple(sorted(excluded_points)),
                limit,
            )
            for vector in vectors
        ]
        return [point_id for hits in self._index.query(queries) for point_id, _ in hits]

    def _score_co_engagement(self, user: UserContext, filters: Filters) -> dict[str, float]:
        """Return co-engagement scores of products with the visitor's recent ones, by product id.

        A pair may have been counted on both sides of the hour within which products co-occur, so
        it is limited to the count of the rarer product. Where only some merchants' products may be
        shown, the others are left out before the best are taken.
        """
        seed_weights = recency_weights(
            interaction.product_id
            for interaction in user.interactions
            if interaction.kind != "hide"
        )
        if not seed_weights:
            return {}
        store = self._personalizer.store
        merchants = get_merchant_ids(filters)
        cooccurrences = store.get_cooccurrences(
            CO_VIEWED, list(seed_weights), N_PARTNERS_READ if merchants else N_CO_ENGAGED
        )
        if merchants:
            cooccurrences = self._keep_merchants_partners(cooccurrences, filters)
        product_ids = {
            *seed_weights,
            *(
                partner_id
                for counts_of_partners in cooccurrences.values()
                for partner_id in counts_of_partners
            ),
        }
        counts = store.get_occurrences(CO_VIEWED, list(product_ids))
        consistent = {
            seed_id: {
                partner_id: min(count, counts[seed_id], counts[partner_id])
                for partner_id, count in partner_counts.items()
                if partner_id in counts
            }
            for seed_id, partner_counts in cooccurrences.items()
            if seed_id in counts
        }
        scores = score_co_engagement(seed_weights, consistent, counts)
        return dict(list(scores.items())[:N_CO_ENGAGED])

    def _keep_merchants_partners(
        self, cooccurrences: Mapping[str, Mapping[str, float]], filters: Filters
    ) -> dict[str, dict[str, float]]:
        """Return those partners of each product that belong to the filters' merchants."""
        partner_ids = list(
            {
                partner_id
                for partner_counts in cooccurrences.values()
                for partner_id in partner_counts
            }
        )
        merchant_filters = filter_to_merchants(get_merchant_ids(filters))
        visible_ids = set(self._index.filter_products(partner_ids, merchant_filters).values())
        return {
            seed_id: {
                partner_id: count
                for partner_id, count in partner_counts.items()
                if partner_id in visible_ids
            }
            for seed_id, partner_counts in cooccurrences.items()
        }
