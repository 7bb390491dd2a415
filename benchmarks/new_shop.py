"""A shop over simulated days: new products come every day, visitors come, look and click."""

import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from benchmarks.simulator import World, gains, plant, visits
from benchmarks.taste_shop import START_S, Shop, Stock, events_of
from index import ProductIndex
from shopwindow.personalization.product_stats import examination_probability
from shopwindow.ranking.profile_settings import DAY_S
from shopwindow.values import Product
from shopwindow.values.event import Event

TOP = 10
OLD_DAYS = 60
"""Age of the old products on the first day."""

N_BEFORE = 8
"""Clicks of each visitor before the first day, on what is old."""

_LEAST_IN_CATEGORY = 12
_CLICKED = np.array([0.01, 0.12, 0.22, 0.35])
"""Probability of a click on what is looked at, by how well it suits, times its quality."""

_BRAND = re.compile(r"^(.*?)\s+(?:Men|Women|Unisex|Kids|Boys?|Girls?|Mens|Womens)\b")
_FIRST_DAY_S = START_S + 30 * DAY_S


@dataclass(frozen=True, slots=True)
class Plan:
    """How long a shop is watched.

    Attributes:
        n_days: Days.
        new_a_day: Products that enter on each.
        a_day: Visitors of each.
        seed: Of everything.
    """

    n_days: int
    new_a_day: int
    a_day: int
    seed: int

    @property
    def n_visitors(self) -> int:
        """Visitors in all: each comes every third day."""
        return 3 * self.a_day


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What is the same for every policy: products, their truth, visitors and their days.

    Attributes:
        products: The old ones, then the new ones day by day, as the shop tells them.
        arrives: Day on which each enters; -1 for the old ones, shape (n_products,).
        suits: Probability of a click when looked at, shape (n_visitors, n_products).
        before: Events on old products before the first day.
        coming: Visitors of each day.
        seed: Of the looks and clicks.
    """

    products: Sequence[Product]
    arrives: NDArray[np.int64]
    suits: NDArray[np.float64]
    before: Sequence[Event]
    coming: Sequence[Sequence[int]]
    seed: int

    @property
    def n_days(self) -> int:
        """Days that are simulated."""
        return len(self.coming)

    def arriving(self, day: int) -> list[Product]:
        """Return the products that enter on a day; those that are old for -1."""
        return [self.products[n] for n in np.flatnonzero(self.arrives == day).tolist()]


@dataclass(slots=True, eq=False)
class Seen:
    """What one policy showed.

    Attributes:
        pages: Day, visitor and the products shown, page by page.
        longer: The same, further down, of every fourth page.
        clicks: Clicks that happened.
    """

    pages: list[tuple[int, int, list[int]]] = field(default_factory=list)
    longer: list[tuple[int, int, list[int]]] = field(default_factory=list)
    clicks: int = 0


def scene(stock: Stock, world: World, products: Sequence[Product], plan: Plan) -> Scene:
    """Return one scene; which products are new is drawn.

    Args:
        stock: The products' rows.
        world: The same, as tastes see them.
        products: The same, as the shop tells them.
        plan: How long and how many.
    """
    rng = np.random.default_rng(plan.seed)
    arriving = np.repeat(np.arange(plan.n_days), plan.new_a_day)
    old_ones = np.full(len(products) - len(arriving), -1)
    arrives = rng.permutation(np.concatenate([old_ones, arriving]))
    ages = arrives - OLD_DAYS * (arrives < 0)
    dated = [
        replace(each, created_at=datetime.fromtimestamp(_FIRST_DAY_S + age * DAY_S, UTC))
        for each, age in zip(products, ages.tolist(), strict=True)
    ]
    quality = planted_quality([row.title for row in stock.rows], rng)
    old = np.flatnonzero(arrives < 0)
    past = World(world.vectors[old], world.categories[old], world.colors[old], world.prices[old])
    ids = [products[n].id for n in old.tolist()]
    suits: list[NDArray[np.float64]] = []
    before: list[Event] = []
    for n in range(plan.n_visitors):
        tastes = plant(past, rng, _LEAST_IN_CATEGORY)
        suits.append(np.clip(_CLICKED[gains(world, tastes)] * quality, 0, 0.9))
        begin_s = _FIRST_DAY_S - 8 * DAY_S + float(rng.uniform(0, DAY_S / 2))
        clicks = islice(visits(past, tastes, rng, begin_s), N_BEFORE)
        before += events_of(f"v{n}", clicks, ids)[0]
    days = range(plan.n_days)
    coming = [rng.choice(plan.n_visitors, plan.a_day, replace=False).tolist() for _ in days]
    return Scene(dated, arrives, np.array(suits), before, coming, plan.seed)


def planted_quality(titles: Sequence[str], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return by what each product is clicked more than others: half by its brand, half its own.

    No field of the product tells the brand, only its title does.

    Returns:
        Around 1, shape (n_products,).
    """
    found = [_BRAND.match(title) for title in titles]
    _, brands = np.unique([m[1] if m else "" for m in found], return_inverse=True)
    of_brands = rng.normal(0, 0.5, brands.max() + 1)
    return np.asarray(np.exp(of_brands[brands] + rng.normal(0, 0.5, len(titles)) - 0.25))


