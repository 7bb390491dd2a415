"""Orders that the service gives simulated visitors, and those of simple baselines."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchmarks.simulator import Visit, World
from benchmarks.taste_persons import TOP, SimulatedVisitor
from benchmarks.taste_shop import Shop, make_events
from shopwindow.ranking import bound_contribution, standardize
from shopwindow.ranking.profile_settings import DEFAULT_PROFILE_SETTINGS
from shopwindow.values.query import Query

LATER_S = 60.0
"""Seconds after the last click at which a page is requested."""

N_REORDERED = 200
"""Hits of the unpersonalized results that baselines rerank."""


@dataclass(slots=True, eq=False)
class Bench:
    """A shop with its visitors.

    Attributes:
        shop: Serves them.
        world: The simulator's knowledge of the products.
        ids: Product ids by the simulator's indices.
        visitors: The visitors.
        rng: Source of randomness for random orders.
    """

    shop: Shop
    world: World
    ids: Sequence[str]
    visitors: Sequence[SimulatedVisitor]
    rng: np.random.Generator
    _query_ids: dict[str, str] = field(default_factory=dict)
    _index_by_id: dict[str, int] = field(default_factory=dict)
    _results: dict[str, list[tuple[int, float]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Index the products."""
        self._index_by_id = {product_id: index for index, product_id in enumerate(self.ids)}

    def click(self, start: int, stop: int) -> None:
        """Let all visitors make their clicks from index `start` up to `stop`."""
        events_of_all = []
        for visitor in self.visitors:
            clicks = visitor.history[start:stop]
            events, query_id = make_events(
                visitor.user_id, clicks, self.ids, self._query_ids.get(visitor.user_id, "")
            )
            self._query_ids[visitor.user_id] = query_id
            events_of_all += events
        self.shop.learn(events_of_all)

    def recommend(self, visitor: SimulatedVisitor, n_clicks: int) -> list[int]:
        """Return the service's recommendations after some clicks, as indices."""
        return self.recommend_at(visitor.user_id, visitor.history[n_clicks - 1].time_s + LATER_S)

    def recommend_at(self, user_id: str, now_s: float) -> list[int]:
        """Return the service's recommendations at a time, as indices."""
        return [
            self._index_by_id[product_id] for product_id in self.shop.recommend(user_id, now_s, TOP)
        ]

    def popularity(self, n_clicks: int) -> list[int]:
        """Return all products by their clicks in the whole shop so far, the most first."""
        counts = Counter(
            visit.clicked for visitor in self.visitors for visit in visitor.history[:n_clicks]
        )
        return sorted(range(len(self.ids)), key=lambda index: (-counts[index], self.ids[index]))

    def rank_for_visitor(self, visitor: SimulatedVisitor, text: str, n_clicks: int) -> list[int]:
        """Return the service's first results, personalized for the visitor."""
        self.shop.now_s = visitor.history[n_clicks - 1].time_s + LATER_S
        limit = TOP + n_clicks  # clicked products are removed later
        query = Query(text=text, limit=limit, user_id=visitor.user_id, facets=())
        return [self._index_by_id[hit.product.id] for hit in self.shop.service.search(query).hits]

    def search(self, text: str) -> list[tuple[int, float]]:
        """Return the unpersonalized results: products with their scores, best first."""
        if text not in self._results:
            hits = self.shop.service.search(Query(text=text, limit=N_REORDERED, facets=())).hits
            self._results[text] = [(self._index_by_id[hit.product.id], hit.score) for hit in hits]
        return self._results[text]

    def rerank(self, text: str, affinities: NDArray[np.float64]) -> list[int]:
        """Return the unpersonalized results reranked by other affinities, within the same bound.

        Args:
            text: The query.
            affinities: Of each product, -1 to 1, shape (n_products,).
        """
        search = self.search(text)
        contributions = bound_contribution(standardize([affinities[index] for index, _ in search]))
        order = np.argsort(
            -(np.array([score for _, score in search]) + contributions), kind="stable"
        )
        return [search[rank][0] for rank in order.tolist()]


def score_by_average(world: World, clicks: Sequence[Visit]) -> NDArray[np.float64]:
    """Return each product's cosine with the average vector of some clicks, in [-1, 1]."""
    ages_s = clicks[-1].time_s + LATER_S - np.array([click.time_s for click in clicks])
    weights = 0.5 ** (ages_s / DEFAULT_PROFILE_SETTINGS.half_life_s)
    weights += DEFAULT_PROFILE_SETTINGS.session_boost * 0.5 ** (
        ages_s / DEFAULT_PROFILE_SETTINGS.session_half_life_s
    )
    average = weights @ world.vectors[[click.clicked for click in clicks]]
    return np.asarray(world.vectors @ (average / np.linalg.norm(average)), dtype=np.float64)
