"""What goes with a product: where candidates come from, and what is known of them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from index.payload import CATEGORY_SEPARATOR, conditions
from index.store.points import WORDS, LegQuery
from index.text.analyzer import analyse, word_number
from index.text.bm25 import query_vector
from search.merchant_scope import merchants_of, only
from search.recommendations.candidate_pools import Shelves
from search.retrieval.similarity_baseline import Background
from shopwindow.personalization import Known, People
from shopwindow.personalization.co_occurrence import BOUGHT, FAMILIES, KINDS
from shopwindow.ranking import (
    Complements,
    Evidence,
    JointCounts,
    Traits,
    complements,
)
from shopwindow.values.arrays import unit_rows
from shopwindow.values.encoder import Vectors
from shopwindow.values.query import Filters

N_PARTNERS = 100
N_READ = 1000
"""Partners that are read where only those of some merchants count."""

N_BY_WORDS = 80
N_ALIKE = 80
N_KINDS = 12
N_OF_A_KIND = 20


class Complementing:
    """Finds what goes with products.

    Args:
        people: What is known of visitors and products.
        shelves: What the catalogue offers whoever comes.
    """

    def __init__(self, people: People, shelves: Shelves) -> None:
        self._people = people
        self._index = people.catalogue.index
        self._shelves = shelves

    def found(
        self, anchor: Known, filters: Filters, background: Background, without: Iterable[str] = ()
    ) -> tuple[Sequence[Known], Complements]:
        """Return products that may go with another, and how well each does.

        Args:
            anchor: The product.
            filters: What every one must fulfil.
            background: What likeness is chance.
            without: Products that are left out; variants of the anchor always are.
        """
        traits = Traits.of(anchor.product)
        counts = self._counts(traits, filters)
        left_out = {anchor.product.id, *without}
        points = self._points(anchor, traits, counts, filters)
        group = anchor.product.group_id
        several = [
            each
            for each in self._people.catalogue.known_points(points).values()
            if each.product.id not in left_out and not (group and each.product.group_id == group)
        ]
        offered = self._offered(several, filters)
        rows = self._shared(self._people.catalogue.rows([anchor, *several]))
        sampled = background.rows.get(self._people.catalogue.space)
        usual = None if sampled is None else self._shared(sampled).mean(axis=0)
        evidence = Evidence(*counts, usual)
        return several, complements(traits, rows[0], offered, rows[1:], evidence)

    def _offered(self, several: Sequence[Known], filters: Filters) -> list[Traits]:
        ids = [each.product.id for each in several]
        expectation, _ = self._people.expectations.of(ids, bool(merchants_of(filters)))
        liked = expectation.lift(self._people.expectations.prior().mean).tolist()
        return [Traits.of(each.product, n) for each, n in zip(several, liked, strict=True)]

    def _shared(self, rows: Vectors) -> Vectors:
        """Return unit rows of what photos share with texts: what things are, not how they look."""
        columns = self._index.shared_columns(self._people.catalogue.space)
        return unit_rows(rows[:, columns])

    def _counts(
        self, traits: Traits, filters: Filters
    ) -> tuple[JointCounts, JointCounts, JointCounts]:
        kinds = self._joint(f"{BOUGHT}{KINDS}", traits.kind, N_PARTNERS)
        families = self._joint(f"{BOUGHT}{FAMILIES}", traits.family, N_PARTNERS)
        if not (merchants := merchants_of(filters)):
            return self._joint(BOUGHT, traits.product_id, N_PARTNERS), kinds, families
        # Others' products leave no room for what these merchants sell with it.
        products = self._joint(BOUGHT, traits.product_id, N_READ)
        passing = self._index.products_passing(list(products.joint), only(merchants)).values()
        theirs = {each: products.joint[each] for each in passing}
        return replace(products, joint=theirs), kinds, families

    def _joint(self, bond: str, name: str, limit: int) -> JointCounts:
        """Return in how many baskets a thing was with others, the most frequent of them.

        Baskets end a day after their first thing and are counted as they grow, so the counts may
        differ by a few from those of one set of baskets; they are cut to what is possible.
        """
        store = self._people.store
        joint = store.partners(bond, [name], limit).get(name, {}) if name else {}
        if not joint:
            return JointCounts()
        each = store.occurrences(bond, [name, *joint])
        n_baskets = max([store.occurrences(BOUGHT, [""]).get("", 0.0), *each.values()])
        own = each.get(name, 0.0)
        kept = {other: min(n, own) for other, n in joint.items()}
        return JointCounts(n_baskets, own, kept, each)

    def _points(
        self,
        anchor: Known,
        traits: Traits,
        counts: tuple[JointCounts, JointCounts, JointCounts],
        filters: Filters,
    ) -> list[str]:
        """Return points of the filters that may go with the anchor."""
        products, kinds, _ = counts
        points = list(self._index.products_passing(list(products.joint), filters))
        legs = [*self._by_words(anchor, traits, filters)]
        legs += self._by_kinds(anchor, list(kinds.joint), filters)
        found = self._index.query(legs) if legs else []
        shelf = self._shelves.of(filters)
        points += [point for scored in found for point, _ in scored]
        return list(dict.fromkeys([*points, *shelf.newest, *shelf.by_chance]))

    def _by_words(self, anchor: Known, traits: Traits, filters: Filters) -> list[LegQuery]:
        """Return the search for what shares words of the title: a series, a brand, a material."""
        words = analyse(" ".join(sorted(traits.words)), anchor.product.language)
        if not words:
            return []
        vector = query_vector(word_number(each.stem) for each in words)
        return [LegQuery(WORDS, vector, conditions(filters), limit=N_BY_WORDS)]

    def _by_kinds(self, anchor: Known, together: Sequence[str], filters: Filters) -> list[LegQuery]:
        """Return searches for the same style, in all kinds and in those that go with the anchor.

        Where baskets name too few kinds, the catalogue's largest fill up.
        """
        if anchor.vector is None:
            return []
        space = self._people.catalogue.space
        row = self._people.catalogue.rows([anchor])[0]
        style = self._index.whole(space, row * self._index.shared_columns(space))
        length = float(np.linalg.norm(style))
        if length < 1e-6:
            return []
        own = anchor.product.category[-1].casefold() if anchor.product.category else ""
        named = {each.casefold(): None for each in together}
        largest = self._index.facet("category", filters, 4 * N_KINDS)
        named |= {path.split(CATEGORY_SEPARATOR)[-1].casefold(): None for path in largest}
        named.pop(own, None)
        legs = [LegQuery(space, style / length, conditions(filters), limit=N_ALIKE)]
        if filters.category:
            return legs
        for kind in list(named)[:N_KINDS]:
            within = conditions(replace(filters, category=kind))
            legs.append(LegQuery(space, style / length, within, limit=N_OF_A_KIND))
        return legs
