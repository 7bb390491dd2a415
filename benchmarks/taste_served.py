"""Orders that the service gives simulated visitors, and those of simple rivals."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchmarks.simulator import Visit, World
from benchmarks.taste_persons import TOP, Person
from benchmarks.taste_shop import Shop, events_of
from shopwindow.ranking import bound_contribution, standardize
from shopwindow.ranking.profile_settings import DEFAULT_PROFILE_SETTINGS
from shopwindow.values.query import Query

LATER_S = 60.0
"""After the last click the page is asked for."""

N_REORDERED = 200
"""Hits of everybody's answer that rivals put in order anew."""


@dataclass(slots=True, eq=False)
class Bench:
    """A shop with its visitors.

    Attributes:
        shop: Serves them.
        world: What the simulator knows of the products.
        ids: Product ids by the simulator's numbers.
        people: The visitors.
        rng: For orders at random.
    """

    shop: Shop
    world: World
    ids: Sequence[str]
    people: Sequence[Person]
    rng: np.random.Generator
    _begun: dict[str, str] = field(default_factory=dict)
    _numbers: dict[str, int] = field(default_factory=dict)
    _answers: dict[str, list[tuple[int, float]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Number the products."""
        self._numbers = {each: n for n, each in enumerate(self.ids)}

    def click(self, start: int, stop: int) -> None:
        """Let everybody make some of their clicks, from one number up to another."""
        found = []
        for each in self.people:
            clicks = each.history[start:stop]
            events, begun = events_of(
                each.user_id, clicks, self.ids, self._begun.get(each.user_id, "")
            )
            self._begun[each.user_id] = begun
            found += events
        self.shop.learn(found)

    def feed(self, person: Person, n_clicks: int) -> list[int]:
        """Return the service's feed after some clicks."""
        return self.fed(person.user_id, person.history[n_clicks - 1].time_s + LATER_S)

    def fed(self, user_id: str, now_s: float) -> list[int]:
        """Return the service's feed at a moment."""
        return [self._numbers[each] for each in self.shop.feed(user_id, now_s, TOP)]

    def popularity(self, n_clicks: int) -> list[int]:
        """Return all products, what was clicked most in the whole shop so far first."""
        counts = Counter(v.clicked for each in self.people for v in each.history[:n_clicks])
        return sorted(range(len(self.ids)), key=lambda n: (-counts[n], self.ids[n]))

    def searched(self, person: Person, text: str, n_clicks: int) -> list[int]:
        """Return the first of the service's answer in the visitor's order."""
        self.shop.now_s = person.history[n_clicks - 1].time_s + LATER_S
        limit = TOP + n_clicks  # what was clicked is taken out
        query = Query(text=text, limit=limit, user_id=person.user_id, facets=())
        return [self._numbers[hit.product.id] for hit in self.shop.service.search(query).hits]

    def answer(self, text: str) -> list[tuple[int, float]]:
        """Return everybody's answer: products with their scores, best first."""
        if text not in self._answers:
            hits = self.shop.service.search(Query(text=text, limit=N_REORDERED, facets=())).hits
            self._answers[text] = [(self._numbers[hit.product.id], hit.score) for hit in hits]
        return self._answers[text]

    def reordered(self, text: str, suits: NDArray[np.float64]) -> list[int]:
        """Return everybody's answer with another measure of what suits, within the same bound.

        Args:
            text: The query.
            suits: Of each product, -1 to 1, shape (n_products,).
        """
        answer = self.answer(text)
        moved = bound_contribution(standardize([suits[n] for n, _ in answer]))
        order = np.argsort(-(np.array([score for _, score in answer]) + moved), kind="stable")
        return [answer[place][0] for place in order.tolist()]


def averaged(world: World, clicks: Sequence[Visit]) -> NDArray[np.float64]:
    """Return each product's cosine with the average vector of some clicks, in [-1, 1]."""
    ages_s = clicks[-1].time_s + LATER_S - np.array([each.time_s for each in clicks])
    weights = 0.5 ** (ages_s / DEFAULT_PROFILE_SETTINGS.half_life_s)
    weights += DEFAULT_PROFILE_SETTINGS.session_boost * 0.5 ** (
        ages_s / DEFAULT_PROFILE_SETTINGS.session_half_life_s
    )
    mean = weights @ world.vectors[[each.clicked for each in clicks]]
    return np.asarray(world.vectors @ (mean / np.linalg.norm(mean)), dtype=np.float64)
