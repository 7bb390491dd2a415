"""A shop over simulated days: new products come every day, visitors come, look and click."""

import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from benchmarks.simulator import World, grade_products, plant, visits
from benchmarks.taste_shop import START_S, Shop, Stock, make_events
from index import ProductIndex
from shopwindow.personalization.product_stats import examination_probability
from shopwindow.ranking.profile_settings import DAY_S
from shopwindow.values import Product
from shopwindow.values.event import Event

TOP = 10
OLD_DAYS = 60
"""Age of the old products on the first day, in days."""

N_BEFORE = 8
"""Clicks of each visitor before the first day, on old products."""

_MIN_CATEGORY_SIZE = 12
_CLICK_PROBABILITIES = np.array([0.01, 0.12, 0.22, 0.35])
"""Probability of a click on an examined product, by its grade; multiplied by its quality."""

_BRAND = re.compile(r"^(.*?)\s+(?:Men|Women|Unisex|Kids|Boys?|Girls?|Mens|Womens)\b")
_FIRST_DAY_S = START_S + 30 * DAY_S


@dataclass(frozen=True, slots=True)
class Plan:
    """The size of a simulation.

    Attributes:
        n_days: Number of days.
        new_per_day: Products that arrive per day.
        visitors_per_day: Visitors per day.
        seed: Seed of all randomness.
    """

    n_days: int
    new_per_day: int
    visitors_per_day: int
    seed: int

    @property
    def n_visitors(self) -> int:
        """Number of visitors; each comes every third day."""
        return 3 * self.visitors_per_day


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What is the same for every policy: products, visitors and their days.

    Attributes:
        products: The old ones, then the new ones day by day, as the shop describes them.
        arrives: Day on which each arrives; -1 for the old ones, shape (n_products,).
        click_probabilities: Of examined products, shape (n_visitors, n_products).
        past_events: Events on old products before the first day.
        visitors_by_day: Visitors of each day.
        seed: Seed of examinations and clicks.
    """

    products: Sequence[Product]
    arrives: NDArray[np.int64]
    click_probabilities: NDArray[np.float64]
    past_events: Sequence[Event]
    visitors_by_day: Sequence[Sequence[int]]
    seed: int

    @property
    def n_days(self) -> int:
        """Number of days."""
        return len(self.visitors_by_day)

    def arriving(self, day: int) -> list[Product]:
        """Return the products that arrive on a day; the old ones for -1."""
        return [self.products[index] for index in np.flatnonzero(self.arrives == day).tolist()]


@dataclass(slots=True, eq=False)
class ImpressionLog:
    """What one policy showed.

    Attributes:
        pages: Day, visitor and the product indices, page by page.
        long_pages: The same for 200 products, of every fourth page.
        clicks: Number of clicks.
    """

    pages: list[tuple[int, int, list[int]]] = field(default_factory=list)
    long_pages: list[tuple[int, int, list[int]]] = field(default_factory=list)
    clicks: int = 0


def make_scene(stock: Stock, world: World, products: Sequence[Product], plan: Plan) -> Scene:
    """Return one scene; which products are new is random.

    Args:
        stock: Rows of the products.
        world: The products as tastes see them.
        products: The products as the shop describes them.
        plan: Size of the simulation.
    """
    rng = np.random.default_rng(plan.seed)
    arriving = np.repeat(np.arange(plan.n_days), plan.new_per_day)
    old_arrivals = np.full(len(products) - len(arriving), -1)
    arrives = rng.permutation(np.concatenate([old_arrivals, arriving]))
    ages = arrives - OLD_DAYS * (arrives < 0)
    dated = [
        replace(product, created_at=datetime.fromtimestamp(_FIRST_DAY_S + age * DAY_S, UTC))
        for product, age in zip(products, ages.tolist(), strict=True)
    ]
    quality = plant_quality([row.title for row in stock.rows], rng)
    old_indices = np.flatnonzero(arrives < 0)
    past_world = World(
        world.vectors[old_indices],
        world.categories[old_indices],
        world.colors[old_indices],
        world.prices[old_indices],
    )
    ids = [products[n].id for n in old_indices.tolist()]
    click_probabilities: list[NDArray[np.float64]] = []
    past_events: list[Event] = []
    for visitor in range(plan.n_visitors):
        tastes = plant(past_world, rng, _MIN_CATEGORY_SIZE)
        click_probabilities.append(
            np.clip(_CLICK_PROBABILITIES[grade_products(world, tastes)] * quality, 0, 0.9)
        )
        start_s = _FIRST_DAY_S - 8 * DAY_S + float(rng.uniform(0, DAY_S / 2))
        clicks = islice(visits(past_world, tastes, rng, start_s), N_BEFORE)
        past_events += make_events(f"v{visitor}", clicks, ids)[0]
    days = range(plan.n_days)
    visitors_by_day = [
        rng.choice(plan.n_visitors, plan.visitors_per_day, replace=False).tolist() for _ in days
    ]
    return Scene(
        dated, arrives, np.array(click_probabilities), past_events, visitors_by_day, plan.seed
    )


def plant_quality(titles: Sequence[str], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return factors of each product's click probability: half by brand, half its own.

    No field of the product names the brand, only its title does.

    Returns:
        Around 1, shape (n_products,).
    """
    matches = [_BRAND.match(title) for title in titles]
    _, brands = np.unique([match[1] if match else "" for match in matches], return_inverse=True)
    brand_quality = rng.normal(0, 0.5, brands.max() + 1)
    return np.asarray(np.exp(brand_quality[brands] + rng.normal(0, 0.5, len(titles)) - 0.25))


