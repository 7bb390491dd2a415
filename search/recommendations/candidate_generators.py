"""Generators of recommendation candidates, and the stage that asks them all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from index import ProductQuery, to_conditions
from search.merchant_scope import filter_to_merchants, get_merchant_ids
from search.pipeline.stage import CandidateGenerator
from search.recommendations.candidate_pools import CandidatePoolCache
from search.recommendations.state import VisitorState
from shopwindow.personalization import CO_VIEWED, Personalizer
from shopwindow.ranking import recency_weights, score_co_engagement
from shopwindow.values import NEGATIVE_KINDS, Filters

N_BY_INTEREST = 240
"""Nearest neighbours of the interests, shared among the interests."""

N_CO_ENGAGED = 100
N_PARTNERS_READ = 1000
"""Partners that are read per product where only some merchants' products count."""

N_ROTATING_RANKED = 60
"""Products of the day that take part in the ranking of a page, of those not shown before."""

_MIN_PER_INTEREST = 30


class InterestNeighbors:
    """Products whose photos are nearest to the visitor's interests.

    Args:
        personalizer: Has the catalogue.
    """

    def __init__(self, personalizer: Personalizer) -> None:
        self._catalog = personalizer.catalog
        self._index = personalizer.catalog.index

    def generate(self, state: VisitorState) -> Sequence[str]:
        """Return the neighbours of each interest, nearest first."""
        profile, filters = state.user.profile, state.context.query.filters
        if profile is None or not len(profile.interests):
            return ()
        vectors = profile.interests.to_unit_vectors()
        limit = max(_MIN_PER_INTEREST, N_BY_INTEREST // len(vectors))
        excluded = tuple(sorted(state.exclude_ids))
        queries = [
            ProductQuery(
                self._catalog.space,
                self._index.expand(self._catalog.space, vector),
                to_conditions(filters),
                excluded,
                limit,
            )
            for vector in vectors
        ]
        return [product_id for hits in self._index.query(queries) for product_id, _ in hits]


class PooledProducts:
    """The newest products, some of the day's, and the popular ones.

    Args:
        pools: Candidates that do not depend on the visitor.
    """

    def __init__(self, pools: CandidatePoolCache) -> None:
        self._pools = pools

    def generate(self, state: VisitorState) -> Sequence[str]:
        """Return the products of the pool."""
        pool = self._pools.get(state.context.query.filters)
        rotating = (product_id for product_id in pool.rotating if not state.has_shown(product_id))
        return [*pool.newest, *islice(rotating, N_ROTATING_RANKED), *pool.popular]


class CoEngagedProducts:
    """Products that visitors of the same products engaged with.

    Args:
        personalizer: Has the catalogue.
    """

    def __init__(self, personalizer: Personalizer) -> None:
        self._index = personalizer.catalog.index

    def generate(self, state: VisitorState) -> Sequence[str]:
        """Return those that have a co-engagement score and pass the filters."""
        filters = state.context.query.filters
        return self._index.filter_products(list(state.co_engagement), filters)


class CoEngagementScorer:
    """Scores how often products were engaged with together with the visitor's recent ones.

    Args:
        personalizer: Has the co-occurrence counts.
    """

    def __init__(self, personalizer: Personalizer) -> None:
        self._store = personalizer.store
        self._index = personalizer.catalog.index

    def score(self, state: VisitorState) -> dict[str, float]:
        """Return co-engagement scores of products with the visitor's recent ones, by product id.

        A pair may have been counted on both sides of the hour within which products co-occur, so
        it is limited to the count of the rarer product. Where only some merchants' products may be
        shown, the others are left out before the best are taken.
        """
        filters = state.context.query.filters
        seed_weights = recency_weights(
            interaction.product_id
            for interaction in state.user.interactions
            if interaction.kind not in NEGATIVE_KINDS
        )
        if not seed_weights:
            return {}
        merchants = get_merchant_ids(filters)
        cooccurrences = self._store.get_cooccurrences(
            CO_VIEWED, list(seed_weights), N_PARTNERS_READ if merchants else N_CO_ENGAGED
        )
        if merchants:
            cooccurrences = self._keep_merchants_partners(cooccurrences, filters)
        product_ids = {*seed_weights, *_list_partners(cooccurrences)}
        counts = self._store.get_occurrences(CO_VIEWED, list(product_ids))
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
        partner_ids = list(dict.fromkeys(_list_partners(cooccurrences)))
        merchant_filters = filter_to_merchants(get_merchant_ids(filters))
        visible_ids = set(self._index.filter_products(partner_ids, merchant_filters))
        return {
            seed_id: {
                partner_id: count
                for partner_id, count in partner_counts.items()
                if partner_id in visible_ids
            }
            for seed_id, partner_counts in cooccurrences.items()
        }


class GenerateForVisitor:
    """Fills in the items of all generators, and those drawn for exploration.

    Args:
        personalizer: Has the catalogue.
        pools: Draws the products that only exploration shows.
        generators: Asked in this order.
        co_engagement: Scores products before the generators are asked.
    """

    name = "retrieve"

    def __init__(
        self,
        personalizer: Personalizer,
        pools: CandidatePoolCache,
        generators: Sequence[CandidateGenerator[VisitorState]],
        co_engagement: CoEngagementScorer,
    ) -> None:
        self._catalog = personalizer.catalog
        self._pools = pools
        self._generators = tuple(generators)
        self._co_engagement = co_engagement

    def run(self, state: VisitorState) -> VisitorState:
        """Return the state with the items that may be shown."""
        state = replace(state, co_engagement=self._co_engagement.score(state))
        generated = dict.fromkeys(
            product_id for generator in self._generators for product_id in generator.generate(state)
        )
        pool = self._pools.get(state.context.query.filters)
        sampled = frozenset(pool.sampled).difference(generated)
        allowed = [
            product_id
            for product_id in (*generated, *sorted(sampled))
            if product_id not in state.exclude_ids and not state.has_shown(product_id)
        ]
        items = self._catalog.get_items(allowed)
        return replace(state, items=items, sampled=sampled)


def _list_partners(cooccurrences: Mapping[str, Mapping[str, float]]) -> Iterable[str]:
    return (partner_id for counts in cooccurrences.values() for partner_id in counts)
