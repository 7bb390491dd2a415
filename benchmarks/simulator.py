"""Visitors with planted tastes over any vectors and labels: what they see, click and want."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from shopwindow.ranking import ProductAttributes, ProfileInteraction
from shopwindow.values.encoder import Vectors

PAGE = 10
"""Products that one page shows."""

SESSION_CLICKS = 3
"""Clicks of one visit; visits are two days apart."""

_DAY_S = 86_400.0
_SEARCHED = 0.5
"""Share of a page that the visitor searched for; the rest is what the shop shows anybody."""

_SEEN = 0.85
"""Each place is looked at with this much of the probability of the one before (position bias)."""

_CLICKED = np.array([0.02, 0.3, 0.5, 0.8])
"""Probability of a click on what is looked at, by how well it suits, 0 to 3; the first is noise."""


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """A catalogue to visit.

    Attributes:
        vectors: Unit rows, shape (n_products, dim).
        categories: Of each product, shape (n_products,).
        colors: Of each product, shape (n_products,).
        prices: Of each product, shape (n_products,).
        facts: The same, as profiles read it.
    """

    vectors: Vectors
    categories: NDArray[np.str_]
    colors: NDArray[np.str_]
    prices: NDArray[np.float64]
    facts: tuple[ProductAttributes, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Put the labels together."""
        rows = zip(self.categories, self.colors, self.prices, strict=True)
        facts = tuple(
            ProductAttributes(category=str(c), color=str(h), price=float(p), currency="AED")
            for c, h, p in rows
        )
        object.__setattr__(self, "facts", facts)

    def __len__(self) -> int:
        return len(self.categories)


@dataclass(frozen=True, slots=True)
class Interest:
    """One planted taste: a category, a colour in it, and a middle of prices.

    Attributes:
        category: What is wanted; anything else is not.
        color: What is wanted more.
        log_price: Prices within a third of it are wanted more.
    """

    category: str
    color: str
    log_price: float

    def suits(self, world: World) -> NDArray[np.int64]:
        """Return how well each product suits, 0 to 3, by labels alone, shape (n_products,)."""
        is_kind = world.categories == self.category
        is_color = world.colors == self.color
        is_price = np.abs(np.log(world.prices) - self.log_price) < np.log(4 / 3)
        return np.asarray(is_kind * (1 + is_color + is_price), dtype=np.int64)


def plant(world: World, rng: np.random.Generator, least: int = 1) -> tuple[Interest, Interest]:
    """Return two tastes far apart: the second among the farther half of the categories.

    Categories are drawn by their size, so that an order at random and somebody else's taste are
    worth the same.

    Args:
        world: The catalogue.
        rng: The source of chance.
        least: Categories with fewer products are nobody's taste.
    """
    names, places = np.unique(world.categories, return_inverse=True)
    means = np.array([world.vectors[places == n].mean(axis=0) for n in range(len(names))])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    sizes = np.bincount(places).astype(np.float64)
    sizes[sizes < least] = 0.0
    sizes /= sizes.sum()
    first = int(rng.choice(len(names), p=sizes))
    cosines = means @ means[first]
    far = sizes * (cosines <= np.median(cosines[sizes > 0]))
    second = int(rng.choice(len(names), p=far / far.sum()))
    return _taste(world, places == first, rng), _taste(world, places == second, rng)


def _taste(world: World, members: NDArray[np.bool_], rng: np.random.Generator) -> Interest:
    model = int(rng.choice(np.flatnonzero(members)))
    log_price = float(np.log(world.prices[model]))
    return Interest(str(world.categories[model]), str(world.colors[model]), log_price)


