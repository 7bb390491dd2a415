"""Where the products of a feed come from, before they are put in order."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from index.payload import to_conditions, to_point_id
from index.product_index import ProductIndex
from index.store.points import VectorQuery
from search.merchant_scope import filter_to_merchants, get_merchant_ids
from search.recommendations.candidate_pools import CandidatePoolCache
from shopwindow.personalization import CatalogItem, Personalizer, UserContext
from shopwindow.personalization.cooccurrence_rules import CO_VIEWED
from shopwindow.ranking import recency_weights, score_co_engagement
from shopwindow.values.query import Filters

N_BY_INTEREST = 240
"""Products that suit the interests, shared among them."""

N_CO_ENGAGED = 100
N_PARTNERS_READ = 1000
"""Partners of a product that are read where only those of some merchants count."""

N_BY_CHANCE = 60
_LEAST_EACH = 30


@dataclass(frozen=True, slots=True)
class GeneratedCandidates:
    """Candidates of a feed.

    Attributes:
        items: What is known of them, by point id.
        co_engagement: How much others touched each together with what the visitor touched, 0 to 1, by
            product id; those that nobody did are missing.
    """

    items: Mapping[str, CatalogItem]
    co_engagement: Mapping[str, float] = field(default_factory=dict)


class CandidateGenerator:
    """Finds products for visitors.

    Args:
        people: What is known of visitors and products.
        shelves: What the catalogue offers whoever comes.
    """

    def __init__(self, people: Personalizer, shelves: CandidatePoolCache) -> None:
        self._people = people
        self._index: ProductIndex = people.catalog.index
        self._shelves = shelves

    def generate(
        self, visitor: UserContext, filters: Filters, without: Iterable[str]
    ) -> GeneratedCandidates:
        """Return products that may be shown to a visitor.

        Args:
            visitor: For whom.
            filters: What every product must fulfil.
            without: Products that are left out.
        """
        left_out = {to_point_id(each) for each in without}
        together = self._together(visitor, filters)
        points = dict.fromkeys(self._by_taste(visitor, filters, left_out))
        shelf = self._shelves.get(filters)
        n_by_chance = min(N_BY_CHANCE, len(shelf.sampled))
        points |= dict.fromkeys(shelf.newest)
        points |= dict.fromkeys(random.sample(shelf.sampled, n_by_chance))
        points |= dict.fromkeys(shelf.popular)
        points |= dict.fromkeys(self._index.filter_products(list(together), filters))
        wanted = [each for each in points if each not in left_out]
        return GeneratedCandidates(self._people.catalog.get_items_by_point(wanted), together)

    def _by_taste(
        self, visitor: UserContext, filters: Filters, left_out: set[str]
    ) -> Iterable[str]:
        if visitor.profile is None or not len(visitor.profile.interests):
            return []
        catalogue = self._people.catalog
        directions = visitor.profile.interests.to_unit_vectors()
        limit = max(_LEAST_EACH, N_BY_INTEREST // len(directions))
        legs = [
            VectorQuery(
                catalogue.space,
                self._index.expand(catalogue.space, each),
                to_conditions(filters),
                tuple(sorted(left_out)),
                limit,
            )
            for each in directions
        ]
        return [point for scored in self._index.query(legs) for point, _ in scored]

    def _together(self, visitor: UserContext, filters: Filters) -> dict[str, float]:
        """Return how much others touched products together with what the visitor touched.

        A pair may have been counted on both sides of the hour that joins two touches, so it is cut
        to how often the rarer of both occurs. Of those that only some merchants may be shown of,
        other merchants' products are no measure: they are left out before the best are taken.
        """
        touches = recency_weights(
            each.product_id for each in visitor.interactions if each.kind != "hide"
        )
        if not touches:
            return {}
        store = self._people.store
        merchants = get_merchant_ids(filters)
        partners = store.get_cooccurrences(
            CO_VIEWED, list(touches), N_PARTNERS_READ if merchants else N_CO_ENGAGED
        )
        if merchants:
            partners = self._of_theirs(partners, filters)
        names = {*touches, *(name for some in partners.values() for name in some)}
        counts = store.get_occurrences(CO_VIEWED, list(names))
        sound = {
            own: {
                other: min(n, counts[own], counts[other])
                for other, n in some.items()
                if other in counts
            }
            for own, some in partners.items()
            if own in counts
        }
        best = score_co_engagement(touches, sound, counts)
        return dict(list(best.items())[:N_CO_ENGAGED])

    def _of_theirs(
        self, partners: Mapping[str, Mapping[str, float]], filters: Filters
    ) -> dict[str, dict[str, float]]:
        """Return those partners of each product that the filters' merchants have."""
        every = list({name for some in partners.values() for name in some})
        theirs = filter_to_merchants(get_merchant_ids(filters))
        passing = set(self._index.filter_products(every, theirs).values())
        return {
            own: {other: n for other, n in some.items() if other in passing}
            for own, some in partners.items()
        }
