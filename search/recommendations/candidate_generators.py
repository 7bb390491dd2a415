"""Where the products of a feed come from, before they are put in order."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from index.payload import conditions, point_id
from index.product_index import ProductIndex
from index.store.points import LegQuery
from search.merchant_scope import merchants_of, only
from search.recommendations.candidate_pools import Shelves
from shopwindow.personalization import Known, People, Visitor
from shopwindow.personalization.co_occurrence import VIEWED
from shopwindow.ranking import by_recency, seen_together
from shopwindow.values.query import Filters

N_BY_TASTE = 240
"""Products that suit the interests, shared among them."""

N_TOGETHER = 100
N_READ = 1000
"""Partners of a product that are read where only those of some merchants count."""

N_BY_CHANCE = 60
_LEAST_EACH = 30


@dataclass(frozen=True, slots=True)
class Found:
    """Candidates of a feed.

    Attributes:
        known: What is known of them, by point id.
        together: How much others touched each together with what the visitor touched, 0 to 1, by
            product id; those that nobody did are missing.
    """

    known: Mapping[str, Known]
    together: Mapping[str, float] = field(default_factory=dict)


class Sources:
    """Finds products for visitors.

    Args:
        people: What is known of visitors and products.
        shelves: What the catalogue offers whoever comes.
    """

    def __init__(self, people: People, shelves: Shelves) -> None:
        self._people = people
        self._index: ProductIndex = people.catalogue.index
        self._shelves = shelves

    def found(self, visitor: Visitor, filters: Filters, without: Iterable[str]) -> Found:
        """Return products that may be shown to a visitor.

        Args:
            visitor: For whom.
            filters: What every product must fulfil.
            without: Products that are left out.
        """
        left_out = {point_id(each) for each in without}
        together = self._together(visitor, filters)
        points = dict.fromkeys(self._by_taste(visitor, filters, left_out))
        shelf = self._shelves.of(filters)
        n_by_chance = min(N_BY_CHANCE, len(shelf.by_chance))
        points |= dict.fromkeys(shelf.newest)
        points |= dict.fromkeys(random.sample(shelf.by_chance, n_by_chance))
        points |= dict.fromkeys(shelf.wanted)
        points |= dict.fromkeys(self._index.products_passing(list(together), filters))
        wanted = [each for each in points if each not in left_out]
        return Found(self._people.catalogue.known_points(wanted), together)

    def _by_taste(self, visitor: Visitor, filters: Filters, left_out: set[str]) -> Iterable[str]:
        if visitor.profile is None or not len(visitor.profile.interests):
            return []
        catalogue = self._people.catalogue
        directions = visitor.profile.interests.directions()
        limit = max(_LEAST_EACH, N_BY_TASTE // len(directions))
        legs = [
            LegQuery(
                catalogue.space,
                self._index.whole(catalogue.space, each),
                conditions(filters),
                tuple(sorted(left_out)),
                limit,
            )
            for each in directions
        ]
        return [point for scored in self._index.query(legs) for point, _ in scored]

    def _together(self, visitor: Visitor, filters: Filters) -> dict[str, float]:
        """Return how much others touched products together with what the visitor touched.

        A pair may have been counted on both sides of the hour that joins two touches, so it is cut
        to how often the rarer of both occurs. Of those that only some merchants may be shown of,
        other merchants' products are no measure: they are left out before the best are taken.
        """
        touches = by_recency(each.product_id for each in visitor.touched if each.kind != "hide")
        if not touches:
            return {}
        store = self._people.store
        merchants = merchants_of(filters)
        partners = store.partners(VIEWED, list(touches), N_READ if merchants else N_TOGETHER)
        if merchants:
            partners = self._of_theirs(partners, filters)
        names = {*touches, *(name for some in partners.values() for name in some)}
        counts = store.occurrences(VIEWED, list(names))
        sound = {
            own: {
                other: min(n, counts[own], counts[other])
                for other, n in some.items()
                if other in counts
            }
            for own, some in partners.items()
            if own in counts
        }
        best = seen_together(touches, sound, counts)
        return dict(list(best.items())[:N_TOGETHER])

    def _of_theirs(
        self, partners: Mapping[str, Mapping[str, float]], filters: Filters
    ) -> dict[str, dict[str, float]]:
        """Return those partners of each product that the filters' merchants have."""
        every = list({name for some in partners.values() for name in some})
        theirs = only(merchants_of(filters))
        passing = set(self._index.products_passing(every, theirs).values())
        return {
            own: {other: n for other, n in some.items() if other in passing}
            for own, some in partners.items()
        }