Policy = Callable[[Shop, str, int], list[str]]
"""Shop, visitor and number of products: ids in their order."""


def served(shop: Shop, user_id: str, limit: int) -> list[str]:
    """Return the service's feed."""
    return shop.feed(user_id, shop.now_s, limit)


def popular(shop: Shop, user_id: str, limit: int) -> list[str]:
    """Return what was clicked most, without what the visitor has clicked."""
    store = shop.service.personalization.store
    done = {each.product_id for each in store.get_interactions(user_id)}
    wanted = store.get_top_products(limit + len(done), shop.now_s)
    return [each for each in wanted if each not in done][:limit]


def run(index: ProductIndex, shop: Shop, what: Scene, policy: Policy) -> Seen:
    """Let the days pass under one policy.

    Args:
        index: Has the old products.
        shop: Serves that index.
        what: The scene.
        policy: Chooses what is shown.

    Returns:
        What was shown.
    """
    rng = np.random.default_rng(what.seed + 1)
    numbers = {each.id: n for n, each in enumerate(what.products)}
    shop.learn(what.before)
    seen = Seen()
    for day, coming in enumerate(what.coming):
        index.add(what.arriving(day))
        shop.now_s = _FIRST_DAY_S + (day + 0.5) * DAY_S
        here = [each.id for each, d in zip(what.products, what.arrives, strict=True) if d <= day]
        shop.service.personalization.engagement_estimator.estimate(here)
        shop.service.personalization.engagement_estimator.process_pending()
        events: list[Event] = []
        for turn, visitor in enumerate(coming):
            page = [numbers[each] for each in policy(shop, f"v{visitor}", TOP)]
            seen.pages.append((day, visitor, page))
            if turn % 4 == 0:
                longer = [numbers[each] for each in policy(shop, f"v{visitor}", 200)]
                seen.longer.append((day, visitor, longer))
            events += _looked_at(what, visitor, page, shop.now_s, rng)
        seen.clicks += sum(each.kind == "click" for each in events)
        shop.learn(events)
    return seen


def _looked_at(
    what: Scene, visitor: int, page: Sequence[int], now_s: float, rng: np.random.Generator
) -> list[Event]:
    """Return what a visitor was shown and clicked; draws do not depend on the page."""
    draws = rng.random((2, TOP))
    query_id, when = uuid.uuid4().hex, datetime.fromtimestamp(now_s, UTC)
    found: list[Event] = []
    for place, number in enumerate(page, 1):
        shown = Event(
            "impression",
            what.products[number].id,
            f"v{visitor}",
            query_id=query_id,
            surface="feed",
            position=place,
            time=when,
        )
        found.append(shown)
        looked = draws[0, place - 1] < examination_probability(place)
        if looked and draws[1, place - 1] < what.suits[visitor, number]:
            found.append(replace(shown, kind="click", event_id=uuid.uuid4().hex))
    return found