Policy = Callable[[Shop, str, int], list[str]]
"""Maps shop, visitor and number of products to ids in order."""


def rank_by_service(shop: Shop, user_id: str, limit: int) -> list[str]:
    """Return the service's recommendations."""
    return shop.recommend(user_id, shop.now_s, limit)


def rank_by_popularity(shop: Shop, user_id: str, limit: int) -> list[str]:
    """Return the most popular products without those that the visitor interacted with."""
    store = shop.service.personalization.store
    interacted_ids = {interaction.product_id for interaction in store.get_interactions(user_id)}
    top_ids = store.get_top_products(limit + len(interacted_ids), shop.now_s)
    return [product_id for product_id in top_ids if product_id not in interacted_ids][:limit]


def run(index: ProductIndex, shop: Shop, scene: Scene, policy: Policy) -> ImpressionLog:
    """Simulate the days under one policy.

    Args:
        index: Has the old products.
        shop: Serves that index.
        scene: The scene.
        policy: Chooses what is shown.

    Returns:
        What was shown.
    """
    rng = np.random.default_rng(scene.seed + 1)
    index_by_id = {product.id: index for index, product in enumerate(scene.products)}
    shop.learn(scene.past_events)
    log = ImpressionLog()
    for day, visitors in enumerate(scene.visitors_by_day):
        index.add(scene.arriving(day))
        shop.now_s = _FIRST_DAY_S + (day + 0.5) * DAY_S
        available_ids = [
            product.id
            for product, arrival in zip(scene.products, scene.arrives, strict=True)
            if arrival <= day
        ]
        shop.service.personalization.engagement_estimator.estimate(available_ids)
        shop.service.personalization.engagement_estimator.process_pending()
        events: list[Event] = []
        for visit, visitor in enumerate(visitors):
            page = [index_by_id[product_id] for product_id in policy(shop, f"v{visitor}", TOP)]
            log.pages.append((day, visitor, page))
            if visit % 4 == 0:
                long_page = [
                    index_by_id[product_id] for product_id in policy(shop, f"v{visitor}", 200)
                ]
                log.long_pages.append((day, visitor, long_page))
            events += _simulate_events(scene, visitor, page, shop.now_s, rng)
        log.clicks += sum(event.kind == "click" for event in events)
        shop.learn(events)
    return log


def _simulate_events(
    scene: Scene, visitor: int, page: Sequence[int], now_s: float, rng: np.random.Generator
) -> list[Event]:
    """Return a visitor's impressions and clicks; random numbers do not depend on the page."""
    draws = rng.random((2, TOP))
    query_id, when = uuid.uuid4().hex, datetime.fromtimestamp(now_s, UTC)
    events: list[Event] = []
    for position, product_index in enumerate(page, 1):
        impression = Event(
            "impression",
            scene.products[product_index].id,
            f"v{visitor}",
            query_id=query_id,
            surface="feed",
            position=position,
            time=when,
        )
        events.append(impression)
        is_examined = draws[0, position - 1] < examination_probability(position)
        if (
            is_examined
            and draws[1, position - 1] < scene.click_probabilities[visitor, product_index]
        ):
            events.append(replace(impression, kind="click", event_id=uuid.uuid4().hex))
    return events
