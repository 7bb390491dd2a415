"""The order of an answer for one visitor: their taste within a bound, and the shop's own wishes."""

import logging
from collections.abc import Sequence

import numpy as np

from search.catalog_snapshot import Knowledge
from search.pipeline.feature_scores import Scores, shop_parts, taste_parts
from search.retrieval.fusion import Candidate, never_rising
from shopwindow.personalization import Known, People
from shopwindow.ranking import Profile, mixed, personal_part, told_apart
from shopwindow.ranking.weights import Weights
from shopwindow.values.errors import OnlineStoreError, ProfileError

PERSONAL = "personal"
MERCHANT = "merchant"
"""Names of the parts, beside those of feeds."""

LOG = logging.getLogger(__name__)


class Personal:
    """Moves candidates of a query for a visitor. Safe to use from several threads.

    Args:
        people: What is known of visitors and products.
        weights: What each part weighs.
    """

    def __init__(self, people: People, weights: Weights) -> None:
        self._people = people
        self._weights = weights.query
        self._has_wishes = bool(
            self._weights.popularity or self._weights.freshness or self._weights.stock
        )

    def moved(
        self, candidates: Sequence[Candidate], user_id: str, known: Knowledge
    ) -> list[Candidate]:
        """Return the candidates in the order for a visitor, with what moved them as parts.

        Two candidates whose scores differ by more than twice the weight of "personal" keep their
        order, whatever the visitor likes. An answer does not fail because a profile cannot be
        read: it is then everybody's.

        Args:
            candidates: Best first.
            user_id: The visitor; empty when unknown.
            known: What likeness is chance, and whose products are seen.
        """
        try:
            return self._moved(candidates, self._people.profile(user_id), known)
        except (OnlineStoreError, ProfileError):
            LOG.warning("an answer is not in the visitor's own order", exc_info=True)
            return list(candidates)

    def _moved(
        self, candidates: Sequence[Candidate], profile: Profile | None, catalogue: Knowledge
    ) -> list[Candidate]:
        if not candidates or not (profile or self._has_wishes or self._weights.merchant):
            return list(candidates)
        known = self._people.catalogue.known_points([each.id for each in candidates])
        having = [each for each in candidates if each.id in known]
        parts = self._parts(profile, [known[each.id] for each in having], catalogue)
        found = {
            each.id: {name: float(part[n]) for name, part in parts.items() if part[n]}
            for n, each in enumerate(having)
        }
        moved = [each.plus(found.get(each.id, {})) for each in candidates]
        moved.sort(key=lambda each: (-each.score, each.id))
        merchants = [known[e.id].facts.merchant if e.id in known else "" for e in moved]
        return self._by_merchant(moved, merchants)

    def _parts(
        self, profile: Profile | None, known: Sequence[Known], catalogue: Knowledge
    ) -> dict[str, Scores]:
        parts: dict[str, Scores] = {}
        if self._has_wishes:
            ids, by_own = [each.product.id for each in known], bool(catalogue.merchants)
            expectation, _ = self._people.expectations.of(ids, by_own)
            parts = shop_parts(self._people, known, expectation, self._weights)
        chance = catalogue.background.mean(self._people.catalogue.space)
        rows = self._people.catalogue.rows(known if profile else ())
        suits = taste_parts(self._people, profile, known, rows, chance)
        if suits:
            affinity = np.asarray(sum(suits.values()))
            parts[PERSONAL] = personal_part(told_apart(affinity), self._weights.personal)
        return parts

    def _by_merchant(
        self, candidates: Sequence[Candidate], merchants: Sequence[str]
    ) -> list[Candidate]:
        """Return the candidates, those of merchants that came before held back."""
        held_back, n_all = self._weights.merchant, len(candidates)
        if not held_back:
            return list(candidates)
        scores = [each.score for each in candidates]
        order = mixed(scores, [0] * n_all, [1.0], n_all, merchants, held_back)
        return never_rising([candidates[place] for place in order], MERCHANT)