def gains(world: World, tastes: tuple[Interest, ...]) -> NDArray[np.int64]:
    """Return what each product is worth to a visitor, 0 to 3, shape (n_products,)."""
    return np.asarray(np.max([each.suits(world) for each in tastes], axis=0), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Visit:
    """What a visitor did, until one more click.

    Attributes:
        touches: What was passed over above the click, then the click.
        page: Numbers of the products of the page that was clicked on, in their order.
        place: Where the click was, from 0.
        opens: Whether it is the first click on its page.
    """

    touches: tuple[ProfileInteraction, ...]
    page: tuple[int, ...] = ()
    place: int = 0
    opens: bool = True

    @property
    def time_s(self) -> float:
        """When the click was."""
        return self.touches[-1].time_s

    @property
    def clicked(self) -> int:
        """Number of the product that was clicked."""
        return self.page[self.place]


def visits(
    world: World,
    tastes: tuple[Interest, ...],
    rng: np.random.Generator,
    start_s: float = 0.0,
) -> Iterator[Visit]:
    """Yield what a visitor does, click by click, for ever.

    Pages hold what one of the tastes searched for and what the shop shows anybody, shuffled. What
    is above a click and was not clicked counts as passed over, what is below as not seen.

    Args:
        world: The catalogue.
        tastes: What the visitor wants.
        rng: The source of chance.
        start_s: When the first visit begins.

    Yields:
        One click each, with what was passed over for it.

    Source: Joachims et al., Accurately Interpreting Clickthrough Data as Implicit Feedback (2005),
        for what is skipped above a click.
    """
    suits = gains(world, tastes)
    wanted = [np.flatnonzero(world.categories == each.category) for each in tastes]
    seen_at = _SEEN ** np.arange(PAGE)
    n_clicks, now_s = 0, start_s
    while True:
        now_s += 30.0
        page = _page(world, wanted[int(rng.integers(len(wanted)))], rng)
        looked = rng.random(PAGE) < seen_at
        is_clicked = looked & (rng.random(PAGE) < _CLICKED[suits[page]])
        above = 0
        for place in np.flatnonzero(is_clicked).tolist():
            passed = [int(page[at]) for at in range(above, place) if looked[at]]
            above = place + 1
            touches = [_touch(world, at, "impression", now_s) for at in passed]
            touches.append(_touch(world, int(page[place]), "click", now_s))
            opens = not is_clicked[:place].any()
            yield Visit(tuple(touches), tuple(page.tolist()), place, opens)
            n_clicks += 1
            if n_clicks % SESSION_CLICKS == 0:
                now_s += 2 * _DAY_S


def _page(world: World, wanted: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    n_searched = int(PAGE * _SEARCHED)
    searched = rng.choice(wanted, n_searched)
    page = np.concatenate([searched, rng.integers(0, len(world), PAGE - n_searched)])
    return np.asarray(rng.permutation(page), dtype=np.int64)


def _touch(world: World, at: int, kind: str, time_s: float) -> ProfileInteraction:
    return ProfileInteraction(str(at), kind, time_s, world.vectors[at], world.facts[at])


def synthetic_world(rng: np.random.Generator, n_products: int = 600, dim: int = 32) -> World:
    """Return a catalogue of ten categories: unit vectors around ten directions.

    Args:
        rng: The source of chance.
        n_products: Products in all.
        dim: Width of the vectors.
    """
    kinds = rng.integers(0, 10, n_products)
    centres = rng.normal(size=(10, dim))
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    rows = centres[kinds] + rng.normal(scale=0.6 / np.sqrt(dim), size=(n_products, dim))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return World(
        rows.astype(np.float32),
        np.array([f"kind {n}" for n in kinds]),
        np.array([f"color {n}" for n in rng.integers(0, 4, n_products)]),
        planted_prices(np.array([f"kind {n}" for n in kinds]), rng),
    )


def planted_prices(categories: NDArray[np.str_], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return prices: each category has its own middle, and its products spread around it.

    Args:
        categories: Of each product, shape (n_products,).
        rng: The source of chance.

    Returns:
        Shape (n_products,).
    """
    _, places = np.unique(categories, return_inverse=True)
    middles = rng.normal(4.5, 0.7, places.max() + 1)
    return np.asarray(np.exp(middles[places] + rng.normal(0, 0.5, len(places))))
